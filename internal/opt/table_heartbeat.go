// SPDX-License-Identifier: Apache-2.0

package opt

// heartbeatTable holds ZMTP heartbeats and what old peers are offered.
var heartbeatTable = []Spec{
	{
		Num: HeartbeatInterval, Name: "HEARTBEAT_IVL", Go: "HeartbeatInterval", Kind: Millis, Unit: "ms",
		Default: Value{I: 15000}, Max: maxInt, Transports: "all that speak ZMTP 3, ws, wss",
		Doc: "The time between the PINGs that are sent after the handshake. Zero sends none.",
	},
	{
		Num: HeartbeatTTL, Name: "HEARTBEAT_TTL", Go: "HeartbeatTTL", Kind: Millis, Unit: "ms",
		Min: -99, Max: 6553599, form: formTenths, Transports: "all that speak ZMTP 3", // two bytes of tenths, RFC 37
		Doc: "The silence after which the peer is asked to end the connection. It is sent in each PING and kept in whole tenths of a second. With zero the peer is asked for nothing.",
	},
	{
		Num: HeartbeatTimeout, Name: "HEARTBEAT_TIMEOUT", Go: "HeartbeatTimeout", Kind: Millis, Unit: "ms",
		Default: Value{I: 120000}, LibzmqDefault: Value{I: -1}, Max: maxInt, Transports: "all that speak ZMTP 3, ws, wss; ipc only if it is set",
		Doc: "How long the peer may send nothing at all after a PING before the connection is ended. With the Go API a peer that may have unread messages stays connected while its system acknowledges data. Zero never ends it; -1, which is a default and cannot be set, stands for HeartbeatInterval.",
	},
	{
		Num: HeartbeatOldPeers, Name: "HEARTBEAT_OLD_PEERS", Go: "HeartbeatOldPeers", Kind: Bool, Unit: "bool",
		LibzmqDefault: Value{I: 1}, Max: 1, Transports: "all that speak ZMTP 3",
		Doc: "Sends PING also to peers that announce ZMTP 3.0, which does not have it.",
	},
	{
		Num: RefuseOldPeers, Name: "REFUSE_OLD_PEERS", Go: "RefuseOldPeers", Kind: Bool, Unit: "bool",
		Max: 1, Transports: zmtpOnly,
		Doc: "Closes connections of peers that speak ZMTP 1.0 or 2.0, which have neither security nor socket types to check.",
	},
}

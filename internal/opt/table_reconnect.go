// SPDX-License-Identifier: Apache-2.0

package opt

// reconnectTable holds the options of connecting, and of connecting again.
var reconnectTable = []Spec{
	{
		Num: ReconnectInterval, Name: "RECONNECT_IVL", Go: "ReconnectInterval", Kind: Millis, Unit: "ms",
		Default: Value{I: 100}, LibzmqDefault: Value{I: 100}, Min: -1, Max: maxInt,
		Transports: "all that connect",
		Doc:        "The wait before another attempt to connect. Unless ReconnectIntervalMax is set, a random time of up to the same length is added. With zero and -1 there is no other attempt.",
	},
	{
		Num: ReconnectIntervalMax, Name: "RECONNECT_IVL_MAX", Go: "ReconnectIntervalMax", Kind: Millis, Unit: "ms",
		Default: Value{I: 5000}, Max: maxInt, Transports: "all that connect",
		Doc: "The wait doubles after each failed attempt, from ReconnectInterval up to this. Zero leaves it constant. A maximum below ReconnectInterval is the wait.",
	},
	{
		Num: ReconnectStop, Name: "RECONNECT_STOP", Go: "ReconnectStop", Kind: Int, Unit: "bits",
		Min: minInt, Max: maxInt, Draft: true, Transports: "tcp, ipc, vmci, vsock",
		Doc: "Does not connect again after: 1 the connection was refused, 2 the handshake failed, 4 an ipc connection was refused after the program had disconnected or unbound an endpoint of the socket. Other bits are kept and ignored.",
	},
	{
		Num: ReconnectAfterProtocolError, Name: "RECONNECT_AFTER_PROTOCOL_ERROR", Go: "ReconnectAfterProtocolError",
		Kind: Bool, Unit: "bool", Default: Value{I: 1}, Max: 1, Transports: "all that connect",
		Doc: "Connects again, after the usual wait, to a peer that broke the protocol. Without this the endpoint stays idle, as in libzmq.",
	},
	{
		Num: AllAddresses, Name: "ALL_ADDRESSES", Go: "AllAddresses", Kind: Int, Unit: "addresses", Max: 1000,
		Sockets: "all that connect to several peers", Transports: "tcp connects",
		Doc: "Connects to every address that the name in the endpoint resolves to, so many at most, and follows changes of the name. With 0 there is one connection, to the first address that answers.",
	},
	{
		Num: ResolveInterval, Name: "RESOLVE_IVL", Go: "ResolveInterval", Kind: Millis, Unit: "ms",
		Default: Value{I: 30000}, LibzmqDefault: Value{I: 30000}, Min: 1, Max: maxInt, Transports: "tcp connects",
		Doc: "How often the name of a connect with AllAddresses is resolved again. It is also resolved when a connection ends.",
	},
	{
		Num: Backlog, Name: "BACKLOG", Go: "Backlog", Kind: Int, Unit: "connections",
		Default: Value{I: 100}, LibzmqDefault: Value{I: 100}, Max: maxInt, Transports: "all that listen",
		Doc: "The connections that the kernel keeps waiting to be accepted, as given to listen(2).",
	},
	{
		Num: Immediate, Name: "IMMEDIATE", Go: "Immediate", Aliases: []string{"DELAY_ATTACH_ON_CONNECT"},
		Kind: Bool, Unit: "bool", Max: 1, Transports: "all that connect, except udp, pgm, epgm, norm",
		Doc: "Queues messages only for peers that have finished their handshake, and drops the messages queued for a peer when its connection breaks. Otherwise messages are queued from the Connect on and survive reconnects.",
	},
	{
		Num: HandshakeInterval, Name: "HANDSHAKE_IVL", Go: "HandshakeInterval", Kind: Millis, Unit: "ms",
		Default: Value{I: 30000}, LibzmqDefault: Value{I: 30000}, Max: maxInt,
		Sockets: "all except STREAM", Transports: "tcp, ipc, tipc, vmci, vsock",
		Doc: "How long the handshake may take after the connection was made. Then the connection is closed. Zero is no limit.",
	},
	{
		Num: ConnectTimeout, Name: "CONNECT_TIMEOUT", Go: "ConnectTimeout", Kind: Millis, Unit: "ms",
		Default: Value{I: 10000}, Max: maxInt, Transports: "tcp, ws, wss, vmci, vsock",
		Doc: "How long one attempt to connect may take before it is abandoned. Another follows after ReconnectInterval. Zero leaves the limit to the system.",
	},
	{
		Num: UseFD, Name: "USE_FD", Go: "UseFD", Kind: Int, Unit: "descriptor",
		Default: Value{I: -1}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt,
		Transports: "tcp, ipc, ws, wss listeners",
		Doc:        "A descriptor that is already bound and listening. The next Bind uses it instead of a new one, evaluates only the scheme of its endpoint, and closes the descriptor in the end. -1 is none.",
	},
}

// SPDX-License-Identifier: Apache-2.0

package opt

// limitsTable holds what a stranger may cost. Where libzmq has no such limit,
// its column says so.
var limitsTable = []Spec{
	{
		Num: MaxMessageSize, Name: "MAXMSGSIZE", Go: "MaxMessageSize", Kind: Int64, Unit: "bytes",
		Default: Value{I: 256 << 20}, LibzmqDefault: Value{I: -1}, Min: min64, Max: max64,
		Transports: "all that speak ZMTP, ws, wss, pgm, norm",
		Doc:        "The largest frame that a peer may announce, in the handshake too; it is disconnected for a larger one. Below zero is no limit.",
	},
	{
		Num: MaxMessageBytes, Name: "MAX_MESSAGE_BYTES", Go: "MaxMessageBytes", Kind: Int64, Unit: "bytes",
		Default: Value{I: 1 << 30}, LibzmqDefault: Value{I: -1}, Min: -1, Max: max64, Transports: zmtpOnly,
		Doc: "The largest message accepted from a peer, all its frames together; it is disconnected for a larger one. -1 is no limit.",
	},
	{
		Num: MaxFrames, Name: "MAX_FRAMES", Go: "MaxFrames", Kind: Int, Unit: "frames",
		Default: Value{I: 65536}, Max: maxInt, Transports: zmtpOnly,
		Doc: "The most frames accepted in one message; a peer is disconnected for more. Zero is no limit.",
	},
	{
		Num: MaxHandshakes, Name: "MAX_HANDSHAKES", Go: "MaxHandshakes", Kind: Int, Unit: "connections",
		Default: Value{I: 4096}, Max: maxInt, Transports: "all that listen",
		Doc: "The most connections of one listener whose handshake is not finished. Zero is no limit.",
	},
	{
		Num: MaxPeers, Name: "MAX_PEERS", Go: "MaxPeers", Kind: Int, Unit: "peers",
		Max: maxInt, When: Now, Transports: "all that listen",
		Doc: "The most peers that the socket accepts at a time; connections beyond it are closed. Zero is no limit.",
	},
	{
		Num: MaxSubscriptions, Name: "MAX_SUBSCRIPTIONS", Go: "MaxSubscriptions", Kind: Int, Unit: "subscriptions",
		Default: Value{I: 1 << 20}, Max: maxInt, When: Now, Sockets: "PUB, XPUB",
		Doc: "The most topic prefixes that one peer may be subscribed to; it is disconnected for more. Zero is no limit.",
	},
	{
		Num: MaxTopicBytes, Name: "MAX_TOPIC_BYTES", Go: "MaxTopicBytes", Kind: Int, Unit: "bytes",
		Default: Value{I: 65536}, Max: maxInt, When: Now, Sockets: "PUB, XPUB",
		Doc: "The longest topic prefix that a peer may subscribe to; it is disconnected for a longer one. Zero is no limit.",
	},
	{
		Num: MaxHandshakeBytes, Name: "MAX_HANDSHAKE_BYTES", Go: "MaxHandshakeBytes", Kind: Int, Unit: "bytes",
		Default: Value{I: 65536}, LibzmqDefault: Value{I: 65536}, Min: 1, Max: maxInt, Transports: zmtpOnly,
		Doc: "The largest command accepted in a handshake; the connection is closed for a larger one.",
	},
}

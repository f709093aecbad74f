// SPDX-License-Identifier: Apache-2.0

package opt

// limitsTable holds the limits on what a stranger may use. If libzmq has no such limit,
// its default is no limit.
var limitsTable = []Spec{
	{
		Num: MaxMessageSize, Name: "MAXMSGSIZE", Go: "MaxMessageSize", Kind: Int64, Unit: "bytes",
		Default: Value{I: 256 << 20}, LibzmqDefault: Value{I: -1}, Min: min64, Max: max64,
		Transports: "all that speak ZMTP, ws, wss, pgm, norm",
		Doc:        "The largest frame that a peer may announce, in the handshake too. A peer that announces a larger one is disconnected. Negative values are no limit.",
	},
	{
		Num: MaxMessageBytes, Name: "MAX_MESSAGE_BYTES", Go: "MaxMessageBytes", Kind: Int64, Unit: "bytes",
		Default: Value{I: 1 << 30}, LibzmqDefault: Value{I: -1}, Min: -1, Max: max64, Transports: zmtpOnly,
		Doc: "The largest message accepted from a peer, all its frames together. A peer that sends a larger one is disconnected. -1 is no limit.",
	},
	{
		Num: MaxFrames, Name: "MAX_FRAMES", Go: "MaxFrames", Kind: Int, Unit: "frames",
		Default: Value{I: 65536}, Max: maxInt, Transports: zmtpOnly,
		Doc: "The most frames accepted in one message. A peer that sends more is disconnected. Zero is no limit.",
	},
	{
		Num: MaxHandshakes, Name: "MAX_HANDSHAKES", Go: "MaxHandshakes", Kind: Int, Unit: "connections",
		Default: Value{I: 4096}, Max: maxInt, Transports: "all that listen",
		Doc: "The most connections of one listener with an unfinished handshake. Beyond it the oldest connection of the address with the most of them is closed. Zero is no limit.",
	},
	{
		Num: MaxPeers, Name: "MAX_PEERS", Go: "MaxPeers", Kind: Int, Unit: "peers",
		Max: maxInt, When: Now, Transports: "all that listen",
		Doc: "The most peers that the socket accepts at a time; connections beyond it are closed. Zero is no limit.",
	},
	{
		Num: MaxPeersPerAddress, Name: "MAX_PEERS_PER_ADDRESS", Go: "MaxPeersPerAddress", Kind: Int, Unit: "peers",
		Max: maxInt, When: Now, Transports: "all that listen",
		Doc: "The most peers of one address that the socket accepts at a time. Connections beyond it are closed. Zero is no limit.",
	},
	{
		Num: MaxHandshakesPerAddress, Name: "MAX_HANDSHAKES_PER_ADDRESS", Go: "MaxHandshakesPerAddress", Kind: Int, Unit: "connections",
		Max: maxInt, Transports: "all that listen",
		Doc: "The most connections of one address, at one listener, with an unfinished handshake. Beyond it the oldest one is closed. Zero is no limit.",
	},
	{
		Num: MaxFailureDelay, Name: "MAX_FAILURE_DELAY", Go: "MaxFailureDelay", Kind: Millis, Unit: "ms",
		Max: maxInt, Transports: "all that listen",
		Doc: "The longest wait before the handshake of a connection whose address has failed in handshakes before. Zero is none.",
	},
	{
		Num: MaxSubscriptions, Name: "MAX_SUBSCRIPTIONS", Go: "MaxSubscriptions", Kind: Int, Unit: "subscriptions",
		Default: Value{I: 1 << 20}, Max: maxInt, When: Now, Sockets: "PUB, XPUB",
		Doc: "The most topic prefixes that one peer may be subscribed to. A peer that subscribes to more is disconnected. Zero is no limit.",
	},
	{
		Num: MaxSubscriptionBytes, Name: "MAX_SUBSCRIPTION_BYTES", Go: "MaxSubscriptionBytes", Kind: Int, Unit: "bytes",
		Default: Value{I: 64 << 20}, Max: maxInt, When: Now, Sockets: "PUB, XPUB",
		Doc: "The most bytes of all topic prefixes of one peer together. A peer that exceeds it is disconnected. Zero is no limit.",
	},
	{
		Num: MaxTopicBytes, Name: "MAX_TOPIC_BYTES", Go: "MaxTopicBytes", Kind: Int, Unit: "bytes",
		Default: Value{I: 65536}, Max: maxInt, When: Now, Sockets: "PUB, XPUB",
		Doc: "The longest topic prefix that a peer may subscribe to. A peer that subscribes to a longer one is disconnected. Zero is no limit.",
	},
	{
		Num: MaxHandshakeBytes, Name: "MAX_HANDSHAKE_BYTES", Go: "MaxHandshakeBytes", Kind: Int, Unit: "bytes",
		Default: Value{I: 65536}, LibzmqDefault: Value{I: 65536}, Min: 1, Max: maxInt, Transports: zmtpOnly,
		Doc: "The largest command accepted in a handshake. The connection is closed if the peer sends a larger one.",
	},
}

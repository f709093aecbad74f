// SPDX-License-Identifier: Apache-2.0

package opt

// routingTable holds identities, ROUTER, REQ, STREAM, and the messages that a
// connection brings with it.
var routingTable = []Spec{
	{
		Num: RoutingID, Name: "ROUTING_ID", Go: "RoutingID", Aliases: []string{"IDENTITY"}, Kind: Bytes, Unit: "bytes",
		MinLen: 1, MaxLen: 255, Sockets: "REQ, DEALER, ROUTER",
		Doc: "The name under which a peer's ROUTER knows this socket, 1 to 255 octets, the first of them not zero. Without one the ROUTER makes one up for each connection.",
	},
	{
		Num: ConnectRoutingID, Name: "CONNECT_ROUTING_ID", Go: "ConnectRoutingID", Aliases: []string{"CONNECT_RID"},
		Kind: Bytes, Unit: "bytes", Access: WriteOnly, MinLen: 1,
		Sockets: "ROUTER, STREAM", Only: []string{"ROUTER", "REP", "STREAM"},
		Doc: "The name that this socket gives to the peer of the next Connect, so that it can be addressed at once. It holds for one Connect.",
	},
	{
		Num: RouterMandatory, Name: "ROUTER_MANDATORY", Go: "RouterMandatory",
		Aliases: []string{"FAIL_UNROUTABLE", "ROUTER_BEHAVIOR"}, Kind: Bool, Unit: "bool", Access: WriteOnly,
		Default: Value{I: 1}, Max: maxInt, When: Now, Sockets: "ROUTER", Only: onlyRouter,
		Doc: "Reports a message to an unknown peer as EHOSTUNREACH, and waits, or reports EAGAIN, while the peer's queue is full. Without it such messages are dropped.",
	},
	{
		Num: RouterRaw, Name: "ROUTER_RAW", Go: "RouterRaw", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, Deprecated: true, Sockets: "ROUTER", Only: onlyRouter, Transports: "tcp",
		Doc: "Makes the socket talk plain TCP as STREAM does, an empty frame closing a connection. False takes back no more than that meaning of the empty frame.",
	},
	{
		Num: RouterHandover, Name: "ROUTER_HANDOVER", Go: "RouterHandover", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "ROUTER", Only: onlyRouter,
		Doc: "Gives a routing id that is in use to the newest peer that claims it and lets the older one go. Without it the newer one is not served.",
	},
	{
		Num: RouterNotify, Name: "ROUTER_NOTIFY", Go: "RouterNotify", Kind: Int, Unit: "bits",
		Max: 3, When: Now, Draft: true, Sockets: "ROUTER", Only: onlyRouter, Transports: "all except inproc",
		Doc: "Delivers a message of routing id and empty frame when a peer connects (1), disconnects (2), or both (3).",
	},
	{
		Num: ProbeRouter, Name: "PROBE_ROUTER", Go: "ProbeRouter", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "ROUTER, DEALER, REQ", Only: []string{"ROUTER", "REP", "DEALER", "REQ"},
		Doc: "Sends an empty message to every new peer, so that a ROUTER there learns of this socket.",
	},
	{
		Num: ReqCorrelate, Name: "REQ_CORRELATE", Go: "ReqCorrelate", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "REQ", Only: onlyReq,
		Doc: "Puts a number before each request and skips replies that do not bring it back. The peer must return what precedes the empty frame, as REP and ROUTER do.",
	},
	{
		Num: ReqRelaxed, Name: "REQ_RELAXED", Go: "ReqRelaxed", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "REQ", Only: onlyReq,
		Doc: "Allows a new request before the reply to the last, which is given up. Use it with ReqCorrelate, or a late reply is taken for the new one.",
	},
	{
		Num: StreamNotify, Name: "STREAM_NOTIFY", Go: "StreamNotify", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Default: Value{I: 1}, LibzmqDefault: Value{I: 1}, Max: 1, When: Now, Sockets: "STREAM", Only: []string{"STREAM"}, Transports: "tcp",
		Doc: "Delivers an empty message from a peer when it connects and when it disconnects.",
	},
	{
		Num: HelloMessage, Name: "HELLO_MSG", Go: "HelloMessage", Kind: Bytes, Unit: "bytes", Access: WriteOnly,
		Clears: true, Draft: true, Sockets: "ROUTER, DEALER, CLIENT, SERVER, PEER",
		Doc: "A message of one frame that is sent first on every new connection, after reconnects too. Empty sends none.",
	},
	{
		Num: DisconnectMessage, Name: "DISCONNECT_MSG", Go: "DisconnectMessage", Kind: Bytes, Unit: "bytes", Access: WriteOnly,
		Clears: true, When: Now, Draft: true, Sockets: "ROUTER, SERVER, PEER",
		Doc: "A message of one frame that this socket receives, as if from the peer, when an accepted connection ends. Empty gives none.",
	},
	{
		Num: HiccupMessage, Name: "HICCUP_MSG", Go: "HiccupMessage", Kind: Bytes, Unit: "bytes", Access: WriteOnly,
		Clears: true, When: Now, Draft: true, Sockets: "DEALER, CLIENT, PEER", Transports: "all except inproc",
		Doc: "A message of one frame that this socket receives when a connection that it made is lost. Empty gives none.",
	},
	{
		Num: Metadata, Name: "METADATA", Go: "Metadata", Kind: List, Unit: "X-name:value", Access: WriteOnly,
		MinLen: 1, Draft: true, form: formProperty, Transports: "all that speak ZMTP 3",
		Doc: "Adds a property to the handshake, which the peer finds on every message. The name begins with X- and has 255 octets at most. The first value of a name stays.",
	},
}

// SPDX-License-Identifier: Apache-2.0

package opt

// routingTable holds identities, ROUTER, REQ, STREAM, and the messages that a
// connection causes.
var routingTable = []Spec{
	{
		Num: RoutingID, Name: "ROUTING_ID", Go: "RoutingID", Aliases: []string{"IDENTITY"}, Kind: Bytes, Unit: "bytes",
		MinLen: 1, MaxLen: 255, Sockets: "REQ, DEALER, ROUTER",
		Doc: "The name under which a peer's ROUTER knows this socket, 1 to 255 bytes, the first of them not zero. Without it the ROUTER generates a name for each connection.",
	},
	{
		Num: ConnectRoutingID, Name: "CONNECT_ROUTING_ID", Go: "ConnectRoutingID", Aliases: []string{"CONNECT_RID"},
		Kind: Bytes, Unit: "bytes", Access: WriteOnly, MinLen: 1,
		Sockets: "ROUTER, STREAM", Only: []string{"ROUTER", "REP", "STREAM"},
		Doc: "The name that this socket gives to the peer of the next Connect, so that messages can be sent to the peer at once. It applies to one Connect.",
	},
	{
		Num: RouterMandatory, Name: "ROUTER_MANDATORY", Go: "RouterMandatory",
		Aliases: []string{"FAIL_UNROUTABLE", "ROUTER_BEHAVIOR"}, Kind: Bool, Unit: "bool", Access: WriteOnly,
		Default: Value{I: 1}, Max: maxInt, When: Now, Sockets: "ROUTER", Only: onlyRouter,
		Doc: "Makes a send fail with EHOSTUNREACH if the peer is unknown. If the peer's queue is full, WAIT_FOR_PEER decides. Without it such messages are dropped.",
	},
	{
		Num: WaitForPeer, Name: "WAIT_FOR_PEER", Go: "WaitForPeer", Kind: Bool, Unit: "bool",
		LibzmqDefault: Value{I: 1}, Max: 1, When: Now, Sockets: "ROUTER with RouterMandatory, STREAM, SERVER, PEER", Only: []string{"ROUTER", "STREAM", "SERVER", "PEER"},
		Doc: "Makes a send wait while the queue of the peer that the message names is full. Without it the send fails with EAGAIN at once and names the peer.",
	},
	{
		Num: RouterRaw, Name: "ROUTER_RAW", Go: "RouterRaw", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, Deprecated: true, Sockets: "ROUTER", Only: onlyRouter, Transports: "tcp",
		Doc: "Makes the socket speak plain TCP as STREAM does. An empty frame closes the connection. Setting it to false later takes back only that meaning of the empty frame.",
	},
	{
		Num: RouterHandover, Name: "ROUTER_HANDOVER", Go: "RouterHandover", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "ROUTER", Only: onlyRouter,
		Doc: "Gives a routing id that is in use to the newest peer that claims it, and disconnects the older peer. Without it the newer peer is not served.",
	},
	{
		Num: HandoverToSameUser, Name: "HANDOVER_TO_SAME_USER", Go: "HandoverToSameUser", Kind: Bool, Unit: "bool",
		Max: 1, When: Now, Sockets: "ROUTER", Only: []string{"ROUTER"}, Transports: "all except inproc",
		Doc: "Gives a routing id that is in use to a newer peer that has proved to be the same user, by the same CURVE key, or by the same User-Id with CURVE or PLAIN. For other peers ROUTER_HANDOVER decides.",
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
		Doc: "Puts a number before each request and skips replies that do not return it. The peer must return all frames before the empty one, as REP and ROUTER do.",
	},
	{
		Num: ReqRelaxed, Name: "REQ_RELAXED", Go: "ReqRelaxed", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "REQ", Only: onlyReq,
		Doc: "Allows a new request before the reply to the last one, which is abandoned. Use it with ReqCorrelate, because otherwise a late reply is taken for the new one.",
	},
	{
		Num: StreamNotify, Name: "STREAM_NOTIFY", Go: "StreamNotify", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Default: Value{I: 1}, LibzmqDefault: Value{I: 1}, Max: 1, When: Now, Sockets: "STREAM", Only: []string{"STREAM"}, Transports: "tcp",
		Doc: "Delivers an empty message from a peer when it connects and when it disconnects.",
	},
	{
		Num: HelloMessage, Name: "HELLO_MSG", Go: "HelloMessage", Kind: Bytes, Unit: "bytes", Access: WriteOnly,
		Clears: true, Draft: true, Sockets: "ROUTER, DEALER, CLIENT, SERVER, PEER",
		Doc: "A message of one frame that is sent first on every new connection, including those after a reconnect. Empty sends none.",
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
		Doc: "Adds a property to the handshake. The peer finds it on every message. The name begins with X- and has at most 255 bytes. If a name is given more than once, the first value counts.",
	},
}

// SPDX-License-Identifier: Apache-2.0

package opt

// stateTable holds the options that report the state of a socket.
var stateTable = []Spec{
	{
		Num: RecvMore, Name: "RCVMORE", Go: "RecvMore", Kind: Bool, Unit: "bool", Access: ReadOnly, Max: 1, When: Never,
		Doc: "Whether more frames of the message follow the one that was received last.",
	},
	{
		Num: FD, Name: "FD", Go: "FD", Kind: Int, Unit: "descriptor", Access: ReadOnly,
		Default: Value{I: -1}, LibzmqDefault: Value{I: -1}, Min: minInt, Max: maxInt, When: Never,
		Sockets: "all that are not thread-safe",
		Only:    []string{"PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB", "STREAM", "DGRAM"},
		Doc:     "The descriptor that becomes readable when Events may have changed.",
	},
	{
		Num: Events, Name: "EVENTS", Go: "Events", Kind: Int, Unit: "bits", Access: ReadOnly, Max: 3, When: Never,
		Doc: "1 when a message can be received, 2 when one can be sent.",
	},
	{
		Num: Type, Name: "TYPE", Go: "Type", Kind: Int, Unit: "socket type", Access: ReadOnly, Max: 20, When: Never,
		Doc: "The number of the socket type, PAIR 0 to CHANNEL 20.",
	},
	{
		Num: LastEndpoint, Name: "LAST_ENDPOINT", Go: "LastEndpoint", Kind: String, Unit: "endpoint", Access: ReadOnly, When: Never,
		Doc: "The endpoint of the last Bind or Connect that succeeded, with the port that a wildcard became.",
	},
	{
		Num: ThreadSafe, Name: "THREAD_SAFE", Go: "ThreadSafe", Kind: Bool, Unit: "bool", Access: ReadOnly, Max: 1, When: Never,
		Doc: "Whether libzmq lets threads share a socket of this type: true for CLIENT, SERVER, RADIO, DISH, GATHER, SCATTER, PEER and CHANNEL. Here all types can be shared.",
	},
}

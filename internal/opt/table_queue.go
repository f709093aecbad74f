// SPDX-License-Identifier: Apache-2.0

package opt

// queueTable holds the queues, time-outs and the end of a socket.
var queueTable = []Spec{
	{
		Num: Affinity, Name: "AFFINITY", Go: "Affinity", Kind: Uint64, Unit: "bit mask",
		Min: min64, Max: max64, Transports: "all except inproc", Stored: true,
		Doc: "Bit i lets I/O thread i of libzmq serve the endpoints bound and connected next; zero lets all. There are no I/O threads here, so it is stored without effect.",
	},
	{
		Num: SendBuffer, Name: "SNDBUF", Go: "SendBuffer", Kind: Int, Unit: "bytes",
		Default: Value{I: -1}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt,
		Transports: "tcp, ws, wss, udp, pgm, epgm",
		Doc:        "The size of the kernel's transmit buffer of each connection (SO_SNDBUF). -1 leaves it as the system has it; zero is passed on as zero.",
	},
	{
		Num: RecvBuffer, Name: "RCVBUF", Go: "RecvBuffer", Kind: Int, Unit: "bytes",
		Default: Value{I: -1}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt,
		Transports: "tcp, ws, wss, udp, pgm, epgm",
		Doc:        "The size of the kernel's receive buffer of each connection (SO_RCVBUF). -1 leaves it as the system has it; zero is passed on as zero.",
	},
	{
		Num: Linger, Name: "LINGER", Go: "Linger", Kind: Millis, Unit: "ms",
		Default: Value{I: 1000}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt, When: Close,
		Doc: "How long Close, Disconnect and Unbind keep messages that have not been sent yet. Zero drops them at once, -1 keeps them until they are delivered. SUB, XSUB and DISH begin with zero.",
	},
	{
		Num: SendHWM, Name: "SNDHWM", Go: "SendHWM", Kind: Int, Unit: "messages",
		Default: Value{I: 1000}, LibzmqDefault: Value{I: 1000}, Max: maxInt, When: Pipe,
		Doc: "The most messages queued for one peer. At the mark a PUSH blocks and a PUB drops. Zero is no limit.",
	},
	{
		Num: RecvHWM, Name: "RCVHWM", Go: "RecvHWM", Kind: Int, Unit: "messages",
		Default: Value{I: 1000}, LibzmqDefault: Value{I: 1000}, Max: maxInt, When: Pipe,
		Doc: "The most messages queued from one peer. At the mark the connection is not read, so that the sender eventually has to wait. Zero is no limit.",
	},
	{
		Num: SendHWMBytes, Name: "SNDHWM_BYTES", Go: "SendHWMBytes", Kind: Int64, Unit: "bytes",
		Max: max64,
		Doc: "Once that many bytes are queued for one peer, no further message is queued, even if SendHWM allows it. Zero is no limit.",
	},
	{
		Num: RecvHWMBytes, Name: "RCVHWM_BYTES", Go: "RecvHWMBytes", Kind: Int64, Unit: "bytes",
		Max: max64,
		Doc: "Once that many bytes are queued from one peer, no further message is queued, even if RecvHWM allows it. Zero is no limit.",
	},
	{
		Num: RecvTimeout, Name: "RCVTIMEO", Go: "RecvTimeout", Kind: Millis, Unit: "ms",
		Default: Value{I: -1}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt, When: Call,
		Doc: "How long a receive waits for a message before it fails with EAGAIN. Zero does not wait, -1 waits for ever.",
	},
	{
		Num: SendTimeout, Name: "SNDTIMEO", Go: "SendTimeout", Kind: Millis, Unit: "ms",
		Default: Value{I: -1}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt, When: Call,
		Doc: "How long a send waits for room before it fails with EAGAIN. Zero does not wait, -1 waits for ever.",
	},
	{
		Num: Conflate, Name: "CONFLATE", Go: "Conflate", Kind: Bool, Unit: "bool", Max: 1,
		Sockets: "DEALER, PUSH, PULL, PUB, SUB",
		Doc:     "Keeps only the newest message for each peer, and ignores the high-water marks. Other socket types accept the option and ignore it.",
	},
	{
		Num: ConflateTopics, Name: "CONFLATE_TOPICS", Go: "ConflateTopics", Kind: Bool, Unit: "bool", Max: 1,
		Sockets: "PUB, XPUB, SUB, XSUB",
		Doc:     "Keeps for each peer the newest message of each topic. The topic is the whole first frame. The high-water marks count topics. With Conflate it has no effect.",
	},
	{
		Num: DropOldest, Name: "DROP_OLDEST", Go: "DropOldest", Kind: Bool, Unit: "bool", Max: 1,
		Sockets: "PUB, XPUB, RADIO, SUB, XSUB, DISH", Only: onlyDropping,
		Doc: "At the high-water mark a queue drops its oldest message for the newest one: for senders instead of the newest, for receivers instead of making the sender wait. With Conflate, or for a publisher with XPubNoDrop, it has no effect.",
	},
	{
		Num: DisconnectSlow, Name: "DISCONNECT_SLOW", Go: "DisconnectSlow", Kind: Millis, Unit: "ms",
		Max: maxInt, When: Now, Sockets: "all that send", Transports: "all except inproc",
		Doc: "Disconnects a subscriber whose queue has been full for this long, and any peer that is busy and silent for longer than this and HeartbeatTimeout. Zero never does.",
	},
	{
		Num: InBatchSize, Name: "IN_BATCH_SIZE", Go: "InBatchSize", Kind: Int, Unit: "bytes",
		Default: Value{I: 8192}, LibzmqDefault: Value{I: 8192}, Min: 1, Max: maxInt, Draft: true,
		Sockets: "STREAM, ROUTER with RouterRaw", Transports: "tcp",
		Doc: "The largest chunk of bytes that is received as one message. In libzmq it bounds each read from connections of every type. Here a read takes what has arrived, up to 64 KiB, whatever the value.",
	},
	{
		Num: OutBatchSize, Name: "OUT_BATCH_SIZE", Go: "OutBatchSize", Kind: Int, Unit: "bytes", Stored: true,
		Default: Value{I: 8192}, LibzmqDefault: Value{I: 8192}, Min: 1, Max: maxInt, Draft: true,
		Transports: "all except inproc, udp",
		Doc:        "How many bytes libzmq gathers for one write. Here a write takes what is queued, up to 256 KiB and the rest of a message, so the option is stored without effect.",
	},
}

// SPDX-License-Identifier: Apache-2.0

package opt

// pubsubTable holds publishers and subscribers.
var pubsubTable = []Spec{
	{
		Num: Subscribe, Name: "SUBSCRIBE", Go: "Subscribe", Kind: Bytes, Unit: "prefix", Access: WriteOnly,
		When: Now, Action: true, Sockets: "SUB; XPUB and PUB with XPubManual", Only: []string{"SUB", "XPUB", "PUB"},
		Doc: "Adds a topic prefix. The empty prefix matches every message. The same prefix may be added more than once and then needs as many cancellations.",
	},
	{
		Num: Unsubscribe, Name: "UNSUBSCRIBE", Go: "Unsubscribe", Kind: Bytes, Unit: "prefix", Access: WriteOnly,
		When: Now, Action: true, Sockets: "SUB; XPUB and PUB with XPubManual", Only: []string{"SUB", "XPUB", "PUB"},
		Doc: "Removes a topic prefix once. It is no error if the prefix was never added.",
	},
	{
		Num: InvertMatching, Name: "INVERT_MATCHING", Go: "InvertMatching", Kind: Bool, Unit: "bool",
		Min: minInt, Max: maxInt, When: Now, Sockets: "PUB, XPUB, SUB",
		Doc: "Sends a message to the peers that did not subscribe to it, and accepts messages that do not match. It must be the same at both ends.",
	},
	{
		Num: XPubVerbose, Name: "XPUB_VERBOSE", Go: "XPubVerbose", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "XPUB", Only: onlyXPub,
		Doc: "Delivers every subscription to the program, including duplicates, but not duplicate cancellations. See XPubVerboser.",
	},
	{
		Num: XPubVerboser, Name: "XPUB_VERBOSER", Go: "XPubVerboser", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "XPUB", Only: onlyXPub,
		Doc: "Delivers every subscription and every cancellation to the program, including duplicates. False delivers neither kind of duplicate.",
	},
	{
		Num: XPubManual, Name: "XPUB_MANUAL", Go: "XPubManual", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "XPUB", Only: onlyXPub,
		Doc: "Reports subscriptions without applying them. The program calls Subscribe and Unsubscribe, which apply to the peer whose subscription was received last.",
	},
	{
		Num: XPubManualLastValue, Name: "XPUB_MANUAL_LAST_VALUE", Go: "XPubManualLastValue", Kind: Bool, Unit: "bool",
		Access: WriteOnly, Max: maxInt, When: Now, Draft: true, Sockets: "XPUB", Only: onlyXPub,
		Doc: "Also switches XPubManual, and sends the message that follows a subscription only to that subscriber. It is for publishers that give each new subscriber the last value.",
	},
	{
		Num: XPubNoDrop, Name: "XPUB_NODROP", Go: "XPubNoDrop", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "XPUB, PUB, RADIO", Only: []string{"XPUB", "PUB", "RADIO"},
		Doc: "Waits, or reports EAGAIN, while the queue of a matching peer is full, instead of dropping the message for it.",
	},
	{
		Num: XPubWelcomeMessage, Name: "XPUB_WELCOME_MSG", Go: "XPubWelcomeMessage", Kind: Bytes, Unit: "bytes",
		Access: WriteOnly, Clears: true, When: Now, Sockets: "XPUB, PUB", Only: onlyXPub,
		Doc: "A message of one frame for every new peer. The peer receives it if it has subscribed to a prefix of it. Empty sends none.",
	},
	{
		Num: KeepSubscriptions, Name: "KEEP_SUBSCRIPTIONS", Go: "KeepSubscriptions", Kind: Bool, Unit: "bool",
		Default: Value{I: 1}, LibzmqDefault: Value{I: 1}, Max: 1, When: Now, Sockets: "XPUB, PUB", Only: []string{"XPUB", "PUB"},
		Doc: "While the connection to a subscriber that the publisher connects to is lost, queues the messages that the subscriber had subscribed to, up to SendHWM, as libzmq does. Without it the subscriber misses them.",
	},
	{
		Num: OnlyFirstSubscribe, Name: "ONLY_FIRST_SUBSCRIBE", Go: "OnlyFirstSubscribe", Kind: Bool, Unit: "bool",
		Access: WriteOnly, Max: maxInt, When: Now, Draft: true,
		Sockets: "XPUB, PUB, XSUB", Only: []string{"XPUB", "PUB", "XSUB"},
		Doc: "Treats only the first frame of a message as a subscription, never a later one.",
	},
	{
		Num: XSubVerboseUnsubscribe, Name: "XSUB_VERBOSE_UNSUBSCRIBE", Go: "XSubVerboseUnsubscribe", Kind: Bool, Unit: "bool",
		Access: WriteOnly, Min: minInt, Max: maxInt, When: Now, Draft: true, Sockets: "XSUB", Only: []string{"XSUB"},
		Doc: "Sends every cancellation to the publishers, even if it is not the last of its prefix.",
	},
	{
		Num: TopicsCount, Name: "TOPICS_COUNT", Go: "TopicsCount", Kind: Int, Unit: "topics", Access: ReadOnly,
		Max: maxInt, When: Never, Draft: true,
		Sockets: "PUB, XPUB, SUB, XSUB", Only: []string{"PUB", "XPUB", "SUB", "XSUB"},
		Doc: "The number of topic prefixes with at least one subscription.",
	},
}

// SPDX-License-Identifier: Apache-2.0

package opt

// pubsubTable holds publishers and subscribers.
var pubsubTable = []Spec{
	{
		Num: Subscribe, Name: "SUBSCRIBE", Go: "Subscribe", Kind: Bytes, Unit: "prefix", Access: WriteOnly,
		When: Now, Action: true, Sockets: "SUB; XPUB and PUB with XPubManual", Only: []string{"SUB", "XPUB", "PUB"},
		Doc: "Adds a topic prefix; empty is every message. The same prefix may be added more than once and then needs as many cancellations.",
	},
	{
		Num: Unsubscribe, Name: "UNSUBSCRIBE", Go: "Unsubscribe", Kind: Bytes, Unit: "prefix", Access: WriteOnly,
		When: Now, Action: true, Sockets: "SUB; XPUB and PUB with XPubManual", Only: []string{"SUB", "XPUB", "PUB"},
		Doc: "Takes a topic prefix away once. One that was never added is no error.",
	},
	{
		Num: InvertMatching, Name: "INVERT_MATCHING", Go: "InvertMatching", Kind: Bool, Unit: "bool",
		Min: minInt, Max: maxInt, When: Now, Sockets: "PUB, XPUB, SUB",
		Doc: "Sends to peers that did not subscribe to the message, and accepts what does not match. It must be the same at both ends.",
	},
	{
		Num: XPubVerbose, Name: "XPUB_VERBOSE", Go: "XPubVerbose", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "XPUB", Only: onlyXPub,
		Doc: "Passes every subscription up, duplicates included, and duplicate cancellations no longer. See XPubVerboser.",
	},
	{
		Num: XPubVerboser, Name: "XPUB_VERBOSER", Go: "XPubVerboser", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "XPUB", Only: onlyXPub,
		Doc: "Passes every subscription and every cancellation up, duplicates included. False passes neither kind of duplicate.",
	},
	{
		Num: XPubManual, Name: "XPUB_MANUAL", Go: "XPubManual", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "XPUB", Only: onlyXPub,
		Doc: "Reports subscriptions without applying them. The program applies Subscribe and Unsubscribe itself, to the peer whose subscription was received last.",
	},
	{
		Num: XPubManualLastValue, Name: "XPUB_MANUAL_LAST_VALUE", Go: "XPubManualLastValue", Kind: Bool, Unit: "bool",
		Access: WriteOnly, Max: maxInt, When: Now, Draft: true, Sockets: "XPUB", Only: onlyXPub,
		Doc: "Switches XPubManual with it, and sends the message that follows a subscription to that subscriber alone: the way to hand out last values.",
	},
	{
		Num: XPubNoDrop, Name: "XPUB_NODROP", Go: "XPubNoDrop", Kind: Bool, Unit: "bool", Access: WriteOnly,
		Max: maxInt, When: Now, Sockets: "XPUB, PUB, RADIO", Only: []string{"XPUB", "PUB", "RADIO"},
		Doc: "Waits, or reports EAGAIN, while the queue of a matching peer is full, in place of dropping the message for it.",
	},
	{
		Num: XPubWelcomeMessage, Name: "XPUB_WELCOME_MSG", Go: "XPubWelcomeMessage", Kind: Bytes, Unit: "bytes",
		Access: WriteOnly, Clears: true, When: Now, Sockets: "XPUB, PUB", Only: onlyXPub,
		Doc: "A message of one frame for every new peer; the peer sees it if it subscribed to a prefix of it. Empty sends none.",
	},
	{
		Num: OnlyFirstSubscribe, Name: "ONLY_FIRST_SUBSCRIBE", Go: "OnlyFirstSubscribe", Kind: Bool, Unit: "bool",
		Access: WriteOnly, Max: maxInt, When: Now, Draft: true,
		Sockets: "XPUB, PUB, XSUB", Only: []string{"XPUB", "PUB", "XSUB"},
		Doc: "Takes for a subscription only the first frame of a message, never a later one.",
	},
	{
		Num: XSubVerboseUnsubscribe, Name: "XSUB_VERBOSE_UNSUBSCRIBE", Go: "XSubVerboseUnsubscribe", Kind: Bool, Unit: "bool",
		Access: WriteOnly, Min: minInt, Max: maxInt, When: Now, Draft: true, Sockets: "XSUB", Only: []string{"XSUB"},
		Doc: "Sends every cancellation to the publishers, also those that are not the last of their prefix.",
	},
	{
		Num: TopicsCount, Name: "TOPICS_COUNT", Go: "TopicsCount", Kind: Int, Unit: "topics", Access: ReadOnly,
		Max: maxInt, When: Never, Draft: true,
		Sockets: "PUB, XPUB, SUB, XSUB", Only: []string{"PUB", "XPUB", "SUB", "XSUB"},
		Doc: "The number of topic prefixes with at least one subscription.",
	},
}

// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options of publishers and subscribers.

// InvertMatching sends to peers that did not subscribe to the message, and accepts
// what does not match. It must be the same at both ends.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  PUB, XPUB, SUB
//	libzmq:   ZMQ_INVERT_MATCHING (74)
var InvertMatching = boolOption(opt.InvertMatching)

// XPubVerbose passes every subscription up, duplicates included, but not every
// cancellation. See XPubVerboser, which it switches off. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB
//	libzmq:   ZMQ_XPUB_VERBOSE (40)
var XPubVerbose = boolOption(opt.XPubVerbose)

// XPubVerboser passes every subscription and every cancellation up, duplicates
// included. False passes neither kind of duplicate. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB
//	libzmq:   ZMQ_XPUB_VERBOSER (78)
var XPubVerboser = boolOption(opt.XPubVerboser)

// XPubManual reports subscriptions without applying them: the program calls
// Subscribe and Unsubscribe itself, which apply to the peer whose notice was
// received last. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB
//	libzmq:   ZMQ_XPUB_MANUAL (71)
var XPubManual = boolOption(opt.XPubManual)

// XPubManualLastValue switches XPubManual with it, and sends the message that
// follows the notice of a subscription to that subscriber alone: the way to hand out
// last values. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB
//	libzmq:   ZMQ_XPUB_MANUAL_LAST_VALUE (98)
var XPubManualLastValue = boolOption(opt.XPubManualLastValue)

// XPubNoDrop makes a publisher wait while the queue of a subscriber is full, in
// place of dropping the message for it. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB, PUB, RADIO
//	libzmq:   ZMQ_XPUB_NODROP (69)
var XPubNoDrop = boolOption(opt.XPubNoDrop)

// XPubWelcomeMessage is a message of one frame for every new peer; the peer sees it
// if it subscribed to a prefix of it. Empty sends none. It cannot be read.
//
//	Default:  empty
//	Applies:  at once
//	Sockets:  XPUB, PUB
//	libzmq:   ZMQ_XPUB_WELCOME_MSG (72)
var XPubWelcomeMessage = bytesOption(opt.XPubWelcomeMessage)

// OnlyFirstSubscribe takes for a subscription only the first frame of a message,
// never a later one. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB, PUB, XSUB
//	libzmq:   ZMQ_ONLY_FIRST_SUBSCRIBE (108)
var OnlyFirstSubscribe = boolOption(opt.OnlyFirstSubscribe)

// XSubVerboseUnsubscribe sends every cancellation to the publishers, also those
// that are not the last of their prefix. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XSUB
//	libzmq:   ZMQ_XSUB_VERBOSE_UNSUBSCRIBE (115)
var XSubVerboseUnsubscribe = boolOption(opt.XSubVerboseUnsubscribe)

// TopicsCount is the number of topic prefixes that have at least one subscription;
// zero is none. It can only be read, by Get.
//
//	Default:  0
//	Applies:  can only be read
//	Sockets:  PUB, XPUB, SUB, XSUB
//	libzmq:   ZMQ_TOPICS_COUNT (116)
var TopicsCount = intOption(opt.TopicsCount)

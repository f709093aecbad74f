// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options of publishers and subscribers.

// InvertMatching sends a message to the peers that did not subscribe to it, and accepts
// messages that do not match. It must be the same at both ends.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  PUB, XPUB, SUB
//	libzmq:   ZMQ_INVERT_MATCHING (74)
var InvertMatching Option[bool] = boolOption(opt.InvertMatching)

// XPubVerbose delivers every subscription to the program, including duplicates, but not
// every cancellation. See XPubVerboser, which it switches off. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB
//	libzmq:   ZMQ_XPUB_VERBOSE (40)
var XPubVerbose Option[bool] = boolOption(opt.XPubVerbose)

// XPubVerboser delivers every subscription and every cancellation to the program,
// including duplicates. False delivers neither kind of duplicate. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB
//	libzmq:   ZMQ_XPUB_VERBOSER (78)
var XPubVerboser Option[bool] = boolOption(opt.XPubVerboser)

// XPubManual reports subscriptions without applying them. The program calls Subscribe
// and Unsubscribe, which apply to the peer whose notice was received last. It cannot be
// read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB
//	libzmq:   ZMQ_XPUB_MANUAL (71)
var XPubManual Option[bool] = boolOption(opt.XPubManual)

// XPubManualLastValue also switches XPubManual, and sends the message that follows the
// notice of a subscription only to that subscriber. It is for publishers that give each
// new subscriber the last value. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB
//	libzmq:   ZMQ_XPUB_MANUAL_LAST_VALUE (98)
var XPubManualLastValue Option[bool] = boolOption(opt.XPubManualLastValue)

// XPubNoDrop makes a publisher wait while the queue of a subscriber is full, instead of
// dropping the message for it. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB, PUB, RADIO
//	libzmq:   ZMQ_XPUB_NODROP (69)
var XPubNoDrop Option[bool] = boolOption(opt.XPubNoDrop)

// XPubWelcomeMessage is a message of one frame for every new peer. The peer receives it
// if it has subscribed to a prefix of it. Empty sends none. It cannot be read.
//
//	Default:  empty
//	Applies:  at once
//	Sockets:  XPUB, PUB
//	libzmq:   ZMQ_XPUB_WELCOME_MSG (72)
var XPubWelcomeMessage Option[[]byte] = bytesOption(opt.XPubWelcomeMessage)

// KeepSubscriptions makes a publisher that connects to a subscriber, without Immediate,
// remember the subscriptions when the connection breaks. Until the subscriber is back,
// matching messages are queued for it, up to SendHWM. If the subscriber comes back with
// other subscriptions, it also gets the messages queued for the earlier ones, which a
// SUB ignores. False forgets the subscriptions with the connection.
//
//	Default:  true
//	Applies:  at once
//	Sockets:  XPUB, PUB
//	libzmq:   does not have it
var KeepSubscriptions Option[bool] = boolOption(opt.KeepSubscriptions)

// OnlyFirstSubscribe treats only the first frame of a message as a subscription, never
// a later one. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XPUB, PUB, XSUB
//	libzmq:   ZMQ_ONLY_FIRST_SUBSCRIBE (108)
var OnlyFirstSubscribe Option[bool] = boolOption(opt.OnlyFirstSubscribe)

// XSubVerboseUnsubscribe sends every cancellation to the publishers, even if it is not
// the last of its prefix. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  XSUB
//	libzmq:   ZMQ_XSUB_VERBOSE_UNSUBSCRIBE (115)
var XSubVerboseUnsubscribe Option[bool] = boolOption(opt.XSubVerboseUnsubscribe)

// TopicsCount is the number of topic prefixes that have at least one subscription. Zero
// means that there is none. It can only be read, by Get.
//
//	Default:  0
//	Applies:  can only be read
//	Sockets:  PUB, XPUB, SUB, XSUB
//	libzmq:   ZMQ_TOPICS_COUNT (116)
var TopicsCount Option[int] = intOption(opt.TopicsCount)

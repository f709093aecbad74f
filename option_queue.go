// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options of queues and of calls that wait for them.

// SendHWM is the most messages queued for one peer. At the mark a PUSH, DEALER,
// REQ or PAIR waits, and a PUB drops. Zero is no limit; negative values are not
// valid.
//
//	Default:  1000
//	Applies:  at once, to connected peers too
//	Sockets:  all
//	libzmq:   ZMQ_SNDHWM (23)
var SendHWM = intOption(opt.SendHWM)

// RecvHWM is the most messages queued from one peer. At the mark the connection is
// not read from, so that in the end the sender is held up. Zero is no limit;
// negative values are not valid.
//
//	Default:  1000
//	Applies:  at once, to connected peers too
//	Sockets:  all
//	libzmq:   ZMQ_RCVHWM (24)
var RecvHWM = intOption(opt.RecvHWM)

// SendHWMBytes is a mark in octets beside SendHWM: once that many are queued for
// one peer, no further message is. One message may go beyond it. Zero is no limit;
// negative values are not valid. In process there is one queue between two sockets,
// and the receiver's RecvHWMBytes is added.
//
//	Default:  0, no limit
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var SendHWMBytes = int64Option(opt.SendHWMBytes)

// RecvHWMBytes is a mark in octets beside RecvHWM: once that many are queued from
// one peer, its connection is not read from. One message may go beyond it. Zero is
// no limit; negative values are not valid. In process there is one queue between
// two sockets, and the sender's SendHWMBytes is added.
//
//	Default:  0, no limit
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var RecvHWMBytes = int64Option(opt.RecvHWMBytes)

// SendTimeout is how long a send waits for room, beside its context, before it
// ends with ErrTimeout. Zero does not wait but returns ErrAgain; negative values
// wait for ever.
//
//	Default:  none, waits for ever
//	Applies:  to later calls
//	Sockets:  all
//	libzmq:   ZMQ_SNDTIMEO (28)
var SendTimeout = durationOption(opt.SendTimeout, time.Millisecond)

// RecvTimeout is how long a receive waits for a message, beside its context,
// before it ends with ErrTimeout. Zero does not wait but returns ErrAgain; negative
// values wait for ever.
//
//	Default:  none, waits for ever
//	Applies:  to later calls
//	Sockets:  all
//	libzmq:   ZMQ_RCVTIMEO (27)
var RecvTimeout = durationOption(opt.RecvTimeout, time.Millisecond)

// Linger is how long messages that are not sent yet outlive Close, Disconnect and
// Unbind; Close waits as long. Zero drops them at once; negative values keep them
// until they are delivered. SUB and XSUB begin with zero.
//
// A connection counts as done when its peer has read all that was sent, and closes
// it too, or has gone: with no limit, Close waits for a peer that is alive and does
// not read.
//
//	Default:  1s (libzmq: none, waits for ever)
//	Applies:  when the socket or an endpoint is closed
//	Sockets:  all
//	libzmq:   ZMQ_LINGER (17)
var Linger = durationOption(opt.Linger, time.Millisecond)

// Conflate keeps one message for each peer, the newest, whole with all its frames,
// and ignores the high-water marks. Other socket types take the option and ignore
// it.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  DEALER, PUSH, PULL, PUB, SUB
//	libzmq:   ZMQ_CONFLATE (54)
var Conflate = boolOption(opt.Conflate)

// ConflateTopics keeps, for each peer, the newest message of each topic, the topic
// being the whole first frame: a subscriber that is slow skips what is out of date,
// topic by topic, and falls behind no further. At a publisher it works on what the
// peers have not taken yet, at a subscriber on what the program has not received.
// The high-water marks count topics. With Conflate it has no effect; in process it
// is enough that one end has it.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  PUB, XPUB, SUB, XSUB
//	libzmq:   does not have it
var ConflateTopics = boolOption(opt.ConflateTopics)

// DisconnectSlow is how long a subscriber's queue may stay full before the
// publisher disconnects it. Zero never does; negative values are not valid. A
// subscriber that connected, rather than being connected to, comes back with an
// empty queue.
//
//	Default:  0, never
//	Applies:  at once
//	Sockets:  PUB, XPUB
//	libzmq:   does not have it
var DisconnectSlow = durationOption(opt.DisconnectSlow, time.Millisecond)

// InBatchSize is the most octets that a STREAM, or a ROUTER with RouterRaw, receives
// as one message; zero and negative values are not valid. Towards other types
// libzmq has it bound each read; here a read brings what is there, up to 64 KiB.
//
//	Default:  8 KiB
//	Applies:  to later calls of Bind and Connect
//	Sockets:  STREAM, ROUTER with RouterRaw
//	libzmq:   ZMQ_IN_BATCH_SIZE (101)
var InBatchSize = intOption(opt.InBatchSize)

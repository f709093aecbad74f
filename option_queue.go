// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options of queues and of calls that wait for them.

// SendHWM is the most messages queued for one peer. At the mark a PUSH, DEALER, REQ or
// PAIR blocks, and a PUB drops. Zero is no limit; negative values are not valid.
//
//	Default:  1000
//	Applies:  at once, to connected peers too
//	Sockets:  all
//	libzmq:   ZMQ_SNDHWM (23)
var SendHWM Option[int] = intOption(opt.SendHWM)

// RecvHWM is the most messages queued from one peer. At the mark the connection is not
// read, so that the sender eventually has to wait. Zero is no limit; negative values
// are not valid.
//
//	Default:  1000
//	Applies:  at once, to connected peers too
//	Sockets:  all
//	libzmq:   ZMQ_RCVHWM (24)
var RecvHWM Option[int] = intOption(opt.RecvHWM)

// SendHWMBytes is a mark in bytes in addition to SendHWM. Once that many bytes are
// queued for one peer, no further message is queued. One message may exceed it. Zero is
// no limit; negative values are not valid. In process there is one queue between two
// sockets, and the receiver's RecvHWMBytes is added.
//
//	Default:  0, no limit
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var SendHWMBytes Option[int64] = int64Option(opt.SendHWMBytes)

// RecvHWMBytes is a mark in bytes in addition to RecvHWM. Once that many bytes are
// queued from one peer, its connection is not read. One message may exceed it. Zero is
// no limit; negative values are not valid. In process there is one queue between two
// sockets, and the sender's SendHWMBytes is added.
//
//	Default:  0, no limit
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var RecvHWMBytes Option[int64] = int64Option(opt.RecvHWMBytes)

// SendTimeout is how long a send waits for room before it fails with ErrTimeout, in
// addition to its context. With zero it does not wait but returns ErrAgain. Negative
// values wait for ever.
//
//	Default:  none, waits for ever
//	Applies:  to later calls
//	Sockets:  all
//	libzmq:   ZMQ_SNDTIMEO (28)
var SendTimeout Option[time.Duration] = durationOption(opt.SendTimeout, time.Millisecond)

// RecvTimeout is how long a receive waits for a message before it fails with
// ErrTimeout, in addition to its context. With zero it does not wait but returns
// ErrAgain. Negative values wait for ever.
//
//	Default:  none, waits for ever
//	Applies:  to later calls
//	Sockets:  all
//	libzmq:   ZMQ_RCVTIMEO (27)
var RecvTimeout Option[time.Duration] = durationOption(opt.RecvTimeout, time.Millisecond)

// Linger is how long Close, Disconnect and Unbind keep messages that have not been sent
// yet. Close waits as long. Zero drops them at once; negative values keep them until
// they are delivered. SUB and XSUB begin with zero.
//
// Lingering on a connection ends when the peer has read everything that was sent, and
// has closed the connection too, or has gone. With a negative value Close therefore
// waits for a peer that is alive and does not read.
//
//	Default:  1s (libzmq: none, waits for ever)
//	Applies:  when the socket or an endpoint is closed
//	Sockets:  all
//	libzmq:   ZMQ_LINGER (17)
var Linger Option[time.Duration] = durationOption(opt.Linger, time.Millisecond)

// Conflate keeps only the newest message for each peer, with all its frames, and
// ignores the high-water marks. Other socket types accept the option and ignore it.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  DEALER, PUSH, PULL, PUB, SUB
//	libzmq:   ZMQ_CONFLATE (54)
var Conflate Option[bool] = boolOption(opt.Conflate)

// ConflateTopics keeps, for each peer, the newest message of each topic. The topic is
// the whole first frame. A slow subscriber skips outdated messages of each topic, and
// falls behind no further. At a publisher the option applies to messages that the peers
// have not taken yet, at a subscriber to messages that the program has not received.
// The high-water marks count topics. With Conflate it has no effect. In process it is
// enough that one end has it.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  PUB, XPUB, SUB, XSUB
//	libzmq:   does not have it
var ConflateTopics Option[bool] = boolOption(opt.ConflateTopics)

// DropOldest has a queue at its high-water mark drop its oldest message for the newest
// one, so that a peer which cannot keep up gets what is recent. A publisher would drop the
// newest otherwise, and a subscriber would not read its connection. In process there is
// one queue between two sockets, and it is enough that one end has the option. Messages
// that a connection is writing, and those in buffers of the system, are not dropped.
//
// What is dropped is counted: at a sender as Drops.Mute, at a receiver as Drops.Overflow,
// and for the peer as PeerStats.Dropped. Other socket types make a sender wait instead of
// dropping, and refuse the option with ErrInvalid. With Conflate, or for a publisher with
// XPubNoDrop that was set before Bind or Connect, it has no effect; with ConflateTopics the
// oldest topic is dropped.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  PUB, XPUB, RADIO, SUB, XSUB, DISH
//	libzmq:   does not have it
var DropOldest Option[bool] = boolOption(opt.DropOldest)

// DisconnectSlow is how long a subscriber's queue may stay full before the publisher
// disconnects it. Zero never does; negative values are not valid. If the subscriber had
// connected to the publisher, it comes back with an empty queue.
//
// With every socket type it also limits how long a busy peer may be silent (see
// HeartbeatTimeout); the longer of the two times ends its connection. Connections take
// this limit from the options of their Bind or Connect.
//
//	Default:  0, never
//	Applies:  at once
//	Sockets:  all that send
//	libzmq:   does not have it
var DisconnectSlow Option[time.Duration] = durationOption(opt.DisconnectSlow, time.Millisecond)

// InBatchSize is the most bytes that a STREAM, or a ROUTER with RouterRaw, receives as
// one message. Zero and negative values are not valid. In libzmq it bounds each read of
// other types too. Here a read takes what has arrived, up to 64 KiB.
//
//	Default:  8 KiB
//	Applies:  to later calls of Bind and Connect
//	Sockets:  STREAM, ROUTER with RouterRaw
//	libzmq:   ZMQ_IN_BATCH_SIZE (101)
var InBatchSize Option[int] = intOption(opt.InBatchSize)

// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"sync/atomic"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// Pattern decides which pipe a message goes to and which one it comes from. It
// knows nothing of how octets travel. Every method is called with the socket's
// lock held and none blocks: Send and Recv return zerr.ErrAgain instead, and the
// mailbox wakes the caller when trying again may help.
type Pattern interface {
	// Attach takes in a pipe: at connect, or when a peer that connected to us
	// has finished its handshake.
	Attach(p *pipe.Pipe)
	// Ready tells that the pipe's connection finished its handshake. It is
	// called once for an accepted peer and for one in process, and after every
	// reconnect for an endpoint that we connected to. An error refuses the peer.
	Ready(p *pipe.Pipe) error
	// Lost tells that the connection of a pipe that was ready is gone. The pipe
	// may get another.
	Lost(p *pipe.Pipe)
	// Detach tells that nothing can be sent through the pipe any more. What it
	// has received stays readable.
	Detach(p *pipe.Pipe)
	// Send routes one message. The message belongs to the caller.
	Send(m *pipe.Message) error
	// Recv takes the next message.
	Recv(m *pipe.Message) error
	// Readable reports whether Recv would return a message (POLLIN).
	Readable() bool
	// Writable reports whether Send would take one (POLLOUT).
	Writable() bool
	// Sink returns what takes upstream traffic at once, or nil.
	Sink() pipe.Sink
}

// Subscriber is a pattern that SUBSCRIBE and UNSUBSCRIBE act on.
type Subscriber interface {
	Subscribe(topic []byte) error
	Unsubscribe(topic []byte) error
}

// Configured is a pattern that keeps copies of options; Configure is called
// after each change.
type Configured interface {
	Configure()
}

// Topics is a pattern that knows subscriptions.
type Topics interface {
	// TopicsCount returns the number of distinct subscriptions.
	TopicsCount() int
}

// Publisher is a pattern that knows who subscribed.
type Publisher interface {
	Topics
	// Subscribers returns how many peers would get a message of that topic. It
	// may be called without the socket's lock.
	Subscribers(topic []byte) int
}

// Source is a pattern whose Recv returns what its pipes hold as it is. Asking for the
// pipe saves the way through Recv, and the message one copy.
type Source interface {
	// Only returns the pipe whose next message Recv would return, if there is
	// one and no other pipe comes into question.
	Only() *pipe.Pipe
	// Turn returns the pipe whose next message Recv would return if that has one, nil
	// if there is none. The caller reads the message, or calls Empty and asks again.
	Turn() *pipe.Pipe
	// Empty tells that nothing could be read from the pipe that Turn has returned.
	Empty()
}

// Router is a pattern that finds peers by routing id.
type Router interface {
	// CanRoute reports whether an id is free for CONNECT_ROUTING_ID.
	CanRoute(id []byte) bool
	// Writable reports whether the peer with that id has room;
	// zerr.ErrHostUnreachable if there is none.
	PeerWritable(id []byte) (bool, error)
}

// Host is what a pattern is given by its socket.
type Host struct {
	Mailbox *pipe.Mailbox
	// Options are the socket's live options, guarded by its lock.
	Options *opt.Set
	// Flush collects the pipes whose write token Send has acquired; the socket
	// flushes them after it has released its lock.
	Flush []*pipe.Pipe
	// Displaced collects pipes in process that the pattern has no use for any
	// more (a connection is refused instead); the socket ends them after it has
	// released its lock.
	Displaced []*pipe.Pipe
	// Drops counts what was lost, by cause.
	Drops *Drops
	// Sole, if set, is told which pipe takes every message that is sent, nil if
	// the pattern has a choice, or none: the socket may then write to that pipe
	// without asking.
	Sole func(*pipe.Pipe)
	// Subscribed, if set, is called without locks of the pattern whenever the
	// subscriptions of a publisher changed.
	Subscribed func()
}

// Drops counts messages that were lost, by cause. It may be read at any time.
type Drops struct {
	Mute         atomic.Uint64 // the peer's queue was full
	NoSubscriber atomic.Uint64 // nobody subscribed to the topic
	Unroutable   atomic.Uint64 // no peer with that routing id
	PeerGone     atomic.Uint64 // the peer left with messages queued for it
	Filtered     atomic.Uint64 // received without a subscription for it
	Malformed    atomic.Uint64 // received without the envelope that the pattern needs
	Stale        atomic.Uint64 // replies to requests that were given up
}

// write queues a message for a pipe and notes the pipe for flushing.
func (h *Host) write(p *pipe.Pipe, m *pipe.Message) bool {
	ok, flush := p.Write(m)
	if flush {
		h.Flush = append(h.Flush, p)
	}
	return ok
}

// sole tells the socket whether there is a choice.
func (h *Host) sole(p *pipe.Pipe) {
	if h.Sole != nil {
		h.Sole(p)
	}
}

// New returns the pattern of a socket type by its libzmq number.
func New(socketType int, h *Host) (Pattern, error) {
	switch socketType {
	case Pair:
		return newPair(h), nil
	case Pub:
		return newXPub(h, true), nil
	case Sub:
		return newSub(h, true), nil
	case Req:
		return newReq(h), nil
	case Rep:
		return newRep(h), nil
	case Dealer:
		return newDealer(h, true, true), nil
	case RouterType:
		return newRouter(h), nil
	case Pull:
		return newDealer(h, false, true), nil
	case Push:
		return newDealer(h, true, false), nil
	case XPub:
		return newXPub(h, false), nil
	case XSub:
		return newSub(h, false), nil
	case Stream:
		return newStream(h), nil
	}
	return nil, zerr.Errorf(zerr.ErrInvalid, "no socket type has the number %d", socketType)
}

// Socket types by their libzmq numbers (ZMQ_TYPE).
const (
	Pair = iota
	Pub
	Sub
	Req
	Rep
	Dealer
	RouterType
	Pull
	Push
	XPub
	XSub
	Stream
)

// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"bytes"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// Pattern decides which pipe a message goes to and which one it comes from. It
// knows nothing of how bytes travel. Every method is called with the socket's
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
	// Take fetches the next message in the form in which the application gets it.
	// What Send and Subscribe may do next depends on what the application has
	// received, not on what was fetched: see Stateful.
	Take(m *pipe.Message) error
	// Readable reports whether Take would return a message (POLLIN).
	Readable() bool
	// Room returns how many messages that begin with a frame Send would take now, at
	// most limit; head nil stands for any message, and then it is limit where the
	// message itself decides and some can be sent. Without room, err is what Send
	// would return; if that is zerr.ErrAgain, the mailbox tells when it may have
	// changed (POLLOUT). A pattern that drops messages always has room.
	Room(head []byte, limit int) (n int, err error)
	// Sink returns what takes upstream traffic at once, or nil.
	Sink() pipe.Sink
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
	// After is work in proportion to what a peer has left behind, which others must
	// not wait for: the socket does it after it has released its lock.
	After []func()
	// Returned are messages that were taken and not received, in order. They are
	// taken again before all others.
	Returned []pipe.Message
	// Drops counts what was lost, by cause.
	Drops *Drops
	// Budget is that of the context, nil for none.
	Budget *pipe.Budget
	// Sole, if set, is told which pipe takes every message that is sent, nil if
	// the pattern has a choice, or none: the socket may then write to that pipe
	// without asking.
	Sole func(*pipe.Pipe)
	// MayRefuse, if set, reports whether some peer may not accept a message.
	MayRefuse func(*pipe.Message) bool
	// Lost, if set, is called with locks held when messages are lost because a queue is
	// full.
	Lost func()
	// Subscribed, if set, is called without locks of the pattern whenever the
	// subscriptions of a publisher changed.
	Subscribed func()
}

// Drops counts messages that were lost, by cause. It may be read at any time.
type Drops struct {
	Mute         atomic.Uint64 // the peer's queue was full
	NoSubscriber atomic.Uint64 // no peer subscribed to the topic
	Unroutable   atomic.Uint64 // no peer with that routing id
	PeerGone     atomic.Uint64 // the peer left with messages queued for it
	Filtered     atomic.Uint64 // received without a subscription for it
	Malformed    atomic.Uint64 // received without the envelope that the pattern needs
	Stale        atomic.Uint64 // replies to requests that were given up
	Refused      atomic.Uint64 // the peer ended two connections in a row over them
}

// Return puts messages back that were taken and not received.
func (h *Host) Return(items []pipe.Item) {
	h.Returned = append(pipe.Separate(nil, items), h.Returned...)
}

// again takes a message that was put back, if there is one.
func (h *Host) again(m *pipe.Message) bool {
	if len(h.Returned) == 0 {
		return false
	}
	*m, h.Returned[0] = h.Returned[0], pipe.Message{}
	if h.Returned = h.Returned[1:]; len(h.Returned) == 0 {
		h.Returned = nil
	}
	return true
}

// write queues a message for a pipe and notes the pipe for flushing.
func (h *Host) write(p *pipe.Pipe, m *pipe.Message) bool {
	ok, flush := p.Write(m)
	if flush {
		h.Flush = append(h.Flush, p)
	}
	return ok
}

// writeOrDrop is write for a pattern that does not wait if the queue is full: it
// gives up only when the system takes no more of what waits for the peer.
func (h *Host) writeOrDrop(p *pipe.Pipe, m *pipe.Message) bool {
	if h.write(p, m) {
		return true
	}
	if !p.Moving() {
		return false
	}
	for i, q := range h.Flush { // the writer may be one of these
		q.Kick()
		h.Flush[i] = nil
	}
	h.Flush = h.Flush[:0]
	p.AwaitRoom()
	return h.write(p, m)
}

// writeOrDisplace is writeOrDrop for publishers and subscribers. If the queue stays full, the
// message is lost, or with DROP_OLDEST the oldest one that waits. It reports false then.
func (h *Host) writeOrDisplace(p *pipe.Pipe, m *pipe.Message) bool {
	if h.writeOrDrop(p, m) {
		return true
	}
	ok, flush := p.Displace(m)
	switch {
	case flush:
		h.Flush = append(h.Flush, p)
	case !ok:
		h.lose(p)
	}
	return false
}

// lose counts a message that is lost because the queue of a peer is full.
func (h *Host) lose(p *pipe.Pipe) {
	p.Dropped.Add(1)
	h.Drops.Mute.Add(1)
	if h.Lost != nil {
		h.Lost()
	}
}

// orAgain is the answer of Pattern.Room where peers have room for n messages.
func orAgain(n int) (int, error) {
	if n == 0 {
		return 0, zerr.ErrAgain
	}
	return n, nil
}

// writeTo queues a message for the peer that it names by a routing id. If the queue is
// full it is ErrAgain with WaitForPeer, so that the send waits, or else an error that
// names the peer.
func (h *Host) writeTo(p *pipe.Pipe, m *pipe.Message) error {
	if h.Options.Bool(opt.WaitForPeer) {
		if h.write(p, m) {
			return nil
		}
		return zerr.ErrAgain
	}
	if h.writeOrDrop(p, m) {
		return nil
	}
	return h.full(p)
}

// roomAt is Room of a pattern whose message names its peer.
func (h *Host) roomAt(p *pipe.Pipe, limit int) (int, error) {
	if n := p.Room(limit); n > 0 {
		return n, nil
	}
	return 0, h.full(p)
}

// full is the error of a send to a peer whose queue is full.
func (h *Host) full(p *pipe.Pipe) error {
	if h.Options.Bool(opt.WaitForPeer) {
		return zerr.ErrAgain
	}
	return &zerr.PeerFullError{RoutingID: bytes.Clone(p.Route.ID), Number: p.Route.Label.RoutingOf()}
}

// sole tells the socket whether there is a choice.
func (h *Host) sole(p *pipe.Pipe) {
	if h.Sole != nil {
		h.Sole(p)
	}
}

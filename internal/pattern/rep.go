// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// rep is REP: receive a request, send its reply, in lockstep (RFC 28). The
// frames up to and including the first empty one are the envelope; they go back
// in front of the reply.
type rep struct {
	h        *Host
	in       *fairQueue
	step     step // the request that the application gets next
	owing    bool
	peer     *pipe.Pipe // the peer of the request; nil once it has gone
	envelope [][]byte
	scratch  [][]byte
}

func newRep(h *Host) *rep { return &rep{h: h, in: newFairQueue(h)} }

// PeerWritable implements Reachability. A REP of libzmq is a ROUTER inside, which has
// routing ids; none is known here.
func (r *rep) PeerWritable([]byte) (bool, error) { return false, zerr.ErrHostUnreachable }

func (r *rep) Attach(p *pipe.Pipe) {
	p.Route.Attached = true
	r.in.attach(p)
}

func (r *rep) Ready(*pipe.Pipe) error { return nil }

func (r *rep) Lost(*pipe.Pipe) {}

func (r *rep) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	r.in.detach(p)
	if r.peer == p {
		r.peer = nil
	}
}

func (r *rep) Send(m *pipe.Message) error {
	if !r.owing {
		return zerr.ErrState
	}
	p := r.peer
	r.owing, r.peer = false, nil
	r.h.Mailbox.Watchers.Tell(pipe.CanRecv) // the next request may be there already
	if p == nil || !p.Route.Attached {
		r.h.Drops.PeerGone.Add(1)
		return nil
	}
	r.scratch = append(append(append(r.scratch[:0], r.envelope...), m.Head), m.Tail...)
	w := pipe.Message{Head: r.scratch[0], Tail: r.scratch[1:], Owned: m.Owned, Lease: m.Lease}
	if !r.h.writeOrDrop(p, &w) {
		r.h.lose(p)
	}
	clear(r.scratch)
	clear(r.envelope)
	return nil
}

// Take fetches the next request. While one is on its way to the application there is
// no other.
func (r *rep) Take(m *pipe.Message) error {
	if r.owing {
		return zerr.ErrState
	}
	for n := skips(0); r.step.at != taken && r.step.next(r.in, m); {
		ok := r.open(m)
		if r.step.take(ok); ok {
			return nil
		}
		m.Lease.Release()
		if r.h.Drops.Malformed.Add(1); n.enough(r.h) {
			break
		}
	}
	return zerr.ErrAgain
}

// Received implements Stateful: from here on a reply is owed.
func (r *rep) Received(*pipe.Message) {
	r.owing = true
	if r.peer = r.step.from; !r.peer.Route.Attached {
		r.peer = nil
	}
	r.step = step{}
	r.h.Mailbox.Watchers.Tell(pipe.CanSend)
}

// Return implements Stateful.
func (r *rep) Return([]pipe.Item, bool) { r.step.putBack(r.h) }

// open moves the envelope out of the message; false means that it has none.
func (r *rep) open(m *pipe.Message) bool {
	r.envelope = r.envelope[:0]
	for len(m.Tail) > 0 {
		f := m.Pop()
		r.envelope = append(r.envelope, f)
		if len(f) == 0 {
			return true
		}
	}
	return false
}

func (r *rep) Readable() bool { return !r.owing && r.step.readable(r.in) }

// Room is for one reply at a time.
func (r *rep) Room([]byte, int) (int, error) {
	if !r.owing {
		return 0, zerr.ErrState
	}
	return 1, nil
}

func (r *rep) Sink() pipe.Sink { return nil }

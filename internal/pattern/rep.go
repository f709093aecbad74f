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
	owing    bool
	peer     *pipe.Pipe // who asked; nil once it has gone
	envelope [][]byte
	scratch  [][]byte
}

func newRep(h *Host) *rep { return &rep{h: h, in: newFairQueue(h)} }

func (r *rep) Attach(p *pipe.Pipe) { p.Route.Attached = true }

func (r *rep) Ready(*pipe.Pipe) error { return nil }

func (r *rep) Lost(*pipe.Pipe) {}

func (r *rep) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
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
	w := pipe.Message{Head: r.scratch[0], Tail: r.scratch[1:], Owned: m.Owned}
	if !r.h.write(p, &w) {
		r.h.Drops.Mute.Add(1)
	}
	clear(r.scratch)
	clear(r.envelope)
	return nil
}

func (r *rep) Recv(m *pipe.Message) error {
	if r.owing {
		return zerr.ErrState
	}
	for {
		p := r.in.recv(m)
		if p == nil {
			return zerr.ErrAgain
		}
		if !r.open(m) {
			r.h.Drops.Malformed.Add(1)
			continue
		}
		r.owing = true
		if r.peer = p; !p.Route.Attached {
			r.peer = nil
		}
		r.h.Mailbox.Watchers.Tell(pipe.CanSend)
		return nil
	}
}

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

func (r *rep) Readable() bool  { return !r.owing && r.in.peek() != nil }
func (r *rep) Writable() bool  { return r.owing }
func (r *rep) Sink() pipe.Sink { return nil }

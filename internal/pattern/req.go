// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// req is REQ: send a request, receive its reply, in lockstep (RFC 28).
//
// On the wire a request is [id]? [] body…, the id only with REQ_CORRELATE.
type req struct {
	h        *Host
	out      *balancer
	in       *fairQueue
	awaiting bool
	peer     *pipe.Pipe // whose reply counts; nil: anybody's
	id       uint32
	idFrame  []byte // of the outstanding request, nil without REQ_CORRELATE
	scratch  [][]byte
}

func newReq(h *Host) *req {
	return &req{h: h, out: newBalancer(h), in: newFairQueue(h), id: rand.Uint32()}
}

func (r *req) Attach(p *pipe.Pipe) {
	p.Route.Attached = true
	probe(r.h, p)
	r.out.include(p)
	r.h.Mailbox.WakeSender()
}

func (r *req) Ready(*pipe.Pipe) error { return nil }

func (r *req) Lost(*pipe.Pipe) {}

// Detach leaves the peer that owes the reply in place: what it has sent is still
// read. After that the socket keeps waiting, and a reply of any other peer counts,
// as in libzmq.
func (r *req) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	r.out.remove(p)
}

func (r *req) Send(m *pipe.Message) error {
	if r.awaiting && !r.h.Options.Bool(opt.ReqRelaxed) {
		return zerr.ErrState
	}
	// The outstanding request is given up even if no peer takes the new one: its
	// reply may be among what is discarded now.
	r.awaiting, r.peer, r.idFrame = false, nil, nil
	var id []byte
	w := pipe.Message{Owned: m.Owned}
	r.scratch = r.scratch[:0]
	if r.h.Options.Bool(opt.ReqCorrelate) {
		r.id++
		id = binary.NativeEndian.AppendUint32(nil, r.id)
		w.Head = id
		r.scratch = append(r.scratch, []byte{})
	} else {
		w.Head = []byte{}
	}
	r.scratch = append(append(r.scratch, m.Head), m.Tail...)
	w.Tail = r.scratch
	// Stale replies go before the request does: its own could be quick.
	r.discardStale()
	p, err := r.out.send(&w)
	clear(r.scratch)
	if err != nil {
		return err
	}
	r.awaiting, r.peer, r.idFrame = true, p, id
	return nil
}

func (r *req) discardStale() {
	var m pipe.Message
	for r.in.recv(&m) != nil {
		r.h.Drops.Stale.Add(1)
	}
}

func (r *req) Recv(m *pipe.Message) error {
	if !r.awaiting {
		return zerr.ErrState
	}
	for {
		p := r.in.recv(m)
		if p == nil {
			return zerr.ErrAgain
		}
		if r.peer != nil && p != r.peer && !r.peer.Route.Attached && r.peer.Peek() == nil {
			r.peer = nil // it left and owes nothing that could still be read
		}
		if r.peer != nil && p != r.peer || !r.strip(m) {
			r.h.Drops.Stale.Add(1)
			continue
		}
		r.awaiting, r.peer = false, nil
		r.h.Mailbox.Watchers.Tell(pipe.CanSend)
		return nil
	}
}

// strip removes the envelope of a reply; false means that it is none of ours.
func (r *req) strip(m *pipe.Message) bool {
	if r.idFrame != nil {
		if len(m.Tail) < 2 || !bytes.Equal(m.Head, r.idFrame) {
			return false
		}
		m.Pop()
	}
	if len(m.Tail) < 1 || len(m.Head) != 0 {
		return false
	}
	m.Pop()
	return true
}

func (r *req) Readable() bool { return r.awaiting && r.in.peek() != nil }

func (r *req) Writable() bool {
	return (!r.awaiting || r.h.Options.Bool(opt.ReqRelaxed)) && r.out.writable()
}

func (r *req) Sink() pipe.Sink { return nil }

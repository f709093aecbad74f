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
	step     step // the reply that the application gets next
	awaiting bool
	// abandoned means that a reply that was put back is not offered again by itself.
	abandoned bool
	peer      *pipe.Pipe // the one whose reply counts; nil: any
	id        uint32
	idFrame   []byte // of the outstanding request, nil without REQ_CORRELATE
	scratch   [][]byte
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

// PreferConnected implements Chooser.
func (r *req) PreferConnected() { r.out.preferConnected = true }

// Detach leaves the peer that owes the reply in place: what it has sent is still
// read. After that the socket keeps waiting, and a reply of any other peer counts,
// as in libzmq.
func (r *req) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	r.out.remove(p)
}

func (r *req) Send(m *pipe.Message) error {
	if err := r.turn(); err != nil {
		return err
	}
	// The outstanding request is given up even if no peer takes the new one: its
	// reply may be among what is discarded now.
	r.awaiting, r.peer, r.idFrame = false, nil, nil
	var id []byte
	w := pipe.Message{Owned: m.Owned, Lease: m.Lease}
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

// turn returns ErrState unless a request may be sent now. It may not while the reply
// to the last one is on its way to the application. A reply that was put back for
// good has ended the exchange on the wire: an application that has given up its
// channel may go on with the next request, which drops the reply.
func (r *req) turn() error {
	strict := !r.h.Options.Bool(opt.ReqRelaxed)
	if r.step.at == taken || r.awaiting && strict && !(r.step.at == returned && r.abandoned) {
		return zerr.ErrState
	}
	return nil
}

// discardStale drops what has arrived, a reply that was put back included. It takes
// as long as there are peers that have sent something, however fast they send.
func (r *req) discardStale() {
	if r.step.discard(r.h) {
		r.h.Drops.Stale.Add(1)
	}
	r.h.Drops.Stale.Add(uint64(r.in.drop()))
}

// Take fetches the reply. While it is on its way to the application there is no
// other.
func (r *req) Take(m *pipe.Message) error {
	if !r.awaiting {
		return zerr.ErrState
	}
	for n := skips(0); r.step.at != taken && r.step.next(r.in, m); {
		p := r.step.from
		if r.peer != nil && p != r.peer && !r.peer.Route.Attached && r.peer.Peek() == nil {
			r.peer = nil // it left and owes nothing that could still be read
		}
		ok := (r.peer == nil || p == r.peer) && r.strip(m)
		if r.step.take(ok); ok {
			return nil
		}
		m.Lease.Release()
		if r.h.Drops.Stale.Add(1); n.enough(r.h) {
			break
		}
	}
	return zerr.ErrAgain
}

// Received implements Stateful: from here on the next request may be sent.
func (r *req) Received(*pipe.Message) {
	r.awaiting, r.peer, r.step = false, nil, step{}
	r.h.Mailbox.Watchers.Tell(pipe.CanSend)
}

// Return implements Stateful.
func (r *req) Return(_ []pipe.Item, again bool) {
	r.step.putBack(r.h)
	r.abandoned = !again
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

func (r *req) Readable() bool { return r.awaiting && r.step.readable(r.in) }

// Room is for one request at a time.
func (r *req) Room([]byte, int) (int, error) {
	if err := r.turn(); err != nil {
		return 0, err
	}
	return orAgain(r.out.room(1))
}

func (r *req) Sink() pipe.Sink { return nil }

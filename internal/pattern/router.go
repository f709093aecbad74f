// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// routes finds pipes by routing id, for ROUTER and STREAM.
type routes struct {
	byID map[string]*pipe.Pipe
	next uint32
	// tails is where the frames behind a routing id are carved from, so that
	// prepending it allocates once for many messages.
	tails [][]byte
	// ids is where the ids themselves are carved from: they are the receiver's to
	// change, and the next message has the same.
	ids []byte
}

// idSlab is how many bytes of routing ids share an allocation: two hundred ids of
// ours.
const idSlab = 1 << 10

func newRoutes() routes {
	return routes{byID: make(map[string]*pipe.Pipe), next: rand.Uint32()}
}

// fresh returns an id of ours: byte zero and a counter with a random start.
func (r *routes) fresh() []byte {
	for {
		r.next++
		id := binary.BigEndian.AppendUint32(make([]byte, 1, 5), r.next)
		if _, used := r.byID[string(id)]; !used {
			return id
		}
	}
}

func (r *routes) set(p *pipe.Pipe, id []byte) {
	p.Route.ID, p.Route.Key = id, string(id)
	r.byID[p.Route.Key] = p
}

func (r *routes) remove(p *pipe.Pipe) {
	if p.Route.ID != nil && r.byID[p.Route.Key] == p {
		delete(r.byID, p.Route.Key)
	}
}

// prepend puts the routing id in front of a message.
func (r *routes) prepend(m *pipe.Message, id []byte) {
	n := 1 + len(m.Tail)
	if len(r.tails) < n {
		r.tails = make([][]byte, max(n, 64))
	}
	t := r.tails[:n:n]
	r.tails = r.tails[n:]
	t[0] = m.Head
	copy(t[1:], m.Tail)
	if cap(r.ids)-len(r.ids) < len(id) {
		r.ids = make([]byte, 0, max(idSlab, len(id)))
	}
	at := len(r.ids)
	r.ids = append(r.ids, id...)
	m.Head, m.Tail = r.ids[at:len(r.ids):len(r.ids)], t
}

func (r *routes) CanRoute(id []byte) bool {
	_, used := r.byID[string(id)]
	return !used
}

// router is ROUTER: the first frame of a message names the peer (RFC 28).
type router struct {
	routes
	h  *Host
	in *fairQueue
}

func newRouter(h *Host) *router {
	r := &router{routes: newRoutes(), h: h, in: newFairQueue(h)}
	// A peer without a name is not read, so that it feels back-pressure.
	r.in.skip = func(p *pipe.Pipe) bool { return p.Route.ID == nil }
	return r
}

// PeerWritable implements Reachability.
func (r *router) PeerWritable(id []byte) (bool, error) {
	p := r.byID[string(id)]
	if p == nil {
		return false, zerr.ErrHostUnreachable
	}
	return p.Room(1) > 0, nil
}

// Attach makes the pipe routable at once if CONNECT_ROUTING_ID named it (core
// has put the id there); otherwise it is anonymous until its handshake is over.
func (r *router) Attach(p *pipe.Pipe) {
	p.Route.Attached = true
	if p.Route.ID != nil {
		r.set(p, p.Route.ID)
		r.in.attach(p)
		r.h.Mailbox.WakeSender()
	}
	probe(r.h, p)
}

// Ready names the peer. A pipe keeps its id across reconnects, even if the
// peer's identity changed.
func (r *router) Ready(p *pipe.Pipe) error {
	if p.Route.ID != nil {
		r.notify(p, 1)
		return nil
	}
	var id []byte
	if peer := p.Peer(); peer != nil && len(peer.Identity) > 0 && !r.h.Options.Bool(opt.RouterRaw) {
		id = peer.Identity
	}
	if id == nil {
		id = r.fresh()
	} else if old := r.byID[string(id)]; old != nil && old.Route.HungUp {
		r.remove(old) // both are called so; nothing is sent to the old one any more
	} else if old != nil {
		if !r.handsOver(old.Peer(), p.Peer()) {
			return nil // stays anonymous for ever
		}
		r.displace(old)
	}
	r.set(p, id)
	r.in.attach(p)
	r.h.Mailbox.WakeSender()
	r.notify(p, 1)
	return nil
}

// handsOver reports whether a newer peer takes the routing id of an older one.
func (r *router) handsOver(old, newer *pipe.Peer) bool {
	return r.h.Options.Bool(opt.RouterHandover) || r.h.Options.Bool(opt.HandoverToSameUser) && newer.SameUser(old)
}

// notify tells the application with an empty message (ROUTER_NOTIFY: 1 a peer
// came, 2 it went).
func (r *router) notify(p *pipe.Pipe, bit int) {
	if r.h.Options.Int(opt.RouterNotify)&bit != 0 && !p.InProcess() {
		p.Inject(pipe.Message{Head: []byte{}, Peer: p.Peer(), Owned: true})
	}
}

// Lost tells the application through DISCONNECT_MSG and ROUTER_NOTIFY.
func (r *router) Lost(p *pipe.Pipe) {
	disconnected(r.h, p)
	r.notify(p, 2)
}

// displace gives the old holder of an id a fresh one, under which what it has
// sent is still delivered, and ends its connection (ROUTER_HANDOVER).
func (r *router) displace(old *pipe.Pipe) {
	r.in.depart(old)
	r.set(old, r.fresh())
	old.Route.Moved = true
	if old.InProcess() {
		r.h.Displaced = append(r.h.Displaced, old)
		return
	}
	old.Refuse(zerr.Errorf(zerr.ErrProtocol, "another peer took over its routing id"))
}

func (r *router) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	r.in.detach(p)
	r.remove(p)
}

func (r *router) Send(m *pipe.Message) error {
	mandatory := r.h.Options.Bool(opt.RouterMandatory)
	if len(m.Tail) == 0 {
		if mandatory {
			return zerr.Errorf(zerr.ErrInvalid, "a ROUTER sends a routing id and at least one frame behind it")
		}
		return nil // swallowed, as libzmq does
	}
	p := r.byID[string(m.Head)]
	if p == nil || p.Route.Moved {
		if mandatory {
			return zerr.ErrHostUnreachable
		}
		r.h.Drops.Unroutable.Add(1)
		return nil
	}
	w := *m
	w.Pop()
	if len(w.Head) == 0 && len(w.Tail) == 0 && r.h.Options.Bool(opt.RouterRaw) {
		p.Route.Moved = true // as a STREAM closes a connection
		r.remove(p)
		p.Refuse(nil)
		return nil
	}
	if mandatory {
		return r.h.writeTo(p, &w)
	}
	if r.h.writeOrDrop(p, &w) {
		return nil
	}
	r.h.lose(p)
	return nil
}

func (r *router) Take(m *pipe.Message) error {
	if r.h.again(m) { // with its routing id
		return nil
	}
	p := r.in.recv(m)
	if p == nil {
		return zerr.ErrAgain
	}
	r.prepend(m, p.Route.ID)
	return nil
}

// RouteTo returns the pipe to the peer with a routing id, nil if there is none.
func (r *router) RouteTo(id []byte, _ *pipe.Label) *pipe.Pipe { return r.routes.byID[string(id)] }

func (r *router) Readable() bool { return len(r.h.Returned) > 0 || r.in.peek() != nil }

func (r *router) Room(head []byte, limit int) (int, error) {
	if !r.h.Options.Bool(opt.RouterMandatory) {
		return limit, nil
	}
	if head == nil {
		for _, p := range r.byID {
			if p.Room(1) > 0 {
				return limit, nil
			}
		}
		return 0, zerr.ErrAgain
	}
	p := r.byID[string(head)]
	if p == nil || p.Route.Moved {
		return 0, zerr.ErrHostUnreachable
	}
	return r.h.roomAt(p, limit)
}

func (r *router) Sink() pipe.Sink { return nil }

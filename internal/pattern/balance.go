// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"slices"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// balancer sends each message to the next pipe in turn. A full pipe leaves the
// ring and comes back at its end when it has room.
type balancer struct {
	h    *Host
	ring []*pipe.Pipe
	at   int
	add  func(*pipe.Pipe)
	all  []*pipe.Pipe // those in the ring, and those that are full
	// preferConnected passes over pipes without a connection as long as another has one.
	preferConnected bool
}

func newBalancer(h *Host) *balancer {
	h.Mailbox.Writers = true
	b := &balancer{h: h}
	b.add = b.include
	return b
}

// attach takes in a pipe.
func (b *balancer) attach(p *pipe.Pipe) {
	b.include(p)
	b.all = append(b.all, p)
	b.choose()
}

// choose tells the socket when there is nothing to balance.
func (b *balancer) choose() {
	if len(b.all) == 1 {
		b.h.sole(b.all[0])
	} else {
		b.h.sole(nil)
	}
}

func (b *balancer) include(p *pipe.Pipe) {
	if p.Route.OutRing || !p.Route.Attached {
		return
	}
	p.Route.OutRing = true
	b.ring = append(b.ring, p)
}

// send returns the pipe that took the message. Peers that have announced that they do not
// accept it are passed over.
func (b *balancer) send(m *pipe.Message) (*pipe.Pipe, error) {
	b.h.Mailbox.Writable(b.add)
	picky := b.h.MayRefuse != nil && b.h.MayRefuse(m)
	for passed := 0; passed < len(b.ring); {
		if b.at >= len(b.ring) {
			b.at = 0
		}
		if b.preferConnected && passed == 0 {
			b.seekConnected()
		}
		p := b.ring[b.at]
		if picky && p.Peer().Refuses(m.Head, m.Tail) != nil {
			b.at++
			passed++
			continue
		}
		if b.h.write(p, m) {
			b.at++
			return p, nil
		}
		b.leave(b.at)
	}
	if picky {
		return nil, b.refused(m)
	}
	return nil, zerr.ErrAgain
}

// seekConnected turns the ring to the next pipe that has a connection, if there is one.
func (b *balancer) seekConnected() {
	for i := range b.ring {
		at := (b.at + i) % len(b.ring)
		if p := b.ring[at]; p.Connected() && (!p.InProcess() || p.Adopted()) {
			b.at = at
			return
		}
	}
}

// refused is ErrAgain if a peer that is full accepts a message, and otherwise why none
// does.
func (b *balancer) refused(m *pipe.Message) error {
	err := error(zerr.ErrAgain)
	for _, p := range b.all {
		if err = p.Peer().Refuses(m.Head, m.Tail); err == nil {
			return zerr.ErrAgain
		}
	}
	return err
}

// room adds up what the pipes of the ring have.
func (b *balancer) room(limit int) int {
	b.h.Mailbox.Writable(b.add)
	n := 0
	for i := 0; i < len(b.ring) && n < limit; {
		r := b.ring[i].Room(limit - n)
		if r == 0 {
			b.leave(i)
			continue
		}
		n += r
		i++
	}
	return n
}

func (b *balancer) leave(i int) {
	b.ring[i].Route.OutRing = false
	copy(b.ring[i:], b.ring[i+1:])
	b.ring[len(b.ring)-1] = nil
	b.ring = b.ring[:len(b.ring)-1]
	if b.at > i {
		b.at--
	}
}

func (b *balancer) remove(p *pipe.Pipe) {
	if i := slices.Index(b.all, p); i >= 0 {
		b.all = slices.Delete(b.all, i, i+1)
		b.choose()
	}
	for i, q := range b.ring {
		if q == p {
			b.leave(i)
			return
		}
	}
}

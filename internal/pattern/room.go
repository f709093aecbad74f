// SPDX-License-Identifier: Apache-2.0

package pattern

// Measured is a pattern that knows how much it can send.
type Measured interface {
	// Room returns how many messages Send would surely take, at most limit, which
	// is positive. None means that the mailbox tells when that changes. The
	// socket's lock is held.
	Room(limit int) int
}

// Room returns how many messages a pattern would take, at most limit. Where the
// message itself decides (a ROUTER's routing id, a publisher that must not drop)
// it is limit while some message can be sent.
func Room(p Pattern, limit int) int {
	if m, ok := p.(Measured); ok {
		return m.Room(limit)
	}
	if !p.Writable() {
		return 0
	}
	return limit
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

// Room implements Measured.
func (d *dealer) Room(limit int) int {
	if d.out == nil {
		return 0
	}
	return d.out.room(limit)
}

// Room implements Measured.
func (s *pair) Room(limit int) int {
	if s.peer == nil {
		return 0
	}
	return s.peer.Room(limit)
}

// Room implements Measured: one request at a time.
func (r *req) Room(int) int { return turn(r.Writable()) }

// Room implements Measured: one reply at a time.
func (r *rep) Room(int) int { return turn(r.Writable()) }

func turn(ours bool) int {
	if ours {
		return 1
	}
	return 0
}

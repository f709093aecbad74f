// SPDX-License-Identifier: Apache-2.0

package pipe

// Room returns how many messages Write would surely take now, at most limit.
// If it is none, the pipe is posted as writable once there is room. The socket's
// lock is held.
func (p *Pipe) Room(limit int) int {
	if p.out != nil {
		return p.out.room(limit)
	}
	if p.other.sink != nil {
		return limit
	}
	return p.other.in.room(limit)
}

func (o *Outbox) room(limit int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if behind := o.behindLocked(); behind > 0 { // a member of a broadcast
		return o.mark.offerBehind(limit, behind)
	}
	return o.mark.offer(limit, o.conflate || o.closed)
}

// offerBehind is offer for a queue of which so many messages lie elsewhere.
func (m *mark) offerBehind(limit, behind int) int {
	if m.limit == 0 {
		return limit
	}
	n := m.room(limit+behind) - behind
	if n <= 0 {
		m.refused = true
		return 0
	}
	return n
}

func (b *Inbox) room(limit int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mark.offer(limit, b.conflate || b.closed)
}

// offer is room for a writer that will wait if there is none. Where octets count
// as well, the next message decides about the one after it.
func (m *mark) offer(limit int, unlimited bool) int {
	switch {
	case unlimited:
		return limit
	case m.full():
		m.refused = true
		return 0
	case m.bytes > 0:
		return min(limit, 1)
	}
	return m.room(limit)
}

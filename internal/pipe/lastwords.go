// SPDX-License-Identifier: Apache-2.0

package pipe

// lastMessages is how many messages an inbox takes beyond its high-water mark
// when the connection that brought them has broken: 16 MiB of records, far more
// than fill the system's buffers unless they are tiny.
const lastMessages = 256 << 10

// Overdraw asks whether the last messages of a connection that has broken may go
// beyond the high-water mark. They may not while those of an earlier connection
// still do, so that a peer which comes and goes cannot make the inbox grow
// without bound.
func (p *Pipe) Overdraw() bool {
	if p.sink != nil {
		p.ending.Store(true)
		return true
	}
	b := &p.in
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.overdrawn <= b.mark.acked+uint64(b.mark.limit)
}

// DeliverLast is Deliver after Overdraw, and reports whether all was taken. There
// is no next time for the rest.
func (p *Pipe) DeliverLast(ms []Message) bool {
	if p.sink != nil {
		return p.Deliver(ms) == len(ms)
	}
	all, tell := p.in.pushLast(ms)
	if tell && p.mailbox != nil {
		p.mailbox.postReadable(p)
	}
	return all
}

// Ending reports whether a sink has to take all that it is given, because the
// connection has broken.
func (p *Pipe) Ending() bool { return p.ending.Load() }

// pushLast appends messages beyond the high-water mark.
func (b *Inbox) pushLast(ms []Message) (all, tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return true, false
	}
	if b.mark.bytes > 0 || b.topics != nil {
		ms = separate(ms)
	}
	room := max(0, b.mark.limit+lastMessages-int(b.mark.written-b.mark.acked))
	was := b.received
	b.growLocked(len(ms))
	for i := range ms {
		m := &ms[i]
		if b.topics != nil {
			if old := b.topics.find(b.queue, m); old != nil {
				b.replaceLocked(old, *m)
				b.received++
				all = i == len(ms)-1
				continue
			}
		}
		n := m.messages()
		if n > room {
			break
		}
		room -= n
		if b.topics != nil {
			b.topics.add(b.queue, m)
		}
		b.note(n)
		if b.mark.bytes > 0 {
			b.mark.held += m.Size()
		}
		b.queue = append(b.queue, *m)
		all = i == len(ms)-1
	}
	b.overdrawn = b.mark.written
	tell = b.received > was && !b.listed
	b.listed = b.listed || tell
	return all, tell
}

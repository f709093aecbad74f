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

// DeliverLast is Deliver after Overdraw, and returns how many messages were
// taken. There is no next time for the others.
func (p *Pipe) DeliverLast(ms []Message) int {
	if p.sink != nil {
		return p.Deliver(ms)
	}
	n, tell := p.in.pushLast(ms)
	if tell && p.mailbox != nil {
		p.mailbox.postReadable(p)
	}
	return n
}

// Ending reports whether a sink has to take all that it is given, because the
// connection has broken.
func (p *Pipe) Ending() bool { return p.ending.Load() }

// pushLast appends messages beyond the high-water mark.
func (b *Inbox) pushLast(ms []Message) (n int, tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return len(ms), false
	}
	n = len(ms)
	if b.mark.limit > 0 {
		n = min(n, max(0, b.mark.limit+lastMessages-int(b.mark.written-b.mark.acked)))
	} else { // only octets count
		n = min(n, max(0, lastMessages-len(b.queue)))
	}
	b.growLocked(n)
	b.queue = append(b.queue, ms[:n]...)
	b.received += uint64(n)
	b.mark.written += uint64(n)
	if b.mark.bytes > 0 {
		for i := range ms[:n] {
			b.mark.held += ms[i].Size()
		}
	}
	b.overdrawn = b.mark.written
	tell = n > 0 && !b.listed
	b.listed = b.listed || tell
	return n, tell
}

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
	return b.overdrawn <= b.mark.acked+b.mark.limit
}

// DeliverLast is Deliver after Overdraw, and reports whether all was taken. There
// is no next time for the rest.
func (p *Pipe) DeliverLast(items []Item) bool {
	if p.sink != nil {
		return p.Deliver(items) == len(items)
	}
	n, tell := p.in.push(items, true)
	if tell && p.mailbox != nil {
		p.mailbox.postReadable(p)
	}
	p.Forgo(items[n:])
	return n == len(items)
}

// Forgo counts messages that a connection has brought and that are not taken in.
func (p *Pipe) Forgo(items []Item) {
	for i := range items {
		if items[i].Kind == Data {
			p.lostIn(items[i].Messages())
		}
	}
}

// Ending reports whether a sink has to take all that it is given, because the
// connection has broken.
func (p *Pipe) Ending() bool { return p.ending.Load() }

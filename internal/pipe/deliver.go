// SPDX-License-Identifier: Apache-2.0

package pipe

// What a connection's reader, or the peer in process, does with a pipe.

// Deliver hands messages of the peer to the socket and returns how many items were
// taken; when fewer than all, OnResume's function is called once there is room.
func (p *Pipe) Deliver(items []Item) int {
	if p.sink != nil {
		return p.sinkItems(items)
	}
	n, tell := p.in.push(items, false)
	if tell && p.mailbox != nil {
		p.mailbox.postReadable(p)
	}
	return n
}

// sinkItems hands messages to the sink. Runs are none of them: see TakesRuns.
func (p *Pipe) sinkItems(items []Item) int {
	ms := p.sinking[:0]
	for i := range items {
		ms = append(ms, items[i].Message)
	}
	n := p.sink(p, ms)
	clear(ms)
	p.sinking = ms[:0:min(cap(ms), keepCap)]
	p.sunk.Add(uint64(n))
	return n
}

// DeliverHere is Deliver by one of the socket's receivers, which reads for itself: it
// looks again when it has, and passes on to others what it does not take.
func (p *Pipe) DeliverHere(items []Item) int {
	n, tell := p.in.push(items, false)
	if tell {
		p.mailbox.noteReadable(p)
	}
	return n
}

// Awaited reports whether a receiver waits for messages of the socket. It is false
// for a pipe whose messages go to a sink.
func (p *Pipe) Awaited() bool {
	return p.sink == nil && p.mailbox != nil && p.mailbox.Receivers.Count() > 0
}

// TakesRuns reports whether Deliver takes runs.
func (p *Pipe) TakesRuns() bool { return p.sink == nil }

// Malformed reports whether a message of the peer has more frames than the socket takes,
// and counts it: it is to be dropped.
func (p *Pipe) Malformed(m *Message) bool {
	if !p.oneFrame || len(m.Tail) == 0 {
		return false
	}
	p.totals.Malformed.Add(1)
	return true
}

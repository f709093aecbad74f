// SPDX-License-Identifier: Apache-2.0

package pipe

// Reading ahead is for a binding to another language, which fetches several
// messages in one call and hands them out one by one. Nobody may notice: the peer
// gets its credit only when the message is fetched that gives it, and nothing is
// fetched ahead of the moment at which more would have to be taken from the queue.

// ReadAhead is Read, or a run of at most limit messages that give no credit but
// for the first. It returns how many messages m is. The socket's lock is held.
func (p *Pipe) ReadAhead(m *Message, limit int) int {
	b := &p.in
	if quiet := int(b.ackEvery) - int(b.toAck) - 1; quiet > 0 {
		return p.ReadRun(m, min(limit, quiet))
	}
	return one(b.pop(m))
}

// ReadIf reads the next message if it is at hand, gives no credit and fits;
// otherwise it reports false, and the message stays. The socket's lock is held.
func (p *Pipe) ReadIf(m *Message, fits func(*Message) bool) bool {
	b := &p.in
	if b.byBytes || b.conflate || b.toAck+1 >= b.ackEvery || b.run.Count == 0 && b.pos == len(b.taken) {
		return false
	}
	next := b.peek()
	return next != nil && fits(next) && b.pop(m)
}

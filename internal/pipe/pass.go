// SPDX-License-Identifier: Apache-2.0

package pipe

// A proxy takes runs out of one pipe whole and puts them whole into another: the
// messages in them are never looked at, let alone copied one by one.

// ReadRun is Read for a receiver that takes runs as they are: it is a message, or a
// run of at most limit. It returns how many messages that is, 0 if none is there. The
// socket's lock is held.
func (p *Pipe) ReadRun(it *Item, limit int) int { return p.in.takeItem(it, limit) }

// WriteRun is Write for a run, which it shortens by the messages that it takes,
// from the beginning. ok is false, and nothing happened, where messages have to
// go one by one: Separate them.
func (p *Pipe) WriteRun(run *Item) (ok, flush bool) {
	var n int
	if p.out != nil {
		n, flush, ok = p.out.appendRun(run)
	} else {
		n, ok = p.passInProcess(run)
	}
	p.sent += uint64(n)
	return ok, flush
}

func (o *Outbox) appendRun(run *Item) (n int, flush, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case !o.plain():
		return 0, false, false
	case o.closed:
		n = run.Messages()
		o.lost(n)
		o.buffers.ReleaseItem(run)
		return n, false, true
	}
	if n = o.roomLocked(run.Messages()); n == 0 {
		return 0, false, true
	}
	part := run.first(n)
	o.appendFramedLocked(part.Head, n)
	o.buffers.ReleaseItem(&part)
	return n, o.takeTokenLocked(), true
}

func (p *Pipe) passInProcess(run *Item) (n int, ok bool) {
	if !p.queues() {
		return 0, false
	}
	q := p.other
	run.Peer = q.peer.Load()
	n, tell := q.in.pushRun(run)
	if tell {
		q.mailbox.postReadable(q)
	}
	return n, true
}

// queues reports whether what is written goes to a queue as it is: the outbox, or in
// process the inbox of a peer that has a socket and takes nothing at once.
func (p *Pipe) queues() bool {
	return p.out != nil || p.other.sink == nil && p.other.mailbox != nil
}

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
	if p.out != nil {
		return p.out.appendRun(run)
	}
	return p.passInProcess(run), false
}

func (o *Outbox) appendRun(run *Item) (ok, flush bool) {
	n := run.Messages()
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case !o.plain():
		return false, false
	case o.closed:
		o.lost(n)
		o.sent += uint64(n)
		o.buffers.ReleaseItem(run)
		return true, false
	}
	if n = o.roomLocked(n); n == 0 {
		return true, false
	}
	part := run.first(n)
	o.appendFramedLocked(part.Head, n)
	o.sent += uint64(n)
	o.buffers.ReleaseItem(&part)
	return true, o.takeTokenLocked()
}

func (p *Pipe) passInProcess(run *Item) (ok bool) {
	if !p.queues() {
		return false
	}
	q := p.other
	run.Peer = q.peer.Load()
	if q.in.pushRun(run) {
		q.mailbox.postReadable(q)
	}
	return true
}

// queues reports whether what is written goes to a queue as it is: the outbox, or in
// process the inbox of a peer that has a socket and takes nothing at once.
func (p *Pipe) queues() bool {
	return p.out != nil || p.other.sink == nil && p.other.mailbox != nil
}

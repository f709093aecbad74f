// SPDX-License-Identifier: Apache-2.0

package pipe

// In process a pipe has two ends, and no outbox: each writes to the inbox of the other.

// NewPair makes the two ends of an in-process link. The binder's end has no
// socket yet: Adopt gives it one. Until then the connecter's marks alone apply.
func NewPair(connect Config) (c, b *Pipe) {
	c, b = newHalf(connect), newHalf(Config{Accepted: true})
	c.setRecv(connect.RecvHWM, connect.RecvMax)
	b.setRecv(connect.SendHWM, connect.SendMax)
	c.other, b.other = b, c
	c.in.conflate(newConflation(connect.Conflate, connect.TopicsIn))
	b.in.conflate(newConflation(connect.Conflate, connect.TopicsOut))
	if connect.OldestIn {
		c.in.dropOldest(c, &c.totals.Overflow)
	}
	if connect.OldestOut {
		b.in.dropOldest(c, &c.totals.Displaced)
	}
	// A writer that was refused waits in its own socket, not with the reader.
	toConnecter := func() { c.mailbox.postWritable(c) }
	b.resume.Store(&toConnecter)
	return c, b
}

// Adopt gives the binder's end of an in-process pipe its socket. The locks of both
// sockets are held, so that nothing is written or read meanwhile.
func (p *Pipe) Adopt(bind Config) {
	c := p.other
	p.sink, p.Endpoint, p.oneFrame = bind.Sink, bind.Endpoint, bind.OneFrame
	p.noteHWM(bind.SendHWM, bind.RecvHWM)
	p.sendMax, p.recvMax = bind.SendMax, bind.RecvMax
	p.in.conflate(newConflation(false, bind.TopicsIn))
	c.in.conflate(newConflation(false, bind.TopicsOut))
	p.in.setBytes(sumMax(c.sendMax, p.recvMax))
	c.in.setBytes(sumMax(p.sendMax, c.recvMax))
	toBinder := func() { bind.Mailbox.postWritable(p) }
	c.resume.Store(&toBinder)
	p.in.producerLimit(sumHWM(int(c.sendHWM.Load()), bind.RecvHWM))
	c.in.setLimit(sumHWM(bind.SendHWM, int(c.recvHWM.Load())))
	p.in.mu.Lock() // the binder may be closing
	p.in.buffers = bind.Buffers
	p.setTotals(bind.Totals)
	p.mailbox = bind.Mailbox
	p.in.mu.Unlock()
	if bind.OldestIn { // the receiver's word goes before the sender's
		p.in.dropOldest(p, &p.totals.Overflow)
	}
	if bind.OldestOut && c.in.oldest == nil {
		c.in.dropOldest(p, &p.totals.Displaced)
	}
	switch {
	case p.sink != nil:
		// It has to take all: what is here was sent within the connecter's mark.
		p.ending.Store(true)
		var m Message
		for p.in.take(&m) {
			if l := m.Lease; l != nil {
				m = m.Own()
				l.Release()
			}
			p.Deliver(Items(m))
		}
		p.ending.Store(false)
		p.asked = 0
		return
	case p.asked > 0:
		p.dropAsked()
	}
	if p.in.announced() {
		p.mailbox.postReadable(p)
	}
}

// Adopted reports whether an in-process pipe has a socket at the other end.
func (p *Pipe) Adopted() bool { return p.other.mailbox != nil }

func (p *Pipe) writeInProcess(m *Message) bool {
	q := p.other
	if q.closed.Load() {
		p.totals.PeerGone.Add(1)
		q.in.countSent()
		return true
	}
	if q.Malformed(m) {
		q.in.countSent()
		return true
	}
	if q.sink != nil {
		items := Items(m.Own())
		items[0].Peer = q.peer.Load()
		if q.Deliver(items) == 0 {
			return false
		}
		q.read.Add(uint64(m.Size()))
		q.in.countSent()
		return true
	}
	ok, tell := q.in.pushOne(m, q.peer.Load(), false)
	if !ok {
		return false
	}
	if tell && q.mailbox != nil {
		q.mailbox.postReadable(q)
	}
	return true
}

// countSent counts a message that the other end has sent and that is not queued.
func (b *Inbox) countSent() {
	b.mu.Lock()
	b.sent++
	b.mu.Unlock()
}

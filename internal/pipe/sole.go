// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// A socket with one peer has nothing to choose. While its pattern says so, the
// outbox of that peer takes messages under its own lock alone, and the socket's
// is left out: half of what a small message costs.

// BeginSole lets WriteSole work. The socket's lock is held, as for EndSole.
func (p *Pipe) BeginSole() bool {
	if p.out != nil {
		p.out.mu.Lock()
		p.out.sole = true
		p.out.mu.Unlock()
		return true
	}
	if !p.queues() {
		return false
	}
	in := &p.other.in
	in.mu.Lock()
	in.sole = true
	in.mu.Unlock()
	return true
}

// EndSole has WriteSole refuse from now on and returns how many messages it has
// taken.
func (p *Pipe) EndSole() (n uint64) {
	if p.out != nil {
		p.out.mu.Lock()
		p.out.settleLocked()
		n, p.out.sole, p.out.direct = p.out.direct, false, 0
		p.out.mu.Unlock()
	} else {
		in := &p.other.in
		in.mu.Lock()
		n, in.sole, in.direct = in.direct, false, 0
		in.mu.Unlock()
	}
	return n
}

// RefuseSole has WriteSole refuse from now on, without the socket's lock. EndSole, which
// has to follow, returns what it had taken.
func (p *Pipe) RefuseSole() {
	if p.out != nil {
		p.out.mu.Lock()
		p.out.sole = false
		p.out.mu.Unlock()
		return
	}
	in := &p.other.in
	in.mu.Lock()
	in.sole = false
	in.mu.Unlock()
}

// Direct returns how many messages WriteSole has taken since BeginSole.
func (p *Pipe) Direct() uint64 {
	if p.out != nil {
		p.out.mu.Lock()
		defer p.out.mu.Unlock()
		return p.out.direct
	}
	in := &p.other.in
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.direct
}

// WriteSole is Write without the socket's lock. Where it reports false nothing
// happened, and the socket must go the whole way; with flush the caller holds
// the write token.
func (p *Pipe) WriteSole(m *Message) (ok, flush bool) {
	o := p.out
	if o == nil {
		return p.writeSoleInProcess(m), false
	}
	o.mu.Lock()
	if !o.takesSoleLocked() {
		o.mu.Unlock()
		return false, false
	}
	if !m.Owned && m.Lease == nil && len(m.Head) >= LargeFrame && !o.raw {
		// The copy takes long, and is made while others write.
		o.mu.Unlock()
		c := o.buffers.get(wire.MaxHeaderSize + len(m.Head))
		c.buf = append(wire.AppendHeader(c.buf, 0, len(m.Head)), m.Head...)
		o.mu.Lock()
		if !o.takesSoleLocked() {
			o.mu.Unlock()
			c.release()
			return false, false
		}
		o.segs = append(o.segs, segment{b: c.buf, chunk: c, msgs: 1, size: len(m.Head), ends: true, weighs: cap(c.buf)})
		o.bytes += len(c.buf)
		o.weight.own += int64(cap(c.buf))
		o.mark.wrote(1, len(m.Head))
		o.weighLocked()
	} else {
		o.queueLocked(m)
	}
	o.sent++
	o.direct++
	if flush = o.takeTokenLocked(); !flush && o.supply != nil {
		o.supply.pull(o, 0) // the writer is at work, and will come for what gathers
	}
	o.mu.Unlock()
	return true, flush
}

// takesSoleLocked reports whether a message may be queued now.
func (o *Outbox) takesSoleLocked() bool {
	if !o.sole || o.closed || o.mark.full() {
		return false
	}
	if o.supply == nil {
		return true
	}
	o.settleLocked() // what is in a feed came before
	return o.pendingLocked() == nil && !o.mark.full()
}

func (p *Pipe) writeSoleInProcess(m *Message) bool {
	q := p.other
	ok, tell := q.in.pushOne(m, q.peer.Load(), true)
	if tell {
		q.mailbox.postReadable(q)
	}
	return ok
}

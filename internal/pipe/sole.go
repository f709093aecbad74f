// SPDX-License-Identifier: Apache-2.0

package pipe

// A socket with one peer has nothing to choose. While its pattern says so, the
// outbox of that peer takes messages under its own lock alone, and the socket's
// is left out: half of what a small message costs.

// BeginSole lets WriteSole work. The socket's lock is held, as for EndSole.
func (p *Pipe) BeginSole() bool {
	if p.out == nil { // in process the receiving inbox relies on the sender's lock
		return false
	}
	p.out.mu.Lock()
	p.out.sole = true
	p.out.mu.Unlock()
	return true
}

// EndSole has WriteSole refuse from now on and returns how many messages it has
// taken.
func (p *Pipe) EndSole() uint64 {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	n := p.out.direct
	p.sent += n
	p.out.sole, p.out.direct = false, 0
	return n
}

// Direct returns how many messages WriteSole has taken since BeginSole.
func (p *Pipe) Direct() uint64 {
	if p.out == nil {
		return 0
	}
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	return p.out.direct
}

// WriteSole is Write without the socket's lock. Where it reports false nothing
// happened, and the socket must go the whole way; with flush the caller holds
// the write token.
func (p *Pipe) WriteSole(m *Message) (ok, flush bool) {
	o := p.out
	o.mu.Lock()
	if !o.sole || o.closed || o.conflate || o.mark.full() {
		o.mu.Unlock()
		return false, false
	}
	o.queueLocked(m)
	o.direct++
	flush = o.takeTokenLocked()
	o.mu.Unlock()
	return true, flush
}

// SPDX-License-Identifier: Apache-2.0

package pipe

// An inbox draws on the account of its connection for what waits in it. When there is no
// more, the connection's reader stops until the queue has become half as long. What has
// been read by then is queued all the same, so no message is lost.
//
//	reader   → push → drawLocked, and Pipe.Stopped before the next read
//	receiver → advance, refill → freeLocked → settleLocked → resume

// SetAccount has the pipe draw on the account of a new connection, also for what waits
// from one before.
func (p *Pipe) SetAccount(a *Account) {
	p.out.setAccount(a)
	b := &p.in
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn > 0 {
		b.account.give(b.drawn, queued)
		b.drawn = 0
	}
	b.account, b.stopped = a, 0
	if b.size > OwnBytes {
		b.drawLocked()
	}
}

// Account returns the account of the pipe's connection, nil if there is none. For the
// connection's reader, as the sink.
func (p *Pipe) Account() *Account {
	p.in.mu.Lock()
	defer p.in.mu.Unlock()
	return p.in.account
}

// Stopped reports whether nothing more is to be read for the pipe. If so, OnResume's
// function is called later.
func (p *Pipe) Stopped() bool {
	p.in.mu.Lock()
	defer p.in.mu.Unlock()
	return p.in.stopped > 0
}

// drawLocked draws what the queue takes beyond OwnBytes.
func (b *Inbox) drawLocked() {
	if b.account == nil {
		return
	}
	n := step(b.size-OwnBytes, b.drawn)
	b.drawn += n
	if !b.account.queue(n, 0, b.mark.limit == 0) && !b.closed {
		b.stopped = b.size
	}
}

// settleLocked gives back what the queue does not need any more.
func (b *Inbox) settleLocked() {
	if n := surplus(max(0, b.size-OwnBytes), b.drawn); n > 0 {
		b.account.give(n, queued)
		b.drawn -= n
	}
}

// freeLocked counts what has been worked off. It returns what wakes a reader that may go
// on, or nil. Called by the consumer, which calls that without locks of the inbox.
func (b *Inbox) freeLocked() (resume func()) {
	b.size -= b.freed
	b.freed = 0
	if b.drawn > 0 {
		b.settleLocked()
	}
	if b.stopped > 0 && b.size <= b.stopped/2 {
		b.stopped = 0
		return b.resume
	}
	return nil
}

// free is freeLocked where much has been worked off.
func (b *Inbox) free() {
	b.mu.Lock()
	resume := b.freeLocked()
	b.mu.Unlock()
	if resume != nil {
		resume()
	}
}

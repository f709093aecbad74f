// SPDX-License-Identifier: Apache-2.0

package pipe

// A pattern that drops at a full mark must not drop while the connection could
// still take data: a sender can outrun the goroutine that writes, which only waits
// for a processor. So the sender waits until the writer has made room or the system
// takes no more.

// Moving reports whether the queue for the peer is full and a writer is at work
// that the system does not hold up, so that AwaitRoom is worth calling.
func (p *Pipe) Moving() bool {
	if p.out == nil {
		return false
	}
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	return p.out.movingLocked()
}

// AwaitRoom waits as long as the queue for the peer is full and its writer gets on.
// The wait is for writes that do not block. The socket's lock may be held, because
// the holder of a write token never waits for that; but the caller must have passed
// on the tokens that it holds itself.
func (p *Pipe) AwaitRoom() {
	o := p.out
	for {
		o.mu.Lock()
		if !o.movingLocked() {
			o.mu.Unlock()
			return
		}
		if o.moved == nil {
			o.moved = make(chan struct{})
		}
		moved := o.moved
		o.mu.Unlock()
		<-moved
	}
}

func (o *Outbox) movingLocked() bool {
	return o.token && !o.stuck && o.roomLocked(1) == 0
}

// movedLocked wakes the senders in AwaitRoom.
func (o *Outbox) movedLocked() {
	if o.moved != nil {
		close(o.moved)
		o.moved = nil
	}
}

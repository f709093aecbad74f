// SPDX-License-Identifier: Apache-2.0

package pipe

import "sync"

// keepCap is the largest queue, in items, that an idle inbox keeps. Larger
// ones go back to the garbage collector, so that ten thousand idle peers cost
// little even after a burst from each.
const keepCap = 8

// clearEvery is how many items that were taken stay referenced at most:
// clearing them together is cheaper than one by one.
const clearEvery = 16

// Inbox is the queue of messages from one peer to the socket. One producer (the
// connection's reader, or in process the other socket under its lock) appends
// whole messages, see admit.go; the consumer, under the socket's lock, takes all
// that has gathered and works it off without further locking.
type Inbox struct {
	buffers *Buffers // lends memory; set before anything is read

	// Guarded by mu, a leaf lock.
	mu         sync.Mutex
	queue      []Item
	mark       mark
	conflation *conflation // nil for most
	oldest     *oldest     // nil for most: the oldest messages give way at the mark
	overflown  uint64      // messages that have
	listed     bool        // the consumer knows that there may be something
	closed     bool        // nothing more will be written
	fetched    uint64      // mark.written when the consumer last took from queue
	injected   uint64      // of mark.written, what the library put in itself
	resume     func()      // wakes a producer that was refused; called without mu
	lost       func(n int) // counts messages that come once it is closed
	runSize    int         // bytes of the last run that was taken
	sole       bool        // WriteSole may be used by the other end, in process
	sent       uint64      // messages that the other end, in process, has sent
	direct     uint64      // of these, what WriteSole has taken since BeginSole

	account *Account // of the connection that is there, or was last; nil: nothing is drawn
	size    int64    // of what is in queue and taken, but for freed: see Item.footprint
	drawn   int64    // of account
	stopped int64    // size when the account had no more for it, 0: it is not stopped

	payload  uint64 // of messages that came from a socket of this process
	replaced replacement

	overdrawn uint64 // mark.written when a connection last left more than the mark allows

	// Owned by the consumer.
	taken    []Item
	pos      int
	run      Item    // what is left of the run that was taken last
	peeked   Message // the next message, when the consumer has looked ahead
	toAck    uint64  // messages read and not yet reported to mark
	ackEvery uint64
	ackBytes int
	byBytes  bool
	freed    int64 // of size: what has been worked off since it was last counted
}

// take takes the next message: with m.Into in the memory of m, if that is Apart.
// Called by the consumer.
func (b *Inbox) take(m *Message) bool {
	if b.run.count == 0 && !b.fetch() {
		return false
	}
	switch {
	case b.run.count == 0:
		if m.Into {
			b.buffers.Release(m)
		}
		*m = b.taken[b.pos].Message
		b.advance()
	case m.Into:
		b.copyNext(m)
	default:
		b.run.Take(m)
	}
	if b.byBytes {
		b.ackBytes += m.Size()
	}
	b.tookMessages(1)
	return true
}

// copyNext copies the next message of the run, and gives the run's memory back with
// its last.
func (b *Inbox) copyNext(m *Message) {
	var own []byte
	if m.Apart && m.Tail == nil {
		own = m.Head[:0]
	}
	b.run.next(m)
	if own == nil && len(m.Head) == 0 {
		own = []byte{}
	}
	m.Head, m.Apart = append(own, m.Head...), true
	if b.run.count == 0 {
		b.buffers.Drop(b.run.slab)
		b.run = Item{}
	}
}

// takeItem is take for a consumer that takes runs as they are, of at most limit
// messages. It returns how many messages it took.
func (b *Inbox) takeItem(it *Item, limit int) int {
	if b.run.count == 0 && !b.fetch() {
		return 0
	}
	if b.run.count == 0 || b.byBytes {
		*it = Item{}
		b.take(&it.Message)
		return 1
	}
	*it = b.run.first(limit)
	b.tookMessages(uint64(it.count))
	return int(it.count)
}

// tookMessages counts what the consumer has taken.
func (b *Inbox) tookMessages(n uint64) {
	b.toAck += n
	if b.toAck >= b.ackEvery {
		b.acknowledge()
	}
}

// fetch has the next message at hand, when the run before is used up: in run, or as
// taken[pos]. It reports false if nothing waits.
func (b *Inbox) fetch() bool {
	if b.pos == len(b.taken) && !b.refill() {
		return false
	}
	if it := &b.taken[b.pos]; it.count > 0 {
		b.run = *it
		b.advance()
	}
	return true
}

// advance goes on in what was taken.
func (b *Inbox) advance() {
	b.freed += b.taken[b.pos].footprint()
	if b.freed >= mostDraw {
		b.free()
	}
	b.pos++
	if b.pos%clearEvery == 0 {
		clear(b.taken[b.pos-clearEvery : b.pos])
	}
}

// peek returns the next message without taking it, nil if there is none. The
// message is valid until the next take.
func (b *Inbox) peek() *Message {
	switch {
	case b.conflation != nil:
		return b.peekConflated()
	case b.run.count == 0 && !b.fetch():
		return nil
	case b.run.count == 0:
		return &b.taken[b.pos].Message
	}
	run := b.run
	run.next(&b.peeked)
	return &b.peeked
}

// acknowledge gives credit to the producer.
func (b *Inbox) acknowledge() {
	b.mu.Lock()
	wake := b.mark.ack(b.toAck, b.ackBytes)
	b.toAck, b.ackBytes = 0, 0
	b.ackEvery = b.mark.every()
	resume := b.resume
	b.mu.Unlock()
	if wake && resume != nil {
		resume()
	}
}

// refill swaps the worked-off batch for what has gathered, or for one message where
// the others may still be replaced or dropped. If nothing has gathered, the inbox leaves the
// consumer's ring, and the next push tells it again.
func (b *Inbox) refill() bool {
	b.mu.Lock()
	if len(b.queue) == 0 {
		b.listed = false
		spare := b.queue
		if cap(spare) > keepCap {
			b.queue = nil
		}
		resume := b.freeLocked()
		b.mu.Unlock()
		if resume != nil {
			resume()
		}
		b.rest(spare)
		return false
	}
	clear(b.taken[b.pos-b.pos%clearEvery:])
	b.pos = 0
	if b.conflation != nil || b.oldest != nil {
		b.taken = append(b.taken[:0], b.shiftLocked())
		b.fetched++
	} else {
		b.runSize = len(b.queue[len(b.queue)-1].Head)
		b.taken, b.queue = b.queue, b.taken[:0]
		b.fetched = b.mark.written
	}
	resume := b.freeLocked()
	b.mu.Unlock()
	if resume != nil {
		resume()
	}
	return true
}

// rest gives memory back while nothing waits, and all credit.
func (b *Inbox) rest(spare []Item) {
	clear(b.taken[b.pos-b.pos%clearEvery:])
	b.giveBack(spare)
	b.giveBack(b.taken)
	if cap(b.taken) > keepCap {
		b.taken = nil
	}
	b.taken, b.pos = b.taken[:0], 0
	b.run, b.peeked = Item{}, Message{}
	if b.toAck > 0 {
		b.acknowledge()
	}
}

// giveBack returns the memory of a large empty queue to inboxes that have much to
// queue now.
func (b *Inbox) giveBack(s []Item) {
	if cap(s) > keepCap && b.buffers != nil {
		b.buffers.giveQueue(s)
	}
}

// setLimit changes the high-water mark of a live inbox. Called by the consumer.
func (b *Inbox) setLimit(limit int) {
	b.acknowledge()
	b.mu.Lock()
	b.mark.set(limit, b.mark.bytes)
	b.mu.Unlock()
	b.acknowledge()
}

// setBytes sets the mark in bytes of an inbox from which nothing has been read.
func (b *Inbox) setBytes(limit int64) {
	if limit == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mark.bytes, b.mark.held = limit, 0
	for i := range b.queue {
		b.mark.held += int64(b.queue[i].Payload())
	}
	b.byBytes, b.ackEvery = true, 1
}

// producerLimit is setLimit for the producer of an in-process pipe.
func (b *Inbox) producerLimit(limit int) {
	b.mu.Lock()
	b.mark.set(limit, b.mark.bytes)
	wake := b.mark.resumes()
	resume := b.resume
	b.mu.Unlock()
	if wake && resume != nil {
		resume()
	}
}

// discard drops everything that has not been read, and returns how many messages of
// the peer that is. wake means that the producer was refused and may go on.
func (b *Inbox) discard() (n int, wake bool) {
	b.mu.Lock()
	n = int(b.mark.written - b.mark.read - b.toAck)
	if b.injected > 0 {
		n -= Injected(b.taken[b.pos:]) + Injected(b.queue)
	}
	endLeases(b.queue)
	b.queue = nil
	if b.conflation != nil {
		b.conflation.clear()
	}
	wake = b.stopped > 0
	b.size, b.freed, b.stopped = 0, 0, 0
	b.settleLocked()
	b.mark.forget()
	wake = b.mark.resumes() || wake
	b.fetched = b.mark.written
	b.toAck, b.ackBytes = 0, 0
	b.ackEvery = b.mark.every()
	b.mu.Unlock()
	endLeases(b.taken[b.pos:])
	b.taken, b.pos = nil, 0
	b.run, b.peeked = Item{}, Message{}
	return n, wake
}

// Injected returns how many of the messages are the library's own, see Pipe.Inject.
func Injected(items []Item) (n int) {
	for i := range items {
		if items[i].Message.Injected {
			n++
		}
	}
	return n
}

// endLeases ends the holds of items that are dropped.
func endLeases(items []Item) {
	for i := range items {
		items[i].Lease.Release()
	}
}

// drained reports whether the inbox is closed and empty. Called by the consumer.
func (b *Inbox) drained() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed && b.mark.written == b.mark.read+b.toAck
}

// count returns the messages that wait, as seen by the consumer.
func (b *Inbox) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int(b.mark.written - b.mark.read - b.toAck)
}

// countShared is count for others than the consumer: it leaves out the batch
// that the consumer has taken.
func (b *Inbox) countShared() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int(b.mark.written - b.fetched)
}

// total returns how many messages the peer has sent since the beginning.
func (b *Inbox) total() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mark.written - b.injected + b.replaced.Load() + b.overflown
}

// announced reports whether a push has told the consumer and it has not looked.
func (b *Inbox) announced() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.listed
}

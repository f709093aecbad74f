// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"sync"

	"github.com/gozmq/zmq/internal/wire"
)

// keepCap is the largest queue, in messages, that an idle inbox keeps. Larger
// ones go back to the garbage collector, so that ten thousand idle peers cost
// little even after a burst from each.
const keepCap = 8

// clearEvery is how many messages that were taken stay referenced at most:
// clearing them together is cheaper than one by one.
const clearEvery = 16

// maxRunFrame is the largest frame that a sending socket copies into a run, and
// maxRun the largest run that it makes: as much as an application may keep alive
// by keeping one frame.
const (
	maxRunFrame = 4 << 10
	maxRun      = SlabSize
)

// Inbox is the queue of messages from one peer to the socket. One producer (the
// connection's reader, or in process the other socket under its lock) appends
// whole messages; the consumer, under the socket's lock, takes all that has
// gathered and works it off without further locking.
type Inbox struct {
	arrays *Buffers // lends memory; set before anything is read

	// Guarded by mu, a leaf lock.
	mu       sync.Mutex
	queue    []Message
	mark     mark
	conflate bool
	topics   *topics // nil for most
	listed   bool    // the consumer knows that there may be something
	closed   bool    // nothing more will be written
	received uint64  // messages pushed since the beginning
	waiting  int     // messages in queue
	resume   func()  // wakes a producer that was refused; called without mu
	runSize  int     // octets of the last run that was taken
	sole     bool    // WriteSole may be used by the other end, in process
	direct   uint64  // messages that came that way

	octets   uint64 // of messages that came from a socket of this process
	replaced replacement

	overdrawn uint64 // mark.written when a connection last left more than the mark allows

	// Owned by the consumer.
	taken    []Message
	pos      int
	run      Message // what is left of the run that was taken last
	slab     []byte  // memory of that run, if it was Apart, or of the one that it is the rest of
	shared   bool    // somebody has been given a part of it
	peeked   Message // the next message of run, where somebody looked ahead
	left     int     // messages that run and taken still hold
	toAck    uint64  // messages read and not yet reported to mark
	ackEvery uint64
	ackBytes int
	byBytes  bool
}

// push appends as many of ms as the high-water mark admits. It returns how many
// of ms it took, shortening a run of which it took a part, and whether the
// consumer must be told. A producer that is refused is told through resume.
func (b *Inbox) push(ms []Message) (n int, tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return len(ms), false
	}
	was := b.received
	switch {
	case b.conflate:
		if all := separate(ms); len(all) > 0 {
			b.replaced.note(len(all) - 1)
			b.conflateLocked(all[len(all)-1])
			b.received += uint64(len(all))
		}
		n = len(ms)
	case b.topics != nil:
		n = b.pushTopics(ms)
	case b.mark.bytes > 0:
		n = b.pushBytes(ms)
	default:
		n = b.pushCounted(ms)
	}
	if n < len(ms) {
		b.mark.refused = true
	}
	tell = b.received > was && !b.listed
	if tell {
		b.listed = true
	}
	return n, tell
}

// pushCounted is push under a mark in messages.
func (b *Inbox) pushCounted(ms []Message) (n int) {
	total := 0
	for i := range ms {
		total += ms[i].messages()
	}
	room := b.mark.room(total)
	b.note(room)
	if room == total {
		b.growLocked(len(ms))
		b.queue = append(b.queue, ms...)
		return len(ms)
	}
	for room > 0 {
		m := &ms[n]
		k := m.messages()
		if k > room {
			b.queue = append(b.queue, m.cut(room))
			return n
		}
		b.queue = append(b.queue, *m)
		room -= k
		n++
	}
	return n
}

// pushBytes is push under a mark in octets: messages are counted one by one.
func (b *Inbox) pushBytes(ms []Message) int {
	for i := range ms {
		for m := &ms[i]; ; {
			if b.mark.full() {
				return i
			}
			one := *m
			if m.Kind == Run {
				m.next(&one)
			}
			b.note(1)
			b.mark.held += one.Size()
			b.queue = append(b.queue, one)
			if m.Kind != Run || m.Count == 0 {
				break
			}
		}
	}
	return len(ms)
}

// note counts n messages more in the queue.
func (b *Inbox) note(n int) {
	b.mark.written += uint64(n)
	b.received += uint64(n)
	b.waiting += n
}

// pushOne appends a message that another socket of this process sends, copied
// unless it is the library's, if the high-water mark admits it.
func (b *Inbox) pushOne(m *Message, from *Peer) (ok, tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pushOneLocked(m, from)
}

func (b *Inbox) pushOneLocked(m *Message, from *Peer) (ok, tell bool) {
	switch {
	case b.closed:
		return true, false
	case b.topics != nil:
		o := m.Own()
		o.Peer = from
		if !b.putTopicLocked(o) {
			b.mark.refused = true
			return false, false
		}
		b.octets += uint64(m.Size())
	case !b.conflate && b.mark.full():
		b.mark.refused = true
		return false, false
	case b.conflate:
		b.octets += uint64(m.Size())
		o := m.Own()
		o.Peer = from
		b.conflateLocked(o)
		b.received++
	default:
		b.octets += uint64(m.Size())
		if m.Owned || len(m.Tail) > 0 || len(m.Head) > maxRunFrame {
			b.growLocked(1)
			b.queue = append(b.queue, b.ownLocked(m))
			b.queue[len(b.queue)-1].Peer = from
		} else {
			b.extendLocked(m.Head, from)
		}
		b.note(1)
		if b.mark.bytes > 0 {
			b.mark.held += m.Size()
		}
	}
	tell = !b.listed
	b.listed = true
	return true, tell
}

// ownLocked is Message.Own, with memory that comes back for one large frame.
func (b *Inbox) ownLocked(m *Message) Message {
	if m.Owned || len(m.Tail) > 0 || len(m.Head) < LargeFrame || b.arrays == nil {
		return m.Own()
	}
	o := *m
	o.Head = append(b.arrays.Copy(len(m.Head)), m.Head...)
	o.Owned, o.Apart = true, true
	return o
}

// extendLocked adds a message of one frame to the run at the end of the queue,
// or begins one: as much memory as the last batch took, then twice as much as
// the run before.
func (b *Inbox) extendLocked(body []byte, from *Peer) {
	need := wire.HeaderSize(len(body)) + len(body)
	size := b.runSize
	if k := len(b.queue); k > 0 {
		r := &b.queue[k-1]
		if r.Kind == Run && r.Peer == from && cap(r.Head)-len(r.Head) >= need {
			r.Head = wire.AppendFrame(r.Head, 0, body)
			r.Count++
			return
		}
		size = 2 * max(size, cap(r.Head))
	}
	size = max(need, min(size, maxRun))
	var slab []byte
	if b.arrays != nil {
		slab = b.arrays.Slab(size)
	}
	if slab == nil {
		slab = make([]byte, 0, size)
	}
	b.queue = append(b.queue, Message{
		Kind: Run, Head: wire.AppendFrame(slab, 0, body), Count: 1, Peer: from, Owned: true, Apart: true,
	})
}

func (b *Inbox) total() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.received
}

// full reports whether a message would be refused now, and if so remembers to
// tell the producer.
func (b *Inbox) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conflate || b.closed || !b.mark.full() {
		return false
	}
	b.mark.refused = true
	return true
}

// pop takes the next message. Called by the consumer.
func (b *Inbox) pop(m *Message) bool {
	if b.run.Count > 0 {
		b.run.next(m)
		b.shared = true
	} else if !b.popQueue(m) {
		return false
	}
	b.popped(m)
	return true
}

// popInto is pop into memory that the caller has: m.Head, if m is Apart. A small
// message is copied there, and the memory of a run of which everything was copied
// comes back; a large one takes its place.
func (b *Inbox) popInto(m *Message) bool {
	if b.run.Count == 0 {
		if (b.pos == len(b.taken) || b.conflate) && !b.refill() {
			return false
		}
		if b.taken[b.pos].Kind != Run {
			b.arrays.Release(m)
			*m = b.taken[b.pos]
			b.advance()
			b.popped(m)
			return true
		}
		b.beginRun()
	}
	var own []byte
	if m.Apart && m.Tail == nil {
		own = m.Head[:0]
	}
	b.run.next(m)
	if own == nil && len(m.Head) == 0 {
		own = []byte{}
	}
	m.Head, m.Apart = append(own, m.Head...), true
	if b.run.Count == 0 && !b.shared && b.arrays != nil {
		b.run.Head = nil
		b.arrays.giveSlab(b.slab)
		b.slab = nil
	}
	b.popped(m)
	return true
}

// popped counts a message that was taken.
func (b *Inbox) popped(m *Message) {
	b.left--
	if b.byBytes {
		b.ackBytes += m.Size()
	}
	b.toAck++
	if b.toAck >= b.ackEvery {
		b.acknowledge()
	}
}

func (b *Inbox) popQueue(m *Message) bool {
	if (b.pos == len(b.taken) || b.conflate) && !b.refill() {
		return false
	}
	if t := &b.taken[b.pos]; t.Kind == Run {
		b.beginRun()
		b.run.next(m)
		b.shared = true
		return true
	}
	*m = b.taken[b.pos]
	b.advance()
	return true
}

// beginRun takes the run that comes next.
func (b *Inbox) beginRun() {
	b.run = b.taken[b.pos]
	if b.run.Tail != nil { // the rest of the run before, which may be shared
		b.slab, b.run.Tail = b.run.Tail[0], nil
	} else {
		b.slab, b.shared = nil, false
		if b.run.Apart {
			b.slab = b.run.Head
		}
	}
	b.advance()
}

// advance goes on in what was taken.
func (b *Inbox) advance() {
	b.pos++
	if b.pos%clearEvery == 0 {
		clear(b.taken[b.pos-clearEvery : b.pos])
	}
}

// peek returns the next message without taking it, nil if there is none. The
// message is good until the next pop.
func (b *Inbox) peek() *Message {
	run := b.run
	if run.Count == 0 {
		if b.pos == len(b.taken) && !b.refill() {
			return nil
		}
		if run = b.taken[b.pos]; run.Kind != Run {
			return &b.taken[b.pos]
		}
	}
	run.next(&b.peeked)
	return &b.peeked
}

// acknowledge gives credit to the producer.
func (b *Inbox) acknowledge() {
	b.mu.Lock()
	wake := b.mark.ack(b.toAck, b.ackBytes)
	b.toAck, b.ackBytes = 0, 0
	switch {
	case b.byBytes:
		b.ackEvery = 1
	case b.mark.limit > 0:
		b.ackEvery = b.mark.low - b.mark.read%b.mark.low
	default:
		b.ackEvery = 1 << 10
	}
	resume := b.resume
	b.mu.Unlock()
	if wake && resume != nil {
		resume()
	}
}

// refill swaps the worked-off batch for what has gathered. When nothing has,
// the inbox leaves the consumer's ring: the next push tells it again.
func (b *Inbox) refill() bool {
	b.mu.Lock()
	if len(b.queue) == 0 {
		if b.pos < len(b.taken) { // conflating, and nothing newer has come
			b.mu.Unlock()
			return true
		}
		b.listed = false
		clear(b.taken[b.pos-b.pos%clearEvery:])
		spare := b.queue
		if cap(spare) > keepCap {
			b.queue = nil
		}
		b.mu.Unlock()
		b.giveBack(spare)
		b.giveBack(b.taken)
		if cap(b.taken) > keepCap {
			b.taken = nil
		}
		b.taken, b.pos = b.taken[:0], 0
		b.run, b.slab, b.peeked = Message{}, nil, Message{}
		if b.toAck > 0 {
			b.acknowledge()
		}
		return false
	}
	if b.pos < len(b.taken) {
		b.keepUnreadLocked()
	}
	if b.topics != nil {
		b.refillTopicLocked()
		b.mu.Unlock()
		return true
	}
	clear(b.taken[b.pos-b.pos%clearEvery:])
	b.runSize = len(b.queue[len(b.queue)-1].Head)
	b.taken, b.queue = b.queue, b.taken[:0]
	b.pos = 0
	b.left, b.waiting = b.waiting, 0
	b.mu.Unlock()
	return true
}

// growLocked makes room for n messages in borrowed memory once they are many.
func (b *Inbox) growLocked(n int) {
	if need := len(b.queue) + n; need > cap(b.queue) && need > keepCap && cap(b.queue) < queueCap && b.arrays != nil {
		b.queue = append(b.arrays.queue(need), b.queue...)
	}
}

// giveBack returns the memory of a large empty queue to those who have much to
// queue now.
func (b *Inbox) giveBack(s []Message) {
	if cap(s) > keepCap && b.arrays != nil {
		b.arrays.giveQueue(s)
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

// setBytes sets the mark in octets of an inbox from which nothing has been read.
func (b *Inbox) setBytes(limit int) {
	if limit == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mark.bytes, b.mark.held = limit, 0
	for i := range b.queue {
		b.mark.held += b.queue[i].Payload()
	}
	b.byBytes, b.ackEvery = true, 1
}

// producerLimit is setLimit for the producer of an in-process pipe.
func (b *Inbox) producerLimit(limit int) {
	b.mu.Lock()
	b.mark.set(limit, b.mark.bytes)
	wake := b.mark.refused && !b.mark.full()
	if wake {
		b.mark.refused = false
	}
	resume := b.resume
	b.mu.Unlock()
	if wake && resume != nil {
		resume()
	}
}

// discard drops everything that has not been read.
func (b *Inbox) discard() {
	b.mu.Lock()
	b.queue, b.waiting = nil, 0
	if b.topics != nil {
		b.topics.clear()
	}
	b.mu.Unlock()
	b.taken, b.pos, b.left = nil, 0, 0
	b.run, b.slab, b.peeked = Message{}, nil, Message{}
}

// drained reports whether the inbox is closed and empty. Called by the consumer.
func (b *Inbox) drained() bool {
	if b.left > 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed && len(b.queue) == 0
}

// count returns the messages that wait, as seen by the consumer.
func (b *Inbox) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting + b.left
}

// countShared is count for others than the consumer: it leaves out the batch
// that the consumer has taken.
func (b *Inbox) countShared() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting
}

// inject appends a message that counts against nothing: the high-water mark is
// told that it was neither written nor, later, read.
func (b *Inbox) inject(m Message) (tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	m.Kept = true
	b.queue = append(b.queue, m)
	b.mark.written++
	b.waiting++
	if b.mark.bytes > 0 {
		b.mark.held += m.Size()
	}
	tell = !b.listed
	b.listed = true
	return tell
}

// announced reports whether a push has told the consumer and it has not looked.
func (b *Inbox) announced() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.listed
}

// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"slices"
	"sync/atomic"
)

// With DROP_OLDEST a queue at its mark drops its oldest messages for the newest one. What
// has left the queue does not count against the mark then, or there would often be
// nothing to drop: the batch that a writer has in hand, and the message that a receiver
// has taken.
//
//	pattern, when the outbox stays full  → Pipe.Displace → Outbox.displace
//	reader, or a sender in process       → Inbox.admitLocked → makeRoomLocked

// oldest is what a queue with DROP_OLDEST has beside others.
type oldest struct {
	// hand is what the writer of an outbox has taken and not yet counted as sent.
	hand struct{ msgs, size int }
	// dropped and total count what an inbox drops, for its pipe and for its socket.
	dropped, total *atomic.Uint64
}

// dropOldest has an inbox drop its oldest messages, of which nothing has been read. They
// count for a pipe and in a total: the overflow of its own socket, or what the other end
// in process has displaced.
func (b *Inbox) dropOldest(of *Pipe, total *atomic.Uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.oldest = &oldest{dropped: &of.Dropped, total: total}
}

// Displace queues a message that the mark forbids, with DROP_OLDEST, and drops the oldest
// ones for it. It reports false, and nothing happened, without that option. flush is as
// for Write.
func (p *Pipe) Displace(m *Message) (ok, flush bool) {
	if p.out == nil || p.out.oldest == nil { // in process the inbox has taken it
		return false, false
	}
	n, ok, flush := p.out.displace(m)
	if n > 0 {
		p.Dropped.Add(uint64(n))
		p.totals.Displaced.Add(uint64(n))
	}
	return ok, flush
}

// displace returns how many messages it has dropped.
func (o *Outbox) displace(m *Message) (dropped int, ok, flush bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return 0, false, false
	}
	refused := o.mark.refused
	freed := 0
	for o.overLocked() {
		size, ok := o.dropOldestLocked()
		if !ok {
			break
		}
		dropped++
		freed += size
	}
	// A queue that the budget has stopped gets no larger: as many bytes leave as come.
	for o.mark.blocked && (dropped == 0 || freed < m.Size()) {
		size, ok := o.dropOldestLocked()
		if !ok && dropped == 0 { // all of it is in the writer's hand
			return 0, false, false
		}
		if !ok {
			break
		}
		dropped++
		freed += size
	}
	o.mark.refused = refused // there is no more room than before
	if h := o.pendingLocked(); h != nil {
		h.appendLocked(o, m)
	} else {
		o.queueLocked(m)
	}
	o.sent++
	return dropped, true, o.takeTokenLocked()
}

// overLocked reports whether what waits, but for what the writer has in hand, has reached
// the mark.
func (o *Outbox) overLocked() bool {
	k, hand := &o.mark, &o.oldest.hand
	msgs, size := k.written-k.read-uint64(hand.msgs), k.held-k.unacked-int64(hand.size)
	return k.limit > 0 && msgs >= k.limit || k.bytes > 0 && size >= k.bytes
}

// takenLocked notes what the writer has in hand now.
func (h *oldest) takenLocked(segs []segment) {
	for i := range segs {
		h.hand.msgs += segs[i].msgs
		h.hand.size += segs[i].size
	}
}

// countedLocked notes messages of that as sent.
func (h *oldest) countedLocked(msgs, size int) {
	h.hand.msgs -= msgs
	h.hand.size -= size
}

// dropOldestLocked drops the first message that waits, and returns its payload size. ok is
// false if there is none.
func (o *Outbox) dropOldestLocked() (size int, ok bool) {
	at := 0
	for at < len(o.segs) && (o.segs[at].ctl || o.segs[at].asks) {
		at++
	}
	if at < len(o.segs) {
		size = o.dropMessageLocked(at)
		o.mark.unwrite(1, size)
		if o.oldest.hand.msgs == 0 {
			o.torn = torn{} // which was about this message
		}
		return size, true
	}
	h := o.pendingLocked() // these are newer
	if h == nil || len(h.queue) == 0 {
		return 0, false
	}
	var it Item
	it, h.queue = h.shift(h.queue)
	size = it.Size()
	o.mark.unwrite(1, size)
	o.leftLocked(tally{own: int64(size)})
	return size, true
}

// dropMessageLocked takes the message at the beginning of a segment out of the queue, and
// returns its payload size. A chunk of a pool that becomes free is left to the garbage collector,
// because the writer may have other parts of it in hand (segment.behind).
func (o *Outbox) dropMessageLocked(from int) (size int) {
	k, at, x := next(o.segs, from, 0)
	for i := from; i <= k; i++ {
		o.bytes -= len(o.segs[i].b)
	}
	s := &o.segs[k]
	s.b = s.b[at:]
	s.msgs--
	s.size -= x.size
	o.bytes += len(s.b)
	if len(s.b) == 0 && s.msgs == 0 {
		k++
	}
	var gone tally
	for i := from; i < k; i++ {
		s := &o.segs[i]
		gone.add(s)
		if c := s.chunk; c != nil && c.home == nil {
			c.release()
		}
	}
	o.leftLocked(gone)
	if from == 0 {
		clear(o.segs[:k])
		o.segs = o.segs[k:] // moving the rest would cost its length for every message
	} else {
		o.segs = slices.Delete(o.segs, from, k)
	}
	return x.size
}

// waitsLocked returns what is in the queue and not yet with the receiver.
func (b *Inbox) waitsLocked() int { return int(b.mark.written - b.fetched) }

// makeRoomLocked drops the oldest messages until the mark allows those of an item, of
// which it drops the first ones itself if the item alone has too many. With a mark in
// bytes the item is one message, or a run for which there is room in bytes.
func (b *Inbox) makeRoomLocked(it *Item) {
	k := &b.mark
	if n := it.Messages(); k.limit > 0 && n > int(k.limit) {
		part := it.first(n - int(k.limit))
		b.overflow(part.Messages())
		b.buffers.ReleaseItem(&part)
	}
	for k.limit > 0 && b.waitsLocked()+it.Messages() > int(k.limit) {
		if !b.dropOldestLocked(b.waitsLocked() + it.Messages() - int(k.limit)) {
			break
		}
	}
	for k.bytes > 0 && k.held-k.unacked >= k.bytes && b.dropOldestLocked(1) {
	}
	if b.drawn > 0 {
		b.settleLocked()
	}
}

// dropOldestLocked drops n of the messages of the first item that may be dropped, or all
// of them if they are fewer. It reports false if nothing may be dropped.
func (b *Inbox) dropOldestLocked(n int) bool {
	at := 0
	if b.conflation == nil {
		at = slices.IndexFunc(b.queue, func(it Item) bool { return !it.Kept && it.Kind == Data })
	}
	if at < 0 || len(b.queue) == 0 {
		return false
	}
	it := &b.queue[at]
	b.size -= it.footprint()
	var part Item
	switch {
	case b.conflation != nil:
		part, b.queue = b.conflation.shift(b.queue)
	case n < it.Messages():
		part = it.first(n)
		b.size += it.footprint()
	default:
		part = b.queue[at]
		copy(b.queue[1:at+1], b.queue[:at]) // the few that are kept move, not the many behind
		b.queue[0] = Item{}
		b.queue = b.queue[1:]
	}
	b.mark.unwrite(part.Messages(), part.Payload())
	b.overflow(part.Messages())
	if b.conflation != nil {
		part.Lease.Release() // a receiver that has peeked may still look at its memory
	} else {
		b.buffers.ReleaseItem(&part)
	}
	return true
}

// overflow counts messages that are dropped for newer ones.
func (b *Inbox) overflow(n int) {
	b.overflown += uint64(n)
	b.oldest.dropped.Add(uint64(n))
	b.oldest.total.Add(uint64(n))
}

// shiftLocked takes the first message off a queue that is not empty: what the receiver
// has taken cannot be dropped any more.
func (b *Inbox) shiftLocked() (it Item) {
	if b.conflation != nil {
		it, b.queue = b.conflation.shift(b.queue)
		return it
	}
	if it = b.queue[0]; it.count > 1 {
		it = b.queue[0].first(1)
		b.size += itemBytes
		return it
	}
	b.queue[0] = Item{}
	if b.queue = b.queue[1:]; len(b.queue) == 0 {
		b.queue = nil // its beginning is worn off
	}
	return it
}

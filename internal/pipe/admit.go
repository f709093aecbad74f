// SPDX-License-Identifier: Apache-2.0

package pipe

import "github.com/gozmq/zmq/internal/wire"

// How messages get into an inbox, by whatever way: room says how many the
// high-water mark admits, and note counts what was admitted.
//
//	connection's reader → push ───────────┐
//	after its end       → push, last ─────┤
//	proxy, in process   → pushRun ────────┼→ admit → room → note
//	socket, in process  → pushOne ────────┘
//	the library itself  → inject ──────────────────────────→ note

// maxRun is the largest run that a sending socket makes: as much as an application may
// keep alive by keeping one frame.
const maxRun = SlabSize

// push appends as many of items as the high-water mark admits; with last, what is
// the last of a broken connection, beyond it. It returns how many of items it took,
// shortening a run of which it took a part, and whether the consumer must be told.
// A producer that is refused is told through resume.
func (b *Inbox) push(items []Item, last bool) (n int, tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		for i := range items {
			if items[i].Kind == Data { // and no subscription
				b.lost(items[i].Messages())
			}
		}
		return len(items), false
	}
	some := false
	if b.plain() && !last {
		n = b.admitAllLocked(items)
		some = n > 0
	}
	for ; n < len(items); n++ {
		had := items[n].Messages()
		k := b.admitLocked(&items[n], last)
		some = some || k > 0
		if k < had {
			b.mark.refused = true
			break
		}
	}
	if last {
		b.overdrawn = b.mark.written
	}
	if b.size > b.drawn+OwnBytes {
		b.drawLocked()
	}
	return n, some && b.tellLocked()
}

// pushRun is push for a run that comes from a socket of this process.
func (b *Inbox) pushRun(run *Item) (tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		n := run.Messages()
		b.lost(n)
		b.sent += uint64(n)
		b.buffers.ReleaseItem(run)
		return false
	}
	had, size := run.Messages(), run.Payload()
	n := b.admitLocked(run, false)
	if n < had {
		b.mark.refused = true
		size -= run.Payload()
	} else {
		*run = Item{}
	}
	b.payload += uint64(size)
	b.sent += uint64(n)
	return n > 0 && b.tellLocked()
}

// pushOne appends a message that another socket of this process sends, copied
// unless it is the library's. With sole it refuses unless WriteSole may be used.
func (b *Inbox) pushOne(m *Message, from *Peer, sole bool) (ok, tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case sole && (!b.sole || b.closed):
		return false, false
	case b.closed:
		b.lost(1)
		b.sent++
		return true, false
	case b.conflation != nil, b.oldest != nil && b.mark.full():
		it := Item{Message: m.Own()}
		it.Peer = from
		ok = b.admitLocked(&it, false) > 0
	case b.mark.full():
	case m.Owned || m.Lease != nil || len(m.Tail) > 0 || len(m.Head) >= RefSize:
		b.growLocked(1)
		b.queue = append(b.queue, Item{Message: b.ownLocked(m)})
		it := &b.queue[len(b.queue)-1]
		it.Peer = from
		b.noteLocked(it)
		ok = true
	default:
		b.extendLocked(m.Head, from)
		ok = true
	}
	if !ok {
		b.mark.refused = b.mark.refused || !sole // or the socket asks again, the whole way
		return false, false
	}
	b.payload += uint64(m.Size())
	b.sent++
	if sole {
		b.direct++
	}
	return true, b.tellLocked()
}

// inject appends a message of the library's own, outside the high-water mark.
func (b *Inbox) inject(m Message) (tell bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	m.Kept, m.Injected = true, true
	b.injected++
	b.appendLocked(&Item{Message: m})
	return b.tellLocked()
}

// plain reports whether messages go to the end of the queue and count by their
// number alone, so that many can be appended at once.
func (b *Inbox) plain() bool { return b.conflation == nil && b.mark.bytes == 0 }

// admitAllLocked appends items if there is room for all of them, or none.
func (b *Inbox) admitAllLocked(items []Item) int {
	total, size := 0, int64(0)
	for i := range items {
		total += items[i].Messages()
		size += items[i].footprint()
	}
	if b.mark.room(total) < total {
		return 0
	}
	b.growLocked(len(items))
	b.queue = append(b.queue, items...)
	b.mark.wrote(total, 0)
	b.size += size
	return len(items)
}

// admitLocked appends an item, or the first messages of a run by which it is
// shortened, as far as there is room. It returns how many messages it took.
func (b *Inbox) admitLocked(it *Item, last bool) (n int) {
	if it.IsRun() && !b.plain() && !b.underBytesLocked(it) {
		for it.IsRun() { // each counts for itself
			rest := *it
			var one Item
			rest.Take(&one.Message)
			if b.admitLocked(&one, last) == 0 {
				return n
			}
			*it = rest
			n++
		}
		return n
	}
	if b.conflation != nil && b.replaceLocked(it) {
		return 1
	}
	if b.oldest != nil {
		had := it.Messages()
		b.makeRoomLocked(it)
		b.appendLocked(it)
		return had
	}
	had := it.Messages()
	if n = b.roomLocked(had, last); n == had {
		b.appendLocked(it)
	} else if n > 0 {
		part := it.first(n)
		b.appendLocked(&part)
	}
	return n
}

// underBytesLocked reports whether all of a run is admitted as far as bytes count, so
// that it need not be taken apart.
func (b *Inbox) underBytesLocked(run *Item) bool {
	return b.conflation == nil && b.mark.held+int64(run.Payload()) <= b.mark.bytes
}

// roomLocked returns how many of n messages may be appended now.
func (b *Inbox) roomLocked(n int, last bool) int {
	switch {
	case b.conflation != nil && b.conflation.all:
		return n
	case last:
		return b.mark.lastRoom(n)
	}
	return b.mark.room(n)
}

// appendLocked appends and counts an item.
func (b *Inbox) appendLocked(it *Item) {
	if b.conflation != nil {
		b.conflation.note(b.queue, &it.Message)
	}
	b.growLocked(1)
	b.queue = append(b.queue, *it)
	b.noteLocked(it)
}

// noteLocked counts what was appended.
func (b *Inbox) noteLocked(it *Item) {
	size := 0
	if b.mark.bytes > 0 {
		size = it.Payload()
	}
	b.mark.wrote(it.Messages(), size)
	b.size += it.footprint()
}

// extendLocked adds a message of one frame to the run at the end of the queue,
// or begins one: as much memory as the last batch took, then twice as much as
// the run before.
func (b *Inbox) extendLocked(body []byte, from *Peer) {
	need := wire.HeaderSize(len(body)) + len(body)
	size := b.runSize
	if k := len(b.queue); k > 0 {
		r := &b.queue[k-1]
		if r.IsRun() && r.Peer == from && cap(r.Head)-len(r.Head) >= need {
			r.Head = wire.AppendFrame(r.Head, 0, body)
			r.count++
			b.mark.wrote(1, len(body))
			b.size += int64(need)
			return
		}
		size = 2 * max(size, cap(r.Head))
	}
	size = max(need, min(size, maxRun))
	slab := b.buffers.Slab(size)
	mem := slab.Memory()
	if slab == nil {
		mem = make([]byte, 0, size)
		slab = NewSlab(mem)
	}
	// Nothing else lies in the slab, so that the run may grow.
	b.appendLocked(&Item{Message: Message{Head: wire.AppendFrame(mem, 0, body), Peer: from, Owned: true}, count: 1, slab: slab})
}

// ownLocked is Message.Own, with memory that was lent or comes back for a large frame.
func (b *Inbox) ownLocked(m *Message) Message {
	if m.Lease != nil {
		return m.rent()
	}
	if m.Owned || len(m.Tail) > 0 || len(m.Head) < LargeFrame || b.buffers == nil {
		return m.Own()
	}
	o := *m
	o.Head = append(b.buffers.Copy(len(m.Head)), m.Head...)
	o.Owned, o.Apart = true, true
	return o
}

// growLocked makes room for n items in borrowed memory once they are many.
func (b *Inbox) growLocked(n int) {
	if need := len(b.queue) + n; need > cap(b.queue) && need > keepCap && cap(b.queue) < queueCap && b.buffers != nil {
		b.queue = append(b.buffers.queue(need), b.queue...)
	}
}

// tellLocked reports whether the consumer must be told that there is something.
func (b *Inbox) tellLocked() bool {
	tell := !b.listed
	b.listed = true
	return tell
}

// room returns how many messages would be admitted now, at most limit, and
// remembers to tell the producer if it is none.
func (b *Inbox) room(limit int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.oldest != nil || b.conflation != nil && b.conflation.all {
		return limit
	}
	return b.mark.roomOrRefuse(limit)
}

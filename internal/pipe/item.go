// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"unsafe"

	"github.com/gozmq/zmq/internal/wire"
)

// Item is what a queue holds, and what passes between sockets: one message, or a run
// of them. A run is messages of one frame each from one peer, as they came over the
// wire and framed as in ZMTP 2.0: a message that is never a value of its own costs
// less. An Item is taken apart before an application sees what is in it.
type Item struct {
	Message // of a run: its bytes in Head, and its sender

	count uint32 // messages in a run; 0: this is one message
	slab  *Slab  // memory of a run, which it holds; nil where nothing counts
}

// NewRun makes a run of so many messages. It holds slab, which may be nil.
func NewRun(framed []byte, count int, from *Peer, slab *Slab) Item {
	slab.hold()
	return Item{Message: Message{Head: framed[:len(framed):len(framed)], Peer: from, Owned: true}, count: uint32(count), slab: slab}
}

// Items returns messages as items.
func Items(ms ...Message) []Item {
	items := make([]Item, len(ms))
	for i := range ms {
		items[i].Message = ms[i]
	}
	return items
}

// IsRun reports whether the item is a run.
func (it *Item) IsRun() bool { return it.count > 0 }

// Messages returns how many messages the item is.
func (it *Item) Messages() int { return max(1, int(it.count)) }

// Frames returns how many frames its messages have.
func (it *Item) Frames() int {
	if it.IsRun() {
		return int(it.count)
	}
	return it.Len()
}

// Payload returns the bytes of all frames together, without what frames them in a
// run.
func (it *Item) Payload() int {
	if !it.IsRun() {
		return it.Size()
	}
	n := 0
	for b := it.Head; len(b) > 0; {
		at, size := bounds(b)
		n += size
		b = b[at+size:]
	}
	return n
}

// footprint returns about how much memory the item takes in a queue.
func (it *Item) footprint() int64 {
	n := itemBytes + int64(len(it.Head))
	for _, f := range it.Tail {
		n += FrameBytes + int64(len(f))
	}
	return n
}

// Footprint returns about how much memory items take.
func Footprint(items []Item) (n int64) {
	for i := range items {
		n += items[i].footprint()
	}
	return n
}

const (
	itemBytes = int64(unsafe.Sizeof(Item{}))
	// FrameBytes is what a further frame of a message takes beside its bytes: the slice,
	// and what the allocator adds to small ones.
	FrameBytes = 32
)

// bounds returns where the first message of a run begins, and its size. The
// connection's reader has seen every header: this one is whole.
func bounds(b []byte) (at, size int) {
	if b[0]&wire.FlagLong == 0 {
		return 2, int(b[1])
	}
	h, n, _ := wire.ParseHeader(b)
	return n, int(h.Size)
}

// Take takes the first message off a run. It refers to the run's memory, which
// therefore is the receiver's from now on and comes back to no pool.
func (it *Item) Take(m *Message) {
	it.next(m)
	it.slab = nil
}

// next takes the first message off a run, in memory that the run still holds.
func (it *Item) next(m *Message) {
	b := it.Head
	n, at := int(b[1]), 2
	if b[0]&wire.FlagLong != 0 {
		at, n = bounds(b)
	}
	*m = Message{Head: b[at : at+n : at+n], Peer: it.Peer, Owned: true}
	it.Head = b[at+n:]
	it.count--
}

// first takes the first n messages off a run, or all of them, and returns them as
// an item. Both hold the memory that they have in common.
func (it *Item) first(n int) Item {
	first := *it
	if n >= int(it.count) {
		*it = Item{}
		first.Head = first.Head[:len(first.Head):len(first.Head)]
		return first
	}
	end := 0
	for range n {
		at, size := bounds(it.Head[end:])
		end += at + size
	}
	first.Head, first.count = it.Head[:end:end], uint32(n)
	it.Head, it.count = it.Head[end:], it.count-uint32(n)
	it.slab.hold()
	return first
}

// Separate appends the messages of the items to ms, those of runs one by one.
func Separate(ms []Message, items []Item) []Message {
	for i := range items {
		it := items[i]
		if !it.IsRun() {
			ms = append(ms, it.Message)
			continue
		}
		for it.count > 0 {
			var m Message
			it.Take(&m)
			ms = append(ms, m)
		}
	}
	return ms
}

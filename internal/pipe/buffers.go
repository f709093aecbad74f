// SPDX-License-Identifier: Apache-2.0

package pipe

import "sync"

// Sizes of the chunks that outgoing frames are copied into. The first message
// of an idle connection takes a small one, so that many stuck peers with a
// message each stay cheap; a stream takes large ones.
const (
	smallChunk = 4 << 10
	largeChunk = 128 << 10
	hugeChunk  = 1<<20 + 64
)

// RefSize is the size from which a frame is referred to rather than copied, wherever
// there is a choice: a copy of fewer bytes costs less than what a reference does, which
// is an allocation, another entry of a vectored write, or memory that stays in use.
const RefSize = 4 << 10

// Buffers lends chunks to the outboxes of one context. The zero value is ready;
// it is safe for concurrent use.
type Buffers struct {
	small, large, huge sync.Pool
	queues             sync.Pool // of *queueArray
	slabs              sync.Pool // of *Slab
	frames             sync.Pool // of *[]byte, for large frames
}

// chunk is a piece of memory with a home to go back to: a pool, a lender, or a page that
// counts its holders.
type chunk struct {
	buf   []byte
	home  *sync.Pool
	lease *Lease
	page  *page
}

// get returns an empty chunk with room for at least n bytes.
func (b *Buffers) get(n int) *chunk {
	home, size := &b.small, smallChunk
	switch {
	case n > hugeChunk:
		return &chunk{buf: make([]byte, 0, n)}
	case n > largeChunk:
		home, size = &b.huge, hugeChunk
	case n > smallChunk:
		home, size = &b.large, largeChunk
	}
	if c, ok := home.Get().(*chunk); ok {
		c.buf = c.buf[:0]
		return c
	}
	return &chunk{buf: make([]byte, 0, size), home: home}
}

func (c *chunk) release() {
	switch {
	case c.lease != nil:
		c.lease.Release()
	case c.page != nil:
		c.page.release()
	case c.home != nil:
		c.home.Put(c)
	}
}

// queueArray carries memory for a queue of messages through a pool.
type queueArray struct{ s []Item }

// queueCap is the least memory that is worth lending, in messages.
const queueCap = 256

// queue returns an empty queue with room for n messages, from the pool where they
// are many.
func (b *Buffers) queue(n int) []Item {
	if n <= keepCap {
		return make([]Item, 0, n)
	}
	if a, ok := b.queues.Get().(*queueArray); ok && cap(a.s) >= n {
		s := a.s
		a.s = nil
		return s
	}
	return make([]Item, 0, max(n, queueCap))
}

// giveQueue takes an empty queue back.
func (b *Buffers) giveQueue(s []Item) {
	if cap(s) >= queueCap {
		b.queues.Put(&queueArray{s[:0]})
	}
}

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

// refThreshold is the size from which an owned frame is written from where it
// is. Below it a copy into the chunk is cheaper than another vector entry.
const refThreshold = 4 << 10

// Buffers lends chunks to the outboxes of one context. The zero value is ready;
// it is safe for concurrent use.
type Buffers struct {
	small, large, huge sync.Pool
}

// chunk is a piece of memory with a home to go back to.
type chunk struct {
	buf  []byte
	home *sync.Pool
}

// get returns an empty chunk with room for at least n octets.
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
	if c.home != nil {
		c.home.Put(c)
	}
}

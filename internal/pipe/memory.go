// SPDX-License-Identifier: Apache-2.0

package pipe

import "sync/atomic"

// Memory of what was received comes back from receivers that are through with it:
// those that copy what they get, as the C library does, or that receive into a
// message of their own. It is warm and need not be cleared or collected, which is
// what a frame costs beside its copies.

const (
	// LargeFrame is the size from which a frame has memory of its own and is worth a
	// read of its own, and maxFrame the largest that comes back.
	LargeFrame = 32 << 10
	maxFrame   = 1 << 20
	// SlabSize is about how many bytes of small frames share an allocation. It
	// bounds what an application keeps alive by keeping one frame, and stays in
	// the size classes that the allocator serves without a lock.
	SlabSize = 16 << 10
)

// Slab is memory that several messages lie in, and the count of those that may still
// read it: the runs that lie there, and the reader that fills it. A message that is
// handed to an application takes a hold along that is never given back. So a slab of
// which all parts were copied comes back to the pool, and every other is left to the
// garbage collector. The methods of a nil Slab do nothing.
type Slab struct {
	b       *[SlabSize]byte
	holders atomic.Int32
}

// NewSlab makes a slab of memory that was filled, which the caller holds. It is nil
// unless the memory is of the size that comes back.
func NewSlab(b []byte) *Slab {
	if cap(b) != SlabSize {
		return nil
	}
	s := &Slab{b: (*[SlabSize]byte)(b[:SlabSize])}
	s.holders.Store(1)
	return s
}

// Memory returns the memory of the slab, of no length.
func (s *Slab) Memory() []byte {
	if s == nil {
		return nil
	}
	return s.b[:0]
}

func (s *Slab) hold() {
	if s != nil {
		s.holders.Add(1)
	}
}

// Slab returns a slab that has come back, which the caller holds, for about n bytes;
// nil if there is none, or n is another size.
func (b *Buffers) Slab(n int) *Slab {
	if b == nil || n > SlabSize || n < SlabSize/2 {
		return nil
	}
	s, ok := b.slabs.Get().(*Slab)
	if ok {
		s.holders.Store(1)
	}
	return s
}

// Drop gives one hold of a slab back.
func (b *Buffers) Drop(s *Slab) {
	if s != nil && s.holders.Add(-1) == 0 && b != nil {
		b.slabs.Put(s)
	}
}

// Release takes the memory of a message back that is not in use any more, if it is
// Apart, and ends the hold of memory that was lent.
func (b *Buffers) Release(m *Message) {
	switch {
	case m.Lease != nil:
		m.Lease.Release()
		m.Lease = nil
	case !m.Apart || b == nil:
	case len(m.Tail) > 0:
		b.Recycle(m.Tail[len(m.Tail)-1])
	default:
		b.Recycle(m.Head)
	}
}

// ReleaseItem is Release for an item, of which no part is in use. The item is gone.
func (b *Buffers) ReleaseItem(it *Item) {
	if it.IsRun() {
		b.Drop(it.slab)
	} else {
		b.Release(&it.Message)
	}
	*it = Item{}
}

// Recycle takes the memory of a large frame back, of which no part is in use.
func (b *Buffers) Recycle(frame []byte) {
	if cap(frame) >= LargeFrame && cap(frame) <= maxFrame {
		frame = frame[:0]
		b.frames.Put(&frame)
	}
}

// Frame returns memory for a frame of n bytes, of no length yet.
func (b *Buffers) Frame(n int) []byte {
	if f := b.Copy(n); f != nil {
		return f
	}
	return make([]byte, 0, n)
}

// Copy is Frame for what is appended at once: where nothing has come back it returns
// nil, because append need not clear what it allocates.
func (b *Buffers) Copy(n int) []byte {
	if n >= LargeFrame {
		if p, ok := b.frames.Get().(*[]byte); ok && cap(*p) >= n && cap(*p) <= 2*n {
			return *p
		}
	}
	return nil
}

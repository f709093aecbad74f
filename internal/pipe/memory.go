// SPDX-License-Identifier: Apache-2.0

package pipe

// Memory of what was received comes back from receivers that are through with it:
// those that copy what they get, as the C library does, or that receive into a
// message of their own. It is warm and need not be cleared or collected, which is
// what a frame costs beside its copies.

const (
	// LargeFrame is the size from which a frame has memory of its own and is worth a
	// read of its own, and maxFrame the largest that comes back.
	LargeFrame = 32 << 10
	maxFrame   = 1 << 20
	// SlabSize is about how many octets of small frames share an allocation. It
	// bounds what an application keeps alive by keeping one frame, and stays in
	// the size classes that the allocator serves without a lock.
	SlabSize = 16 << 10
)

// Release takes the memory of a message or a run back that nobody uses any more, if
// it is Apart.
func (b *Buffers) Release(m *Message) {
	switch {
	case !m.Apart || b == nil:
	case m.Kind == Run:
		b.giveSlab(m.Head)
	case len(m.Tail) > 0:
		b.Recycle(m.Tail[len(m.Tail)-1])
	default:
		b.Recycle(m.Head)
	}
}

// Recycle takes the memory of a large frame back, of which nobody has a part.
func (b *Buffers) Recycle(frame []byte) {
	if cap(frame) >= LargeFrame && cap(frame) <= maxFrame {
		frame = frame[:0]
		b.frames.Put(&frame)
	}
}

// Frame returns memory for a frame of n octets, of no length yet.
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

// Slab returns memory for about n octets that messages share, of no length yet, or
// nil if none has come back.
func (b *Buffers) Slab(n int) []byte {
	if n > SlabSize || n < SlabSize/2 {
		return nil
	}
	if s, ok := b.slabs.Get().(*[SlabSize]byte); ok {
		return s[:0]
	}
	return nil
}

// giveSlab takes the memory of a run back: nobody has a part of it.
func (b *Buffers) giveSlab(s []byte) {
	if cap(s) == SlabSize {
		b.slabs.Put((*[SlabSize]byte)(s[:SlabSize]))
	}
}

// SPDX-License-Identifier: Apache-2.0

package engine

// Memory of large frames comes back where those who receive copy what they got, as
// the C library does. It is warm and need not be cleared, which is what a large
// frame costs beside its copies.

// Recycle takes the memory of a frame back. Nobody else may have a part of it: that
// of a message that is Apart.
func (b *Buffers) Recycle(frame []byte) {
	if cap(frame) >= largeFrame && cap(frame) <= trusted {
		frame = frame[:0]
		b.large.Put(&frame)
	}
}

// frameMemory returns memory for a large frame of n octets of which some are there
// already.
func (b *Buffers) frameMemory(n int) []byte {
	if n >= largeFrame && b != nil {
		if p, ok := b.large.Get().(*[]byte); ok && cap(*p) >= n && cap(*p) <= 2*n {
			return *p
		}
	}
	return make([]byte, 0, n)
}

// SPDX-License-Identifier: Apache-2.0

package transport

// Cursor is a place in the buffers that a Layer is given to write.
type Cursor struct {
	bufs [][]byte
	i    int // the buffer
	off  int // and the byte in it
}

// NewCursor begins at the first byte. The buffers are not changed.
func NewCursor(bufs [][]byte) Cursor { return Cursor{bufs: bufs} }

// Rest returns what is left of the next buffer that is not at its end, nothing at the end
// of all.
func (k *Cursor) Rest() []byte {
	for k.i < len(k.bufs) && k.off == len(k.bufs[k.i]) {
		k.i, k.off = k.i+1, 0
	}
	if k.i == len(k.bufs) {
		return nil
	}
	return k.bufs[k.i][k.off:]
}

// AtEnd reports whether no byte is left.
func (k *Cursor) AtEnd() bool { return len(k.Rest()) == 0 }

// Next takes up to n bytes, of one buffer.
func (k *Cursor) Next(n uint64) []byte {
	b := k.Rest()
	b = b[:min(n, uint64(len(b)))]
	k.off += len(b)
	return b
}

// Advance passes over n bytes of what Rest has returned.
func (k *Cursor) Advance(n int) { k.off += n }

// Skip passes over n bytes.
func (k *Cursor) Skip(n uint64) {
	for n > 0 {
		b := k.Next(n)
		if len(b) == 0 {
			return
		}
		n -= uint64(len(b))
	}
}

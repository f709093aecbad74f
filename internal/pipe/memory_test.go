// SPDX-License-Identifier: Apache-2.0

package pipe

import "testing"

// What comes back is used again for frames of about that size, and for no others.
func TestFrameMemoryIsUsedAgain(t *testing.T) {
	var b Buffers
	frame := b.Frame(64 << 10)[:100]
	b.Recycle(frame)
	if again := b.Frame(60 << 10); cap(again) < 60<<10 || len(again) != 0 {
		t.Errorf("%d of %d octets", len(again), cap(again))
	}
	b.Recycle(make([]byte, 1<<20))
	if got := b.Frame(64 << 10); cap(got) > 128<<10 {
		t.Errorf("%d octets for 64 KiB", cap(got))
	}
	b.Recycle(make([]byte, 0, 64<<10))
	if got := b.Frame(1 << 20); cap(got) < 1<<20 {
		t.Errorf("%d octets for 1 MiB", cap(got))
	}
	b.Recycle(make([]byte, 10)) // shared with others, most likely
	if got := b.Frame(8 << 10); cap(got) < 8<<10 {
		t.Errorf("%d octets for 8 KiB", cap(got))
	}
}

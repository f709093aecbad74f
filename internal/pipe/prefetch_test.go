// SPDX-License-Identifier: Apache-2.0

package pipe

import "testing"

// Reading ahead must not give the peer credit for messages that the application
// has not asked for.
func TestReadAheadGivesCreditInTime(t *testing.T) {
	p := box(8, 0, false) // the low-water mark is 4
	p.Deliver([]Item{runOf(0, 8)})
	if n := p.Deliver([]Item{runOf(8, 9)}); n != 0 {
		t.Fatal("taken above the mark")
	}
	read := 0
	for read < 8 {
		var it Item
		n := p.ReadRun(&it, max(1, min(64, p.Quiet())))
		if n == 0 {
			t.Fatalf("nothing after %d", read)
		}
		// Of several messages none but the first may be the fourth or eighth.
		for k := read + 2; k <= read+n; k++ {
			if k%4 == 0 {
				t.Errorf("message %d was fetched ahead", k)
			}
		}
		read += n
	}
}

// Before the first message nothing is at hand. The one that gives credit is not quiet.
func TestQuiet(t *testing.T) {
	p := box(8, 0, false) // the low-water mark is 4
	p.Deliver([]Item{runOf(0, 5)})
	if p.AtHand() {
		t.Error("at hand before anything was taken from the queue")
	}
	for i, quiet := range []int{3, 2, 1, 0, 3} {
		if n := p.Quiet(); n != quiet {
			t.Errorf("before message %d: %d are quiet, want %d", i, n, quiet)
		}
		wantRead(t, p, runText(i))
		if p.AtHand() != (i < 4) {
			t.Errorf("behind message %d: at hand is %v", i, p.AtHand())
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package pipe

import "testing"

// Reading ahead must not give the peer credit for messages that the application
// has not asked for.
func TestReadAheadGivesCreditInTime(t *testing.T) {
	p := box(8, 0, false) // the low-water mark is 4
	p.Deliver([]Message{runOf(0, 8)})
	if n := p.Deliver([]Message{runOf(8, 9)}); n != 0 {
		t.Fatal("taken above the mark")
	}
	read := 0
	for read < 8 {
		var m Message
		n := p.ReadAhead(&m, 64)
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

// ReadIf takes what is at hand and fits, and gives no credit.
func TestReadIf(t *testing.T) {
	p := box(8, 0, false)
	p.Deliver([]Message{runOf(0, 8)})
	all := func(*Message) bool { return true }
	var m Message
	if p.ReadIf(&m, all) {
		t.Error("took what was not at hand")
	}
	wantRead(t, p, runText(0))
	if p.ReadIf(&m, func(*Message) bool { return false }) {
		t.Error("took what does not fit")
	}
	n := 1
	for p.ReadIf(&m, all) {
		if n++; string(m.Head) != runText(n-1) {
			t.Errorf("%q, want %q", m.Head, runText(n-1))
		}
	}
	if n != 3 {
		t.Errorf("went on to message %d: the fourth gives credit", n)
	}
}

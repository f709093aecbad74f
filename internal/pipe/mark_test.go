// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"math"
	"testing"
)

func TestMarkGivesCreditAtTheLowWaterMark(t *testing.T) {
	for _, x := range []struct{ limit, credit int }{{1, 1}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {1000, 500}, {1001, 501}} {
		var m mark
		m.set(x.limit, 0)
		for i := range x.limit {
			if m.full() {
				t.Fatalf("limit %d: full after %d", x.limit, i)
			}
			m.wrote(1, 0)
		}
		if !m.full() {
			t.Errorf("limit %d: not full", x.limit)
		}
		m.refused = true
		for i := 1; ; i++ {
			resume := m.ack(1, 0)
			if resume != (i == x.credit) || m.full() == resume {
				t.Fatalf("limit %d: after %d read resume is %v, full %v", x.limit, i, resume, m.full())
			}
			if resume {
				break
			}
		}
		if n := m.room(x.limit); n != x.credit {
			t.Errorf("limit %d: room for %d after credit, want %d", x.limit, n, x.credit)
		}
	}
}

func TestMarkIsFreeWhenEverythingWasRead(t *testing.T) {
	var m mark
	m.set(10, 0)
	m.wrote(3, 0)
	m.ack(3, 0)
	if n := m.room(100); n != 10 {
		t.Errorf("room for %d, want 10", n)
	}
}

func TestMarkZeroIsNoLimit(t *testing.T) {
	var m mark
	m.set(0, 0)
	m.wrote(1<<30, 0)
	if m.full() || m.room(77) != 77 {
		t.Error("a mark of zero is full")
	}
}

func TestMarkCountsBytes(t *testing.T) {
	var m mark
	m.set(0, 100)
	m.wrote(1, 99)
	if m.full() {
		t.Error("full at 99 of 100 bytes")
	}
	m.wrote(1, 500) // one message may go beyond
	if !m.full() {
		t.Error("not full at 599 of 100 bytes")
	}
	m.refused = true
	if m.ack(1, 99) {
		t.Error("credit while 500 bytes are held")
	}
	if !m.ack(1, 500) || m.held != 0 {
		t.Errorf("no credit with everything read; %d bytes are held", m.held)
	}
}

func TestMarkLoweredTakesEffectAsTheQueueDrains(t *testing.T) {
	var m mark
	m.set(10, 0)
	m.wrote(10, 0)
	m.set(2, 0)
	if m.room(5) != 0 {
		t.Error("room although more waits than the mark allows")
	}
	for i := range 10 {
		m.ack(1, 0)
		if waits := 9 - i; m.full() != (waits >= 2) {
			t.Errorf("with %d waiting full is %v", waits, m.full())
		}
	}
}

func TestMarkLiftedAcknowledgesEverything(t *testing.T) {
	var m mark
	m.set(4, 0)
	m.wrote(4, 0)
	m.ack(1, 0)
	m.set(0, 0)
	m.wrote(6, 0)
	m.ack(4, 0)
	m.set(5, 0)
	if n := m.room(10); n != 0 { // 5 wait
		t.Errorf("room for %d, want none", n)
	}
	m.ack(5, 0)
	if n := m.room(10); n != 5 {
		t.Errorf("room for %d, want 5", n)
	}
}

func TestMarkTakesBackWhatWasNeverRead(t *testing.T) {
	var m mark
	m.set(2, 0)
	m.wrote(2, 0)
	m.refused = true
	if !m.unwrite(1, 0) || m.room(2) != 1 {
		t.Error("no room after a message was taken back")
	}
}

// Marks near the largest number of a C int work on every machine, alone and added up.
func TestMarkOfTheLargestNumber(t *testing.T) {
	const most = math.MaxInt32
	for _, limit := range []int{most, most - 1, sumHWM(most, most), sumHWM(most, 1)} {
		var m mark
		m.set(limit, 0)
		if m.limit == 0 || m.full() || m.room(10) != 10 || m.lastRoom(10) != 10 || m.every() < most/4 {
			t.Errorf("limit %d: room for %d, credit every %d", limit, m.room(10), m.every())
		}
		m.wrote(10, 0)
		if m.ack(10, 0); m.acked != 10 {
			t.Errorf("limit %d: %d acknowledged of all 10", limit, m.acked)
		}
		m.wrote(most, 0)
		if want := max(0, min(most, limit-most)); m.room(most) != want {
			t.Errorf("limit %d: room for %d with %d waiting, want %d", limit, m.room(most), most, want)
		}
	}
	if n := sumMax(math.MaxInt64, 5); n != math.MaxInt64 {
		t.Errorf("a mark of %d bytes", n)
	}
	o := newOutbox(most)
	b := NewBroadcast(nil)
	p := &Pipe{out: o}
	b.Join(p)
	b.Add(message("x"), nil)
	if n := p.Room(most); n != most-1 {
		t.Errorf("room for %d with one message in a broadcast", n)
	}
}

// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"math/rand/v2"
	"testing"
)

// record is what a flight approximates: where every message ends.
type record struct {
	flight
	ends []uint64
}

func (r *record) write(sizes ...int) {
	at := r.total
	for _, n := range sizes {
		at += uint64(n)
		r.ends = append(r.ends, at)
	}
	r.add(at, len(sizes))
}

// exactly returns how many messages end in the last n bytes.
func (r *record) exactly(n uint64) (msgs uint64) {
	for i := len(r.ends) - 1; i >= 0 && r.ends[i] > r.total-n; i-- {
		msgs++
	}
	return msgs
}

// TestFlightKnowsTheLastWritesExactly however different their messages are.
func TestFlightKnowsTheLastWritesExactly(t *testing.T) {
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 0))
	var r record
	for range 1000 {
		start := max(0, len(r.ends)-flightExact)
		for i := len(r.ends) - 1; i >= start; i-- {
			n := r.total - r.ends[i]
			if got, want := r.within(n), uint64(len(r.ends)-1-i); got != want {
				t.Fatalf("seed %d: %d messages in the last %d bytes, want %d", seed, got, n, want)
			}
		}
		r.write(1 + rnd.IntN(10_000))
	}
}

// TestFlightIsExactForMessagesOfOneSize at any age, with several in a write.
func TestFlightIsExactForMessagesOfOneSize(t *testing.T) {
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 0))
	var r record
	for range 500 {
		sizes := make([]int, 1+rnd.IntN(50))
		for i := range sizes {
			sizes[i] = 102
		}
		r.write(sizes...)
		for range 5 {
			n := rnd.Uint64N(r.total + 1)
			if got, want := r.within(n), r.exactly(n); got != want {
				t.Fatalf("seed %d: %d messages in the last %d bytes, want %d", seed, got, n, want)
			}
		}
	}
	if len(r.stretches) > flightSize || cap(r.stretches) > 2*flightSize {
		t.Errorf("%d stretches are kept, %d have room", len(r.stretches), cap(r.stretches))
	}
	if all := r.within(1 << 60); all != uint64(len(r.ends)) {
		t.Errorf("%d messages in all, want %d", all, len(r.ends))
	}
}

// at returns the stretch in which the last n bytes begin.
func (r *record) at(n uint64) (s stretch) {
	for i := len(r.stretches) - 1; i >= 0; i-- {
		if s = r.stretches[i]; n < s.size {
			break
		}
		n -= s.size
	}
	return s
}

// TestFlightIsNearlyRightOtherwise: the estimate is off by less than what one stretch
// holds, which is no more than half of what was written since.
func TestFlightIsNearlyRightOtherwise(t *testing.T) {
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 0))
	var r record
	for range 2000 {
		r.write(10+rnd.IntN(5000), 10+rnd.IntN(50))
	}
	after := uint64(0)
	for i := len(r.stretches) - 1; i > 0; i-- { // the first one has all the past
		if s := r.stretches[i]; i < len(r.stretches)-2*flightExact && s.msgs > after/2 {
			t.Errorf("stretch %d of %d holds %d messages, and those after it %d", i, len(r.stretches), s.msgs, after)
		}
		after += r.stretches[i].msgs
	}
	for n := uint64(1000); n < r.total; n = n * 5 / 4 {
		got, want := r.within(n), r.exactly(n)
		if off := max(got, want) - min(got, want); off > r.at(n).msgs {
			t.Errorf("seed %d: %d messages in the last %d bytes, want %d", seed, got, n, want)
		}
	}
}

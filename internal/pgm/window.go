// SPDX-License-Identifier: Apache-2.0

package pgm

import (
	"container/heap"
	"slices"
	"time"
)

// state is what a receiver knows of a packet in its window.
type state uint8

const (
	backingOff    state = iota // missing; a NAK is to be sent
	awaitsConfirm              // a NAK was sent
	awaitsData                 // a NAK was confirmed, of ours or another receiver's
	arrived                    // it is there
	gone                       // it will not come
)

// slot is one packet of a receive window.
type slot struct {
	data      []byte
	at        time.Time // when something is done about a packet that is missing
	state     state
	continues bool // it is a later part of a fragmented unit
	first     bool // it is the first part of one
	asked     bool // a NAK was sent, and its source has not answered for this packet
	naks      uint8
	confirms  uint8
}

// missing reports whether a packet may still come.
func (s *slot) missing() bool { return s.state < arrived }

// receiveWindow has the packets of a source from the first that was not delivered to the
// last that is known of. Its memory grows and shrinks with the packets that wait, so that
// it is enough to bound their number.
type receiveWindow struct {
	open   bool   // next is known
	next   uint32 // the first that was not delivered
	slots  []slot // a ring
	first  int    // index of next
	count  int
	limit  int
	total  *int64 // of the packets in the windows of all sources
	timers timers // of the packets that are missing, and some that mean nothing any more
}

// leastRing is how many slots a window keeps when it is empty.
const leastRing = 16

// lead is the sequence number of the last packet that is known of.
func (w *receiveWindow) lead() uint32 { return w.next + uint32(w.count) - 1 }

// at returns a slot by its place behind next.
func (w *receiveWindow) at(n int) *slot { return &w.slots[(w.first+n)%len(w.slots)] }

// get returns the slot of a sequence number, nil if it is not in the window.
func (w *receiveWindow) get(seq uint32) *slot {
	if n := seq - w.next; n < uint32(w.count) {
		return w.at(int(n))
	}
	return nil
}

// extend adds missing packets up to a sequence number, which the limit allows.
func (w *receiveWindow) extend(seq uint32, s state, at time.Time) {
	for w.lead() != seq {
		if w.count == len(w.slots) {
			w.resize(min(max(leastRing, 2*len(w.slots)), w.limit))
		}
		w.count++
		*w.total++
		added := w.at(w.count - 1)
		*added = slot{state: s, at: at}
		if added.missing() {
			w.remind(at, w.lead())
		}
	}
}

// resize moves the packets to another ring.
func (w *receiveWindow) resize(n int) {
	slots := make([]slot, n)
	for i := range w.count {
		slots[i] = *w.at(i)
	}
	w.slots, w.first = slots, 0
}

// remind sets a timer. When most of the others can only be of packets that have left, or
// have another time by now, those are taken out.
func (w *receiveWindow) remind(at time.Time, seq uint32) {
	if len(w.timers) >= 4*max(w.count, leastRing) {
		w.tidy()
	}
	heap.Push(&w.timers, timer{at, seq})
}

// tidy takes the timers out that mean nothing, and frees their memory.
func (w *receiveWindow) tidy() {
	w.timers = slices.Clone(slices.DeleteFunc(w.timers, func(t timer) bool { return !w.means(t) }))
	heap.Init(&w.timers)
}

// means reports whether a timer is the one of its packet.
func (w *receiveWindow) means(t timer) bool {
	s := w.get(t.seq)
	return s != nil && s.missing() && s.at.Equal(t.at)
}

// set changes the state of a packet that is missing.
func (w *receiveWindow) set(seq uint32, s *slot, to state, at time.Time) {
	s.state, s.at = to, at
	if s.missing() {
		w.remind(at, seq)
	}
}

// due returns the next packet that is missing and whose time has come, nil if there is
// none.
func (w *receiveWindow) due(now time.Time) (uint32, *slot) {
	for len(w.timers) > 0 && !now.Before(w.timers[0].at) {
		t := heap.Pop(&w.timers).(timer)
		if w.means(t) {
			return t.seq, w.get(t.seq)
		}
	}
	return 0, nil
}

// wake returns when a packet is due, if one is.
func (w *receiveWindow) wake() (time.Time, bool) {
	for len(w.timers) > 0 {
		if t := w.timers[0]; w.means(t) {
			return t.at, true
		}
		heap.Pop(&w.timers)
	}
	return time.Time{}, false
}

// pop takes the first packet out of the window.
func (w *receiveWindow) pop() slot {
	s := *w.at(0)
	*w.at(0) = slot{} // not to keep its data
	w.first = (w.first + 1) % len(w.slots)
	w.count--
	*w.total--
	w.next++
	if n := len(w.slots) / 2; n >= leastRing && w.count <= n/2 {
		w.resize(n)
		w.tidy()
	}
	return s
}

// giveUp marks the packets before a sequence number that are missing.
func (w *receiveWindow) giveUp(seq uint32) {
	for n := range w.count {
		if !before(w.next+uint32(n), seq) {
			return
		}
		if s := w.at(n); s.missing() {
			s.state = gone
		}
	}
}

// timer is when something is to be done about a packet. One whose packet has another time
// by now, or is not missing any more, means nothing.
type timer struct {
	at  time.Time
	seq uint32
}

// timers is a heap by time, and by sequence number where that is equal.
type timers []timer

func (t timers) Len() int { return len(t) }
func (t timers) Less(i, j int) bool {
	if t[i].at.Equal(t[j].at) {
		return before(t[i].seq, t[j].seq)
	}
	return t[i].at.Before(t[j].at)
}
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)   { *t = append(*t, x.(timer)) }
func (t *timers) Pop() any {
	old := *t
	x := old[len(old)-1]
	*t = old[:len(old)-1]
	return x
}

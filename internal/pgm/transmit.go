// SPDX-License-Identifier: Apache-2.0

package pgm

import "time"

// transmitWindow keeps the packets that were sent last. Its memory grows up to the limit
// and is then used again, that of the oldest packet for the next.
type transmitWindow struct {
	slots []sent // a ring
	first int    // index of the oldest
	trail uint32 // sequence number of the oldest
	limit int
}

// sent is a packet in the window.
type sent struct {
	packet     []byte
	asked      bool      // it waits to be sent again
	confirming bool      // it waits for its NCF
	confirmed  time.Time // when the last NCF for it went out
	repeated   time.Time // when it was last sent again
}

// lead is the sequence number of the newest packet; trail-1 if there is none.
func (w *transmitWindow) lead() uint32 { return w.trail + uint32(len(w.slots)) - 1 }

// next makes room for a packet behind the newest. The oldest falls out if the window is
// full.
func (w *transmitWindow) next() *sent {
	if len(w.slots) < w.limit {
		w.slots = append(w.slots, sent{})
		return &w.slots[len(w.slots)-1]
	}
	s := &w.slots[w.first]
	w.first = (w.first + 1) % len(w.slots)
	w.trail++
	*s = sent{packet: s.packet[:0]}
	return s
}

// get returns the packet with a sequence number, nil if the window has it not.
func (w *transmitWindow) get(seq uint32) *sent {
	n := seq - w.trail
	if n >= uint32(len(w.slots)) {
		return nil
	}
	return &w.slots[(uint32(w.first)+n)%uint32(len(w.slots))]
}

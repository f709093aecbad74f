// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"math"

	"github.com/gozmq/zmq/internal/pipe"
)

// What a connection has taken goes out of the queue, and is lost with the connection
// unless the peer's system acknowledges it. The system knows how many bytes that is,
// and only when the connection ends is it asked. How many messages these are, the
// connection remembers: of the last writes exactly, of those before in stretches that
// grow with their age, within which messages are taken to be of one size.

const (
	// flightSize is how many stretches are remembered at most.
	flightSize = 24
	// flightExact is how many of them are single writes.
	flightExact = 8
)

// flight is what the last bytes written were. The holder of the write token owns it.
type flight struct {
	total     uint64    // bytes written in all
	stretches []stretch // oldest first
}

// stretch is bytes that follow each other, and how many messages end in them.
type stretch struct {
	size uint64
	msgs uint64
}

// add notes messages, after which total bytes have been written in all.
func (f *flight) add(total uint64, msgs int) {
	n := total - f.total
	if f.total = total; n == 0 {
		return
	}
	if len(f.stretches) == flightSize {
		f.thin()
	}
	f.stretches = append(f.stretches, stretch{n, uint64(msgs)})
}

// thin halves the number of stretches but for the last ones.
func (f *flight) thin() {
	s, k := f.stretches, 0
	for i := 0; i < flightSize-flightExact; i += 2 {
		s[k] = stretch{s[i].size + s[i+1].size, s[i].msgs + s[i+1].msgs}
		k++
	}
	k += copy(s[k:], s[flightSize-flightExact:])
	f.stretches = s[:k]
}

// cut notes that a write failed after n bytes of the batch, and total bytes in all.
// The message in the middle of which it failed is still queued, and none of these.
func (f *flight) cut(n int, total uint64, out *pipe.Outbox, b *pipe.Batch) {
	msgs, upTo := out.Failed(b, n)
	whole := total - f.total
	if n > 0 { // less than whole where frames are encrypted
		whole = uint64(float64(whole) * float64(upTo) / float64(n))
	}
	f.add(f.total+whole, msgs)
	f.add(total, 0)
}

// within returns how many messages end in the last n bytes.
func (f *flight) within(n uint64) (msgs uint64) {
	for i := len(f.stretches) - 1; i >= 0 && n > 0; i-- {
		s := f.stretches[i]
		if n < s.size {
			return msgs + uint64(math.Ceil(float64(s.msgs)*float64(n)/float64(s.size)))
		}
		msgs += s.msgs
		n -= s.size
	}
	return msgs
}

// countInFlight counts what was lost with the connection, when all is written that will
// be. What we end on our own wish is still delivered by the system.
func (c *Conn) countInFlight() {
	n := c.unacked
	if c.finishing.Load() {
		n-- // the end of our direction counts as an byte
	}
	if c.pipe == nil || c.err == nil || n <= 0 {
		return
	}
	if lost := c.flight.within(uint64(n)); lost > 0 {
		c.pipe.CountInFlight(lost)
	}
}

// SPDX-License-Identifier: Apache-2.0

package engine

import "math"

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

// cut notes that a write failed after n bytes of the batch, and total bytes in all,
// of which msgs messages in upTo bytes are whole. The message in the middle of which it
// failed is still queued, and none of these.
func (f *flight) cut(n int, total uint64, msgs, upTo int) {
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

// lost returns what counts the messages that end in the last n bytes written, as lost
// with the connection. Nothing is when we have ended it on our own wish: the system still
// delivers.
func (c *Conn) lost() func(n int) {
	if c.pipe == nil || c.err == nil {
		return func(int) {}
	}
	f, p := c.flight, c.pipe // and no more of the connection: the Keeper may have it for long
	return func(n int) {
		if msgs := f.within(uint64(max(0, n))); msgs > 0 {
			p.CountInFlight(msgs)
		}
	}
}

// countInFlight counts what was lost with the connection, when all is written that will
// be and the descriptor is gone.
func (c *Conn) countInFlight() {
	n := c.unacked
	if c.finishing.Load() {
		n-- // the end of our direction counts as a byte
	}
	c.lost()(n)
}

// countWhenKept returns what the Keeper calls before it closes the descriptor: until then
// the system goes on sending, and the peer may have it all in the end. Not so if it resets
// the connection: it has ended it, too, and what its system acknowledges after that is
// never read.
func (c *Conn) countWhenKept() (over func(reset bool)) {
	lost, atClose := c.lost(), c.unacked
	s := source{bottom: c.src.bottom, raw: c.src.raw}
	return func(reset bool) {
		if reset {
			lost(atClose)
			return
		}
		lost(s.unacked() - 1) // the end of our direction is behind the last of them
	}
}

// SPDX-License-Identifier: Apache-2.0

// Reading a connection whose frames are encrypted. What frames carry is opened into
// memory that messages share, framed again as if it had come in clear, so that
// messages of one frame each reach the socket unsplit.

package engine

import (
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// sealedFrames is gather for them.
func (c *Conn) sealedFrames(data []byte, at int, r *run) (to int, more bool, err error) {
	for c.dec.n < batchSize-1 { // a frame may end a run
		h, hn, err := wire.ParseHeader(data[at:])
		switch {
		case err != nil:
			return at, false, &zerr.ProtocolError{Rule: "framing", Err: err}
		case hn == 0:
			return at, false, nil
		case h.Size > c.dec.limit:
			return at, false, c.tooLarge(h)
		case h.Size > uint64(len(data)-at-hn):
			if h.Size < pipe.RefSize {
				return at, false, nil
			}
			return len(data), false, c.startBig(h, data[at+hn:])
		}
		end := at + hn + int(h.Size)
		if h.Size >= pipe.LargeFrame {
			c.endRun(r)
			if err := c.openLarge(data[at+hn : end]); err != nil {
				return at, false, err
			}
			at = end
			continue
		}
		if cap(r.mem)-len(r.mem) < c.plainSize(h) {
			c.endMemory(r)
			c.newPlainRun(r, c.plainAhead(data[at:]))
		}
		if err := c.openFrame(data[at+hn:end], r); err != nil {
			return at, false, err
		}
		at = end
	}
	return at, true, nil
}

// newPlainRun begins memory with room for n bytes.
func (c *Conn) newPlainRun(r *run, n int) {
	c.newRun(r, n)
	if r.slab == nil {
		r.mem = make([]byte, 0, n)
		r.slab = pipe.NewSlab(r.mem)
	}
}

// openFrame opens a frame into the run's memory, which has the room.
func (c *Conn) openFrame(body []byte, r *run) error {
	start := len(r.mem)
	payload := max(0, len(body)-c.traffic.Overhead())
	mem := wire.AppendHeader(r.mem, 0, payload)
	begin := len(mem)
	mem, inner, err := c.traffic.Open(mem, body)
	if err != nil {
		return err
	}
	r.mem = mem
	flags := outerFlags(inner)
	if flags == 0 && c.dec.runs && c.dec.head == nil {
		r.add(start, len(mem))
		return nil
	}
	c.endRun(r)
	return c.frame(flags, r.frame(begin, len(mem)))
}

// outerFlags are those that a frame would have in clear.
func outerFlags(inner byte) (flags byte) {
	if inner&mechanism.InnerMore != 0 {
		flags = wire.FlagMore
	}
	if inner&mechanism.InnerCommand != 0 {
		flags |= wire.FlagCommand
	}
	return flags
}

// plainSize is how many bytes a frame takes once it is opened and framed again.
// What is too short to be opened takes few.
func (c *Conn) plainSize(h wire.Header) int {
	n := max(0, int(h.Size)-c.traffic.Overhead())
	return wire.HeaderSize(n) + n
}

// plainAhead is what the complete frames at the start of data come to, up to
// pipe.SlabSize unless the first alone has more.
func (c *Conn) plainAhead(data []byte) int {
	total := 0
	for {
		h, n, err := wire.ParseHeader(data)
		if err != nil || n == 0 || h.Size > uint64(len(data)-n) {
			return total
		}
		size := c.plainSize(h)
		if total > 0 && total+size > pipe.SlabSize {
			return total
		}
		total += size
		data = data[n+int(h.Size):]
	}
}

// openBig opens a frame that was put together in memory of its own.
func (c *Conn) openBig(body []byte) error {
	err := c.openLarge(body)
	c.pipe.Memory().Recycle(body)
	return err
}

// openLarge opens a frame into memory of its own.
func (c *Conn) openLarge(body []byte) error {
	plain, inner, err := c.traffic.Open(c.pipe.Memory().Frame(max(0, len(body)-c.traffic.Overhead())), body)
	if err != nil {
		return err
	}
	return c.apart(outerFlags(inner), plain)
}

// wipe forgets the keys of the connection. Reading and writing have ended.
func (c *Conn) wipe() {
	if c.traffic != nil {
		c.traffic.Wipe()
	}
}

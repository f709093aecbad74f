// SPDX-License-Identifier: Apache-2.0

// Reading a connection whose frames are encrypted: as split does, but what goes
// into the shared allocation is the plain text.

package engine

import (
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// splitSealed opens the frames in data. The plain text of those that are complete
// shares allocations.
func (c *Conn) splitSealed(data []byte) error {
	var slab []byte
	at := 0
	for {
		h, hn, err := wire.ParseHeader(data[at:])
		if err != nil {
			return &zerr.ProtocolError{Rule: "framing", Err: err}
		}
		if hn == 0 {
			break
		}
		if h.Size > c.dec.limit {
			return c.tooLarge(h)
		}
		if h.Size > uint64(len(data)-at-hn) {
			if h.Size >= bigFrame {
				c.startBig(h, data[at+hn:])
				at = len(data)
			}
			break
		}
		end := at + hn + int(h.Size)
		if cap(slab)-len(slab) < c.plainSize(h) {
			slab = make([]byte, 0, c.plainAhead(data[at:]))
		}
		if slab, err = c.open(slab, data[at+hn:end]); err != nil {
			return err
		}
		at = end
	}
	if err := c.deliver(); err != nil {
		return err
	}
	c.src.keep(data[at:])
	return nil
}

// open appends the plain text of a frame to slab and takes the frame.
func (c *Conn) open(slab, body []byte) ([]byte, error) {
	at := len(slab)
	slab, err := c.traffic.Open(slab, body)
	if err != nil {
		return slab, err
	}
	var flags byte
	if slab[at]&mechanism.InnerMore != 0 {
		flags = wire.FlagMore
	}
	if slab[at]&mechanism.InnerCommand != 0 {
		flags |= wire.FlagCommand
	}
	return slab, c.frame(flags, slab[at+1:len(slab):len(slab)])
}

// plainSize is how many octets Open makes of a frame: flags and payload.
func (c *Conn) plainSize(h wire.Header) int {
	return max(0, int(h.Size)-c.traffic.Overhead()+1)
}

// plainAhead is what the complete frames at the start of data come to, up to
// slabSize unless the first alone has more.
func (c *Conn) plainAhead(data []byte) int {
	total := 0
	for {
		h, n, err := wire.ParseHeader(data)
		if err != nil || n == 0 || h.Size > uint64(len(data)-n) {
			return total
		}
		size := c.plainSize(h)
		if total > 0 && total+size > slabSize {
			return total
		}
		total += size
		data = data[n+int(h.Size):]
	}
}

// openBig is open for a frame that has memory of its own.
func (c *Conn) openBig(body []byte) error {
	_, err := c.open(make([]byte, 0, max(1, len(body)-c.traffic.Overhead()+1)), body)
	if home := c.dec.home; home != nil {
		c.dec.home = nil
		c.cfg.Buffers.putSealed(home)
	}
	return err
}

// wipe forgets the keys of the connection. Nobody reads or writes any more.
func (c *Conn) wipe() {
	if c.traffic != nil {
		c.traffic.Wipe()
	}
}

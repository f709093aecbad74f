// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// reader is what has been read of the connection below and not yet given to the engine.
// An idle connection holds no memory.
//
//	below → block → frames → the caller's buffer
//	            a payload that begins no frame → straight into the caller's buffer
type reader struct {
	block   *[blockSize]byte // nil while nothing waits
	at, end int              // of block: not yet consumed
	early   []byte           // what came behind the HTTP part, or lies in first
	first   [heldSize]byte   // what is kept, or read, without a block
	torn    bool             // early is a part of a header or of a control frame

	// Of the data frame under way.
	left uint64 // bytes of the payload that are still to come
	key  uint32 // for the next of them

	head     [9]byte // a ZMTP header that is still to be given
	headAt   int
	headSize int

	pieces pieces
	limit  uint64 // the largest body that is accepted

	ended  bool  // the peer has said Close
	failed error // a rule that it has broken, after which nothing counts
}

// heldSize is the longest that waits for more: a control frame. What comes of the payload
// of another frame is given at once.
const heldSize = maxHeader + maxControl

// directSize is the least that is read into the caller's buffer: more than that costs
// less to read on its own than to copy.
const directSize = 4 << 10

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	for {
		n, again, err := c.read(port{}, b)
		if n > 0 || err != nil || !again && len(b) == 0 {
			return n, err
		}
	}
}

// Await implements transport.Layer. It reads a little, which the next Read decodes.
func (c *Conn) Await() error {
	r := &c.in
	if r.headAt < r.headSize || r.at < r.end || len(r.early) > 0 && !r.torn || r.left > 0 || r.pieces.ready() || r.ended || r.failed != nil {
		return nil
	}
	return c.wait()
}

// wait reads a little behind what is torn, without a block: the peer may never say more.
func (c *Conn) wait() error {
	r := &c.in
	kept := len(r.early)
	n, _, err := c.receive(port{}, r.first[kept:])
	if r.early = r.first[:kept+n]; n == 0 {
		return err
	}
	r.torn = false
	return nil
}

// TryRead implements transport.Layer.
func (c *Conn) TryRead(fd uintptr, b []byte) (n int, again bool, err error) {
	return c.read(port{fd, true}, b)
}

func (c *Conn) read(p port, b []byte) (n int, again bool, err error) {
	r := &c.in
	for {
		if r.failed == nil {
			n, r.failed = c.decode(b)
		}
		switch {
		case n > 0 || len(b) == 0: // what came before is given first
			r.settle(false)
			return n, false, nil
		case r.failed != nil:
			return 0, false, r.failed
		case r.ended:
			return 0, false, io.EOF
		}
		if again, err = c.more(p, b, &n); n > 0 || again || err != nil {
			return n, again, err
		}
	}
}

// more reads from below, into b itself where the middle of a frame is expected.
func (c *Conn) more(p port, b []byte, direct *int) (again bool, err error) {
	r := &c.in
	if size := min(uint64(len(b)), r.left); size >= directSize && r.at == r.end && len(r.early) == 0 {
		r.settle(false)
		b = b[:size]
		n, again, err := c.receive(p, b)
		r.key = mask(b[:n], r.key)
		r.left -= uint64(n)
		*direct = n
		return again, err
	}
	if len(r.early) > 0 && !r.torn {
		r.take()
		return false, nil
	}
	if !p.tries && len(b) < directSize { // a handshake, which may wait for long
		r.settle(true)
		return false, c.wait()
	}
	r.take()
	r.end = copy(r.block[:], r.block[r.at:r.end])
	r.at = 0
	// The caller wants no more than fits: the rest of a large frame is to be read into
	// memory of its own.
	most := min(blockSize, r.end+maxHeader+len(b))
	n, again, err := c.receive(p, r.block[r.end:most])
	if r.end += n; again || err != nil {
		r.settle(true)
	}
	return again, err
}

// take moves what was kept without a block into one.
func (r *reader) take() {
	if r.block == nil {
		r.block = blocks.Get().(*[blockSize]byte)
		r.at, r.end = 0, 0
	}
	n := copy(r.block[:], r.block[r.at:r.end])
	k := copy(r.block[n:], r.early)
	r.at, r.end = 0, n+k
	if r.early = r.early[k:]; len(r.early) == 0 {
		r.early, r.torn = nil, false
	}
}

// settle gives the block back, unless more is in it than may be kept without. torn says that
// what is kept is a part of something: a peer that stops there costs no block.
func (r *reader) settle(torn bool) {
	if r.block == nil || r.end-r.at > heldSize || len(r.early) > 0 {
		return
	}
	if r.at < r.end {
		r.early, r.torn = append(r.first[:0], r.block[r.at:r.end]...), torn
	}
	blocks.Put(r.block)
	r.block, r.at, r.end = nil, 0, 0
}

// decode turns what waits into frames of ZMTP, as far as b has room.
func (c *Conn) decode(b []byte) (n int, err error) {
	r := &c.in
	for n < len(b) {
		switch {
		case r.headAt < r.headSize:
			k := copy(b[n:], r.head[r.headAt:r.headSize])
			r.headAt += k
			n += k
			continue
		case r.pieces.ready():
			n += r.pieces.give(b[n:])
			continue
		case r.at == r.end:
			return n, nil
		case r.left > 0:
			k := copy(b[n:], r.block[r.at:r.at+int(min(r.left, uint64(r.end-r.at)))])
			r.key = mask(b[n:n+k], r.key)
			r.at += k
			r.left -= uint64(k)
			n += k
			continue
		}
		if k := c.small(b[n:]); k > 0 {
			n += k
			continue
		}
		more, err := c.frame()
		if err != nil || !more {
			return n, err
		}
	}
	return n, nil
}

// small is decode for small messages that are there as a whole, which are most: the same
// in one loop. It stops at the first frame that is anything else.
func (c *Conn) small(b []byte) (n int) {
	r := &c.in
	if r.ended || r.pieces.under {
		return 0
	}
	mark, headSize := byte(0), 2
	if c.server {
		mark, headSize = bitMask, 6
	}
	in := r.block[r.at:r.end]
	for len(in) > headSize && in[0] == bitFin|opBinary {
		size := int(in[1] ^ mark)
		if size == 0 || size > maxControl || len(in) < headSize+size || len(b)-n < zmtpShort+size-1 {
			break
		}
		key := uint32(0)
		if c.server {
			key = binary.LittleEndian.Uint32(in[2:])
		}
		flags := in[headSize] ^ byte(key)
		if flags&zwsCommand != 0 {
			break
		}
		b[n], b[n+1] = flags&zwsMore, byte(size-1)
		body := b[n+zmtpShort : n+zmtpShort+size-1]
		if c.server {
			copyMasked(body, in[headSize+1:headSize+size], key>>8|key<<24)
		} else {
			copy(body, in[headSize+1:])
		}
		n += zmtpShort + len(body)
		in = in[headSize+size:]
	}
	r.at = r.end - len(in)
	return n
}

// frame takes the head of the next frame, or the next part of one that is not given to
// the engine as it comes. more means that there may be more to do with what waits.
func (c *Conn) frame() (more bool, err error) {
	r := &c.in
	if r.ended { // nothing after Close counts (RFC 6455, 1.4)
		r.at = r.end
		return false, nil
	}
	if r.pieces.left > 0 {
		r.at += r.pieces.add(r.block[r.at:r.end])
		return true, r.pieces.finish(c)
	}
	h, n, err := parseHeader(r.block[r.at:r.end], c.server)
	if err != nil || n == 0 {
		return false, err
	}
	switch {
	case h.op >= transport.OpClose:
		return c.controlFrame(h, n)
	case h.op == opContinuation || !h.fin:
		if err := r.pieces.begin(h, r.limit); err != nil {
			return false, err
		}
		r.at += n
		return true, r.pieces.finish(c)
	case r.pieces.under:
		return false, violation("a WebSocket message begins in the middle of another")
	case h.size == 0:
		return false, violation("a message of ZWS begins with a byte of flags")
	}
	if r.end-r.at == n {
		return false, nil // the flags decide about the header
	}
	flags := r.block[r.at+n] ^ byte(h.key)
	r.at += n + 1
	r.left, r.key = h.size-1, h.key>>8|h.key<<24
	return true, c.head(flags, r.left)
}

// head makes the header of ZMTP for a frame with these flags of ZWS.
func (c *Conn) head(flags byte, size uint64) error {
	if flags&zwsCommand != 0 && c.noCmds {
		return violation("ZWS2.0 without a mechanism has no commands")
	}
	r := &c.in
	r.headAt, r.headSize = 0, putHeader(&r.head, zmtpFlags(flags), size)
	return nil
}

// controlFrame takes a control frame, when all of it is there.
func (c *Conn) controlFrame(h header, n int) (more bool, err error) {
	r := &c.in
	end := r.at + n + int(h.size)
	if end > r.end {
		return false, nil
	}
	payload := r.block[r.at+n : end]
	mask(payload, h.key)
	r.at = end
	if h.op == transport.OpClose {
		if len(payload) == 1 {
			return false, violation("the payload of a WebSocket Close begins with a code of two bytes")
		}
		r.ended = true
		c.sendClose(payload)
	}
	c.control(h.op, payload)
	return true, nil
}

// pieces is a fragmented message (RFC 6455, 5.4). Its length is known when its last
// fragment has come, and so it is put together first. Memory grows with what has come.
type pieces struct {
	under bool // a message is under way
	last  bool // in its last fragment
	left  uint64
	key   uint32
	body  []byte // with the flags in front
	given int
	whole bool
}

// begin takes the header of a fragment.
func (p *pieces) begin(h header, limit uint64) error {
	switch {
	case h.op == opContinuation && !p.under:
		return violation("a WebSocket continuation frame without a message to continue")
	case h.op != opContinuation && p.under:
		return violation("a WebSocket message begins in the middle of another")
	}
	if size := uint64(len(p.body)) + h.size; size > limit && size-1 > limit {
		return &zerr.ProtocolError{
			Rule: fmt.Sprintf("a fragmented message of %d bytes or more, and %d are accepted", size-1, limit), Err: zerr.ErrMessageTooLarge}
	}
	p.under, p.last, p.left, p.key = true, h.fin, h.size, h.key
	return nil
}

// add takes bytes of the fragment.
func (p *pieces) add(b []byte) int {
	b = b[:min(p.left, uint64(len(b)))]
	from := len(p.body)
	p.body = append(p.body, b...)
	p.key = mask(p.body[from:], p.key)
	p.left -= uint64(len(b))
	return len(b)
}

// finish ends the message with its last byte.
func (p *pieces) finish(c *Conn) error {
	if p.left > 0 || !p.last {
		return nil
	}
	p.under, p.last = false, false
	if len(p.body) == 0 {
		return violation("a message of ZWS begins with a byte of flags")
	}
	flags, size := p.body[0], uint64(len(p.body)-1)
	if p.whole, p.given = size > 0, 1; !p.whole {
		p.body = nil
	}
	return c.head(flags, size)
}

// ready reports whether a body waits to be given.
func (p *pieces) ready() bool { return p.whole }

func (p *pieces) give(b []byte) int {
	n := copy(b, p.body[p.given:])
	if p.given += n; p.given == len(p.body) {
		p.body, p.whole = nil, false
	}
	return n
}

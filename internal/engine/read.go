// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

const (
	// bigFrame is the size from which an incomplete frame gets memory of its own
	// and is read straight into it.
	bigFrame = 4 << 10
	// slabSize is about how many octets of small frames share an allocation. It
	// bounds what an application keeps alive by keeping one frame, and stays in
	// the size classes that the allocator serves without a lock.
	slabSize = 16 << 10
	// trusted is how much is allocated for a frame on the peer's word alone;
	// beyond it memory grows only as octets arrive.
	trusted = 1 << 20
	// largeFrame is the size from which a frame is worth a read of its own: its head
	// by probeSize octets, its rest into its own memory.
	largeFrame = 32 << 10
	probeSize  = 4 << 10
)

// decoder splits the octets of one connection into messages.
type decoder struct {
	v1    bool
	limit uint64 // the largest frame that is accepted
	flags byte   // of the frame in big
	big   []byte // a large frame under way: filled up to len, wanted up to want
	want  int

	head   []byte // first frame of a multipart message under way
	tail   [][]byte
	frames int
	size   int64

	tails [][]byte // slab for the tails of messages
	n     int      // messages and runs gathered in the read buffer
	runs  bool     // the pipe takes runs
}

// Attach connects the read and the write side with the pipe of a connection
// that has finished its handshake. The peer is complete by now.
func (c *Conn) Attach(p *pipe.Pipe) {
	c.pipe, c.out = p, p.Out()
	c.dec.v1 = c.version.V1Framing()
	overhead := 0
	if c.traffic != nil {
		overhead = c.traffic.Overhead()
		c.seal = new(sealer)
	}
	if c.dec.v1 {
		c.recoded = new(recoder)
	}
	c.dec.limit = c.cfg.frameLimit(overhead)
	c.dec.runs = !c.dec.v1 && p.TakesRuns()
	p.OnResume(func() { c.gate.tell(room) })
}

// frameLimit is the largest frame that is accepted: what MAXMSGSIZE and the
// limit on whole messages allow, and what can be counted. The former is about what
// travels, with the overhead of an encrypted frame.
func (cfg *Config) frameLimit(overhead int) uint64 {
	limit := uint64(min(math.MaxInt, 1<<62))
	if cfg.MaxFrame >= 0 {
		limit = min(limit, uint64(cfg.MaxFrame))
	}
	if cfg.MaxMessage > 0 {
		limit = min(limit, uint64(cfg.MaxMessage)+uint64(overhead))
	}
	return limit
}

// Run reads until the connection ends and returns why. It also starts the
// heartbeats. After it has returned nothing of the connection is left once
// Close and Wait have been called.
func (c *Conn) Run() error {
	c.noteHeard()
	c.startHeartbeat()
	defer c.src.release()
	if len(c.rest) > 0 {
		c.src.rb = c.src.buffers.get(c.src.wide)
		rest := c.rest
		c.rest = nil
		c.pipe.CountRead(len(rest))
		for len(rest) > 0 {
			n := copy(c.src.rb.data[c.src.left:], rest)
			rest = rest[n:]
			if err := c.consume(c.src.left + n); err != nil {
				return c.reason(err)
			}
			if c.src.rb == nil {
				c.src.rb = c.src.buffers.get(c.src.wide)
			}
		}
		if c.src.left == 0 {
			c.src.release()
		}
	}
	for {
		if err := c.readOnce(); err != nil && !c.beginLastWords(err) {
			return c.reason(err)
		}
	}
}

// Wait returns when no goroutine of the connection writes any more, and its keys
// are forgotten. Run must have returned, or never been called.
func (c *Conn) Wait() {
	c.writers.Wait()
	c.wipe()
}

// noteHeard notes that the peer is alive.
func (c *Conn) noteHeard() {
	c.peer.LastHeard.Store(time.Now().UnixNano())
	c.heard.Add(1)
}

func (c *Conn) readOnce() error {
	if d := &c.dec; d.big != nil && c.src.left == 0 {
		return c.readBig()
	}
	n, err := c.src.read()
	if n > 0 {
		if err := c.arrived(n); err != nil {
			return err
		}
	}
	return err
}

// arrived works off n octets more in the read buffer.
func (c *Conn) arrived(n int) error {
	if err := c.count(n); err != nil {
		return err
	}
	return c.consume(c.src.left + n)
}

// count notes that n octets have been read.
func (c *Conn) count(n int) error {
	c.noteHeard()
	c.pipe.CountRead(n)
	return c.last.count(c, n)
}

// readBig reads on into a large frame, with memory that grows as it fills.
func (c *Conn) readBig() error {
	d := &c.dec
	if len(d.big) == cap(d.big) {
		grown := make([]byte, len(d.big), len(d.big)+min(len(d.big), d.want-len(d.big)))
		copy(grown, d.big)
		d.big = grown
	}
	n, err := c.src.readInto(d.big[len(d.big):min(cap(d.big), d.want)])
	if n > 0 {
		if err := c.count(n); err != nil {
			return err
		}
		d.big = d.big[:len(d.big)+n]
		if len(d.big) == d.want {
			return cmp.Or(c.finishBig(), err)
		}
	}
	return err
}

// finishBig delivers a large frame that is complete.
func (c *Conn) finishBig() error {
	c.src.rb = c.src.buffers.get(c.src.wide)
	if err := c.bigFrame(); err != nil {
		return err
	}
	if err := c.deliver(); err != nil {
		return err
	}
	c.src.keep(nil)
	return nil
}

// consume works off the first n octets of the read buffer. What came before a
// violation is delivered, however the octets were cut into reads.
func (c *Conn) consume(n int) error {
	data := c.src.rb.data[:n]
	if c.cfg.Raw {
		return c.consumeRaw(data)
	}
	err := c.split(data)
	if err != nil && c.dec.n > 0 {
		_ = c.deliver() // fails if the connection ends meanwhile, and err says why
	}
	return err
}

// split takes the frames in data apart. The complete ones share allocations.
func (c *Conn) split(data []byte) error {
	d := &c.dec
	if d.big != nil { // rest of a large frame that began behind the handshake
		k := min(len(data), d.want-len(d.big))
		d.big = append(d.big, data[:k]...)
		if data = data[k:]; len(d.big) < d.want {
			c.src.keep(data)
			return nil
		}
		if err := c.bigFrame(); err != nil {
			return err
		}
	}
	c.src.probe = 0 // unless a large frame begins here
	if c.traffic != nil {
		return c.splitSealed(data)
	}
	var r run
	at, err := c.frames(data, &r)
	if e := c.endRun(&r); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := c.deliver(); err != nil {
		return err
	}
	c.src.keep(data[at:])
	return nil
}

// frames takes the complete frames in data and returns how many octets are done
// with.
func (c *Conn) frames(data []byte, r *run) (at int, err error) {
	d := &c.dec
	for {
		var h wire.Header
		var hn int
		if d.v1 {
			h, hn, err = wire.ParseHeaderV1(data[at:])
		} else {
			h, hn, err = wire.ParseHeader(data[at:])
		}
		switch {
		case err != nil:
			return at, &zerr.ProtocolError{Rule: "framing", Err: err}
		case hn == 0:
			return at, nil
		case h.Size > d.limit:
			return at, c.tooLarge(h)
		case h.Size > uint64(len(data)-at-hn):
			if h.Size < bigFrame {
				return at, nil
			}
			err := c.endRun(r)
			c.startBig(h, data[at+hn:])
			return len(data), err
		}
		end := at + hn + int(h.Size)
		single := d.runs && h.Flags&^wire.FlagLong == 0 && d.head == nil
		if !r.covers(end) || !single && r.count > 0 {
			if err := c.endRun(r); err != nil {
				return at, err
			}
		}
		if !r.covers(end) {
			r.copy(data, at, end)
		}
		if single {
			r.add(at, end)
		} else if err := c.frame(h.Flags, r.octets(at+hn, end)); err != nil {
			return at, err
		}
		at = end
	}
}

// tooLarge refuses a frame before anything is allocated for it.
func (c *Conn) tooLarge(h wire.Header) error {
	rule := fmt.Sprintf("a frame of %d octets, MaxMessageBytes is %d", h.Size, c.cfg.MaxMessage)
	if c.cfg.MaxFrame >= 0 && h.Size > uint64(c.cfg.MaxFrame) {
		rule = fmt.Sprintf("a frame of %d octets, MaxMessageSize is %d", h.Size, c.cfg.MaxFrame)
	}
	return &zerr.ProtocolError{Rule: rule, Err: zerr.ErrMessageTooLarge}
}

func (c *Conn) startBig(h wire.Header, have []byte) {
	d := &c.dec
	d.want, d.flags = int(h.Size), h.Flags
	if d.want >= largeFrame {
		c.src.probe = probeSize
	}
	d.big = append(c.src.buffers.frameMemory(max(len(have), min(d.want, trusted))), have...)
}

// bigFrame takes the large frame that is complete now.
func (c *Conn) bigFrame() error {
	d := &c.dec
	body := d.big
	d.big = nil
	if c.traffic != nil {
		return c.openBig(body)
	}
	at := d.n
	err := c.frame(d.flags, body)
	if d.n == at+1 && c.src.rb.msgs[at].Tail == nil {
		c.src.rb.msgs[at].Apart = true
	}
	return err
}

// frame takes one complete frame whose body belongs to us.
func (c *Conn) frame(flags byte, body []byte) error {
	d := &c.dec
	if flags&wire.FlagCommand != 0 && c.version.HasCommands() {
		return c.command(body)
	}
	if flags&wire.FlagMore == 0 && d.head == nil {
		return c.single(body)
	}
	return c.part(flags, body)
}

// single gathers a message of one frame, in place.
func (c *Conn) single(body []byte) error {
	d := &c.dec
	c.src.rb.msgs[d.n] = pipe.Message{Head: body, Peer: c.peer, Owned: true}
	if d.n++; d.n == batchSize {
		return c.deliver()
	}
	return nil
}

// part adds a frame to the multipart message under way.
func (c *Conn) part(flags byte, body []byte) error {
	d := &c.dec
	d.frames++
	d.size += int64(len(body))
	if c.cfg.MaxFrames > 0 && d.frames > c.cfg.MaxFrames {
		return &zerr.ProtocolError{Rule: fmt.Sprintf("a message of more than %d frames (MaxFrames)", c.cfg.MaxFrames), Err: zerr.ErrMessageTooLarge}
	}
	if c.cfg.MaxMessage > 0 && d.size > c.cfg.MaxMessage {
		return &zerr.ProtocolError{Rule: fmt.Sprintf("a message of more than %d octets (MaxMessageBytes)", c.cfg.MaxMessage), Err: zerr.ErrMessageTooLarge}
	}
	if d.head == nil {
		d.head = body
		return nil
	}
	d.tail = append(d.tail, body)
	if flags&wire.FlagMore != 0 {
		return nil
	}
	n := len(d.tail)
	if len(d.tails) < n {
		d.tails = make([][]byte, max(n, 64))
	}
	tail := d.tails[:n:n]
	d.tails = d.tails[n:]
	copy(tail, d.tail)
	m := pipe.Message{Head: d.head, Tail: tail, Peer: c.peer, Owned: true}
	clear(d.tail)
	d.head, d.tail, d.frames, d.size = nil, d.tail[:0], 0, 0
	if cap(d.tail) > 64 {
		d.tail = nil
	}
	return c.message(m)
}

// message gathers a message; a full batch goes to the socket.
func (c *Conn) message(m pipe.Message) error {
	d := &c.dec
	c.src.rb.msgs[d.n] = m
	if d.n++; d.n == batchSize {
		return c.deliver()
	}
	return nil
}

// deliver hands the batch over. While the socket has no room nothing is read,
// and the peer feels it through its TCP window; see lastWords for the exception.
func (c *Conn) deliver() error {
	d := &c.dec
	rb := c.src.rb
	rb.used = max(rb.used, d.n)
	for rest := rb.msgs[:d.n]; len(rest) > 0; {
		rest = rest[c.pipe.Deliver(rest):]
		if len(rest) == 0 {
			break
		}
		c.paused.Store(true)
		switch c.gate.wait() {
		case broken:
			d.n = 0
			return c.deliverLast(rest)
		case closed:
			d.n = 0
			return c.reason(nil)
		}
		c.noteHeard()
		c.paused.Store(false)
	}
	d.n = 0
	return nil
}

// consumeRaw delivers what a STREAM reads as it came.
func (c *Conn) consumeRaw(data []byte) error {
	chunk := cmp.Or(c.cfg.Chunk, 8<<10) // libzmq's default of IN_BATCH_SIZE
	slab := append([]byte(nil), data...)
	for len(slab) > 0 {
		n := min(chunk, len(slab))
		if err := c.message(pipe.Message{Head: slab[:n:n], Peer: c.peer, Owned: true}); err != nil {
			return err
		}
		slab = slab[n:]
	}
	if err := c.deliver(); err != nil {
		return err
	}
	c.src.keep(nil)
	return nil
}

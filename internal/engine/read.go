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
	// firstMemory is what a large frame gets before its bytes have come: two pages,
	// the head of it is mostly there already. Its memory doubles as they arrive.
	firstMemory = 8 << 10
	// trusted is the most that a frame gets at once, on a connection that has brought
	// as large a one before: growing copies, which a stream of large messages is spared,
	// as long as few connections have had that (Budget.Ample).
	trusted = 1 << 20
	// probeSize is how much is read of the head of a frame that is likely to be large
	// (pipe.LargeFrame): its rest is read into its own memory.
	probeSize = 4 << 10
)

// decoder splits the bytes of one connection into messages.
type decoder struct {
	v1    bool
	runs  bool   // the pipe takes runs
	flags byte   // of the frame in big
	limit uint64 // the largest frame that is accepted
	big   []byte // a large frame under way: filled up to len, wanted up to want
	want  int
	shown int // the largest frame that has come whole, at most trusted

	head   []byte   // first frame of a multipart message under way
	tail   [][]byte // its further frames, behind those of messages before; see takeTail
	frames int
	size   int64

	n     int // messages and runs gathered in the read buffer
	given int // of these: handed over

	// What a receiver that reads for itself leaves behind when the high-water mark is
	// reached: messages that were not handed over, bytes that were not taken apart
	// (source.at), and what was wrong with those.
	behind bool
	full   bool // left behind by the reader, which is to wait for room first
	failed error
}

// Attach connects the read and the write side with the pipe of a connection
// that has finished its handshake. The peer is complete by now.
func (c *Conn) Attach(p *pipe.Pipe) {
	c.pipe, c.out = p, p.Out()
	p.SetAccount(c.account)
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
	c.dec.runs = !c.dec.v1 && !c.cfg.Groups && p.TakesRuns()
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
	c.running.Store(true)
	defer c.running.Store(false)
	c.startHeartbeat()
	defer c.src.release()
	c.awaitTurn()
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
			for c.dec.behind {
				if err := c.step(); err != nil {
					return c.reason(err)
				}
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
		err := c.step()
		if err == nil && c.mayLend() {
			err = c.lend()
		}
		if err != nil && !c.beginLastWords(err) {
			return c.reason(err)
		}
	}
}

// Wait returns when no goroutine of the connection writes any more, and its keys
// are forgotten. Run must have returned, or never been called.
func (c *Conn) Wait() {
	c.writers.Wait()
	c.wipe()
	c.closeAccount()
	if c.keep.Load() {
		if c.cfg.Keeper.keep(c.nc, c.countWhenKept()) {
			return
		}
		_ = c.nc.Close()
	}
	c.countInFlight()
}

// noteHeard notes that the peer is alive.
func (c *Conn) noteHeard() {
	c.peer.LastHeard.Store(time.Now().UnixNano())
	c.heard.Add(1)
}

// step does the next piece of work: it makes up for what was left behind, or reads
// once. It is called by the goroutine that has the turn, see loan.
func (c *Conn) step() error {
	d := &c.dec
	borrowed := c.borrowed() // the borrower is to make room
	switch {
	case d.behind:
		if d.full && !borrowed {
			if err := c.awaitRoom(); err != nil {
				return err
			}
		}
		return c.split(c.src.rb.data[:c.src.left], c.src.at)
	case !borrowed && c.pipe.Stopped():
		if err := c.awaitFree(); err != nil {
			return err
		}
	}
	if d.big != nil && c.src.left == 0 {
		return c.readBig()
	}
	n, err := c.src.read()
	if n > 0 {
		if err := c.count(n); err != nil {
			return err
		}
		if err := c.consume(c.src.left + n); err != nil {
			return err
		}
	}
	return err
}

// count notes that n bytes have been read.
func (c *Conn) count(n int) error {
	c.noteHeard()
	c.pipe.CountRead(n)
	return c.last.count(c, n)
}

// readBig reads on into a large frame, with memory that grows as it fills.
func (c *Conn) readBig() error {
	d := &c.dec
	if len(d.big) == cap(d.big) {
		size := len(d.big) + min(len(d.big), d.want-len(d.big))
		if err := c.drawPartial(c.gathered() + size); err != nil {
			return err
		}
		grown := make([]byte, len(d.big), size)
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
			c.src.rb = c.src.buffers.get(c.src.wide)
			return cmp.Or(c.split(nil, 0), err)
		}
	}
	return err
}

// consume works off the first n bytes of the read buffer.
func (c *Conn) consume(n int) error {
	data := c.src.rb.data[:n]
	if c.cfg.Raw {
		return c.consumeRaw(data)
	}
	c.src.probe = 0 // unless a large frame begins here
	return c.split(data, 0)
}

// split takes the frames in data apart, from at on, and hands over the messages.
// The complete ones share allocations. What came before a violation is handed over,
// however the bytes were cut into reads.
func (c *Conn) split(data []byte, at int) error {
	d := &c.dec
	var r run
	for more := true; ; {
		if all, err := c.deliver(); !all || err != nil {
			c.src.at, c.src.left, d.behind = at, len(data), err == nil
			return err
		}
		if d.behind = false; d.failed != nil {
			return d.failed
		}
		if !more {
			c.src.keep(data[at:])
			return nil
		}
		at, more, d.failed = c.gather(data, at, &r)
		c.endMemory(&r)
	}
}

// gather takes frames from data, from at on, until the batch is full or no whole
// one is left. It returns how far it came and whether it is to be called again.
func (c *Conn) gather(data []byte, at int, r *run) (to int, more bool, err error) {
	if d := &c.dec; d.big != nil {
		k := min(len(data)-at, d.want-len(d.big)) // one that began behind the handshake
		d.big = append(d.big, data[at:at+k]...)
		if at += k; len(d.big) < d.want {
			return at, false, nil
		}
		if err := c.bigFrame(); err != nil {
			return at, false, err
		}
	}
	if c.traffic != nil {
		at, more, err = c.sealedFrames(data, at, r)
		c.src.wide = c.dec.big != nil // it ended within a large frame: they stream
		return at, more, err
	}
	return c.frames(data, at, r)
}

// frames is gather for frames that travel as they are.
func (c *Conn) frames(data []byte, at int, r *run) (to int, more bool, err error) {
	d := &c.dec
	for d.n < batchSize-1 { // a frame may end a run
		var h wire.Header
		var hn int
		if d.v1 {
			h, hn, err = wire.ParseHeaderV1(data[at:])
		} else {
			h, hn, err = wire.ParseHeader(data[at:])
		}
		switch {
		case err != nil:
			return at, false, &zerr.ProtocolError{Rule: "framing", Err: err}
		case hn == 0:
			return at, false, nil
		case h.Size > d.limit:
			return at, false, c.tooLarge(h)
		case h.Size > uint64(len(data)-at-hn):
			if h.Size < pipe.RefSize {
				return at, false, nil
			}
			return len(data), false, c.startBig(h, data[at+hn:])
		}
		end := at + hn + int(h.Size)
		single := d.runs && h.Flags&^wire.FlagLong == 0 && d.head == nil
		if within := r.covers(end); !within {
			c.endMemory(r)
			c.copyRun(r, data, at, end)
		} else if !single {
			c.endRun(r)
		}
		if single {
			r.add(at, end)
		} else if err := c.frame(h.Flags, r.frame(at+hn, end)); err != nil {
			return at, false, err
		}
		at = end
	}
	return at, true, nil
}

// tooLarge refuses a frame before anything is allocated for it.
func (c *Conn) tooLarge(h wire.Header) error {
	rule := fmt.Sprintf("a frame of %d bytes, MaxMessageBytes is %d", h.Size, c.cfg.MaxMessage)
	if c.cfg.MaxFrame >= 0 && h.Size > uint64(c.cfg.MaxFrame) {
		rule = fmt.Sprintf("a frame of %d bytes, MaxMessageSize is %d", h.Size, c.cfg.MaxFrame)
	}
	return &zerr.ProtocolError{Rule: rule, Err: zerr.ErrMessageTooLarge}
}

func (c *Conn) startBig(h wire.Header, have []byte) error {
	d := &c.dec
	d.want, d.flags = int(h.Size), h.Flags
	if d.want >= pipe.LargeFrame {
		c.src.probe = probeSize
	}
	first := firstMemory
	if c.cfg.Budget.Ample() {
		first = max(first, d.shown)
	}
	size := max(len(have), min(d.want, first))
	if err := c.drawPartial(c.gathered() + size); err != nil {
		return err
	}
	d.big = append(c.pipe.Memory().Frame(size), have...)
	return nil
}

// gathered returns about how much memory the frames take that have come of a message
// under way.
func (c *Conn) gathered() int { return int(c.dec.size) + c.dec.frames*pipe.FrameBytes }

// bigFrame takes the large frame that is complete now.
func (c *Conn) bigFrame() error {
	d := &c.dec
	body := d.big
	d.big = nil
	d.shown = max(d.shown, min(len(body), trusted))
	if c.traffic != nil {
		return c.openBig(body)
	}
	return c.apart(d.flags, body)
}

// apart is frame for one whose memory is its own.
func (c *Conn) apart(flags byte, body []byte) error {
	d := &c.dec
	at := d.n
	err := c.frame(flags, body)
	if d.n == at+1 { // it is the last of a message
		c.src.rb.items[at].Apart = true
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
		if c.cfg.Groups {
			return groupViolation("it has one frame")
		}
		c.message(pipe.Message{Head: body, Peer: c.peer, Owned: true})
		return nil
	}
	return c.part(flags, body)
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
		return &zerr.ProtocolError{Rule: fmt.Sprintf("a message of more than %d bytes (MaxMessageBytes)", c.cfg.MaxMessage), Err: zerr.ErrMessageTooLarge}
	}
	if err := c.drawPartial(c.gathered()); err != nil {
		return err
	}
	if d.head == nil {
		if c.cfg.Groups && len(body) > wire.MaxGroup {
			return groupViolation(fmt.Sprintf("the group has %d bytes", len(body)))
		}
		d.head = body
		return nil
	}
	if len(d.tail) == cap(d.tail) {
		d.growTail()
	}
	d.tail = append(d.tail, body)
	if flags&wire.FlagMore != 0 {
		if c.cfg.Groups {
			return groupViolation("it has more than two frames")
		}
		return nil
	}
	m := pipe.Message{Head: d.head, Tail: d.takeTail(), Peer: c.peer, Owned: true}
	d.head, d.frames, d.size = nil, 0, 0
	if !c.pipe.Malformed(&m) {
		c.message(m)
	}
	return nil
}

// tailBlock is how many frames the memory has room for that the messages of a connection
// share for their frames after the first.
const tailBlock = 64

// growTail makes room for another frame of the message under way.
func (d *decoder) growTail() {
	tail := append(make([][]byte, 0, max(tailBlock, 2*len(d.tail))), d.tail...)
	clear(d.tail) // other messages keep the memory
	d.tail = tail
}

// takeTail returns the frames of a message that is whole. The next message goes on behind
// them, but not behind many: they keep no more memory than they need.
func (d *decoder) takeTail() [][]byte {
	n := len(d.tail)
	tail := d.tail[:n:n]
	d.tail = d.tail[n:]
	if n > tailBlock {
		exact := make([][]byte, n)
		copy(exact, tail)
		tail, d.tail = exact, nil
	}
	return tail
}

// groupViolation refuses what is no message of a RADIO (RFC 48).
func groupViolation(what string) error {
	return &zerr.ProtocolError{Rule: fmt.Sprintf("a message is a group of at most %d bytes and one frame: %s", wire.MaxGroup, what)}
}

// message gathers a message. The batch has room for it.
func (c *Conn) message(m pipe.Message) { c.item(pipe.Item{Message: m}) }

// item gathers a message or a run.
func (c *Conn) item(it pipe.Item) {
	c.src.rb.items[c.dec.n] = it
	c.dec.n++
}

// deliver hands the batch over. While the socket has no room nothing is read,
// and the peer feels it through its TCP window; see lastWords for the exception. A
// receiver that reads for itself does not wait for room that it is to make, nor does a
// reader with a buffer that many others have, too: all is false then.
func (c *Conn) deliver() (all bool, err error) {
	d := &c.dec
	rb := c.src.rb
	for d.given < d.n {
		if c.borrowed() {
			d.full = false
			d.given += c.pipe.DeliverHere(rb.items[d.given:d.n])
			if d.given < d.n {
				return false, nil
			}
			break
		}
		c.countWait()
		d.given += c.pipe.Deliver(rb.items[d.given:d.n])
		if d.given == d.n {
			break
		}
		if d.full = c.src.buffers.crowded() && !c.cfg.Raw; d.full {
			return false, nil // to wait in awaitRoom
		}
		c.paused.Store(true)
		if c.gate.wait() != room {
			rest := rb.items[d.given:d.n]
			c.forget()
			return true, c.deliverLast(rest)
		}
		c.noteHeard()
		c.paused.Store(false)
	}
	c.forget()
	return true, nil
}

// forget begins a new batch.
func (c *Conn) forget() {
	d := &c.dec
	if d.n > 0 {
		c.src.rb.used = max(c.src.rb.used, d.n)
		d.n, d.given = 0, 0
	}
	if c.partial.Bytes() > 0 && d.head == nil && d.big == nil { // it has been handed over
		c.partial.Clear()
	}
}

// consumeRaw delivers what a STREAM reads as it came.
func (c *Conn) consumeRaw(data []byte) error {
	chunk := cmp.Or(c.cfg.Chunk, 8<<10) // libzmq's default of IN_BATCH_SIZE
	slab := append([]byte(nil), data...)
	for len(slab) > 0 {
		for c.dec.n < batchSize && len(slab) > 0 {
			n := min(chunk, len(slab))
			c.message(pipe.Message{Head: slab[:n:n], Peer: c.peer, Owned: true})
			slab = slab[n:]
		}
		if _, err := c.deliver(); err != nil {
			return err
		}
	}
	c.src.keep(nil)
	return nil
}

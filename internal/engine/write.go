// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"net"
	"runtime"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

const (
	// closeBehind is how soon after a write another must come to belong to a
	// stream. A request and its reply are further apart than that, mostly.
	closeBehind = 6 * time.Microsecond
	// answerBehind is the same where a receiver has read in between: by the time that
	// a write returns, the peer may have answered it.
	answerBehind = time.Microsecond
	// streaming is how many such writes make a stream, which a goroutine of its
	// own writes, because it gathers what comes while it does.
	streaming = 2
	// inlineLimit is the most that is written in a sender's goroutine: a message of
	// 64 KiB and its header among it.
	inlineLimit = 128 << 10
)

// Flush implements pipe.Link. The caller holds the write token.
func (c *Conn) Flush(inline bool) {
	if c.writeErr.Load() != nil {
		c.batch.Cut = nil
		c.out.Failed(&c.batch, 0) // what waits is for the next connection
		return
	}
	if inline && c.writeInline() {
		return
	}
	c.writers.Add(1)
	go c.writeLoop()
}

// writeInline writes in the sender's goroutine as long as that does not block,
// and reports whether everything went out. A false leaves the token, and what
// is left of the batch, to writeLoop.
func (c *Conn) writeInline() bool {
	if c.src.raw == nil || c.dec.v1 {
		return false
	}
	if !c.unstreamed() {
		return false
	}
	for range 2 {
		if !c.out.Take(&c.batch) {
			return true
		}
		c.written = 0
		if c.batch.Size > inlineLimit {
			return false
		}
		if c.traffic != nil {
			c.seal.load(c)
			if !c.trySealed() {
				return false
			}
			if c.writeErr.Load() != nil {
				return true
			}
			c.lastWrite = time.Now()
			continue
		}
		n, ok, err := c.src.writer.try(c.src.raw, c.batch.Bufs)
		if err != nil {
			c.fail(n, err)
			return true
		}
		if c.written = n; !ok || n < c.batch.Size {
			return false
		}
		c.sent()
		c.lastWrite = time.Now()
	}
	return false
}

// unstreamed reports whether a write stands alone.
func (c *Conn) unstreamed() bool {
	near := closeBehind
	if l := c.loan.Load(); l != nil {
		if n := l.uses.Load(); n != c.usesThen {
			c.usesThen, near = n, answerBehind
		}
	}
	if time.Since(c.lastWrite) >= near {
		c.streak = 0
		return true
	}
	c.streak++
	return c.streak < streaming
}

// writeLoop writes until the outbox is empty. It holds the write token; Take
// gives it back.
func (c *Conn) writeLoop() {
	defer c.writers.Done()
	if c.batch.Size > 0 && !c.writeBatch() {
		return
	}
	for {
		// Others get their turn: senders append, so that fewer and larger writes
		// follow, and a publisher's other connections are served as well.
		runtime.Gosched()
		c.lastWrite = time.Now()
		if !c.out.Take(&c.batch) {
			return
		}
		c.written = 0
		if !c.writeBatch() {
			return
		}
	}
}

// writeBatch writes what is left of the batch. On false the connection has
// failed and the token is gone.
func (c *Conn) writeBatch() bool {
	if c.traffic != nil {
		return c.writeSealed()
	}
	var n int
	var err error
	if c.dec.v1 {
		var k int
		k, err = c.writeAll([][]byte{c.recoded.recode(&c.batch)})
		n, c.batch.Begun = c.recoded.original(k)
	} else {
		n, err = c.writeAll(rest(c.batch.Bufs, c.written))
	}
	if err != nil {
		c.fail(c.written+n, err)
		return false
	}
	c.sent()
	return true
}

// sent notes that the batch has gone out.
func (c *Conn) sent() {
	c.flight.add(c.src.writer.total, c.out.Sent(&c.batch))
	c.batch.Size = 0
}

// pieceSize is about how much is written at once where it cannot be known how far a
// write has come.
const pieceSize = 64 << 10

// writeAll writes buffers, waits where the system takes no more, and has the outbox
// know of the wait. Where that cannot be told from a write under way, every write is
// taken for one.
func (c *Conn) writeAll(bufs net.Buffers) (int, error) {
	if c.stuck == nil {
		c.stuck = c.takesNoMore
	}
	w := &c.src.writer
	if n, ok, err := w.all(c.src.raw, bufs, c.stuck); ok {
		return n, err
	}
	for w.done = 0; len(bufs) > 0; {
		k, size := 0, 0
		for k < len(bufs) && (k == 0 || size < pieceSize) {
			size += len(bufs[k])
			k++
		}
		c.stuck()
		n, err := c.writeBuffers(bufs[:k:k])
		if bufs = bufs[k:]; err != nil {
			return w.done + n, err
		}
		w.done += n
	}
	return w.done, nil
}

// writeBuffers writes everything in a goroutine that may block.
func (c *Conn) writeBuffers(bufs [][]byte) (int, error) {
	if err := c.caughtUp(); err != nil {
		return 0, err
	}
	if c.src.layer != nil {
		return c.src.layer.WriteBuffers(bufs)
	}
	c.vec = bufs
	n, err := c.vec.WriteTo(c.nc)
	return int(n), zerr.Portable(err)
}

// takesNoMore tells the outbox how far a write has come that has to wait.
func (c *Conn) takesNoMore() {
	n := c.src.writer.done
	switch {
	case c.traffic != nil:
		n, _ = c.seal.originalOf(c.seal.sent + n)
	case c.dec.v1:
		n, _ = c.recoded.original(n)
	default:
		n += c.written
	}
	c.out.Stuck(&c.batch, n)
}

// fail gives back what did not wholly go out, and has the reader come to an end:
// see lastWords.
func (c *Conn) fail(n int, err error) {
	if c.readBy.fail(c, err) {
		c.gate.tell(broken)
	}
	c.batch.Size, c.batch.Coarse = 0, c.traffic != nil || c.dec.v1
	c.batch.Cut = func(msgs, upTo int) { c.flight.cut(n, c.src.writer.total, msgs, upTo) }
	c.out.Failed(&c.batch, n)
}

// rest returns the buffers without their first n bytes.
func rest(bufs [][]byte, n int) net.Buffers {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n -= len(bufs[0])
		bufs = bufs[1:]
	}
	if n > 0 {
		bufs[0] = bufs[0][n:]
	}
	return bufs
}

var _ pipe.Link = (*Conn)(nil)

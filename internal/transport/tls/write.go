// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"sync"

	"github.com/gozmq/zmq/internal/transport"
)

const (
	// recordSize is the most that a record carries (RFC 8446, 5.1).
	recordSize = 16 << 10
	// blockSize is how much is encrypted before it is sent: a block of the layer above,
	// with a message of 64 KiB and its header.
	blockSize = 5 * recordSize
)

// blocks are buffers in which the bytes of a record are put together.
var blocks = sync.Pool{New: func() any { return new([recordSize]byte) }}

// port is how the connection below is written: tried by its descriptor, or blocking.
type port struct {
	fd    uintptr
	tries bool
}

// write encrypts and sends. What it did not get rid of is what the next call begins with:
// bytes that are encrypted already are passed over then.
func (c *Conn) write(p port, bufs [][]byte) (n int, again bool, err error) {
	w := &c.out
	w.mu.Lock()
	defer w.mu.Unlock()
	at := transport.NewCursor(bufs)
	at.Skip(uint64(w.inside() - w.told))
	for {
		whole, err := c.flush(p)
		n += w.tell()
		if err != nil || !whole {
			return n, err == nil && n == 0, err
		}
		if !c.settle() {
			continue // the reader has added an answer
		}
		if at.AtEnd() {
			return n, false, nil
		}
		if err := c.seal(&at); err != nil {
			return n, false, err
		}
	}
}

// inside returns how many bytes of bufs are encrypted, those that were reported among
// them.
func (w *writer) inside() int {
	if len(w.ends) == 0 {
		return 0
	}
	return w.ends[len(w.ends)-1].plain
}

// tell returns how many bytes of bufs are to be reported: those of the records that have
// gone out whole. The peer can make nothing of a part of one.
func (w *writer) tell() int {
	upTo := w.told
	for _, e := range w.ends {
		if e.wire <= w.sent {
			upTo = max(upTo, e.plain)
		}
	}
	n := upTo - w.told
	w.told = upTo
	return n
}

// settle forgets what has been sent and reported. It reports false if there is more.
func (c *Conn) settle() bool {
	w := &c.out
	if !c.wire.clear(w.sent) {
		return false
	}
	w.sent, w.told, w.ends = 0, 0, w.ends[:0]
	return true
}

// seal encrypts a block.
func (c *Conn) seal(at *transport.Cursor) error {
	w := &c.out
	room := blocks.Get().(*[recordSize]byte)
	defer blocks.Put(room)
	for size := 0; size < blockSize && !at.AtEnd(); {
		record := at.Next(recordSize)
		if len(record) < recordSize && !at.AtEnd() {
			k := copy(room[:], record)
			for k < recordSize && !at.AtEnd() {
				k += copy(room[k:], at.Next(uint64(recordSize-k)))
			}
			record = room[:k]
		}
		if _, err := c.tls.Write(record); err != nil {
			return err
		}
		size += len(record)
		w.ends = append(w.ends, end{c.wire.size(), w.inside() + len(record)})
	}
	return nil
}

// flush sends what waits, and reports whether that is all. out.mu is held.
func (c *Conn) flush(p port) (whole bool, err error) {
	w := &c.out
	for {
		b := c.wire.waiting(w.sent)
		if len(b) == 0 {
			return true, nil
		}
		var n int
		if p.tries {
			n, _, err = transport.TrySend(p.fd, b)
		} else {
			n, err = c.wire.Conn.Write(b)
		}
		w.sent += n
		w.raw.Add(uint64(n))
		if n == 0 || err != nil {
			return false, err
		}
	}
}

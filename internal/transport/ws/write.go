// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	mathrand "math/rand/v2"
	"sync"
	"syscall"
	"time"

	"github.com/gozmq/zmq/internal/transport"
)

// writer turns frames of ZMTP into frames of WebSocket, a block at a time.
//
//	bufs → encode → block → the connection below; gone says what that was in bytes of bufs
//
// What a call does not get rid of stays in the block. The next call gets the same bytes
// again, from the first one on that was not reported, and skips those that are encoded.
type writer struct {
	mu     sync.Mutex // for Close, which the reader sends; otherwise one goroutine writes
	keys   *mathrand.ChaCha8
	spare  uint32           // a key that was made together with another; 0 is none
	block  *[blockSize]byte // nil while nothing waits
	out    []byte           // of block
	sent   int              // of out
	begun  uint64           // bytes of the payload of a frame that out begins in the middle of
	inside uint64           // bytes of bufs that are in out
	told   uint64           // of these: reported
	total  uint64           // bytes that the connection below has taken
	closed bool             // Close has been sent: nothing may follow
	one    [1][]byte

	// Of the frame that is being encoded.
	left    uint64 // bytes of its body that are still to come
	key     uint32 // for the next of them
	split   [zmtpLongHead]byte
	splitAt int // bytes of a header in split, which came in two pieces
}

// errClosing ends the writes to a peer that has said Close.
var errClosing = errors.New("zmq: the peer is closing the WebSocket")

// Write implements net.Conn.
func (c *Conn) Write(b []byte) (int, error) { return c.WriteBuffers([][]byte{b}) }

// WriteBuffers implements transport.Layer.
func (c *Conn) WriteBuffers(bufs [][]byte) (int, error) {
	n, _, err := c.write(port{}, bufs)
	return n, err
}

// TryWrite implements transport.Layer.
func (c *Conn) TryWrite(fd uintptr, bufs [][]byte) (n int, again bool, err error) {
	return c.write(port{fd, true}, bufs)
}

// Written implements transport.Layer.
func (c *Conn) Written() uint64 {
	if c.layer != nil {
		return c.layer.Written()
	}
	return c.out.total
}

func (c *Conn) write(p port, bufs [][]byte) (n int, again bool, err error) {
	w := &c.out
	w.mu.Lock()
	defer w.mu.Unlock()
	at := transport.NewCursor(bufs)
	at.Skip(w.inside - w.told)
	for {
		if w.sent < len(w.out) {
			if w.closed {
				return n, false, errClosing
			}
			var k int
			k, again, err = c.send(p, w.out[w.sent:])
			w.sent += k
			w.total += uint64(k)
			if w.sent < len(w.out) || err != nil {
				n += w.tell(min(w.gone(!c.server), w.inside))
				return n, again && n == 0, err
			}
		}
		n += w.tell(w.inside)
		w.empty()
		if at.AtEnd() {
			w.release()
			return n, false, nil
		}
		if err := c.encode(&at); err != nil {
			return n, false, err
		}
	}
}

// tell returns how many bytes are to be reported, of upTo that have gone.
func (w *writer) tell(upTo uint64) int {
	n := upTo - w.told
	w.told = upTo
	return int(n)
}

// empty begins the next block.
func (w *writer) empty() {
	w.out, w.sent, w.begun, w.inside, w.told = w.out[:0], 0, w.left, 0, 0
}

// release gives the block back.
func (w *writer) release() {
	if w.block != nil {
		blocks.Put(w.block)
		w.block, w.out = nil, nil
	}
}

// gone returns how many bytes of bufs are in what has been sent of out. The frames in
// there tell their lengths.
func (w *writer) gone(masked bool) uint64 {
	b, n := w.out[:w.sent], min(w.begun, uint64(w.sent))
	b = b[n:]
	for {
		h, k, err := parseHeader(b, masked)
		if err != nil || k == 0 {
			return n
		}
		have := uint64(len(b) - k)
		switch {
		case h.op != opBinary && have < h.size:
			return n
		case h.op != opBinary:
			n += zmtpSize(1 + h.size)
		case have == 0:
			return n
		case have < h.size:
			return n + zmtpSize(h.size-1) - (h.size - have)
		default:
			n += zmtpSize(h.size - 1)
		}
		b = b[k+int(h.size):]
	}
}

// encode fills the block.
func (c *Conn) encode(at *transport.Cursor) error {
	w := &c.out
	if w.block == nil {
		w.block = blocks.Get().(*[blockSize]byte)
		w.out = w.block[:0]
	}
	for {
		if w.left > 0 {
			room := blockSize - len(w.out)
			b := at.Next(min(w.left, uint64(room)))
			if len(b) == 0 {
				return nil // the block is full, or bufs end
			}
			from := len(w.out)
			w.out = append(w.out, b...)
			if !c.server {
				w.key = mask(w.out[from:], w.key)
			}
			w.left -= uint64(len(b))
			w.inside += uint64(len(b))
			continue
		}
		c.encodeSmall(at)
		if blockSize-len(w.out) < maxHeader+1+maxControl {
			return nil
		}
		if more, err := c.encodeHead(at); !more || err != nil {
			return err
		}
	}
}

// encodeSmall is encode for small messages that are there as a whole, in one loop. It stops
// at the first frame that is anything else.
func (c *Conn) encodeSmall(at *transport.Cursor) {
	w := &c.out
	if w.splitAt > 0 {
		return
	}
	all := at.Rest()
	b, out := all, w.out
	for len(b) >= zmtpShort && b[0]&^zmtpMore == 0 && b[1] < maxControl && blockSize-len(out) >= maxHeader+1+maxControl {
		end := zmtpShort + int(b[1])
		if len(b) < end {
			break
		}
		if c.server {
			out = append(append(out, bitFin|opBinary, b[1]+1), b[0])
			out = append(out, b[zmtpShort:end]...)
		} else {
			out = appendMasked(out, b[0], b[zmtpShort:end], c.nextKey())
		}
		b = b[end:]
	}
	w.out = out
	w.inside += uint64(len(all) - len(b))
	at.Advance(len(all) - len(b))
}

// appendMasked appends a small frame of a client, for which there is room.
func appendMasked(out []byte, flags byte, body []byte, key uint32) []byte {
	const head = 7 // with the flags
	n := len(out)
	out = out[:n+head+len(body)]
	to := out[n:]
	to[0], to[1] = bitFin|opBinary, bitMask|byte(len(body)+1)
	binary.LittleEndian.PutUint32(to[2:], key)
	to[6] = flags ^ byte(key)
	copyMasked(to[head:], body, key>>8|key<<24)
	return out
}

// encodeHead takes the next header of ZMTP, which may come in two pieces, and with it the
// whole of a frame that is for the layer.
func (c *Conn) encodeHead(at *transport.Cursor) (more bool, err error) {
	w := &c.out
	b := at.Rest()
	if len(b) == 0 {
		return false, nil
	}
	if w.splitAt > 0 {
		b = append(w.split[:w.splitAt:w.splitAt], b[:min(len(b), zmtpLongHead-w.splitAt)]...)
	}
	flags, size, n := zmtpHeader(b)
	if n == 0 {
		k := copy(w.split[w.splitAt:], b[w.splitAt:])
		w.splitAt += k
		w.inside += uint64(k)
		at.Advance(k)
		return true, nil
	}
	at.Advance(n - w.splitAt)
	w.inside += uint64(n - w.splitAt)
	w.splitAt = 0
	if flags&transport.FlagControl != 0 {
		body := at.Next(size)
		w.inside += uint64(len(body))
		return true, c.encodeControl(body, size)
	}
	if flags&zmtpCommand != 0 && c.noCmds {
		return false, violation("without a mechanism there are no commands")
	}
	key := c.nextKey()
	w.out = appendHeader(w.out, opBinary, size+1, !c.server, key)
	w.out = append(w.out, zwsFlags(flags)^byte(key))
	w.left, w.key = size, key>>8|key<<24
	return true, nil
}

// encodeControl makes a control frame of an operation and a payload.
func (c *Conn) encodeControl(body []byte, size uint64) error {
	if uint64(len(body)) < size || size == 0 || size > 1+maxControl {
		return errors.New("zmq: a control frame of WebSocket came in pieces") // cannot be: the engine queues them whole
	}
	c.appendControl(body[0], body[1:])
	return nil
}

func (c *Conn) appendControl(op byte, payload []byte) {
	w := &c.out
	key := c.nextKey()
	w.out = appendHeader(w.out, op, uint64(len(payload)), !c.server, key)
	from := len(w.out)
	w.out = append(w.out, payload...)
	mask(w.out[from:], key)
}

// nextKey returns the key of the next frame, which others must not be able to predict
// (RFC 6455, 10.3), and 0 for a server, whose frames are not masked.
func (c *Conn) nextKey() uint32 {
	if c.server {
		return 0
	}
	w := &c.out
	if w.spare == 0 { // also one that happens to be 0, which costs another
		both := w.keys.Uint64()
		w.spare = uint32(both >> 32)
		return uint32(both)
	}
	key := w.spare
	w.spare = 0
	return key
}

func seed() (s [32]byte) {
	_, _ = rand.Read(s[:]) // never fails
	return s
}

// sendClose sends Close, the last frame in our direction, if we are not in the middle of
// another and the system takes it.
func (c *Conn) sendClose(payload []byte) {
	w := &c.out
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.left > 0 || w.splitAt > 0 || w.sent < len(w.out) {
		return
	}
	w.closed = true
	w.release()
	w.block = blocks.Get().(*[blockSize]byte)
	w.out = w.block[:0]
	c.appendControl(transport.OpClose, payload)
	c.sendNow(w.out)
	w.empty()
	w.release()
}

// sendNow writes what the system takes without waiting. Where it cannot be asked, that
// is given a moment.
func (c *Conn) sendNow(b []byte) {
	sc, ok := transport.Bottom(c.below).(syscall.Conn)
	if !ok || !transport.CanPoll {
		_ = c.below.SetWriteDeadline(time.Now().Add(moment)) // nothing else is written any more
		_, _, _ = c.send(port{}, b)
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Write(func(fd uintptr) bool {
		_, _, _ = c.send(port{fd, true}, b)
		return true
	})
}

// moment is how long a Close may take to go out where a write cannot be tried.
const moment = time.Second

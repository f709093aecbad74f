// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// wire is the connection that crypto/tls works on. It blocks until the handshake is over,
// and not afterwards.
type wire struct {
	net.Conn

	// Set between the handshake and everything else.
	open   bool
	budget int // bytes that the peer may still send in the handshake

	// Owned by the goroutine that reads: how.
	fd    uintptr
	tries bool

	mu  sync.Mutex // a leaf lock: the reader answers messages of TLS as well
	out []byte     // records that wait to be sent
}

// errNotNow is what a read returns that would have to wait. crypto/tls goes on after it,
// as after a deadline.
var errNotNow net.Error = notNow{}

type notNow struct{}

func (notNow) Error() string   { return "zmq: nothing to read now" }
func (notNow) Timeout() bool   { return true }
func (notNow) Temporary() bool { return true }

// Read implements net.Conn for crypto/tls.
func (w *wire) Read(b []byte) (int, error) {
	if !w.open {
		return w.readHandshake(b)
	}
	if !w.tries {
		return w.Conn.Read(b)
	}
	n, again, err := transport.Receive(w.fd, b)
	switch {
	case again:
		return 0, errNotNow
	case n == 0 && err == nil:
		return 0, io.EOF
	}
	return n, err
}

// readHandshake bounds what a peer sends before the handshake is over.
func (w *wire) readHandshake(b []byte) (int, error) {
	if w.budget <= 0 {
		return 0, &zerr.ProtocolError{Rule: "too many bytes before the handshake of TLS is over", Err: zerr.ErrMessageTooLarge}
	}
	n, err := w.Conn.Read(b[:min(len(b), w.budget)])
	w.budget -= n
	return n, err
}

// Write implements net.Conn for crypto/tls.
func (w *wire) Write(b []byte) (int, error) {
	if !w.open {
		return w.Conn.Write(b)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.out == nil {
		w.out = records.Get().(*[outSize]byte)[:0]
	}
	w.out = append(w.out, b...)
	return len(b), nil
}

// SetWriteDeadline is for the handshake only: what is gathered cannot be late.
func (w *wire) SetWriteDeadline(t time.Time) error {
	if w.open {
		return nil
	}
	return w.Conn.SetWriteDeadline(t)
}

// waiting returns the records that wait, from the byte at on.
func (w *wire) waiting(at int) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out[at:]
}

// size returns how many bytes wait.
func (w *wire) size() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.out)
}

// clear forgets what has been sent, if that is everything, and then reports true.
func (w *wire) clear(sent int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if sent < len(w.out) {
		return false
	}
	if cap(w.out) == outSize {
		records.Put((*[outSize]byte)(w.out[:outSize]))
	}
	w.out = nil
	return true
}

// outSize is room for the records of a block, with what encryption adds.
const outSize = blockSize + 4<<10

// records are the buffers of connections that are sending.
var records = sync.Pool{New: func() any { return new([outSize]byte) }}

// isNotNow recognises errNotNow through what crypto/tls makes of it.
func isNotNow(err error) bool { return errors.Is(err, errNotNow) }

// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/gozmq/zmq/internal/transport"
)

// Conn is a connection that carries ZWS. It implements transport.Layer.
type Conn struct {
	// Immutable after Open.
	below   net.Conn
	layer   transport.Layer // below, if that is one
	scheme  string
	server  bool
	hello   func(*Conn, *transport.Opening) (transport.Opened, error) // the HTTP part
	control func(op byte, payload []byte)
	noCmds  bool // without a mechanism there are no commands

	in  reader // owned by the goroutine that reads
	out writer
}

var _ transport.Layer = (*Conn)(nil)

// Scheme implements transport.Layer.
func (c *Conn) Scheme() string { return c.scheme }

// NetConn implements transport.Layer.
func (c *Conn) NetConn() net.Conn { return c.below }

// LocalAddr implements net.Conn.
func (c *Conn) LocalAddr() net.Addr { return c.below.LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *Conn) RemoteAddr() net.Addr { return c.below.RemoteAddr() }

// SetDeadline implements net.Conn.
func (c *Conn) SetDeadline(t time.Time) error { return c.below.SetDeadline(t) }

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.below.SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.below.SetWriteDeadline(t) }

// Close ends the connection at once.
func (c *Conn) Close() error { return c.below.Close() }

// CloseWrite sends Close, with the code of a normal end, and ends our direction.
func (c *Conn) CloseWrite() error {
	c.sendClose(closeNormal[:])
	half, ok := c.below.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

// closeNormal is 1000 (RFC 6455, 7.4.1).
var closeNormal = [2]byte{1000 >> 8, 1000 & 0xFF}

// Open implements transport.Layer.
func (c *Conn) Open(o *transport.Opening) (transport.Opened, error) {
	c.control, c.in.limit = o.Control, o.MaxFrame
	var certificate transport.Certificate
	if c.layer != nil {
		opened, err := c.layer.Open(o)
		if err != nil {
			return transport.Opened{}, err
		}
		certificate = opened.Certificate
	}
	opened, err := c.hello(c, o)
	if c.layer != nil { // otherwise it is the web server that knows
		opened.Certificate = certificate
	}
	c.noCmds = !opened.Commands
	if !c.server && err == nil {
		c.out.keys = rand.NewChaCha8(seed())
	}
	return opened, err
}

// port is how the connection below is read or written: tried by its descriptor, or
// blocking.
type port struct {
	fd    uintptr
	tries bool
}

// receive reads from below.
func (c *Conn) receive(p port, b []byte) (n int, again bool, err error) {
	switch {
	case !p.tries:
		n, err = c.below.Read(b)
	case c.layer != nil:
		n, again, err = c.layer.TryRead(p.fd, b)
	default:
		n, again, err = transport.Receive(p.fd, b)
	}
	if n == 0 && !again && err == nil && len(b) > 0 {
		err = io.EOF
	}
	return n, again, err
}

// send writes below. n counts what the peer can make use of.
func (c *Conn) send(p port, b []byte) (n int, again bool, err error) {
	switch {
	case !p.tries:
		n, err = c.below.Write(b)
		return n, false, err
	case c.layer != nil:
		c.out.one[0] = b
		n, again, err = c.layer.TryWrite(p.fd, c.out.one[:])
		c.out.one[0] = nil
		return n, again, err
	}
	return transport.TrySend(p.fd, b)
}

// blockSize is how much is read from below, or written, at once: a message of 64 KiB with
// its header among it. It is a size class of the allocator.
const blockSize = 80 << 10

// blocks are buffers that connections use while they read or write.
var blocks = sync.Pool{New: func() any { return new([blockSize]byte) }}

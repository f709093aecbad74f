// SPDX-License-Identifier: Apache-2.0

// An in-memory connection with the manners of TCP: bytes are buffered up to a
// capacity, each direction can be shut down alone, deadlines hold. It waits on
// condition variables and time.AfterFunc only, so all waiting is visible to
// testing/synctest.

package zmqtest

import (
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// DefaultCapacity is how many bytes Pipe buffers in each direction.
const DefaultCapacity = 64 << 10

// Conn is one end of an in-memory connection. Its methods may be called from
// any goroutine.
type Conn struct {
	// Immutable after PipeOf.
	in, out       *stream
	local, remote Addr
}

// Addr is the address of a Conn; its network is "mem".
type Addr string

// Network returns "mem".
func (a Addr) Network() string { return "mem" }

// String returns the address, unique in the process.
func (a Addr) String() string { return string(a) }

// pipes numbers the connections of a process, to tell their addresses apart.
var pipes atomic.Int64

// Pipe returns the two ends of a connection that buffers DefaultCapacity
// bytes in each direction.
func Pipe() (a, b *Conn) { return PipeOf(DefaultCapacity) }

// PipeOf is Pipe with a capacity in bytes for each direction, at least 1. A
// Write returns when its last byte has found room, as on a TCP socket.
func PipeOf(capacity int) (a, b *Conn) {
	ab, ba := newStream(capacity), newStream(capacity)
	n := strconv.FormatInt(pipes.Add(1), 10)
	la, lb := Addr("mem:"+n+"a"), Addr("mem:"+n+"b")
	return &Conn{in: ba, out: ab, local: la, remote: lb},
		&Conn{in: ab, out: ba, local: lb, remote: la}
}

// Read reads what is there, waiting for at least one byte. It returns io.EOF
// after the last byte when the other end has closed or shut down writing.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.in.read(b)
	return n, c.wrap("read", err)
}

// Write writes all of b, waiting for room. It returns EPIPE when the other end
// has closed, and then how much it had taken.
func (c *Conn) Write(b []byte) (int, error) {
	n, err := c.out.write(b)
	return n, c.wrap("write", err)
}

// CloseWrite ends the outgoing direction: the other end reads what is buffered,
// then io.EOF.
func (c *Conn) CloseWrite() error {
	c.out.finish()
	return nil
}

// CloseRead ends the incoming direction: what is buffered is dropped, and the
// other end's writes fail with EPIPE.
func (c *Conn) CloseRead() error {
	c.in.refuse(syscall.EPIPE)
	return nil
}

// Close ends both directions; the other end can still read what is buffered.
// A second Close returns net.ErrClosed.
func (c *Conn) Close() error {
	c.out.finish()
	c.in.refuse(syscall.EPIPE)
	first := c.in.closeReader()
	c.out.closeWriter()
	if !first {
		return c.wrap("close", net.ErrClosed)
	}
	return nil
}

// Reset breaks the connection as a TCP reset does: what is buffered is lost,
// and every call on either end fails with ECONNRESET until it is closed.
func (c *Conn) Reset() {
	c.in.reset(syscall.ECONNRESET)
	c.out.reset(syscall.ECONNRESET)
}

// Buffered returns how many bytes the other end has written and this end has
// not read.
func (c *Conn) Buffered() int { return c.in.buffered() }

// LocalAddr returns the address of this end.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both deadlines; the zero time means none.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets when a Read, also one that waits already, gives up with
// os.ErrDeadlineExceeded; the zero time means never.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.wrap("set", c.in.setReadDeadline(t))
}

// SetWriteDeadline is SetReadDeadline for writes.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.wrap("set", c.out.setWriteDeadline(t))
}

// wrap gives errors the shape that the net package gives them, io.EOF excepted.
func (c *Conn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: "mem", Source: c.local, Addr: c.remote, Err: err}
}

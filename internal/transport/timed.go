// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// timed gives deadlines to a connection that has none. One goroutine reads ahead, as much
// as one Read of the program's connection brings, once something has been asked for.
//
//	readLoop → chunks → Read
//
// A write that is late ends the connection, because its bytes are cut off anywhere.
type timed struct {
	net.Conn
	chunks  chan chunk
	start   func()        // starts readLoop, once
	done    chan struct{} // closed by end
	end     func() error
	writing atomic.Int32

	readBy, writeBy expiry

	rest chunk // owned by the goroutine that reads
}

// chunk is what one Read has returned.
type chunk struct {
	b   []byte
	err error
}

// timedSize is how much readLoop reads ahead. It is what a channel of SSH carries in one
// packet (RFC 4254, 5.2).
const timedSize = 32 << 10

func newTimed(nc net.Conn) *timed {
	c := &timed{Conn: nc, chunks: make(chan chunk), done: make(chan struct{})}
	c.start = sync.OnceFunc(func() { go c.readLoop() })
	c.end = sync.OnceValue(func() error {
		close(c.done)
		c.readBy.set(time.Time{})
		c.writeBy.set(time.Time{})
		return nc.Close()
	})
	c.writeBy.waits = func() bool { return c.writing.Load() > 0 }
	c.writeBy.expired = func() { _ = c.end() }
	return c
}

// readLoop ends with the connection.
func (c *timed) readLoop() {
	for {
		b := make([]byte, timedSize)
		n, err := c.Conn.Read(b)
		select {
		case c.chunks <- chunk{b[:n], err}:
		case <-c.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// Read implements net.Conn.
func (c *timed) Read(b []byte) (int, error) {
	late := c.readBy.late()
	select {
	case <-c.done:
		return 0, net.ErrClosed
	case <-late:
		return 0, os.ErrDeadlineExceeded
	default:
	}
	c.start()
	for len(c.rest.b) == 0 && c.rest.err == nil {
		select {
		case c.rest = <-c.chunks:
		case <-late:
			return 0, os.ErrDeadlineExceeded
		case <-c.done:
			return 0, net.ErrClosed
		}
	}
	if len(c.rest.b) == 0 {
		return 0, c.rest.err
	}
	n := copy(b, c.rest.b)
	c.rest.b = c.rest.b[n:]
	return n, nil
}

// Write implements net.Conn.
func (c *timed) Write(b []byte) (int, error) {
	c.writing.Add(1)
	defer c.writing.Add(-1)
	late := c.writeBy.late()
	select {
	case <-c.done:
		return 0, net.ErrClosed
	case <-late:
		return 0, os.ErrDeadlineExceeded
	default:
	}
	n, err := c.Conn.Write(b)
	if err != nil {
		select {
		case <-late:
			err = os.ErrDeadlineExceeded
		default:
		}
	}
	return n, err
}

// Close implements net.Conn.
func (c *timed) Close() error { return c.end() }

// SetDeadline implements net.Conn.
func (c *timed) SetDeadline(t time.Time) error {
	c.readBy.set(t)
	c.writeBy.set(t)
	return nil
}

// SetReadDeadline implements net.Conn.
func (c *timed) SetReadDeadline(t time.Time) error {
	c.readBy.set(t)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *timed) SetWriteDeadline(t time.Time) error {
	c.writeBy.set(t)
	return nil
}

// expiry is one deadline. The channel that late returns is closed when it has passed, also
// if it is set during the wait for it.
type expiry struct {
	waits   func() bool // whether something waits that it ends; nil: nothing
	expired func()      // called without locks when it has passed and waits is true

	mu    sync.Mutex // a leaf lock
	timer *time.Timer
	ch    chan struct{} // replaced only when it is closed
}

func (x *expiry) late() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.lateLocked()
}

func (x *expiry) lateLocked() chan struct{} {
	if x.ch == nil {
		x.ch = make(chan struct{})
	}
	return x.ch
}

// set moves the deadline; the zero time is none.
func (x *expiry) set(t time.Time) {
	if passed := x.setLocked(t); passed != nil {
		x.pass(passed)
	}
}

// pass follows the closing of ch, unless the deadline has been moved since: what waits then
// is not late.
func (x *expiry) pass(ch chan struct{}) {
	x.mu.Lock()
	late := x.ch == ch && x.waits != nil && x.waits()
	x.mu.Unlock()
	if late {
		x.expired()
	}
}

// setLocked returns the channel if the deadline has passed already, and nil otherwise.
func (x *expiry) setLocked(t time.Time) (passed chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	ch := x.lateLocked()
	if x.timer != nil && !x.timer.Stop() {
		<-ch // its function is closing it
	}
	x.timer = nil
	select {
	case <-ch:
		x.ch = nil
		ch = x.lateLocked()
	default:
	}
	if t.IsZero() {
		return nil
	}
	wait := time.Until(t)
	if wait <= 0 {
		close(ch)
		return ch
	}
	x.timer = time.AfterFunc(wait, func() {
		close(ch)
		x.pass(ch)
	})
	return nil
}

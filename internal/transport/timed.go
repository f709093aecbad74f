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
	Deadlines
	conn    net.Conn
	chunks  chan chunk
	start   func()        // starts readLoop, once
	done    chan struct{} // closed by end
	end     func() error
	writing atomic.Int32

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
	c := &timed{conn: nc, chunks: make(chan chunk), done: make(chan struct{})}
	c.start = sync.OnceFunc(func() { go c.readLoop() })
	c.end = sync.OnceValue(func() error {
		close(c.done)
		c.ReadBy.Set(time.Time{})
		c.WriteBy.Set(time.Time{})
		return nc.Close()
	})
	c.WriteBy.waits = func() bool { return c.writing.Load() > 0 }
	c.WriteBy.expired = func() { _ = c.end() }
	return c
}

// readLoop ends with the connection.
func (c *timed) readLoop() {
	for {
		b := make([]byte, timedSize)
		n, err := c.conn.Read(b)
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

// over returns why a call must not begin: the connection has ended, or the call is late.
func (c *timed) over(late <-chan struct{}) error {
	select {
	case <-c.done:
		return net.ErrClosed
	case <-late:
		return os.ErrDeadlineExceeded
	default:
		return nil
	}
}

// Read implements net.Conn.
func (c *timed) Read(b []byte) (int, error) {
	late := c.ReadBy.Passed()
	if err := c.over(late); err != nil {
		return 0, err
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
	late := c.WriteBy.Passed()
	if err := c.over(late); err != nil {
		return 0, err
	}
	n, err := c.conn.Write(b)
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

// LocalAddr implements net.Conn.
func (c *timed) LocalAddr() net.Addr { return c.conn.LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *timed) RemoteAddr() net.Addr { return c.conn.RemoteAddr() }

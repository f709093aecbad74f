// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"os"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
)

// A write that fails says that the peer has gone, or that it listens no more,
// while messages that it sent before may still wait in the system. The
// connection ends as soon as those have been taken in, and so that an
// application which does not receive cannot hold up the next connection, they
// are taken in whatever room the high-water mark leaves: once for a connection,
// and only when the one before has been made up for. What the system gives us is
// what had arrived: Linux keeps it readable after a reset. Bytes that were still
// on the peer's side when it reset the connection are lost.

const (
	// lastWait is how long the peer may take to send more, or to close, after a
	// write has failed. Where it has gone the end is there already.
	lastWait = 2 * time.Second
	// lastBytes bounds what a peer can say that refuses to listen and goes on
	// sending: more than Linux buffers of a TCP connection at most (tcp_rmem).
	lastBytes = 8 << 20
)

// longAgo as a deadline wakes the goroutine that waits.
var longAgo = time.Unix(1, 0)

// lastWords is the reader's account of the end. Owned by the reader.
type lastWords struct {
	begun bool
	over  bool // the pipe takes more than its mark allows
	size  int  // read since
}

// beginLastWords reports whether the reader was only woken because a write has
// failed, and should go on for a while.
func (c *Conn) beginLastWords(seen error) bool {
	if c.last.begun || c.writeErr.Load() == nil || !errors.Is(seen, os.ErrDeadlineExceeded) {
		return false
	}
	c.last.begun = true
	c.readBy.begin(c, time.Now().Add(lastWait))
	return true
}

// count notes that n bytes have come, and ends a connection that does not come
// to an end by itself.
func (l *lastWords) count(c *Conn, n int) error {
	if !l.begun {
		return nil
	}
	if l.size += n; l.size > lastBytes {
		return *c.writeErr.Load()
	}
	return nil
}

// deliverLast hands over what the application has no room for, or has closed its socket
// to, which then counts it.
func (c *Conn) deliverLast(rest []pipe.Item) error {
	c.paused.Store(false)
	if !c.last.over && !c.pipe.Overdraw() { // the connection before has used that up
		c.pipe.Forgo(rest)
		return c.ended()
	}
	c.last.over = true
	if !c.pipe.DeliverLast(rest) {
		return c.ended()
	}
	return nil
}

// ended returns why a connection ends that is closed or cannot be written to.
func (c *Conn) ended() error {
	if err := c.writeErr.Load(); err != nil {
		return c.reason(*err)
	}
	return c.reason(nil)
}

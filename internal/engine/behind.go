// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"bytes"

	"github.com/gozmq/zmq/internal/zerr"
)

// behind is a write of the handshake that goes on while the handshake reads. It is for
// connections that cannot be polled. One that a program brings may have no room at all, as
// net.Pipe has none, and both ends of a handshake may write before either reads.
type behind struct {
	done chan struct{} // closed by the goroutine that writes
	err  error         // set before
}

// writeBehind begins to write, after what was begun before.
func (c *Conn) writeBehind(b []byte) error {
	if err := c.caughtUp(); err != nil {
		return err
	}
	w, b := &behind{done: make(chan struct{})}, bytes.Clone(b)
	c.behind = w
	c.writers.Add(1)
	go func() {
		defer c.writers.Done()
		defer close(w.done)
		_, err := c.nc.Write(b)
		w.err = zerr.Portable(err)
	}()
	return nil
}

// caughtUp waits until what was begun is written.
func (c *Conn) caughtUp() error {
	if c.behind == nil {
		return nil
	}
	<-c.behind.done
	err := c.behind.err
	c.behind = nil
	return err
}

// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"sync"
	"time"
)

// readDeadline is until when a connection is read. A receiver that borrows the
// connection moves it, and the end of a write that failed brings it forward; the
// latter stays until the reader knows, whatever a receiver wants meanwhile. Setting a
// deadline fails on a connection that is closed, and then reading does too.
type readDeadline struct {
	mu     sync.Mutex // a leaf lock, below a loan's
	failed bool       // a write has failed, and the reader does not know yet
	ended  bool       // nothing is read any more
}

// set moves the deadline for a receiver.
func (d *readDeadline) set(c *Conn, t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.failed && !d.ended {
		_ = c.nc.SetReadDeadline(t)
	}
}

// fail notes why a write has failed, and ends the wait of the goroutine that reads.
// It reports false if a write has failed before.
func (d *readDeadline) fail(c *Conn, err error) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !c.writeErr.CompareAndSwap(nil, &err) {
		return false
	}
	d.failed = true
	_ = c.nc.SetReadDeadline(longAgo)
	return true
}

// begin sets the deadline for what the reader does once it knows.
func (d *readDeadline) begin(c *Conn, t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed = false; !d.ended {
		_ = c.nc.SetReadDeadline(t)
	}
}

// end ends all reading.
func (d *readDeadline) end(c *Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	_ = c.nc.SetReadDeadline(longAgo)
}

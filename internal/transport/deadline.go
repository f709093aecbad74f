// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"sync"
	"time"
)

// Deadlines are those of a connection whose waits no descriptor of the system ends. It has
// the methods of net.Conn that set them.
type Deadlines struct{ ReadBy, WriteBy Deadline }

// SetDeadline implements net.Conn.
func (d *Deadlines) SetDeadline(t time.Time) error {
	d.ReadBy.Set(t)
	d.WriteBy.Set(t)
	return nil
}

// SetReadDeadline implements net.Conn.
func (d *Deadlines) SetReadDeadline(t time.Time) error {
	d.ReadBy.Set(t)
	return nil
}

// SetWriteDeadline implements net.Conn.
func (d *Deadlines) SetWriteDeadline(t time.Time) error {
	d.WriteBy.Set(t)
	return nil
}

// Deadline is the time at which one kind of waiting ends. The zero value is none.
type Deadline struct {
	waits   func() bool // whether something waits that it ends; nil: nothing
	expired func()      // called without locks when it has passed and waits is true

	mu    sync.Mutex // a leaf lock
	timer *time.Timer
	ch    chan struct{} // replaced only when it is closed
}

// Passed returns a channel that is closed when the deadline has passed, also if it is set
// during the wait for that.
func (d *Deadline) Passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passedLocked()
}

func (d *Deadline) passedLocked() chan struct{} {
	if d.ch == nil {
		d.ch = make(chan struct{})
	}
	return d.ch
}

// Set moves the deadline; the zero time is none.
func (d *Deadline) Set(t time.Time) {
	if passed := d.setLocked(t); passed != nil {
		d.pass(passed)
	}
}

// pass follows the closing of ch, unless the deadline has been moved since: what waits then
// is not late.
func (d *Deadline) pass(ch chan struct{}) {
	d.mu.Lock()
	late := d.ch == ch && d.waits != nil && d.waits()
	d.mu.Unlock()
	if late {
		d.expired()
	}
}

// setLocked returns the channel if the deadline has passed already, and nil otherwise.
func (d *Deadline) setLocked(t time.Time) (passed chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := d.passedLocked()
	if d.timer != nil && !d.timer.Stop() {
		<-ch // its function is closing it
	}
	d.timer = nil
	select {
	case <-ch:
		d.ch = nil
		ch = d.passedLocked()
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
	d.timer = time.AfterFunc(wait, func() {
		close(ch)
		d.pass(ch)
	})
	return nil
}

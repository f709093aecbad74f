// SPDX-License-Identifier: Apache-2.0

package multicast

import (
	"sync"
	"time"
)

// deadline is when a wait ends that no socket of the system has.
type deadline struct {
	mu      sync.Mutex
	timer   *time.Timer
	reached chan struct{} // closed when it is
}

// set replaces the time; zero is never.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if d.reached == nil || isClosed(d.reached) {
		d.reached = make(chan struct{})
	}
	if t.IsZero() {
		return
	}
	reached := d.reached
	end := func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.reached == reached && !isClosed(reached) {
			close(reached)
		}
	}
	if wait := time.Until(t); wait > 0 {
		d.timer = time.AfterFunc(wait, end)
	} else {
		close(reached)
	}
}

// over returns what is closed when the time has come.
func (d *deadline) over() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.reached == nil {
		d.reached = make(chan struct{})
	}
	return d.reached
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"sync"
	"time"
)

// gate is where the reader waits while the socket has no room for what it has
// read. Most connections never wait, so there is no channel until one does.
type gate struct {
	mu     sync.Mutex    // a leaf lock; guards all that follows
	room   bool          // since wait last returned it
	broken bool          // a write has failed
	closed bool          // Close was called
	wake   chan struct{} // has a token when something may have changed
}

// cause is why wait returned.
type cause int

const (
	room cause = iota
	broken
	closed
)

// tell notes what has happened and wakes the reader that waits.
func (g *gate) tell(c cause) {
	g.mu.Lock()
	switch c {
	case room:
		g.room = true
	case broken:
		g.broken = true
	case closed:
		g.closed = true
	}
	wake := g.wake
	g.mu.Unlock()
	if wake != nil {
		nudge(wake)
	}
}

func nudge(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// wait returns when something has been told: room once, the others for ever.
func (g *gate) wait() cause {
	for {
		g.mu.Lock()
		now, told := room, true
		switch {
		case g.closed:
			now = closed
		case g.room:
			g.room = false
		case g.broken:
			now = broken
		default:
			told = false
		}
		wake := g.wakeLocked()
		g.mu.Unlock()
		if told {
			return now
		}
		<-wake
	}
}

// closing returns a channel that receives once the connection is closed. It is for
// the goroutine that would otherwise wait.
func (g *gate) closing() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	wake := g.wakeLocked()
	if g.closed {
		nudge(wake)
	}
	return wake
}

func (g *gate) wakeLocked() chan struct{} {
	if g.wake == nil {
		g.wake = make(chan struct{}, 1)
	}
	return g.wake
}

func (g *gate) isClosed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

// ReadAfter has Run, which has not been called yet, read nothing before a channel is
// closed.
func (c *Conn) ReadAfter(ended <-chan struct{}) { c.after = append(c.after, ended) }

// Delay waits for a while, or until the connection is closed. It comes before Handshake.
func (c *Conn) Delay(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	for closing := c.gate.closing(); !c.gate.isClosed(); {
		select {
		case <-t.C:
			return
		case <-closing:
		}
	}
}

// awaitTurn waits for all of ReadAfter. The peer feels it as it does a full queue.
func (c *Conn) awaitTurn() {
	c.paused.Store(len(c.after) > 0)
	for _, ended := range c.after {
		for over := false; !over && !c.gate.isClosed(); {
			select {
			case <-ended:
				over = true
			case <-c.gate.closing():
			}
		}
	}
	if c.after = nil; c.paused.Swap(false) {
		c.noteHeard()
	}
}

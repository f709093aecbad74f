// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
)

// Waking a second goroutine, and mostly a second thread with it, costs more than
// everything else about a small message. So the goroutine that reads a connection
// lends it to the socket when each of the last messages met a receiver that waited
// for it: from then on a receiver that finds nothing reads the connection
// itself, and the reader sleeps. The loan ends, and the reader reads on in the
// background as it does for other connections,
//
//   - when the receiver stays away (Loans), so that heartbeats are answered, the
//     end of the connection is noticed and the queue fills up to its high-water
//     mark while the application is busy;
//   - when the receiver does not keep up with what comes;
//   - when the socket says so (Recall): it got another peer, or a watch;
//   - when anything goes wrong.

const (
	// lendAfter is how many reads in a row have to meet a receiver that waits.
	lendAfter = 4
	// lendRefused is how many more have to after the socket did not want it.
	lendRefused = 256
	// absence is how long a connection that is lent may go unread: what the system
	// buffers meanwhile is more than a peer says in that time, and heartbeats are
	// counted in far longer ones.
	absence = 5 * time.Millisecond
	// keepUp is how many reads a receiver that always finds more must do in that time:
	// a tenth of what the system can give.
	keepUp = 16
)

// loan is whose turn it is to read a connection. There is none before the first.
type loan struct {
	uses atomic.Uint64 // how often it was borrowed; written under mu
	doze func() bool   // Conn.doze, bound once
	back chan error    // tells the reader that it is its turn, and what went wrong

	// Owned by the goroutine that reads.
	borrowed bool // a receiver does
	sleep    Sleep

	mu     sync.Mutex // a leaf lock; guards all that follows
	lent   bool       // receivers may read
	held   bool       // one does
	asleep bool       // and waits for bytes
	moved  bool       // the read deadline is not what it is for the reader
	full   bool       // the last time there was more to read, probably
	seen   uint64     // uses when Loans looked
}

// Sleep is what ends a receiver's wait for bytes.
type Sleep struct {
	Waiter *pipe.Waiter // woken by others; nil: there is to be no wait
	Until  time.Time    // zero: for ever
}

// countWait notes, before messages are handed over, whether a receiver waits for
// them.
func (c *Conn) countWait() {
	if c.pipe.Awaited() {
		c.wanted++
	} else if c.wanted > 0 {
		c.wanted = 0
	}
}

// borrowed reports whether a receiver reads. Only the goroutine that reads asks.
func (c *Conn) borrowed() bool {
	l := c.loan.Load()
	return l != nil && l.borrowed
}

func (c *Conn) mayLend() bool {
	return c.wanted >= lendAfter && c.cfg.Lend != nil && c.src.raw != nil && !c.cfg.Raw && !c.last.begun
}

// lend offers the connection to the socket's receivers and returns when it is
// the reader's turn again.
func (c *Conn) lend() error {
	l := c.loan.Load()
	if l == nil {
		l = &loan{back: make(chan error, 1), doze: c.doze}
		c.loan.Store(l)
	}
	c.wanted = 0
	l.mu.Lock()
	l.lent, l.full = true, false
	l.mu.Unlock()
	if c.cfg.Lend(c) {
		c.cfg.Loans.add(c)
		defer c.cfg.Loans.remove(c)
	} else {
		c.wanted = -lendRefused
		c.Recall()
	}
	if c.gate.isClosed() { // Close may not have seen the loan
		c.Recall()
	}
	return <-l.back
}

// Recall ends a loan. It may be called at any time, with the socket's lock held.
func (c *Conn) Recall() {
	l := c.loan.Load()
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !l.lent:
	case l.held:
		l.lent = false
		c.rouseLocked(l)
	default:
		l.lent = false
		l.back <- nil
	}
}

// Borrow reads once in the place of the connection's reader, if it has lent the
// connection and no other receiver reads. Afterwards there may be something to receive; or
// not, where the wait was ended. used is false if it was not the caller's turn; with
// over, the connection is not lent any more.
func (c *Conn) Borrow(s Sleep) (used, over bool) {
	l := c.loan.Load()
	l.mu.Lock()
	if !l.lent || l.held {
		over = !l.lent
		l.mu.Unlock()
		return false, over
	}
	l.held = true
	l.mu.Unlock()

	l.borrowed, l.sleep, c.src.sleep = true, s, l.doze
	err := c.step()
	l.borrowed, l.sleep, c.src.sleep = false, Sleep{}, nil

	l.mu.Lock()
	over = c.endBorrow(l, err)
	l.mu.Unlock()
	c.cfg.Loans.arm()
	return true, over
}

// endBorrow notes what reading has come to. loan.mu is held.
func (c *Conn) endBorrow(l *loan, err error) (over bool) {
	l.held, l.asleep = false, false
	l.uses.Add(1)
	l.full = c.src.full || c.dec.behind
	if l.moved {
		l.moved = false
		c.readBy.set(c, time.Time{})
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil
		}
	}
	if err == nil && c.writeErr.Load() != nil {
		err = os.ErrDeadlineExceeded // as fail tells the reader
	}
	if err != nil {
		l.lent = false
	}
	if !l.lent {
		l.back <- err
	}
	return !l.lent
}

// doze is asked before a receiver waits for bytes.
func (c *Conn) doze() bool {
	l := c.loan.Load()
	s := &l.sleep
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.lent || s.Waiter == nil || s.Waiter.Woken() {
		return false
	}
	l.asleep = true
	if !s.Until.IsZero() {
		l.moved = true
		c.readBy.set(c, s.Until)
	}
	return true
}

// Rouse ends the wait of a receiver for bytes. It implements pipe.Sleeper.
func (c *Conn) Rouse() {
	l := c.loan.Load()
	l.mu.Lock()
	defer l.mu.Unlock()
	c.rouseLocked(l)
}

// rouseLocked is Rouse with the loan's lock held.
func (c *Conn) rouseLocked(l *loan) {
	if l.asleep {
		l.moved = true
		c.readBy.set(c, longAgo)
	}
}

// attended ends the loan of a connection that no receiver has read for a while, or not
// often enough. It reports whether the loan has to be looked after again, though
// it is not borrowed.
func (c *Conn) attended() bool {
	l := c.loan.Load()
	l.mu.Lock()
	defer l.mu.Unlock()
	uses := l.uses.Load()
	n := uses - l.seen
	l.seen = uses
	if !l.lent || l.held {
		return false
	}
	if n == 0 || l.full && n < keepUp {
		l.lent = false
		l.back <- nil
		return false
	}
	return true
}

// Loans looks after the connections of a context that are lent. The zero value is
// ready. While all that are lent have a receiver that waits, or none is, no timer
// runs.
type Loans struct {
	armed atomic.Bool

	mu    sync.Mutex
	conns map[*Conn]struct{}
	timer *time.Timer
}

func (l *Loans) add(c *Conn) {
	l.mu.Lock()
	if l.conns == nil {
		l.conns = make(map[*Conn]struct{})
	}
	l.conns[c] = struct{}{}
	l.mu.Unlock()
	l.arm()
}

func (l *Loans) remove(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
	if len(l.conns) == 0 && l.timer != nil && l.timer.Stop() {
		l.armed.Store(false)
	}
}

// arm has look called in a while. It is called after every use of a loan.
func (l *Loans) arm() {
	if l.armed.Load() || l.armed.Swap(true) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer == nil {
		l.timer = time.AfterFunc(absence, l.look)
	} else {
		l.timer.Reset(absence)
	}
}

func (l *Loans) look() {
	l.armed.Store(false)
	again := false
	l.mu.Lock()
	for c := range l.conns {
		again = c.attended() || again
	}
	l.mu.Unlock()
	if again {
		l.arm()
	}
}

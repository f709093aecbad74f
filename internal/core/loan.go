// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// lend is asked whether receivers may read a connection themselves: see
// engine.Conn.Borrow. They may while nothing else can bring them a message, and
// while no watcher has to be told of messages that no receiver takes.
func (s *Socket) lend(c *engine.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop.Load() != nil || len(s.pipes) != 1 || s.mailbox.Watchers.Any() {
		return false
	}
	for _, a := range s.pipes {
		if a.conn != c || !a.ready {
			return false
		}
	}
	s.lent.Store(c)
	s.mailbox.Receivers.Wake() // it may read
	return true
}

// recall ends that. s.mu is held, so that no other loan begins meanwhile that the
// caller has reason to end.
func (s *Socket) recall() {
	if c := s.lent.Swap(nil); c != nil {
		c.Recall()
	}
}

// readHere reads what is there now, if it is the caller's turn, and reports whether
// there may be something to pop.
func (s *Socket) readHere() bool {
	c := s.lent.Load()
	if c == nil {
		return false
	}
	used := s.borrow(c, engine.Sleep{})
	if used {
		s.mailbox.Receivers.Wake() // one that wanted to read meanwhile waits to be woken
	}
	return used
}

// borrow reads once, and reports false if it is not our turn.
func (s *Socket) borrow(c *engine.Conn, sleep engine.Sleep) bool {
	used, over := c.Borrow(sleep)
	if over {
		s.lent.CompareAndSwap(c, nil)
	}
	return used
}

// waitRecv is Recv where nothing is there. The receiver reads for itself when it
// may, and is told by others when not.
func (s *Socket) waitRecv(ctx context.Context, m *pipe.Message) error {
	s.mu.Lock()
	limit, deaf := s.timeouts.recv, s.deafLocked()
	s.mu.Unlock()
	if limit == 0 {
		return s.TryRecv(m)
	}
	if deaf {
		s.noteDeaf()
	}
	r := receiver{s: s, ctx: ctx}
	if limit > 0 {
		r.until = time.Now().Add(limit)
	}
	r.w = s.mailbox.Receivers.Join()
	err := r.wait(m)
	s.mailbox.Receivers.Leave(r.w, err == nil || r.reads != nil)
	if r.stop != nil {
		r.stop()
	}
	if r.timer != nil {
		r.timer.Stop()
	}
	return err
}

// receiver is a goroutine that waits in Recv.
type receiver struct {
	s     *Socket
	ctx   context.Context
	w     *pipe.Waiter
	until time.Time // zero: for ever

	reads *engine.Conn // what it has read last
	stop  func() bool  // ends the wait for ctx; nil: there is none
	timer *time.Timer
}

func (r *receiver) wait(m *pipe.Message) error {
	for {
		if err := r.s.pop(m); err != zerr.ErrAgain {
			return err
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if !r.until.IsZero() && !time.Now().Before(r.until) {
			return zerr.ErrTimeout
		}
		if c := r.s.lent.Load(); c != nil && r.read(c) {
			continue
		}
		select {
		case <-r.w.C:
		case <-r.ctx.Done():
		case <-r.expired():
		}
	}
}

// read waits for the connection, and reports false if it is another receiver's turn.
func (r *receiver) read(c *engine.Conn) bool {
	if r.reads != c {
		r.reads = c
		r.s.mailbox.Receivers.SleepIn(r.w, c)
	}
	if r.stop == nil && r.ctx.Done() != nil {
		all, this := &r.s.mailbox.Receivers, r.w
		r.stop = context.AfterFunc(r.ctx, func() { all.WakeThis(this) })
	}
	if !r.s.borrow(c, engine.Sleep{Waiter: r.w, Until: r.until}) {
		return r.s.lent.Load() != c // over
	}
	select {
	case <-r.w.C: // we look anyway
	default:
	}
	return true
}

func (r *receiver) expired() <-chan time.Time {
	if r.until.IsZero() {
		return nil
	}
	if r.timer == nil {
		r.timer = time.NewTimer(time.Until(r.until))
	}
	return r.timer.C
}

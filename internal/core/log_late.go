// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// Warnings about what has no event: messages that are lost, and a subscriber without
// subscriptions. They are written a second after their cause, by a timer, for two reasons.
// Calls that send and receive may not run the program's log handler, which may hold a lock
// around the same call. And what a program mends within a second, such as the order of Recv
// and Subscribe in two goroutines, needs no warning.

const lateBy = time.Second

// lateLog has the timers of one socket.
type lateLog struct {
	lost    atomic.Bool // a report of losses is to come
	deaf    atomic.Bool // the warning about subscriptions was written, or is to come
	refused atomic.Bool // a line about messages that a peer does not accept is to come

	mu      sync.Mutex // a leaf lock; not held while a report is written
	ended   bool
	timers  map[*time.Timer]bool
	running sync.WaitGroup // the timers, until they have written

	// Owned by the report of losses, of which there is one at a time.
	full, gone uint64 // losses that were reported
}

// after has f called later, in a goroutine of its own, unless the socket closes before.
func (l *lateLog) after(d time.Duration, f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	if l.timers == nil {
		l.timers = make(map[*time.Timer]bool)
	}
	l.running.Add(1)
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		defer l.running.Done()
		l.mu.Lock() // which after holds until t is set
		delete(l.timers, t)
		l.mu.Unlock()
		f()
	})
	l.timers[t] = true
}

// end stops the timers, and waits for those that write.
func (l *lateLog) end() {
	l.mu.Lock()
	l.ended = true
	for t := range l.timers {
		if t.Stop() {
			l.running.Done()
		}
	}
	l.timers = nil
	l.mu.Unlock()
	l.running.Wait()
}

// silent reports whether nothing is logged at all.
func (s *Socket) silent() bool { return s.ctx.cfg.Logger.Handler() == slog.DiscardHandler }

// noteLoss has the losses of the socket reported. Locks may be held.
func (s *Socket) noteLoss() {
	if s.late.lost.Load() || !s.late.lost.CompareAndSwap(false, true) || s.silent() {
		return
	}
	s.late.after(lateBy, s.keepReporting)
}

// keepReporting reports what was lost since the last report, and goes on as long as there
// is something.
func (s *Socket) keepReporting() {
	if s.reportLosses() {
		s.late.after(repeatInterval, s.keepReporting)
		return
	}
	full, gone := s.late.full, s.late.gone // while this is the only report
	s.late.lost.Store(false)
	if f, g := s.losses(); f != full || g != gone { // noteLoss has just found lost set
		s.noteLoss()
	}
}

// losses returns how many messages were lost because of queues that were full, and with
// peers that left.
func (s *Socket) losses() (full, gone uint64) {
	return s.drops.Mute.Load(), s.PeerGone() + s.InFlight()
}

// reportLosses warns of messages that were lost since the last report. It reports whether
// there were any.
//
// Two causes are told: queues that were full, and peers that left. The others are wanted
// (conflation), ordinary (no subscriber), have an event of their own, or are a stranger's.
// That a subscriber leaves is ordinary too, and what is lost by a Close is its error.
func (s *Socket) reportLosses() bool {
	full, gone := s.losses()
	newFull, newGone := full-s.late.full, gone-s.late.gone
	s.late.full, s.late.gone = full, gone
	if s.typ.TopicsOut || s.typ.TopicsIn || s.typ.Groups || s.Closing() {
		newGone = 0
	}
	if newFull > 0 {
		s.warnOfLoss("messages lost: the queue of a peer is full", newFull, full)
	}
	if newGone > 0 {
		s.warnOfLoss("messages lost with peers that have left", newGone, gone)
	}
	return newFull+newGone > 0
}

func (s *Socket) warnOfLoss(text string, lost, total uint64) {
	attrs := []slog.Attr{slog.String("socket", s.String()), slog.Uint64("lost", lost), slog.Uint64("total", total)}
	if p, n := s.mostDropped(); p != nil {
		attrs = append(attrs, slog.String("peer", p.Remote), slog.Uint64("lost_for_peer", n))
	}
	attrs = append(attrs, see(zerr.MessagesLost))
	s.ctx.cfg.Logger.LogAttrs(context.Background(), slog.LevelWarn, text, attrs...)
}

// mostDropped returns the peer for which most messages were dropped, nil if for none.
func (s *Socket) mostDropped() (peer *pipe.Peer, n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.pipes {
		if d := p.Dropped.Load(); d > n && p.Peer() != nil {
			peer, n = p.Peer(), d
		}
	}
	return peer, n
}

// deafLocked reports whether the socket can receive nothing because it has asked for
// nothing, and no warning says so yet. An XSUB is left out: it passes on what others ask
// for. s.mu is held.
func (s *Socket) deafLocked() bool {
	if s.typ.Sends || s.late.deaf.Load() {
		return false
	}
	p, ok := s.pattern.(pattern.Selective)
	return ok && p.AsksForNothing()
}

// NoteWaiting is told that the program waits for messages in another way than by Recv.
func (s *Socket) NoteWaiting() {
	s.mu.Lock()
	deaf := s.deafLocked()
	s.mu.Unlock()
	if deaf {
		s.noteDeaf()
	}
}

// noteDeaf warns of a socket that waits for messages and has asked for none, once.
func (s *Socket) noteDeaf() {
	if s.late.deaf.Swap(true) || s.silent() {
		return
	}
	s.late.after(lateBy, func() {
		if !s.AsksForNothing() {
			s.late.deaf.Store(false)
			return
		}
		text := "socket receives nothing: it has subscribed to nothing (Subscribe)"
		if s.typ.Groups {
			text = "socket receives nothing: it has joined no group (Join)"
		}
		s.ctx.cfg.Logger.LogAttrs(context.Background(), slog.LevelWarn, text, slog.String("socket", s.String()), see(zerr.NothingArrives))
	})
}

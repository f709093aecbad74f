// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"runtime"
	"time"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// yields is how often a call lets others run before it parks. Where messages
// stream, that is mostly enough for something to come, and parking and waking
// cost more.
const yields = 3

// Send sends one message, waiting for room as long as SNDTIMEO and ctx allow.
// The frames stay the caller's.
func (s *Socket) Send(ctx context.Context, frames [][]byte) error {
	return s.SendLabelled(ctx, frames, nil, false)
}

// SendOwned is Send for frames that the socket may keep.
func (s *Socket) SendOwned(ctx context.Context, frames [][]byte) error {
	return s.SendLabelled(ctx, frames, nil, true)
}

// SendLabelled is Send, or with owned SendOwned, of a message with a label. Types that
// do not route by labels ignore it.
func (s *Socket) SendLabelled(ctx context.Context, frames [][]byte, l *pipe.Label, owned bool) error {
	if len(frames) == 0 {
		return zerr.Errorf(zerr.ErrInvalid, "a message has at least one frame")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.trySend(frames, l, owned)
	if err != zerr.ErrAgain {
		return err
	}
	return s.waitSend(ctx, frames, l, owned)
}

// TrySend sends one message or returns ErrAgain.
func (s *Socket) TrySend(frames [][]byte, owned bool) error {
	return s.TrySendLabelled(frames, nil, owned)
}

// TrySendLabelled is TrySend of a message with a label.
func (s *Socket) TrySendLabelled(frames [][]byte, l *pipe.Label, owned bool) error {
	if len(frames) == 0 {
		return zerr.Errorf(zerr.ErrInvalid, "a message has at least one frame")
	}
	return s.trySend(frames, l, owned)
}

// trySend has the pattern route the message, and writes it out at once, after
// the lock is released, where the connection was idle.
func (s *Socket) trySend(frames [][]byte, l *pipe.Label, owned bool) error {
	if err := s.checkSize(frames, l); err != nil {
		return err
	}
	if p := s.sole.Load(); p != nil && len(frames) == 1 && frames[0] != nil && s.stop.Load() == nil {
		m := pipe.Message{Head: frames[0], Owned: owned}
		if ok, flush := p.WriteSole(&m); ok {
			if flush {
				p.Flush()
			}
			return nil
		}
	}
	return s.route(frames, l, owned, nil)
}

// TrySendLent is TrySend for frames of which the last lies in memory that is lent. What
// keeps the message holds the lease.
func (s *Socket) TrySendLent(frames [][]byte, l *pipe.Label, lease *pipe.Lease) error {
	return s.route(frames, l, false, lease)
}

// setSole is told by the pattern, under the lock, which pipe takes every
// message. Those that go there directly are counted when that ends.
func (s *Socket) setSole(p *pipe.Pipe) {
	was := s.sole.Load()
	if was == p {
		return
	}
	if was != nil {
		s.sole.Store(nil)
		s.sent += was.EndSole()
		was.SetFeed(nil)
	}
	if p != nil && p.BeginSole() {
		s.sole.Store(p)
		if q := s.solelyWaits(); q != nil {
			q.SetFeed(s.feed)
		}
	}
}

// solelyWaits returns the sole pipe where sending waits for room, nil where messages are
// dropped instead: what a feed gathers, or a proxy hands over as a run, cannot be.
func (s *Socket) solelyWaits() *pipe.Pipe {
	if s.publishes() {
		return nil
	}
	return s.sole.Load()
}

// route has the pattern choose.
func (s *Socket) route(frames [][]byte, l *pipe.Label, owned bool, lease *pipe.Lease) error {
	if e := s.stop.Load(); e != nil {
		return *e
	}
	s.lockSettled()
	m := &s.out
	m.Head, m.Label, m.Owned, m.Lease = frames[0], l, owned, lease
	if m.Head == nil {
		m.Head = []byte{}
	}
	if len(frames) > 1 {
		s.scratch = append(s.scratch[:0], frames[1:]...)
		for i, f := range s.scratch {
			if f == nil { // a pattern that strips envelopes may make it a head
				s.scratch[i] = []byte{}
			}
		}
		m.Tail = s.scratch
	}
	err := s.routeLocked(m)
	m.Head, m.Label, m.Lease = nil, nil, nil
	if len(frames) > 1 {
		m.Tail = nil
		clear(s.scratch)
	}
	s.flushAndUnlock()
	s.ctx.expel()
	return err
}

// routeLocked has the pattern send a message of the form that the socket type has.
func (s *Socket) routeLocked(m *pipe.Message) error {
	if len(m.Tail) > 0 && s.typ.OneFrame {
		return zerr.Errorf(zerr.ErrInvalid, "a %s sends messages of one frame, and this one has %d", s.typ.Name, m.Len())
	}
	if !s.typ.Groups && !s.typ.RoutingIDs {
		m.Label = nil
	}
	err := s.pattern.Send(m)
	if err == nil {
		s.sent++
	}
	return err
}

// flushAndUnlock releases the lock and gets what was queued on its way. One
// idle connection is written to in this goroutine; several get goroutines, so
// that a publisher is not held up by each in turn.
func (s *Socket) flushAndUnlock() {
	if len(s.host.After) > 0 {
		do := s.after()
		s.flushAndUnlock()
		do()
		return
	}
	switch list := s.host.Flush; len(list) {
	case 0:
		s.mu.Unlock()
	case 1:
		p := list[0]
		list[0] = nil
		s.host.Flush = list[:0]
		s.mu.Unlock()
		p.Flush()
	default:
		for i, p := range list {
			p.Kick()
			list[i] = nil
		}
		s.host.Flush = list[:0]
		s.mu.Unlock()
	}
}

// after takes what is to be done once the lock is released: nothing if the socket
// closes, with which all of it goes. s.mu is held.
func (s *Socket) after() (do func()) {
	list := s.host.After
	s.host.After = nil
	if s.Closing() {
		return func() {}
	}
	return func() {
		for _, f := range list {
			f()
		}
	}
}

func (s *Socket) waitSend(ctx context.Context, frames [][]byte, l *pipe.Label, owned bool) error {
	// A connection that is about to make room needs the processor, not a wake-up.
	for range yields {
		runtime.Gosched()
		if err := s.trySend(frames, l, owned); err != zerr.ErrAgain {
			return err
		}
	}
	w := s.mailbox.Senders.Join()
	err := s.wait(ctx, w, s.sendTimeout(), func() error { return s.trySend(frames, l, owned) })
	s.mailbox.Senders.Leave(w, err == nil)
	return err
}

func (s *Socket) sendTimeout() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.timeouts.send
}

// wait calls try until it returns something else than ErrAgain, each time the
// waiter is woken. The caller has joined w and leaves it.
func (s *Socket) wait(ctx context.Context, w *pipe.Waiter, limit time.Duration, try func() error) error {
	var expired <-chan time.Time
	if limit > 0 {
		t := time.NewTimer(limit)
		defer t.Stop()
		expired = t.C
	}
	for {
		if err := try(); err != zerr.ErrAgain {
			return err
		}
		if limit == 0 {
			return zerr.ErrAgain
		}
		select {
		case <-w.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-expired:
			return zerr.ErrTimeout
		}
	}
}

// Recv returns the next message, waiting as long as RCVTIMEO and ctx allow. Its
// frames are the caller's. With m.Into its memory is used again, if it is Apart.
func (s *Socket) Recv(ctx context.Context, m *pipe.Message) error {
	err := s.pop(m)
	if err != zerr.ErrAgain {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.lent.Load() == nil {
		for range yields {
			runtime.Gosched()
			if err := s.pop(m); err != zerr.ErrAgain {
				return err
			}
		}
	}
	return s.waitRecv(ctx, m)
}

// TryRecv returns the next message or ErrAgain.
func (s *Socket) TryRecv(m *pipe.Message) error {
	err := s.pop(m)
	if err == zerr.ErrAgain && s.readHere() {
		err = s.pop(m)
	}
	return err
}

// pop returns the next message that has been read, or ErrAgain.
func (s *Socket) pop(m *pipe.Message) error {
	if e := s.stop.Load(); e != nil {
		return *e
	}
	s.mu.Lock()
	if s.verbatim != nil && len(s.host.Returned) == 0 {
		for p := s.verbatim.Turn(); p != nil; p = s.verbatim.Turn() {
			if p.Read(m) {
				s.received++
				s.mu.Unlock()
				return nil
			}
			s.verbatim.Empty()
		}
	}
	err := s.receiveLocked(&s.in)
	if err == nil {
		s.received++
		if m.Into {
			s.ctx.memory.queues.Release(m)
		}
		*m = s.in
		if s.in.Tail != nil || len(s.in.Head) >= pipe.RefSize { // clearing costs what copying does
			s.in = pipe.Message{}
		}
	}
	if len(s.host.Flush) > 0 {
		s.flushAndUnlock()
	} else {
		s.mu.Unlock()
	}
	return err
}

// WaitFor blocks until cond holds, looking again whenever peers or
// subscriptions have changed. cond takes the locks it needs.
func (s *Socket) WaitFor(ctx context.Context, cond func() bool) error {
	if err := s.Err(); err != nil {
		return err
	}
	if cond() {
		return nil
	}
	w := s.changes.Join()
	defer s.changes.Leave(w, false)
	for {
		if err := s.Err(); err != nil {
			return err
		}
		if cond() {
			return nil
		}
		select {
		case <-w.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

// Many messages under one lock, for those who pass them on: proxies.

package core

import (
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// TryRecvBatch fills ms from its beginning with what is there, at most limit
// messages, and returns how many places of ms that takes. err, ErrAgain for
// nothing there, tells why it is none; with messages it is nil. With runs a place
// may hold many messages as one pipe.Run.
func (s *Socket) TryRecvBatch(ms []pipe.Message, limit int, runs bool) (n int, err error) {
	n, err = s.popBatch(ms, limit, runs)
	if err == zerr.ErrAgain && s.readHere() {
		n, err = s.popBatch(ms, limit, runs)
	}
	return n, err
}

// popBatch is pop for many.
func (s *Socket) popBatch(ms []pipe.Message, limit int, runs bool) (n int, err error) {
	if e := s.stop.Load(); e != nil {
		return 0, *e
	}
	s.mu.Lock()
	taken := 0
	for n < len(ms) && taken < limit {
		k := 0
		if s.unread != nil {
			s.takeUnread(&ms[n])
			k = 1
		} else if runs && s.source != nil {
			if p := s.source.Only(); p != nil {
				k = p.ReadRun(&ms[n], limit-taken)
			}
		}
		if k == 0 {
			if err = s.pattern.Recv(&ms[n]); err != nil {
				break
			}
			k = 1
		}
		taken += k
		n++
	}
	s.received += uint64(taken)
	s.flushAndUnlock()
	if n > 0 {
		err = nil
	}
	return n, err
}

// TrySendBatch sends messages as long as the pattern takes them, and tells why it
// took no more: ErrAgain, or what is wrong with the next one. It returns how many
// places of ms it is through with; the run at the next place is short of the
// messages that were sent. With owned the frames may be kept.
func (s *Socket) TrySendBatch(ms []pipe.Message, owned bool) (n int, err error) {
	if e := s.stop.Load(); e != nil {
		return 0, *e
	}
	s.mu.Lock()
	for n < len(ms) && err == nil {
		if ms[n].Kind == pipe.Run {
			err = s.passRun(&ms[n])
		} else {
			err = s.passOne(&ms[n], owned)
		}
		if err == nil {
			n++
		}
	}
	s.out = pipe.Message{}
	s.flushAndUnlock()
	return n, err
}

// passOne has the pattern send a message. s.mu is held.
func (s *Socket) passOne(m *pipe.Message, owned bool) error {
	if m.Head == nil {
		return zerr.Errorf(zerr.ErrInvalid, "a message has at least one frame")
	}
	s.out = *m
	s.out.Kind, s.out.Owned, s.out.Apart = pipe.Data, owned, false
	err := s.pattern.Send(&s.out)
	if err == nil {
		s.sent++
	}
	return err
}

// passRun sends the messages of a run: as they are where one peer takes
// everything, or else one by one. s.mu is held.
func (s *Socket) passRun(m *pipe.Message) error {
	if p := s.sole.Load(); p != nil {
		had := m.Count
		ok, flush := p.WriteRun(m)
		if flush {
			s.host.Flush = append(s.host.Flush, p)
		}
		if ok {
			s.sent += uint64(had - m.Count)
			if m.Count > 0 {
				return zerr.ErrAgain
			}
			return nil
		}
	}
	for m.Count > 0 {
		rest := *m
		var next pipe.Message
		rest.Take(&next)
		if err := s.passOne(&next, true); err != nil {
			return err
		}
		*m = rest
	}
	return nil
}

// TakesRuns reports whether messages sent now all go to one peer, so that runs
// need not be taken apart for it.
func (s *Socket) TakesRuns() bool { return s.sole.Load() != nil }

// Room returns how many messages TrySendBatch would take, at most limit. Where
// the message itself decides it is limit while some message can be sent. If it
// is none, a Watch for CanSend is told when that changes.
func (s *Socket) Room(limit int) int {
	if s.stop.Load() != nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return pattern.Room(s.pattern, limit)
}

// Unread gives messages back that were received and not used, in the order in
// which they came: they are received again before all others. It fails, and they
// are dropped, on a socket that has ended, as all that was not received is.
func (s *Socket) Unread(ms []pipe.Message) error {
	if len(ms) == 0 {
		return nil
	}
	s.mu.Lock()
	if e := s.stop.Load(); e != nil {
		s.mu.Unlock()
		return *e
	}
	ms = pipe.Separate(ms)
	s.unread = append(append([]pipe.Message(nil), ms...), s.unread...)
	s.received -= uint64(len(ms))
	s.mu.Unlock()
	for range ms {
		s.mailbox.WakeReceiver()
	}
	return nil
}

// takeUnread takes the first message that was given back. s.mu is held.
func (s *Socket) takeUnread(m *pipe.Message) {
	*m, s.unread[0] = s.unread[0], pipe.Message{}
	if s.unread = s.unread[1:]; len(s.unread) == 0 {
		s.unread = nil
	}
}

// SPDX-License-Identifier: Apache-2.0

// Many messages under one lock, for those who pass them on: proxies.

package core

import (
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// TryRecvBatch fills ms from its beginning with what is there and returns how
// many messages that was. err, ErrAgain for nothing there, tells why it is none;
// with messages it is nil.
func (s *Socket) TryRecvBatch(ms []pipe.Message) (n int, err error) {
	if e := s.stop.Load(); e != nil {
		return 0, *e
	}
	s.mu.Lock()
	for n < len(ms) {
		if s.unread != nil {
			s.takeUnread(&ms[n])
		} else if err = s.pattern.Recv(&ms[n]); err != nil {
			break
		}
		n++
	}
	s.received += uint64(n)
	s.flushAndUnlock()
	if n > 0 {
		err = nil
	}
	return n, err
}

// TrySendBatch sends messages as long as the pattern takes them and returns how
// many it took, and why it took no more: ErrAgain, or what is wrong with the
// next one. With owned the frames may be kept.
func (s *Socket) TrySendBatch(ms []pipe.Message, owned bool) (n int, err error) {
	if e := s.stop.Load(); e != nil {
		return 0, *e
	}
	s.mu.Lock()
	for n < len(ms) && err == nil {
		s.out = ms[n]
		s.out.Kind, s.out.Owned = pipe.Data, owned
		if s.out.Head == nil {
			err = zerr.Errorf(zerr.ErrInvalid, "a message has at least one frame")
			break
		}
		if err = s.pattern.Send(&s.out); err == nil {
			n++
		}
	}
	s.out = pipe.Message{}
	s.sent += uint64(n)
	s.flushAndUnlock()
	return n, err
}

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
// are dropped, on a socket that is closed, as all that was not received is.
func (s *Socket) Unread(ms []pipe.Message) error {
	if len(ms) == 0 {
		return nil
	}
	s.mu.Lock()
	if e := s.stop.Load(); e != nil && *e == zerr.ErrClosed {
		s.mu.Unlock()
		return *e
	}
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

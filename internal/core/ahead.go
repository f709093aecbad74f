// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
)

// TryRecvRun is TryRecv, or a run of at most limit messages where they are at hand
// and have one sender, and where taking them at once cannot be told from taking
// them one by one.
func (s *Socket) TryRecvRun(m *pipe.Message, limit int) error {
	if e := s.stop.Load(); e != nil {
		return *e
	}
	s.mu.Lock()
	if s.source != nil && s.unread == nil {
		if p := s.source.Only(); p != nil {
			if n := p.ReadAhead(m, limit); n > 0 {
				s.received += uint64(n)
				s.mu.Unlock()
				return nil
			}
		}
	}
	s.mu.Unlock()
	return s.TryRecv(m)
}

// TryRecvAhead takes another message after TryRecvRun if it is at hand and has
// the same sender, where that cannot be told from taking it later.
func (s *Socket) TryRecvAhead(m *pipe.Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unread != nil || s.stop.Load() != nil {
		return false
	}
	a, ok := s.pattern.(pattern.Ahead)
	if !ok || !a.RecvAhead(m) {
		return false
	}
	s.received++
	return true
}

// Wanted reports whether a SUB would still receive a message that begins with
// that frame; other types want everything.
func (s *Socket) Wanted(head []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.pattern.(pattern.Ahead)
	return !ok || a.Wants(head)
}

// SetFeed puts a feed in front of the connection of a socket that has one peer,
// whenever that is so; nil takes it away. See pipe.Feed.
func (s *Socket) SetFeed(f pipe.Feed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feed = f
	if p := s.sole.Load(); p != nil {
		p.SetFeed(f)
	}
}

// TakeFeed moves what is in the feed to where Send puts messages.
func (s *Socket) TakeFeed() {
	if p := s.sole.Load(); p != nil {
		p.TakeFeed()
	}
}

// Recycle gives the memory of a received message back, which the caller has copied
// and forgets.
func (s *Socket) Recycle(m *pipe.Message) {
	s.ctx.buffers.Release(m)
}

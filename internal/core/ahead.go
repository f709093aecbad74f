// SPDX-License-Identifier: Apache-2.0

package core

import "github.com/gozmq/zmq/internal/pipe"

// Wanted reports whether a SUB would still receive a message that begins with
// that frame; other types want everything.
func (s *Socket) Wanted(head []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.filter == nil || s.filter.Wants(head)
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

// Recycle gives the memory of what was received back. The caller has copied it and
// keeps no part.
func (s *Socket) Recycle(it *pipe.Item) {
	s.ctx.memory.queues.ReleaseItem(it)
}

// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// What the C library needs of a socket and the Go API does not: it is given messages
// frame by frame, fetches several in one call, and gathers small ones in a feed.

// CheckSend says what TrySend would say now of a message that begins with that
// frame. It is for callers that are given a message frame by frame: libzmq takes
// or refuses a message with its first frame.
func (s *Socket) CheckSend(head []byte) error {
	if err := s.Err(); err != nil {
		return err
	}
	s.lockSettled()
	defer s.mu.Unlock()
	if head == nil {
		head = []byte{}
	}
	_, err := s.pattern.Room(head, 1)
	return err
}

// CheckEndpoint says whether an endpoint has a form and a scheme that Bind and
// Connect know and the socket's type can use.
func (s *Socket) CheckEndpoint(address string) error {
	_, _, _, err := s.locate(address, s.hooksOf(nil))
	return err
}

// PeerWritable reports whether the peer of a ROUTER with that routing id has room
// (zmq_socket_get_peer_state). It fails with ErrHostUnreachable if there is none,
// and with ErrNotSupported on a socket that does not address its peers. A REP does, in
// libzmq, and knows no peer by that name here.
func (s *Socket) PeerWritable(id []byte) (bool, error) {
	s.lockSettled()
	defer s.mu.Unlock()
	r, ok := s.pattern.(pattern.Reachability)
	if !ok {
		return false, zerr.ErrNotSupported
	}
	return r.PeerWritable(id)
}

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
	if p := s.solelyWaits(); p != nil {
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

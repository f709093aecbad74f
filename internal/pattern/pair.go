// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// pair is PAIR and CHANNEL: one peer at a time, every further one is refused until that one
// has left (RFC 31).
type pair struct {
	h    *Host
	peer *pipe.Pipe
	in   *fairQueue
}

func newPair(h *Host) *pair { return &pair{h: h, in: newFairQueue(h)} }

func (s *pair) Attach(p *pipe.Pipe) {
	if s.peer == nil {
		s.pairWith(p)
	}
}

func (s *pair) pairWith(p *pipe.Pipe) {
	s.peer = p
	p.Route.Attached = true
	s.in.attach(p)
	s.h.sole(p)
	s.h.Mailbox.WakeSender()
}

// Ready refuses a second peer; one that we connect to is tried again later.
func (s *pair) Ready(p *pipe.Pipe) error {
	if s.peer == nil {
		s.pairWith(p)
	}
	if p != s.peer {
		return zerr.Errorf(zerr.ErrProtocol, "it has one peer at a time and this is another")
	}
	s.h.sole(p) // in process it matters whether both ends are there
	return nil
}

func (s *pair) Detach(p *pipe.Pipe) {
	if p == s.peer {
		s.peer = nil
		s.h.sole(nil)
		p.Route.Attached = false
		s.in.detach(p)
	}
}

func (s *pair) Lost(*pipe.Pipe) {}

func (s *pair) Send(m *pipe.Message) error {
	if s.peer == nil || !s.h.write(s.peer, m) {
		return zerr.ErrAgain
	}
	return nil
}

func (s *pair) Take(m *pipe.Message) error {
	if !s.h.again(m) && s.in.recv(m) == nil {
		return zerr.ErrAgain
	}
	return nil
}

// Only implements Verbatim.
func (s *pair) Only() *pipe.Pipe { return s.in.only() }

// Turn implements Verbatim.
func (s *pair) Turn() *pipe.Pipe { return s.in.turn() }

// Empty implements Verbatim.
func (s *pair) Empty() { s.in.empty() }

func (s *pair) Readable() bool { return len(s.h.Returned) > 0 || s.in.peek() != nil }

func (s *pair) Room(_ []byte, limit int) (int, error) {
	if s.peer == nil {
		return 0, zerr.ErrAgain
	}
	return orAgain(s.peer.Room(limit))
}

func (s *pair) Sink() pipe.Sink { return nil }

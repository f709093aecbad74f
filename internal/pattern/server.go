// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"bytes"
	"math/rand/v2"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// server is SERVER (RFC 41) and PEER: each peer has a number, which the label of a
// message names. The numbers are our own, and never travel.
type server struct {
	h        *Host
	in       *fairQueue
	byNumber map[uint32]*pipe.Pipe
	last     uint32
	hiccups  bool // PEER: HICCUP_MSG tells of lost connections that we made
}

func newServer(h *Host, hiccups bool) *server {
	return &server{h: h, in: newFairQueue(h), byNumber: make(map[uint32]*pipe.Pipe), last: rand.Uint32(), hiccups: hiccups}
}

// Attach numbers the pipe. One of a Connect keeps its number over reconnects.
func (s *server) Attach(p *pipe.Pipe) {
	p.Route.Attached = true
	for s.last++; s.last == 0 || s.byNumber[s.last] != nil; s.last++ {
	}
	p.Route.Label = &pipe.Label{Routing: s.last}
	s.byNumber[s.last] = p
	s.in.attach(p)
	s.h.Mailbox.WakeSender()
}

func (s *server) Ready(*pipe.Pipe) error { return nil }

// Lost tells the application through DISCONNECT_MSG and HICCUP_MSG.
func (s *server) Lost(p *pipe.Pipe) {
	disconnected(s.h, p)
	if s.hiccups {
		hiccup(s.h, p)
	}
}

func (s *server) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	s.in.detach(p)
	delete(s.byNumber, p.Route.Label.Routing)
}

// RouteTo returns the pipe to the peer with the number in a label, nil if there is none.
func (s *server) RouteTo(_ []byte, l *pipe.Label) *pipe.Pipe { return s.byNumber[l.RoutingOf()] }

func (s *server) Send(m *pipe.Message) error {
	p := s.byNumber[m.Label.RoutingOf()]
	if p == nil {
		return zerr.ErrHostUnreachable
	}
	w := *m
	w.Label = nil
	return s.h.writeTo(p, &w)
}

func (s *server) Take(m *pipe.Message) error {
	if s.h.again(m) { // with its label
		return nil
	}
	p := s.in.recv(m)
	if p == nil {
		return zerr.ErrAgain
	}
	m.Label = p.Route.Label
	return nil
}

func (s *server) Readable() bool                        { return len(s.h.Returned) > 0 || s.in.peek() != nil }
func (s *server) Room(_ []byte, limit int) (int, error) { return limit, nil }
func (s *server) Sink() pipe.Sink                       { return nil }

// disconnected tells the application through DISCONNECT_MSG that an accepted peer has
// gone.
func disconnected(h *Host, p *pipe.Pipe) {
	if b := h.Options.Bytes(opt.DisconnectMessage); len(b) > 0 && p.Accepted {
		p.Inject(pipe.Message{Head: bytes.Clone(b), Peer: p.Peer(), Owned: true})
	}
}

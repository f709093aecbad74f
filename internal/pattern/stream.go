// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// stream is STREAM: raw TCP, [id][data] both ways, where empty data is the
// connection's beginning and end (ZMQ_STREAM).
type stream struct {
	routes
	h    *Host
	in   *fairQueue
	last []byte // id of the newest connection
}

func newStream(h *Host) *stream {
	return &stream{routes: newRoutes(), h: h, in: newFairQueue(h)}
}

func (s *stream) Attach(p *pipe.Pipe) {
	p.Route.Attached = true
	if p.Route.ID == nil {
		p.Route.ID = s.fresh()
	}
	s.set(p, p.Route.ID)
	s.in.attach(p)
	s.last = p.Route.ID
	s.h.Mailbox.WakeSender()
}

// LastID returns the id of the connection that was attached last, which the
// ROUTING_ID option of a STREAM reads.
func (s *stream) LastID() []byte { return s.last }

// Ready and Lost tell the application with an empty chunk (STREAM_NOTIFY).
func (s *stream) Ready(p *pipe.Pipe) error {
	if p.Route.Moved { // closed by the application before it was there
		return zerr.ErrClosed
	}
	s.notify(p)
	return nil
}

func (s *stream) Lost(p *pipe.Pipe) {
	if !p.Route.Moved {
		s.notify(p)
	}
}

func (s *stream) notify(p *pipe.Pipe) {
	if s.h.Options.Bool(opt.StreamNotify) {
		p.Inject(pipe.Message{Head: []byte{}, Owned: true, Peer: p.Peer()})
	}
}

func (s *stream) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	s.in.detach(p)
	s.remove(p)
}

func (s *stream) Send(m *pipe.Message) error {
	if len(m.Tail) == 0 {
		return zerr.Errorf(zerr.ErrInvalid, "a STREAM sends a connection's id and one frame of data")
	}
	p := s.byID[string(m.Head)]
	if p == nil {
		return zerr.ErrHostUnreachable
	}
	if len(m.Tail) == 1 && len(m.Tail[0]) == 0 {
		// From here on there is no such connection for the application, and it is
		// not told of an end of its own making.
		p.Route.Moved = true
		s.remove(p)
		p.Refuse(nil)
		return nil
	}
	w := *m
	w.Pop()
	return s.h.writeTo(p, &w)
}

func (s *stream) Take(m *pipe.Message) error {
	if s.h.again(m) { // with its routing id
		return nil
	}
	p := s.in.recv(m)
	if p == nil {
		return zerr.ErrAgain
	}
	s.prepend(m, p.Route.ID)
	return nil
}

func (s *stream) Readable() bool { return len(s.h.Returned) > 0 || s.in.peek() != nil }

func (s *stream) Room(head []byte, limit int) (int, error) {
	if head == nil {
		return limit, nil
	}
	p := s.byID[string(head)]
	if p == nil {
		return 0, zerr.ErrHostUnreachable
	}
	return s.h.roomAt(p, limit)
}

func (s *stream) Sink() pipe.Sink { return nil }

// SPDX-License-Identifier: Apache-2.0

package pattern

import "github.com/gozmq/zmq/internal/pipe"

// step is the message that a pattern in lockstep, REQ or REP, lets its application
// receive next: one at a time. It is kept as it came, so that it can be put back
// with nothing changed.
type step struct {
	at   stage
	raw  pipe.Message
	from *pipe.Pipe
}

// stage tells where the message of a step is.
type stage uint8

const (
	idle     stage = iota // there is none
	taken                 // out of the queue, and not received yet
	returned              // it was not received, and is the next to be taken
)

// next fetches the message that was put back, or the next of the queue, with its
// pipe.
func (s *step) next(q *fairQueue, m *pipe.Message) bool {
	if s.at == returned {
		return q.h.again(m)
	}
	if s.from = q.recv(m); s.from == nil {
		return false
	}
	s.raw = *m
	return true
}

// readable reports whether next has something.
func (s *step) readable(q *fairQueue) bool {
	return s.at == returned || s.at == idle && q.peek() != nil
}

// take notes that the application is to have the message, or with false that it
// cannot.
func (s *step) take(ok bool) {
	if ok {
		s.at = taken
	} else {
		*s = step{}
	}
}

// putBack undoes take.
func (s *step) putBack(h *Host) {
	if s.at == taken {
		s.at = returned
		h.Return(pipe.Items(s.raw))
	}
}

// discard drops a message that was put back, and reports whether there was one.
func (s *step) discard(h *Host) bool {
	if s.at != returned {
		return false
	}
	h.Returned = nil
	*s = step{}
	return true
}

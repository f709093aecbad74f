// SPDX-License-Identifier: Apache-2.0

// One direction of a Conn: a ring of bytes between a writing and a reading
// end, with the reasons for which each of them may have to stop.

package zmqtest

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// stream carries bytes one way.
type stream struct {
	// Guarded by mu, which is a leaf.
	mu      sync.Mutex
	changed *sync.Cond // signalled at every change below
	ring    []byte     // grows up to capacity
	start   int        // index of the oldest byte
	size    int        // bytes held

	capacity int

	finished bool  // no more bytes will come: read io.EOF at the end
	refused  error // the reading end takes no more: what write returns
	broken   error // the connection was reset

	reader, writer end
}

// end is what one user of a stream has set.
type end struct {
	closed bool
	late   bool // the deadline has passed
	timer  *time.Timer
	epoch  int // tells a timer that fires late that it was replaced
}

func newStream(capacity int) *stream {
	s := &stream{capacity: max(capacity, 1)}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.reader.closed:
			return 0, net.ErrClosed
		case s.broken != nil:
			return 0, s.broken
		case s.reader.late:
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		case s.size > 0:
			n := s.take(b)
			s.changed.Broadcast()
			return n, nil
		case s.finished || s.refused != nil:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	written := 0
	for {
		switch {
		case s.writer.closed, s.finished:
			return written, net.ErrClosed
		case s.broken != nil:
			return written, s.broken
		case s.refused != nil:
			return written, s.refused
		case s.writer.late:
			return written, os.ErrDeadlineExceeded
		}
		if n := s.put(b[written:]); n > 0 {
			written += n
			s.changed.Broadcast()
		}
		if written == len(b) {
			return written, nil
		}
		s.changed.Wait()
	}
}

// take moves bytes out of the ring.
func (s *stream) take(b []byte) int {
	taken := 0
	for taken < len(b) && s.size > 0 {
		n := copy(b[taken:], s.ring[s.start:min(s.start+s.size, len(s.ring))])
		s.start = (s.start + n) % len(s.ring)
		s.size -= n
		taken += n
	}
	return taken
}

// put moves as many bytes into the ring as there is room for.
func (s *stream) put(b []byte) int {
	b = b[:min(len(b), s.capacity-s.size)]
	if s.size+len(b) > len(s.ring) {
		s.grow(s.size + len(b))
	}
	for rest := b; len(rest) > 0; {
		at := (s.start + s.size) % len(s.ring)
		n := copy(s.ring[at:min(at+len(rest), len(s.ring))], rest)
		s.size += n
		rest = rest[n:]
	}
	return len(b)
}

func (s *stream) grow(need int) {
	ring := make([]byte, min(max(need, 2*len(s.ring)), s.capacity))
	held := s.size
	s.take(ring[:held])
	s.ring, s.start, s.size = ring, 0, held
}

func (s *stream) buffered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size
}

// finish says that no more bytes will come.
func (s *stream) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finished = true
	s.changed.Broadcast()
}

// refuse drops what is held and makes writes return err.
func (s *stream) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused, s.size = err, 0
	s.changed.Broadcast()
}

func (s *stream) reset(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken, s.size = err, 0
	s.changed.Broadcast()
}

// closeReader reports whether this was the first call.
func (s *stream) closeReader() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closeLocked(&s.reader)
}

func (s *stream) closeWriter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeLocked(&s.writer)
}

func (s *stream) closeLocked(e *end) bool {
	first := !e.closed
	e.closed = true
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
	s.changed.Broadcast()
	return first
}

func (s *stream) setReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setDeadlineLocked(&s.reader, t)
}

func (s *stream) setWriteDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setDeadlineLocked(&s.writer, t)
}

func (s *stream) setDeadlineLocked(e *end, t time.Time) error {
	if e.closed {
		return net.ErrClosed
	}
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
	e.epoch++
	wait := time.Until(t)
	e.late = !t.IsZero() && wait <= 0
	if !t.IsZero() && wait > 0 {
		epoch := e.epoch
		e.timer = time.AfterFunc(wait, func() { s.expire(e, epoch) })
	}
	s.changed.Broadcast()
	return nil
}

func (s *stream) expire(e *end, epoch int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.epoch == epoch {
		e.late = true
		s.changed.Broadcast()
	}
}

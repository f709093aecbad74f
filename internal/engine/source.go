// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"io"
	"net"
	"syscall"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// source reads a connection so that no buffer is held while nothing arrives:
// where the system allows, it waits for readability first and borrows a buffer
// then. The closures are made once, direct when it is needed first; the reader's
// goroutine owns everything.
type source struct {
	nc      net.Conn
	bottom  net.Conn        // below the layers of nc, which it is itself mostly
	layer   transport.Layer // nil: nc carries bytes as they are
	raw     syscall.RawConn // of bottom; nil: plain blocking reads
	buffers *Buffers
	budget  *pipe.Budget

	borrow func(fd uintptr) bool // reads into a borrowed buffer
	direct func(fd uintptr) bool // reads into dst

	rb   *readBuffer
	wide bool  // the next buffer to be borrowed is a wide one
	full bool  // the last read brought as much as it could
	fd   int32 // of nc, -1: none
	dst  []byte
	n    int
	err  error
	left int    // bytes at the start of rb, or in rest, that are not yet consumed
	rest []byte // the beginning of a small frame, where the others do not come; nil if there is rb
	at   int    // of these: taken apart already, see decoder.behind

	// sleep is asked before the reader waits for bytes, if it is a receiver that
	// may have to do something else; nil waits.
	sleep func() bool

	// probe bounds a read into an empty buffer, 0 for all of it: after a large frame
	// another is likely, and what is read of it here has to be copied once more.
	probe int

	writer tryWriter
}

func (s *source) init(nc net.Conn, b *Buffers, limit *pipe.Budget) {
	s.nc, s.bottom, s.buffers, s.budget, s.fd = nc, transport.Bottom(nc), b, limit, -1
	s.layer, _ = nc.(transport.Layer)
	s.writer.layer = s.layer
	if sc, ok := s.bottom.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { s.fd = int32(fd) }) // fails once closed, when nothing asks
			if transport.CanPoll {
				s.raw = raw
			}
		}
	}
	s.borrow = s.readBorrowed
}

// read waits for bytes and appends them to the read buffer.
func (s *source) read() (n int, err error) {
	if s.raw == nil {
		if s.rb == nil && s.layer != nil {
			if err := s.layer.Await(); err != nil {
				return 0, err
			}
		}
		s.fill()
		return s.readNet(s.rb.data[s.left:])
	}
	s.n, s.err = 0, nil
	if err := s.raw.Read(s.borrow); err != nil {
		return 0, err
	}
	return s.n, s.err
}

// readInto waits for bytes and puts them into dst.
func (s *source) readInto(dst []byte) (n int, err error) {
	if s.raw == nil {
		return s.readNet(dst)
	}
	if s.direct == nil {
		s.direct = s.readDirect
	}
	s.n, s.err, s.dst = 0, nil, dst
	err = s.raw.Read(s.direct)
	s.dst = nil
	if err != nil {
		return 0, err
	}
	return s.n, s.err
}

// readNet reads from a connection that cannot be tried without blocking.
func (s *source) readNet(b []byte) (int, error) {
	n, err := s.nc.Read(b)
	return n, zerr.Portable(err)
}

// try is readInto for what is there now; where the system cannot say, that is
// nothing.
func (s *source) try(dst []byte) (n int, err error) {
	if s.raw == nil {
		return 0, nil
	}
	s.n, s.err, s.dst = 0, nil, dst
	err = s.raw.Read(func(fd uintptr) bool {
		s.readDirect(fd)
		return true
	})
	s.dst = nil
	if err != nil {
		return 0, err
	}
	return s.n, s.err
}

func (s *source) readBorrowed(fd uintptr) bool {
	s.fill()
	room := s.room()
	n, again, err := s.receive(fd, room)
	if again {
		s.setAside()
		return !s.wait()
	}
	s.note(n, err)
	s.full = n == len(room)
	return true
}

// fill makes sure that there is a read buffer, with what was set aside.
func (s *source) fill() {
	if s.rb == nil {
		s.rb = s.buffers.get(s.wide)
		copy(s.rb.data, s.rest)
		s.rest = nil
	}
}

// receive reads without blocking.
func (s *source) receive(fd uintptr, b []byte) (n int, again bool, err error) {
	if s.layer != nil {
		return s.layer.TryRead(fd, b)
	}
	return transport.Receive(fd, b)
}

// setAside gives the read buffer back before a wait. A peer that stops within a small
// frame costs no more than what it has sent of it.
func (s *source) setAside() {
	if s.rb == nil {
		return
	}
	if s.left > 0 {
		s.rest = append([]byte(nil), s.rb.data[:s.left]...)
	}
	s.buffers.put(s.rb)
	s.rb = nil
}

// room is where in the read buffer the next bytes go.
func (s *source) room() []byte {
	switch data := s.rb.data; {
	case s.probe > 0 && s.left == 0:
		return data[:s.probe]
	case s.left < pipe.OwnBytes && s.budget.Tight():
		return data[s.left:pipe.OwnBytes]
	case len(data) == readSize && s.left < crowdSize/2 && s.buffers.crowded():
		return data[s.left:crowdSize]
	default:
		return data[s.left:]
	}
}

// wait reports whether to wait for bytes.
func (s *source) wait() bool {
	if s.sleep == nil || s.sleep() {
		return true
	}
	s.n, s.err = 0, nil
	return false
}

func (s *source) readDirect(fd uintptr) bool {
	n, again, err := s.receive(fd, s.dst)
	if again {
		return !s.wait()
	}
	s.note(n, err)
	s.full = true // another frame follows mostly
	return true
}

func (s *source) note(n int, err error) {
	if n == 0 && err == nil {
		err = io.EOF
	}
	s.n, s.err = n, err
}

// keep moves the bytes that were not consumed to the start of the buffer, or
// gives it back when there are none. A wide one is not kept for a few bytes, which
// may be all that the peer says.
func (s *source) keep(rest []byte) {
	if from := s.rb; len(rest) > 0 && len(rest) < readSize && len(from.data) > readSize {
		s.rb = s.buffers.get(false)
		defer s.buffers.put(from)
	}
	s.left, s.at = copy(s.rb.data, rest), 0
	if s.left == 0 {
		s.release()
	}
}

func (s *source) release() {
	if s.rb != nil {
		s.buffers.put(s.rb)
		s.rb, s.left, s.at = nil, 0, 0
	}
	if s.rest != nil {
		s.rest, s.left = nil, 0
	}
}

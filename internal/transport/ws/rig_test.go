// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/transport"
)

// script is a connection below that a test plays: it gives what is in, piece bytes at a
// time, and takes what goes out, as much as room says.
type script struct {
	net.Conn
	in    []byte
	piece int // 0 is all
	out   []byte
	room  int // -1 is any
	err   error

	reading func() // is called before each read
}

func (s *script) Scheme() string                                          { return "script" }
func (s *script) NetConn() net.Conn                                       { return plain{} }
func (s *script) Open(*transport.Opening) (o transport.Opened, err error) { return }
func (s *script) Written() uint64                                         { return uint64(len(s.out)) }
func (s *script) SetWriteDeadline(time.Time) error                        { return nil }
func (s *script) SetReadDeadline(time.Time) error                         { return nil }
func (s *script) Await() error                                            { return nil }
func (s *script) CloseWrite() error                                       { return nil }

// plain is at the bottom of a script, and has no descriptor.
type plain struct{ net.Conn }

func (s *script) Read(b []byte) (int, error) {
	if s.reading != nil {
		s.reading()
	}
	n, again, err := s.TryRead(0, b)
	if again {
		return 0, io.EOF
	}
	return n, err
}

func (s *script) TryRead(_ uintptr, b []byte) (n int, again bool, err error) {
	if len(s.in) == 0 {
		return 0, true, nil
	}
	n = len(s.in)
	if s.piece > 0 {
		n = min(n, s.piece)
	}
	n = copy(b, s.in[:n])
	s.in = s.in[n:]
	return n, false, nil
}

func (s *script) Write(b []byte) (int, error) { return s.WriteBuffers([][]byte{b}) }

func (s *script) WriteBuffers(bufs [][]byte) (n int, err error) {
	s.room = -1
	n, _, err = s.TryWrite(0, bufs)
	return n, err
}

func (s *script) TryWrite(_ uintptr, bufs [][]byte) (n int, again bool, err error) {
	for _, b := range bufs {
		k := len(b)
		if s.room >= 0 {
			k = min(k, s.room)
			s.room -= k
		}
		s.out = append(s.out, b[:k]...)
		if n += k; k < len(b) {
			return n, n == 0, s.err
		}
	}
	return n, false, nil
}

// heard is a control frame that a connection has told of.
type heard struct {
	op      byte
	payload string
}

// end is one end of a connection whose handshake is over.
type end struct {
	*Conn
	below *script
	heard []heard
}

func newEnd(server, commands bool, in []byte) *end {
	s := &script{in: in, room: -1}
	e := &end{below: s}
	e.Conn = newConn(s, "ws")
	e.server, e.noCmds, e.in.limit = server, !commands, 1<<40
	e.control = func(op byte, payload []byte) { e.heard = append(e.heard, heard{op, string(payload)}) }
	e.out.keys = rand.NewChaCha8([32]byte{})
	return e
}

// all reads until nothing is left, with buffers of that size.
func (e *end) all(size int) (got []byte, err error) {
	b := make([]byte, size)
	for {
		n, again, err := e.TryRead(0, b)
		got = append(got, b[:n]...)
		if again {
			return got, nil
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return got, err
		}
	}
}

// frames is a frame of WebSocket as the peer of an end makes it: op with its first byte.
func frame(first byte, payload string, masked bool) []byte {
	b := appendHeader(nil, first&bitsOp, uint64(len(payload)), masked, 0x44332211)
	b[0] = first
	from := len(b)
	b = append(b, payload...)
	if masked {
		mask(b[from:], 0x44332211)
	}
	return b
}

// pattern is n bytes that differ.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

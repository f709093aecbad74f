// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newContext(t testing.TB) *Context {
	t.Helper()
	c, err := NewContext()
	must(t, err)
	t.Cleanup(c.Close)
	return c
}

func (c *Context) socket(t testing.TB, kind SocketType) *Socket {
	t.Helper()
	s, err := c.NewSocket(kind)
	must(t, err)
	must(t, s.SetLinger(0))
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// join returns two sockets that are connected in process.
func join(t testing.TB, a, b SocketType) (*Socket, *Socket) {
	t.Helper()
	c := newContext(t)
	x, y := c.socket(t, a), c.socket(t, b)
	must(t, x.Bind("inproc://pair"))
	must(t, y.Connect("inproc://pair"))
	return x, y
}

func send(t testing.TB, s *Socket, text string, flags SendRecvOption) {
	t.Helper()
	must(t, s.Send([]byte(text), flags))
}

func want(t testing.TB, s *Socket, text string, more bool) {
	t.Helper()
	b, err := s.Recv(0)
	must(t, err)
	if string(b) != text {
		t.Errorf("received %q, want %q", b, text)
	}
	if got, err := s.RcvMore(); got != more || err != nil {
		t.Errorf("RcvMore behind %q: %v %v", text, got, err)
	}
}

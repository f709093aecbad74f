// SPDX-License-Identifier: Apache-2.0

package zmq4

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

func newTestContext(t testing.TB) *Context {
	t.Helper()
	c, err := NewContext()
	must(t, err)
	t.Cleanup(func() { must(t, c.Term()) })
	return c
}

func (ctx *Context) socket(t testing.TB, kind Type) *Socket {
	t.Helper()
	s, err := ctx.NewSocket(kind)
	must(t, err)
	must(t, s.SetLinger(0))
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// join returns two sockets that are connected in process.
func join(t testing.TB, a, b Type) (*Socket, *Socket) {
	t.Helper()
	c := newTestContext(t)
	x, y := c.socket(t, a), c.socket(t, b)
	must(t, x.Bind("inproc://pair"))
	must(t, y.Connect("inproc://pair"))
	return x, y
}

func second[T any](_ T, err error) error { return err }

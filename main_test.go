// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// newTestContext returns a context that is terminated when the test ends, its
// sockets with it.
func newTestContext(t testing.TB, settings ...Setting) *Context {
	t.Helper()
	c, err := NewContext(ContextConfig{Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Term(zmqtest.Deadline(t)); err != nil {
			t.Errorf("Term: %v", err)
		}
	})
	return c
}

// newTestSocket returns a socket in a context of its own.
func newTestSocket(t testing.TB, typ SocketType, settings ...Setting) *Socket {
	t.Helper()
	return socketIn(t, newTestContext(t), typ, settings...)
}

// socketIn returns a socket that is closed with its context, without linger
// unless the settings say otherwise.
func socketIn(t testing.TB, c *Context, typ SocketType, settings ...Setting) *Socket {
	t.Helper()
	s, err := c.NewSocket(typ, append([]Setting{Linger.Of(0)}, settings...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

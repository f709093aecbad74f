// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"testing"
	"time"

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

// socket makes a socket whose calls fail instead of waiting for ever.
func (ctx *Context) socket(t testing.TB, kind Type) *Socket {
	t.Helper()
	s, err := ctx.NewSocket(kind)
	must(t, err)
	must(t, s.SetLinger(0))
	must(t, s.SetRcvtimeo(time.Minute))
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// listen binds a socket to a free port and returns its endpoint.
func listen(t testing.TB, s *Socket) string {
	t.Helper()
	must(t, s.Bind("tcp://127.0.0.1:*"))
	endpoint, err := s.GetLastEndpoint()
	must(t, err)
	return endpoint
}

func wantMessage(t testing.TB, s *Socket, want ...string) {
	t.Helper()
	got, err := s.RecvMessage(0)
	must(t, err)
	if len(got) != len(want) {
		t.Fatalf("received %q, not %q", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("received %q, not %q", got, want)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// makers are the constructors by type.
var makers = map[SocketType]func(*testing.T, ...Option) Socket{
	Pair:   func(t *testing.T, o ...Option) Socket { return closing(t, NewPair(t.Context(), o...)) },
	Pub:    func(t *testing.T, o ...Option) Socket { return closing(t, NewPub(t.Context(), o...)) },
	Sub:    func(t *testing.T, o ...Option) Socket { return closing(t, NewSub(t.Context(), o...)) },
	Req:    func(t *testing.T, o ...Option) Socket { return closing(t, NewReq(t.Context(), o...)) },
	Rep:    func(t *testing.T, o ...Option) Socket { return closing(t, NewRep(t.Context(), o...)) },
	Dealer: func(t *testing.T, o ...Option) Socket { return closing(t, NewDealer(t.Context(), o...)) },
	Router: func(t *testing.T, o ...Option) Socket { return closing(t, NewRouter(t.Context(), o...)) },
	Pull:   func(t *testing.T, o ...Option) Socket { return closing(t, NewPull(t.Context(), o...)) },
	Push:   func(t *testing.T, o ...Option) Socket { return closing(t, NewPush(t.Context(), o...)) },
	XPub:   func(t *testing.T, o ...Option) Socket { return closing(t, NewXPub(t.Context(), o...)) },
	XSub:   func(t *testing.T, o ...Option) Socket { return closing(t, NewXSub(t.Context(), o...)) },
}

func closing(t *testing.T, s Socket) Socket {
	t.Helper()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close of a %s: %v", s.Type(), err)
		}
	})
	return s
}

// listen makes a socket listen at a free port, which no other process takes when the socket
// is closed, and returns the endpoint to dial.
func listen(t *testing.T, s Socket) string {
	t.Helper()
	if err := s.Listen("tcp://" + zmqtest.Host() + ":0"); err != nil {
		t.Fatal(err)
	}
	return "tcp://" + s.Addr().String()
}

// waitFor waits until something holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit := zmqtest.Deadline(t).Done()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%s: not yet", what)
		}
	}
}

func dial(t *testing.T, s Socket, ep string) {
	t.Helper()
	if err := s.Dial(ep); err != nil {
		t.Fatal(err)
	}
}

func mustSend(t *testing.T, s Socket, frames ...string) {
	t.Helper()
	if err := s.SendMulti(NewMsgFromString(frames)); err != nil {
		t.Fatalf("SendMulti: %v", err)
	}
}

func recv(t *testing.T, s Socket) Msg {
	t.Helper()
	msg, err := s.Recv()
	if err != nil {
		t.Fatalf("Recv of a %s: %v", s.Type(), err)
	}
	return msg
}

func wantRecv(t *testing.T, s Socket, frames ...string) {
	t.Helper()
	if got, want := recv(t, s).String(), NewMsgFromString(frames).String(); got != want {
		t.Errorf("%s received %s, want %s", s.Type(), got, want)
	}
}

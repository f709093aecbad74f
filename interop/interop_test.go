// SPDX-License-Identifier: Apache-2.0

// Package interop proves this library against real libzmq, which runs in another
// process. This file holds what all tests share: sockets of ours and of libzmq
// behind one interface, so that one body tests either way round.
package interop

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/interop/peer"
)

// patience is the longest wait for what must happen: far longer than anything
// takes on a loaded machine.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		childMain()
		return
	}
	zmqtest.CheckGoroutines(m)
}

// within returns a context that ends when a call has waited with it for patience.
func within(t testing.TB) context.Context {
	ctx, cancel := zmqtest.Patient(patience)
	t.Cleanup(cancel)
	return ctx
}

// newContext returns a context of ours that must end cleanly with the test.
func newContext(t testing.TB, cfg zmq.ContextConfig) *zmq.Context {
	t.Helper()
	c, err := zmq.NewContext(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := c.Term(ctx); err != nil {
			t.Errorf("Term: %v", err)
		}
	})
	return c
}

// settings makes settings of ours from the options of a libzmq socket.
func settings(t testing.TB, opts peer.Opts) []zmq.Setting {
	t.Helper()
	var list []zmq.Setting
	for name, value := range opts {
		text := fmt.Sprint(value)
		if b, ok := value.([]byte); ok {
			text = "0x" + hex.EncodeToString(b)
		}
		x, err := zmq.ParseSetting(name, text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, x)
	}
	return list
}

// ours makes a socket of this library with the Go API's defaults. It is closed
// at the end of the test without linger.
func ours(t testing.TB, typ zmq.SocketType, opts peer.Opts) *zmq.Socket {
	t.Helper()
	s, err := newContext(t, zmq.ContextConfig{}).NewSocket(typ, settings(t, opts)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.Set(settings(t, peer.Opts{"LINGER": 0})...) == nil {
			s.Close()
		}
	})
	return s
}

// bind binds a socket of ours and returns the resolved endpoint.
func bind(t testing.TB, s *zmq.Socket, endpoint string) string {
	t.Helper()
	if err := s.Bind(endpoint); err != nil {
		t.Fatal(err)
	}
	return s.LastEndpoint()
}

func connect(t testing.TB, s *zmq.Socket, endpoint string) {
	t.Helper()
	if err := s.Connect(endpoint); err != nil {
		t.Fatal(err)
	}
}

func send(t testing.TB, s *zmq.Socket, frames ...string) {
	t.Helper()
	if err := s.SendString(within(t), frames...); err != nil {
		t.Fatal(err)
	}
}

// recv receives a message that must have the given frames.
func recv(t testing.TB, s *zmq.Socket, want ...string) zmq.Message {
	t.Helper()
	m, err := s.Recv(within(t))
	if err != nil {
		t.Fatal(err)
	}
	sameFrames(t, m.Frames(), want)
	return m
}

func sendTheirs(t testing.TB, s *peer.Socket, frames ...string) {
	t.Helper()
	b := make([][]byte, len(frames))
	for i, f := range frames {
		b[i] = []byte(f)
	}
	if err := s.Send(patience, b...); err != nil {
		t.Fatal(err)
	}
}

func recvTheirs(t testing.TB, s *peer.Socket, want ...string) {
	t.Helper()
	got, err := s.Recv(patience)
	if err != nil {
		t.Fatalf("want %q: %v", want, err)
	}
	sameFrames(t, got, want)
}

func sameFrames(t testing.TB, got [][]byte, want []string) {
	t.Helper()
	same := len(got) == len(want)
	for i := 0; same && i < len(got); i++ {
		same = string(got[i]) == want[i]
	}
	if !same {
		t.Fatalf("received %.200q, want %.200q", got, want)
	}
}

// silent checks that nothing more waits at a libzmq socket.
func silent(t testing.TB, s *peer.Socket) {
	t.Helper()
	if got, err := s.Recv(0); !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("received %q, %v; want nothing", got, err)
	}
}

// eventually looks until a condition holds that no call waits for.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	limit := within(t).Done()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func waitPeers(t testing.TB, s *zmq.Socket, n int) {
	t.Helper()
	if err := s.WaitPeers(within(t), n); err != nil {
		t.Fatal(err)
	}
}

// noPeers waits until every peer has gone.
func noPeers(t testing.TB, s *zmq.Socket) {
	t.Helper()
	eventually(t, "the peers go", func() bool { return len(s.Peers()) == 0 })
}

// waitSubscribers waits until n peers have subscribed to a topic. Sockets of
// libzmq learn of new peers, and tell them what they subscribe to, only while
// their application calls something.
func waitSubscribers(t testing.TB, s *zmq.Socket, topic string, n int, theirs ...*peer.Socket) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d subscribers of %q", n, topic), func() bool {
		for _, x := range theirs {
			x.GetInt("EVENTS")
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		err := s.WaitSubscribers(ctx, topic, n)
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		return err == nil
	})
}

// address returns an endpoint to bind that no other socket uses. What the test binds to it
// can be bound again after it was left.
func address(t testing.TB, transport string) string {
	if transport == "ipc" {
		return "ipc://" + filepath.Join(zmqtest.ShortDir(t), "s")
	}
	return "tcp://" + zmqtest.Host() + ":*"
}

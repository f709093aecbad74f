// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	zmq "github.com/gozmq/zmq"
)

// patience is how long a test waits for what must happen. It only matters when
// something is wrong.
const patience = 20 * time.Second

// rig is one test with a context of its own, whose sockets lose no time: they do
// not linger and reconnect at once.
type rig struct {
	*testing.T
	ctx context.Context // ends after patience
	zc  *zmq.Context
}

func newRig(t *testing.T) *rig {
	t.Helper()
	zc, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{
		zmq.Linger.Of(0), zmq.ReconnectInterval.Of(5 * time.Millisecond), zmq.ReconnectIntervalMax.Of(20 * time.Millisecond),
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(func() {
		cancel()
		end, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := zc.Term(end); err != nil {
			t.Errorf("the context does not end: %v", err)
		}
	})
	return &rig{T: t, ctx: ctx, zc: zc}
}

// eachTransport runs a test over every transport that all types can use.
func eachTransport(t *testing.T, test func(r *rig, endpoint string)) {
	t.Helper()
	eachNetwork(t, test)
	// The name is unique: each rig has a context of its own.
	t.Run("inproc", func(t *testing.T) { test(newRig(t), "inproc://it") })
}

// eachNetwork is eachTransport without inproc, where no connection comes and goes.
func eachNetwork(t *testing.T, test func(r *rig, endpoint string)) {
	t.Helper()
	t.Run("tcp", func(t *testing.T) { test(newRig(t), "tcp://127.0.0.1:*") })
	t.Run("ipc", func(t *testing.T) { test(newRig(t), socketPath(t)) })
}

// socketPath is an ipc endpoint. t.TempDir would be too long for some systems.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "zmq")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return "ipc://" + dir + "/s"
}

// inprocess tells whether an endpoint is one of inproc.
func inprocess(endpoint string) bool { return strings.HasPrefix(endpoint, "inproc:") }

func (r *rig) check(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *rig) socket(typ zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	s, err := r.zc.NewSocket(typ, settings...)
	r.check(err)
	return s
}

// bind makes a bound socket and returns where it is.
func (r *rig) bind(typ zmq.SocketType, endpoint string, settings ...zmq.Setting) (s *zmq.Socket, at string) {
	r.Helper()
	s = r.socket(typ, settings...)
	r.check(s.Bind(endpoint))
	return s, s.LastEndpoint()
}

// connect makes a connected socket and waits for its handshake.
func (r *rig) connect(typ zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	s := r.socket(typ, settings...)
	r.check(s.Connect(at))
	r.peers(s, 1)
	return s
}

// pair makes a bound socket and one connected to it, both past the handshake.
func (r *rig) pair(bound, connected zmq.SocketType, endpoint string) (b, c *zmq.Socket) {
	r.Helper()
	b, at := r.bind(bound, endpoint)
	c = r.connect(connected, at)
	r.peers(b, 1)
	return b, c
}

func (r *rig) peers(s *zmq.Socket, n int) {
	r.Helper()
	r.check(s.WaitPeers(r.ctx, n))
}

func (r *rig) subscribers(s *zmq.Socket, topic string, n int) {
	r.Helper()
	r.check(s.WaitSubscribers(r.ctx, topic, n))
}

// until waits for a state that only counters show.
func (r *rig) until(what string, cond func() bool) {
	r.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-r.ctx.Done():
			r.Fatalf("waited in vain until %s", what)
		}
	}
}

// left waits until a socket has no more than n peers.
func (r *rig) left(s *zmq.Socket, n int) {
	r.Helper()
	r.until(fmt.Sprintf("%s has %d peers", s, n), func() bool { return len(s.Peers()) <= n })
}

// arrived waits until that many messages have come in from all peers together,
// read or not.
func (r *rig) arrived(s *zmq.Socket, n uint64) {
	r.Helper()
	r.until(fmt.Sprintf("%d messages have reached %s", n, s), func() bool {
		var sum uint64
		for _, p := range s.Peers() {
			sum += p.Received
		}
		return sum >= n
	})
}

func octets(frames []string) [][]byte {
	list := make([][]byte, len(frames))
	for i, f := range frames {
		list[i] = []byte(f)
	}
	return list
}

func texts(m zmq.Message) []string {
	var list []string
	for _, f := range m.All() {
		list = append(list, string(f))
	}
	return list
}

func (r *rig) send(s *zmq.Socket, frames ...string) {
	r.Helper()
	if err := s.Send(r.ctx, octets(frames)...); err != nil {
		r.Fatalf("%s sends %q: %v", s, frames, err)
	}
}

func (r *rig) recv(s *zmq.Socket) []string {
	r.Helper()
	m, err := s.Recv(r.ctx)
	if err != nil {
		r.Fatalf("%s receives: %v", s, err)
	}
	return texts(m)
}

// want receives a message and says which it must be.
func (r *rig) want(s *zmq.Socket, frames ...string) {
	r.Helper()
	if got := r.recv(s); !reflect.DeepEqual(got, frames) {
		r.Fatalf("%s received %q, want %q", s, got, frames)
	}
}

// none says that nothing is there to be received now.
func (r *rig) none(s *zmq.Socket) {
	r.Helper()
	if m, err := s.TryRecv(); err != zmq.ErrAgain {
		r.Fatalf("%s received %q, %v; want ErrAgain", s, texts(m), err)
	}
}

// full says that a send would have to wait now.
func (r *rig) full(s *zmq.Socket, frames ...string) {
	r.Helper()
	if err := s.TrySend(octets(frames)...); err != zmq.ErrAgain {
		r.Fatalf("%s sends %q without waiting: %v, want ErrAgain", s, frames, err)
	}
}

func (r *rig) try(s *zmq.Socket, frames ...string) {
	r.Helper()
	if err := s.TrySend(octets(frames)...); err != nil {
		r.Fatalf("%s sends %q without waiting: %v", s, frames, err)
	}
}

// blocks starts a send in a goroutine and returns where its result comes.
func (r *rig) blocks(s *zmq.Socket, frames ...string) <-chan error {
	done := make(chan error, 1)
	go func() { done <- s.Send(r.ctx, octets(frames)...) }()
	return done
}

// result waits for what blocks started.
func (r *rig) result(done <-chan error) error {
	r.Helper()
	select {
	case err := <-done:
		return err
	case <-r.ctx.Done():
		r.Fatal("the call does not return")
		return nil
	}
}

// large is a frame that no queue of the system swallows unnoticed.
func large(n int) string { return string(bytes.Repeat([]byte{'x'}, n)) }

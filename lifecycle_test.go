// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	zmq "github.com/gozmq/zmq"
)

// The life of sockets and contexts: how calls end when a socket is closed, a
// context is shut down, or a call's own context ends.

// eterm is libzmq's number (zmq.h: ZMQ_HAUSNUMERO + 53).
const eterm = 156384712 + 53

// rigOf is newRig for a context of another kind, which has no settings but the
// ones in cfg.
func rigOf(t *testing.T, cfg zmq.ContextConfig) *rig {
	t.Helper()
	zc, err := zmq.NewContext(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	r := &rig{T: t, ctx: ctx, zc: zc}
	t.Cleanup(func() {
		r.check(zc.Term(ctx))
		cancel()
	})
	return r
}

// waiting returns when at least n calls on sockets are parked: whatever wakes
// them after that finds them asleep.
func (r *rig) waiting(n int) {
	r.Helper()
	r.until(fmt.Sprintf("%d calls wait", n), func() bool { return parkedCalls() >= n })
}

func parkedCalls() (n int) {
	buf := make([]byte, 1<<20)
	for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		lines := strings.SplitN(stack, "\n", 3)
		if len(lines) < 3 || !strings.Contains(lines[0], "[select") {
			continue
		}
		if f := lines[1]; strings.Contains(f, "zmq/internal/core.(*Socket).wait(") ||
			strings.Contains(f, "zmq/internal/core.(*receiver).wait(") ||
			strings.Contains(f, "zmq/internal/core.(*Socket).WaitFor(") || strings.Contains(f, "gozmq/zmq.(*Socket).Request(") {
			n++
		}
	}
	return n
}

// call is a method that can fail, on a socket of the type that it needs.
type call struct {
	name string
	typ  zmq.SocketType
	do   func(ctx context.Context, s *zmq.Socket) error
}

// blockingCalls wait for ever on a socket without peers.
var blockingCalls = []call{
	{"Send", zmq.PUSH, func(ctx context.Context, s *zmq.Socket) error { return s.Send(ctx, []byte("x")) }},
	{"SendMessage", zmq.DEALER, func(ctx context.Context, s *zmq.Socket) error { return s.SendMessage(ctx, zmq.NewStringMessage("x")) }},
	{"SendString", zmq.PAIR, func(ctx context.Context, s *zmq.Socket) error { return s.SendString(ctx, "x") }},
	{"Recv", zmq.PULL, func(ctx context.Context, s *zmq.Socket) error { _, err := s.Recv(ctx); return err }},
	{"Request", zmq.REQ, func(ctx context.Context, s *zmq.Socket) error { _, err := s.Request(ctx, []byte("x")); return err }},
	{"Messages", zmq.SUB, func(ctx context.Context, s *zmq.Socket) error {
		for _, err := range s.Messages(ctx) {
			return err
		}
		return errors.New("the iterator ends without an error")
	}},
	{"WaitPeers", zmq.ROUTER, func(ctx context.Context, s *zmq.Socket) error { return s.WaitPeers(ctx, 1) }},
	{"WaitSubscribers", zmq.XPUB, func(ctx context.Context, s *zmq.Socket) error { return s.WaitSubscribers(ctx, "", 1) }},
}

var immediateCalls = []call{
	{"Bind", zmq.PULL, func(_ context.Context, s *zmq.Socket) error { return s.Bind("tcp://127.0.0.1:*") }},
	{"Bind ipc", zmq.PULL, func(_ context.Context, s *zmq.Socket) error { return s.Bind("ipc://*") }},
	{"Bind inproc", zmq.PULL, func(_ context.Context, s *zmq.Socket) error { return s.Bind("inproc://x") }},
	{"Connect", zmq.PUSH, func(_ context.Context, s *zmq.Socket) error { return s.Connect("tcp://127.0.0.1:5") }},
	{"Connect inproc", zmq.PUSH, func(_ context.Context, s *zmq.Socket) error { return s.Connect("inproc://x") }},
	{"Unbind", zmq.PULL, func(_ context.Context, s *zmq.Socket) error { return s.Unbind("inproc://x") }},
	{"Disconnect", zmq.PULL, func(_ context.Context, s *zmq.Socket) error { return s.Disconnect("inproc://x") }},
	{"TrySend", zmq.PUSH, func(_ context.Context, s *zmq.Socket) error { return s.TrySend([]byte("x")) }},
	{"TrySend PUB", zmq.PUB, func(_ context.Context, s *zmq.Socket) error { return s.TrySend([]byte("x")) }},
	{"TrySendMessage", zmq.ROUTER, func(_ context.Context, s *zmq.Socket) error { return s.TrySendMessage(zmq.NewStringMessage("a", "b")) }},
	{"TryRecv", zmq.PULL, func(_ context.Context, s *zmq.Socket) error { _, err := s.TryRecv(); return err }},
	{"Subscribe", zmq.SUB, func(_ context.Context, s *zmq.Socket) error { return s.Subscribe("x") }},
	{"Unsubscribe", zmq.SUB, func(_ context.Context, s *zmq.Socket) error { return s.Unsubscribe("x") }},
	{"Set", zmq.PULL, func(_ context.Context, s *zmq.Socket) error { return s.Set(zmq.RecvHWM.Of(5)) }},
	{"WaitPeers 0", zmq.PULL, func(ctx context.Context, s *zmq.Socket) error { return s.WaitPeers(ctx, 0) }},
}

func TestEveryCallAfterClose(t *testing.T) {
	r := newRig(t)
	for _, c := range append(append([]call(nil), blockingCalls...), immediateCalls...) {
		s := r.socket(c.typ)
		r.check(s.Close())
		wantEnd(t, c.name, c.do(r.ctx, s), zmq.ErrClosed, int(syscall.ENOTSOCK))
		wantEnd(t, "Close", s.Close(), zmq.ErrClosed, int(syscall.ENOTSOCK))
	}
}

func TestEveryCallAfterShutdown(t *testing.T) {
	for _, c := range append(append([]call(nil), blockingCalls...), immediateCalls...) {
		r := newRig(t)
		s := r.socket(c.typ)
		r.zc.Shutdown()
		r.zc.Shutdown()
		wantEnd(t, c.name, c.do(r.ctx, s), zmq.ErrTerminated, eterm)
		r.check(s.Close()) // never fails otherwise
		wantEnd(t, c.name, c.do(r.ctx, s), zmq.ErrClosed, int(syscall.ENOTSOCK))
	}
}

func wantEnd(t *testing.T, name string, err, code error, number int) {
	t.Helper()
	if !errors.Is(err, code) || zmq.Errno(err) != number || !errors.Is(err, net.ErrClosed) {
		t.Errorf("%s: %v (%d), want %v, which is net.ErrClosed", name, err, zmq.Errno(err), code)
	}
}

// What cannot fail still answers after Close.
func TestQueriesAfterClose(t *testing.T) {
	r := newRig(t)
	s, at := r.bind(zmq.PULL, "inproc://x", zmq.RecvHWM.Of(7))
	r.send(r.connect(zmq.PUSH, at), "unread")
	select {
	case <-s.Done():
		t.Error("Done is closed before Close")
	default:
	}
	r.check(s.Close())
	<-s.Done()
	if len(s.Endpoints()) != 0 || len(s.Peers()) != 0 || s.LastEndpoint() != at || s.Type() != zmq.PULL || s.Context() != r.zc {
		t.Errorf("%v %v %q %v", s.Endpoints(), s.Peers(), s.LastEndpoint(), s.Type())
	}
	if !strings.HasPrefix(s.String(), "PULL#") || s.Stats().Received != 0 || zmq.RecvHWM.Get(s) != 7 {
		t.Errorf("%s %+v %d", s, s.Stats(), zmq.RecvHWM.Get(s))
	}
}

func TestCloseWakesBlockedCalls(t *testing.T) {
	for _, c := range blockingCalls {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s := r.socket(c.typ)
			const callers = 3
			done := make(chan error, callers)
			for range callers {
				go func() { done <- c.do(r.ctx, s) }()
			}
			r.waiting(callers)
			r.check(s.Close())
			for range callers {
				wantEnd(t, c.name, r.result(done), zmq.ErrClosed, int(syscall.ENOTSOCK))
			}
		})
	}
}

func TestShutdownWakesBlockedCalls(t *testing.T) {
	r := newRig(t)
	done := make(chan error, 2*len(blockingCalls))
	for _, c := range blockingCalls {
		s := r.socket(c.typ)
		for range 2 {
			go func() { done <- c.do(r.ctx, s) }()
		}
	}
	r.waiting(cap(done))
	r.zc.Shutdown()
	<-r.zc.Done()
	for range cap(done) {
		wantEnd(t, "blocked call", r.result(done), zmq.ErrTerminated, eterm)
	}
	_, err := r.zc.NewSocket(zmq.PULL)
	wantEnd(t, "NewSocket", err, zmq.ErrTerminated, eterm)
}

// Close, Shutdown and a call that begins just then may meet in any order.
func TestCloseRacesWithCalls(t *testing.T) {
	for _, c := range append(append([]call(nil), blockingCalls...), immediateCalls...) {
		for i := range 20 {
			r := newRig(t)
			s := r.socket(c.typ)
			done := make(chan error, 1)
			go func() { done <- c.do(r.ctx, s) }()
			if i%2 == 0 {
				r.check(s.Close())
			} else {
				r.zc.Shutdown()
			}
			err := r.result(done)
			if err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, zmq.ErrAgain) &&
				!errors.Is(err, zmq.ErrNoEndpoint) && !errors.Is(err, zmq.ErrHostUnreachable) {
				t.Fatalf("%s: %v", c.name, err)
			}
			r.check(r.zc.Term(r.ctx))
		}
	}
}

func TestConcurrentCloses(t *testing.T) {
	r := newRig(t)
	s, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
	r.connect(zmq.PUSH, at)
	done := make(chan error, 8)
	for range cap(done) {
		go func() { done <- s.Close() }()
	}
	first := 0
	for range cap(done) {
		if err := r.result(done); err == nil {
			first++
		} else if !errors.Is(err, zmq.ErrClosed) {
			t.Error(err)
		}
	}
	if first != 1 {
		t.Errorf("%d calls of Close succeed", first)
	}
}

func TestLingerWithDeadPeer(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		at := r.vacant(endpoint)
		for _, linger := range []time.Duration{0, 60 * time.Millisecond} {
			s := r.socket(zmq.PUSH, zmq.Linger.Of(linger))
			r.check(s.Connect(at))
			r.send(s, "for nobody")
			begin := time.Now()
			r.check(s.Close())
			if took := time.Since(begin); took < linger || linger == 0 && took > 5*time.Second {
				r.Errorf("linger %v: closed after %v", linger, took)
			}
			if n := s.Stats().Drops.PeerGone; n != 1 {
				r.Errorf("linger %v: %d messages counted as lost", linger, n)
			}
		}
		s := r.socket(zmq.PUSH, zmq.Linger.Of(-1))
		r.check(s.Connect(at))
		r.send(s, "for somebody")
		done := make(chan error, 1)
		go func() { done <- s.Close() }()
		<-s.Done()
		r.want(r.bindAt(zmq.PULL, at), "for somebody")
		r.check(r.result(done))
	})
}

// With the default linger of a second everything arrives, provided that the peer
// reads.
func TestDefaultLingerDeliversToAPeerThatReads(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		const messages = 10_000
		b, at := r.bind(zmq.PULL, endpoint)
		c, err := zmqContext(r).NewSocket(zmq.PUSH, zmq.SendHWM.Of(0))
		r.check(err)
		if got := zmq.Linger.Get(c); got != time.Second {
			r.Fatalf("default linger %v", got)
		}
		if inprocess(endpoint) {
			c = r.socket(zmq.PUSH, zmq.SendHWM.Of(0))
			r.check(zmq.RecvHWM.Set(b, 0))
		}
		r.check(c.Connect(at))
		r.peers(c, 1)
		body := large(64)
		for i := range messages {
			r.send(c, fmt.Sprint(i), body)
		}
		done := make(chan error, 1)
		go func() { done <- c.Close() }()
		<-c.Done()
		r.numbered(b, messages)
		r.check(r.result(done))
		r.left(b, 0)
		r.none(b)
	})
}

// zmqContext is a context with every default, ended with the test.
func zmqContext(r *rig) *zmq.Context { return rigOf(r.T, zmq.ContextConfig{}).zc }

func TestLingerWithSlowPeer(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PULL, endpoint, narrow(1)...)
		for _, linger := range []time.Duration{-1, patience} {
			c := r.connect(zmq.PUSH, at, append(narrow(5), zmq.Linger.Of(linger))...)
			n := r.flood(c, 100_000)
			done := make(chan error, 1)
			go func() { done <- c.Close() }()
			<-c.Done()
			r.numbered(b, n)
			r.check(r.result(done))
			r.left(b, 0)
		}
		for _, linger := range []time.Duration{0, 30 * time.Millisecond} { // and the rest is dropped
			c := r.connect(zmq.PUSH, at, append(narrow(5), zmq.Linger.Of(linger))...)
			n := r.flood(c, 100_000)
			r.check(c.Close())
			if lost := c.Stats().Drops.PeerGone; lost == 0 || lost >= uint64(n) {
				r.Errorf("linger %v: %d of %d messages counted as lost", linger, lost, n)
			}
			r.until("what arrived is read and the peer has left", func() bool {
				left := len(b.Peers()) == 0
				_, err := b.TryRecv()
				return left && err != nil
			})
		}
	})
}

func TestDisconnectThenCloseLingers(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PULL, endpoint, narrow(1)...)
		c := r.connect(zmq.PUSH, at, append(narrow(5), zmq.Linger.Of(-1))...)
		n := r.flood(c, 100_000)
		r.check(c.Disconnect(at))
		r.check(zmq.Linger.Set(c, 0)) // the value at the time of the disconnect counts
		done := make(chan error, 1)
		go func() { done <- c.Close() }()
		<-c.Done()
		r.numbered(b, n)
		r.check(r.result(done))
	})
}

// safeBuffer is where a logger writes.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestTermClosesOpenSocketsAndNamesThem(t *testing.T) {
	var log safeBuffer
	r := rigOf(t, zmq.ContextConfig{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	open, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
	closed := r.socket(zmq.PUSH)
	r.check(closed.Close())
	done := make(chan error, 1)
	go func() { _, err := open.Recv(r.ctx); done <- err }()
	r.waiting(1)
	r.check(r.zc.Term(r.ctx))
	<-open.Done()
	if err := r.result(done); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the blocked call: %v", err)
	}
	text := log.String()
	if strings.Count(text, "\n") != 1 || !strings.Contains(text, "level=WARN") ||
		!strings.Contains(text, open.String()) || !strings.Contains(text, at) {
		t.Errorf("the log says %q", text)
	}
	r.check(r.zc.Term(r.ctx)) // again
	wantEnd(t, "Close", open.Close(), zmq.ErrClosed, int(syscall.ENOTSOCK))
}

func TestTermHonoursItsContext(t *testing.T) {
	r := newRig(t)
	at := r.vacant("tcp://127.0.0.1:*")
	s := r.socket(zmq.PUSH, zmq.Linger.Of(-1))
	r.check(s.Connect(at))
	r.send(s, "for nobody yet")
	for _, cause := range []error{context.DeadlineExceeded, context.Canceled} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if cause == context.Canceled {
			cancel()
		}
		err := r.zc.Term(ctx)
		cancel()
		if !errors.Is(err, cause) || !strings.Contains(fmt.Sprint(err), s.String()) {
			t.Errorf("Term: %v, want %v and the name of %s", err, cause, s)
		}
	}
	other := newRig(t)
	b := other.bindAt(zmq.PULL, at)
	other.want(b, "for nobody yet")
	r.check(r.zc.Term(r.ctx))
}

func TestTermByManyAtOnce(t *testing.T) {
	r := newRig(t)
	_, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
	r.connect(zmq.PUSH, at)
	done := make(chan error, 8)
	for range cap(done) {
		go func() { done <- r.zc.Term(r.ctx) }()
	}
	for range cap(done) {
		r.check(r.result(done))
	}
	_, err := r.zc.NewSocket(zmq.PULL)
	wantEnd(t, "NewSocket", err, zmq.ErrTerminated, eterm)
}

func TestMaxSockets(t *testing.T) {
	r := rigOf(t, zmq.ContextConfig{MaxSockets: 2})
	a := r.socket(zmq.PUSH)
	r.socket(zmq.PULL)
	_, err := r.zc.NewSocket(zmq.PULL)
	if !errors.Is(err, zmq.ErrTooManySockets) || !errors.Is(err, syscall.EMFILE) || zmq.Errno(err) != int(syscall.EMFILE) {
		t.Errorf("a third socket: %v", err)
	}
	if _, err = r.zc.NewSocket(zmq.PULL, zmq.RecvHWM.Of(-1)); !errors.Is(err, zmq.ErrTooManySockets) {
		t.Errorf("a third socket: %v", err)
	}
	r.check(a.Close())
	if _, err = r.zc.NewSocket(zmq.PULL, zmq.RecvHWM.Of(-1)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a setting out of range: %v", err)
	}
	r.socket(zmq.PUB) // the one that failed does not count
	newRig(t).socket(zmq.PUB)
}

func TestUnknownSocketType(t *testing.T) {
	r := rigOf(t, zmq.ContextConfig{MaxSockets: 1})
	for _, typ := range []zmq.SocketType{12, 20, 21, 255} {
		if _, err := r.zc.NewSocket(typ); !errors.Is(err, zmq.ErrInvalid) || zmq.Errno(err) != int(syscall.EINVAL) {
			t.Errorf("socket type %d: %v", typ, err)
		}
	}
	r.socket(zmq.PUB)
}

func TestDefaultContext(t *testing.T) {
	s, err := zmq.NewSocket(zmq.PAIR, zmq.SendHWM.Of(3))
	if err != nil {
		t.Fatal(err)
	}
	if s.Context() != zmq.DefaultContext() || zmq.SendHWM.Get(s) != 3 {
		t.Errorf("%p %p %d", s.Context(), zmq.DefaultContext(), zmq.SendHWM.Get(s))
	}
	other := newRig(t).socket(zmq.PAIR)
	if other.Context() == s.Context() {
		t.Error("another context is the default one")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestContextsCoexist(t *testing.T) {
	a, b := newRig(t), newRig(t)
	pull, at := a.bind(zmq.PULL, "tcp://127.0.0.1:*")
	push := b.connect(zmq.PUSH, at)
	other, _ := b.bind(zmq.PULL, "inproc://x")
	b.send(push, "across")
	a.want(pull, "across")
	a.check(a.zc.Term(a.ctx))
	b.left(push, 0)
	b.send(b.connect(zmq.PUSH, "inproc://x"), "alive")
	if got := b.recv(other); !reflect.DeepEqual(got, []string{"alive"}) {
		t.Errorf("received %q", got)
	}
}

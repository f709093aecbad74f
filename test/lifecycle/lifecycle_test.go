// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// The life of sockets and contexts: how calls end when a socket is closed, a
// context is shut down, or a call's own context ends.

// waiting returns when at least n calls on sockets are parked: whatever wakes
// them after that finds them asleep.
func waiting(r *rig.Test, n int) {
	r.Helper()
	r.WaitUntil(fmt.Sprintf("%d calls wait", n), func() bool { return parkedCalls() >= n })
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
	{"Bind", zmq.PULL, func(_ context.Context, s *zmq.Socket) error { return s.Bind(rig.AnyPort) }},
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
	r := rig.New(t)
	for _, c := range append(append([]call(nil), blockingCalls...), immediateCalls...) {
		s := r.Socket(c.typ)
		r.Check(s.Close())
		rig.WantEnd(t, c.name, c.do(r.Ctx, s), zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
		rig.WantEnd(t, "Close", s.Close(), zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
	}
}

func TestEveryCallAfterShutdown(t *testing.T) {
	for _, c := range append(append([]call(nil), blockingCalls...), immediateCalls...) {
		r := rig.New(t)
		s := r.Socket(c.typ)
		r.ZMQ.Shutdown()
		r.ZMQ.Shutdown()
		rig.WantEnd(t, c.name, c.do(r.Ctx, s), zmq.ErrTerminated, rig.ETERM)
		r.Check(s.Close()) // never fails otherwise
		rig.WantEnd(t, c.name, c.do(r.Ctx, s), zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
	}
}

// What cannot fail still answers after Close.
func TestQueriesAfterClose(t *testing.T) {
	r := rig.New(t)
	s, at := r.Bind(zmq.PULL, "inproc://x", zmq.RecvHWM.Of(7))
	r.Send(r.Connect(zmq.PUSH, at), "unread")
	select {
	case <-s.Done():
		t.Error("Done is closed before Close")
	default:
	}
	r.Check(s.Close())
	<-s.Done()
	if len(s.Endpoints()) != 0 || len(s.Peers()) != 0 || s.LastEndpoint() != at || s.Type() != zmq.PULL || s.Context() != r.ZMQ {
		t.Errorf("%v %v %q %v", s.Endpoints(), s.Peers(), s.LastEndpoint(), s.Type())
	}
	if !strings.HasPrefix(s.String(), "PULL#") || s.Stats().Received != 0 || zmq.RecvHWM.Get(s) != 7 {
		t.Errorf("%s %+v %d", s, s.Stats(), zmq.RecvHWM.Get(s))
	}
}

func TestCloseWakesBlockedCalls(t *testing.T) {
	for _, c := range blockingCalls {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t)
			s := r.Socket(c.typ)
			const callers = 3
			done := make(chan error, callers)
			for range callers {
				go func() { done <- c.do(r.Ctx, s) }()
			}
			waiting(r, callers)
			r.Check(s.Close())
			for range callers {
				rig.WantEnd(t, c.name, r.Result(done), zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
			}
		})
	}
}

func TestShutdownWakesBlockedCalls(t *testing.T) {
	r := rig.New(t)
	done := make(chan error, 2*len(blockingCalls))
	for _, c := range blockingCalls {
		s := r.Socket(c.typ)
		for range 2 {
			go func() { done <- c.do(r.Ctx, s) }()
		}
	}
	waiting(r, cap(done))
	r.ZMQ.Shutdown()
	<-r.ZMQ.Done()
	for range cap(done) {
		rig.WantEnd(t, "blocked call", r.Result(done), zmq.ErrTerminated, rig.ETERM)
	}
	_, err := r.ZMQ.NewSocket(zmq.PULL)
	rig.WantEnd(t, "NewSocket", err, zmq.ErrTerminated, rig.ETERM)
}

// Close, Shutdown and a call that begins just then may meet in any order.
func TestCloseRacesWithCalls(t *testing.T) {
	for _, c := range append(append([]call(nil), blockingCalls...), immediateCalls...) {
		for i := range 20 {
			r := rig.New(t)
			s := r.Socket(c.typ)
			done := make(chan error, 1)
			go func() { done <- c.do(r.Ctx, s) }()
			if i%2 == 0 {
				r.Check(s.Close())
			} else {
				r.ZMQ.Shutdown()
			}
			err := r.Result(done)
			if err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, zmq.ErrAgain) &&
				!errors.Is(err, zmq.ErrNoEndpoint) && !errors.Is(err, zmq.ErrHostUnreachable) {
				t.Fatalf("%s: %v", c.name, err)
			}
			r.Check(r.ZMQ.Term(r.Ctx))
		}
	}
}

func TestConcurrentCloses(t *testing.T) {
	r := rig.New(t)
	s, at := r.Bind(zmq.PULL, rig.AnyPort)
	r.Connect(zmq.PUSH, at)
	done := make(chan error, 8)
	for range cap(done) {
		go func() { done <- s.Close() }()
	}
	first := 0
	for range cap(done) {
		if err := r.Result(done); err == nil {
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
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		at := r.FreeEndpoint(endpoint)
		for _, linger := range []time.Duration{0, 60 * time.Millisecond} {
			s := r.Socket(zmq.PUSH, zmq.Linger.Of(linger))
			r.Check(s.Connect(at))
			r.Send(s, "for nobody")
			begin := time.Now()
			closed(r, s, linger > 0)
			if took := time.Since(begin); took < linger || linger == 0 && took > rig.Patience/2 {
				r.Errorf("linger %v: closed after %v", linger, took)
			}
			if n := s.Stats().Drops.PeerGone; n != 1 {
				r.Errorf("linger %v: %d messages counted as lost", linger, n)
			}
		}
		s := r.Socket(zmq.PUSH, zmq.Linger.Of(-1))
		r.Check(s.Connect(at))
		r.Send(s, "for somebody")
		done := make(chan error, 1)
		go func() { done <- s.Close() }()
		<-s.Done()
		r.WantRecv(r.BindAt(zmq.PULL, at), "for somebody")
		r.Check(r.Result(done))
	})
}

// With the default linger of a second everything arrives, provided that the peer
// reads.
func TestDefaultLingerDeliversToAPeerThatReads(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		const messages = 10_000
		b, at := r.Bind(zmq.PULL, endpoint)
		c, err := zmqContext(r).NewSocket(zmq.PUSH, zmq.SendHWM.Of(0))
		r.Check(err)
		if got := zmq.Linger.Get(c); got != time.Second {
			r.Fatalf("default linger %v", got)
		}
		if rig.IsInproc(endpoint) {
			c = r.Socket(zmq.PUSH, zmq.SendHWM.Of(0))
			r.Check(zmq.RecvHWM.Set(b, 0))
		}
		r.Check(c.Connect(at))
		r.WaitPeers(c, 1)
		body := rig.Large(64)
		for i := range messages {
			r.Send(c, fmt.Sprint(i), body)
		}
		done := make(chan error, 1)
		go func() { done <- c.Close() }()
		<-c.Done()
		numbered(r, b, messages)
		r.Check(r.Result(done))
		r.WaitPeersLeft(b, 0)
		r.WantNothing(b)
	})
}

// zmqContext is a context with every default, ended with the test.
func zmqContext(r *rig.Test) *zmq.Context { return rig.NewWith(r.T, zmq.ContextConfig{}).ZMQ }

// closed closes a socket whose messages are lost, which Close tells if it has waited
// for them.
func closed(r *rig.Test, s *zmq.Socket, waits bool) {
	r.Helper()
	if err := s.Close(); waits != errors.Is(err, zmq.ErrTimeout) || !waits && err != nil {
		r.Errorf("Close: %v; ErrTimeout is wanted: %v", err, waits)
	}
}

func TestLingerWithSlowPeer(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint, rig.SmallQueues(1)...)
		for _, linger := range []time.Duration{-1, rig.Patience} {
			c := r.Connect(zmq.PUSH, at, append(rig.SmallQueues(5), zmq.Linger.Of(linger))...)
			n := r.Flood(c, 100_000)
			done := make(chan error, 1)
			go func() { done <- c.Close() }()
			<-c.Done()
			numbered(r, b, n)
			r.Check(r.Result(done))
			r.WaitPeersLeft(b, 0)
		}
		for _, linger := range []time.Duration{0, 30 * time.Millisecond} { // and the rest is dropped
			c := r.Connect(zmq.PUSH, at, append(rig.SmallQueues(5), zmq.Linger.Of(linger))...)
			n := r.Flood(c, 100_000)
			closed(r, c, linger > 0)
			if lost := c.Stats().Drops.PeerGone; lost == 0 || lost >= uint64(n) {
				r.Errorf("linger %v: %d of %d messages counted as lost", linger, lost, n)
			}
			r.WaitUntil("what arrived is read and the peer has left", func() bool {
				left := len(b.Peers()) == 0
				_, err := b.TryRecv()
				return left && err != nil
			})
		}
	})
}

func TestDisconnectThenCloseLingers(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint, rig.SmallQueues(1)...)
		c := r.Connect(zmq.PUSH, at, append(rig.SmallQueues(5), zmq.Linger.Of(-1))...)
		n := r.Flood(c, 100_000)
		r.Check(c.Disconnect(at))
		r.Check(zmq.Linger.Set(c, 0)) // the value at the time of the disconnect counts
		done := make(chan error, 1)
		go func() { done <- c.Close() }()
		<-c.Done()
		numbered(r, b, n)
		r.Check(r.Result(done))
	})
}

func TestTermClosesOpenSocketsAndNamesThem(t *testing.T) {
	var log rig.Buffer
	r := rig.NewWith(t, zmq.ContextConfig{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	open, at := r.Bind(zmq.PULL, rig.AnyPort)
	closed := r.Socket(zmq.PUSH)
	r.Check(closed.Close())
	done := make(chan error, 1)
	go func() { _, err := open.Recv(r.Ctx); done <- err }()
	waiting(r, 1)
	r.Check(r.ZMQ.Term(r.Ctx))
	<-open.Done()
	if err := r.Result(done); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the blocked call: %v", err)
	}
	text := log.String()
	if strings.Count(text, "\n") != 1 || !strings.Contains(text, "level=WARN") ||
		!strings.Contains(text, open.String()) || !strings.Contains(text, at) || !strings.Contains(text, "see=docs/troubleshooting.md#a-process-does-not-end") {
		t.Errorf("the log says %q", text)
	}
	r.Check(r.ZMQ.Term(r.Ctx)) // again
	rig.WantEnd(t, "Close", open.Close(), zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
}

func TestTermHonoursItsContext(t *testing.T) {
	r := rig.New(t)
	at := r.FreeEndpoint(rig.AnyPort)
	s := r.Socket(zmq.PUSH, zmq.Linger.Of(-1))
	r.Check(s.Connect(at))
	r.Send(s, "for nobody yet")
	for _, cause := range []error{context.DeadlineExceeded, context.Canceled} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if cause == context.Canceled {
			cancel()
		}
		err := r.ZMQ.Term(ctx)
		cancel()
		if !errors.Is(err, cause) || !strings.Contains(fmt.Sprint(err), s.String()) {
			t.Errorf("Term: %v, want %v and the name of %s", err, cause, s)
		}
	}
	other := rig.New(t)
	b := other.BindAt(zmq.PULL, at)
	other.WantRecv(b, "for nobody yet")
	r.Check(r.ZMQ.Term(r.Ctx))
}

func TestTermByManyAtOnce(t *testing.T) {
	r := rig.New(t)
	_, at := r.Bind(zmq.PULL, rig.AnyPort)
	r.Connect(zmq.PUSH, at)
	done := make(chan error, 8)
	for range cap(done) {
		go func() { done <- r.ZMQ.Term(r.Ctx) }()
	}
	for range cap(done) {
		r.Check(r.Result(done))
	}
	_, err := r.ZMQ.NewSocket(zmq.PULL)
	rig.WantEnd(t, "NewSocket", err, zmq.ErrTerminated, rig.ETERM)
}

func TestMaxSockets(t *testing.T) {
	r := rig.NewWith(t, zmq.ContextConfig{MaxSockets: 2})
	a := r.Socket(zmq.PUSH)
	r.Socket(zmq.PULL)
	_, err := r.ZMQ.NewSocket(zmq.PULL)
	if !errors.Is(err, zmq.ErrTooManySockets) || !errors.Is(err, syscall.EMFILE) || zmq.Errno(err) != zmq.Errno(syscall.EMFILE) {
		t.Errorf("a third socket: %v", err)
	}
	if _, err = r.ZMQ.NewSocket(zmq.PULL, zmq.RecvHWM.Of(-1)); !errors.Is(err, zmq.ErrTooManySockets) {
		t.Errorf("a third socket: %v", err)
	}
	r.Check(a.Close())
	if _, err = r.ZMQ.NewSocket(zmq.PULL, zmq.RecvHWM.Of(-1)); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a setting out of range: %v", err)
	}
	r.Socket(zmq.PUB) // the one that failed does not count
	rig.New(t).Socket(zmq.PUB)
}

func TestUnknownSocketType(t *testing.T) {
	r := rig.NewWith(t, zmq.ContextConfig{MaxSockets: 1})
	for _, typ := range []zmq.SocketType{21, 255} {
		if _, err := r.ZMQ.NewSocket(typ); !errors.Is(err, zmq.ErrInvalid) || zmq.Errno(err) != zmq.Errno(syscall.EINVAL) {
			t.Errorf("socket type %d: %v", typ, err)
		}
	}
	r.Socket(zmq.PUB)
}

func TestDefaultContext(t *testing.T) {
	s, err := zmq.NewSocket(zmq.PAIR, zmq.SendHWM.Of(3))
	if err != nil {
		t.Fatal(err)
	}
	if s.Context() != zmq.DefaultContext() || zmq.SendHWM.Get(s) != 3 {
		t.Errorf("%p %p %d", s.Context(), zmq.DefaultContext(), zmq.SendHWM.Get(s))
	}
	other := rig.New(t).Socket(zmq.PAIR)
	if other.Context() == s.Context() {
		t.Error("another context is the default one")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestContextsCoexist(t *testing.T) {
	a, b := rig.New(t), rig.New(t)
	pull, at := a.Bind(zmq.PULL, rig.AnyPort)
	push := b.Connect(zmq.PUSH, at)
	other, _ := b.Bind(zmq.PULL, "inproc://x")
	b.Send(push, "across")
	a.WantRecv(pull, "across")
	a.Check(a.ZMQ.Term(a.Ctx))
	b.WaitPeersLeft(push, 0)
	b.Send(b.Connect(zmq.PUSH, "inproc://x"), "alive")
	if got := b.Recv(other); !reflect.DeepEqual(got, []string{"alive"}) {
		t.Errorf("received %q", got)
	}
}

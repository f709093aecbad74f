// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	zmq "github.com/gozmq/zmq"
)

// How sockets and contexts end in a hurry, and whatever else is going on.

// stuck is a socket with a message for somebody who is not there, that lingers
// for ever.
func (r *rig) stuck(endpoint string) *zmq.Socket {
	r.Helper()
	s := r.socket(zmq.PUSH, zmq.Linger.Of(-1))
	r.check(s.Connect(r.vacant(endpoint)))
	r.try(s, "one")
	r.try(s, "two")
	return s
}

func TestCloseContextCutsLingerShort(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
			s := r.stuck(endpoint)
			ctx, cancel := context.WithTimeout(r.ctx, 20*time.Millisecond)
			if cause == context.Canceled {
				cancel()
			}
			err := s.CloseContext(ctx)
			cancel()
			if !errors.Is(err, cause) || !strings.Contains(err.Error(), "2 messages") || !strings.Contains(err.Error(), s.String()) {
				r.Errorf("%v, want %v and what was lost", err, cause)
			}
			if n := s.Stats().Drops.PeerGone; n != 2 {
				r.Errorf("%d messages counted as lost", n)
			}
			wantEnd(r.T, "Close", s.Close(), zmq.ErrClosed, int(syscall.ENOTSOCK))
			wantEnd(r.T, "CloseContext", s.CloseContext(r.ctx), zmq.ErrClosed, int(syscall.ENOTSOCK))
		}
	})
}

// A peer that is there and does not read holds nobody up, either.
func TestCloseContextWithSlowPeer(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PULL, endpoint, narrow(1)...)
		c := r.connect(zmq.PUSH, at, append(narrow(5), zmq.Linger.Of(-1))...)
		r.flood(c, 100_000)
		ctx, cancel := context.WithTimeout(r.ctx, 20*time.Millisecond)
		defer cancel()
		if err := c.CloseContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			r.Errorf("%v, want the deadline", err)
		}
		r.check(b.Close())
	})
}

func TestCloseContextThatNeedsNoHurry(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		b, c := r.pair(zmq.PULL, zmq.PUSH, endpoint)
		r.check(zmq.Linger.Set(c, -1))
		r.send(c, "x")
		r.check(c.CloseContext(r.ctx))
		r.want(b, "x")
		ended, cancel := context.WithCancel(r.ctx)
		cancel()
		r.check(b.CloseContext(ended)) // nothing was queued, so nothing is lost
	})
}

func TestCloseContextJoinsAClose(t *testing.T) {
	r := newRig(t)
	s := r.stuck("tcp://127.0.0.1:*")
	done := make(chan error, 1)
	go func() { done <- s.Close() }()
	<-s.Done()
	ctx, cancel := context.WithCancel(r.ctx)
	cancel()
	if err := s.CloseContext(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the cancellation", err)
	}
	r.check(r.result(done))
}

// What a Disconnect left lingering is cut short, too.
func TestCloseContextAfterDisconnect(t *testing.T) {
	r := newRig(t)
	s := r.stuck("tcp://127.0.0.1:*")
	r.check(s.Disconnect(s.LastEndpoint()))
	ctx, cancel := context.WithCancel(r.ctx)
	cancel()
	if err := s.CloseContext(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the cancellation", err)
	}
}

func TestContextCloseDropsWhatLingers(t *testing.T) {
	r := newRig(t)
	open, closing := r.stuck("tcp://127.0.0.1:*"), r.stuck(socketPath(t))
	done := make(chan error, 2)
	go func() { done <- closing.Close() }()
	<-closing.Done()
	go func() { done <- r.zc.Term(r.ctx) }()
	<-r.zc.Done()
	r.check(r.zc.Close())
	r.check(r.result(done))
	r.check(r.result(done))
	for _, s := range []*zmq.Socket{open, closing} {
		if n := s.Stats().Drops.PeerGone; n != 2 {
			t.Errorf("%d messages of %s counted as lost", n, s)
		}
	}
	r.check(r.zc.Close())
	_, err := r.zc.NewSocket(zmq.PUSH)
	wantEnd(t, "NewSocket", err, zmq.ErrTerminated, eterm)
}

// Connections stay up, and queues are sent, until the sockets are closed
// (zmq_ctx_shutdown).
func TestShutdownLetsConnectionsGoOn(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		s := r.stuck(endpoint)
		at := s.LastEndpoint()
		r.zc.Shutdown()
		other := newRig(r.T)
		b := other.bindAt(zmq.PULL, at)
		other.want(b, "one")
		other.want(b, "two")
		if n := len(s.Peers()); n != 1 {
			r.Errorf("%d peers after the shutdown", n)
		}
		r.check(s.Close())
		other.left(b, 0)
	})
}

// Connects in process that nobody has answered end with their context, and what
// they sent is lost (zmq_ctx_term).
func TestTermWithParkedConnects(t *testing.T) {
	r := newRig(t)
	for range 10 {
		s := r.socket(zmq.PUSH, zmq.Linger.Of(-1))
		r.check(s.Connect("inproc://nobody"))
		r.try(s, "x")
	}
	done := make(chan error, 1)
	s := r.socket(zmq.PULL)
	r.check(s.Connect("inproc://nobody"))
	go func() { _, err := s.Recv(r.ctx); done <- err }()
	r.waiting(1)
	r.check(r.zc.Term(r.ctx))
	if err := r.result(done); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
}

// A socket counts until it has lingered, and a monitor's socket counts.
func TestMaxSocketsCountsWhatIsNotThroughYet(t *testing.T) {
	r := rigOf(t, zmq.ContextConfig{MaxSockets: 2})
	s := r.stuck("tcp://127.0.0.1:*")
	r.check(s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR))
	if _, err := r.zc.NewSocket(zmq.PULL); !errors.Is(err, zmq.ErrTooManySockets) {
		t.Errorf("beside a monitor: %v", err)
	}
	r.check(s.StopMonitorTo())
	r.socket(zmq.PULL)
	done := make(chan error, 1)
	go func() { done <- s.Close() }()
	<-s.Done()
	if _, err := r.zc.NewSocket(zmq.PULL); !errors.Is(err, zmq.ErrTooManySockets) {
		t.Errorf("beside one that lingers: %v", err)
	}
	ctx, cancel := context.WithCancel(r.ctx)
	cancel()
	_ = s.CloseContext(ctx)
	r.check(r.result(done))
	r.socket(zmq.PUSH)
}

// A program may end things from wherever it is called.
func TestEndFromWithinACallback(t *testing.T) {
	for name, end := range map[string]func(r *rig, s *zmq.Socket) error{
		"Close":   func(r *rig, s *zmq.Socket) error { return s.Close() },
		"Term":    func(r *rig, s *zmq.Socket) error { return r.zc.Term(r.ctx) },
		"Context": func(r *rig, s *zmq.Socket) error { return r.zc.Close() },
	} {
		t.Run(name+" in a policy", func(t *testing.T) {
			for _, op := range []string{"bind", "connect"} {
				for _, endpoint := range []string{"tcp://127.0.0.1:*", "inproc://x"} {
					var r *rig
					var s *zmq.Socket
					r = rigOf(t, zmq.ContextConfig{EndpointPolicy: func(string, string) error { return end(r, s) }})
					s = r.socket(zmq.PUSH)
					var err error
					if op == "bind" {
						err = s.Bind(endpoint)
					} else {
						err = s.Connect(strings.Replace(endpoint, "*", "9", 1))
					}
					if !errors.Is(err, net.ErrClosed) {
						t.Errorf("%s %s: %v", op, endpoint, err)
					}
				}
			}
		})
		t.Run(name+" in a monitor", func(t *testing.T) {
			r := newRig(t)
			b, c := r.socket(zmq.PULL), r.socket(zmq.PUSH)
			events := b.Monitor(r.ctx, zmq.EventAll)
			r.check(b.Bind("tcp://127.0.0.1:*"))
			r.check(c.Connect(b.LastEndpoint()))
			var kinds []zmq.EventKind
			for e := range events {
				if kinds = append(kinds, e.Kind); e.Kind == zmq.EventHandshakeSucceeded {
					r.check(end(r, b))
				}
			}
			if last := kinds[len(kinds)-1]; last != zmq.EventMonitorStopped {
				t.Errorf("events %v", kinds)
			}
		})
		t.Run(name+" in a loop over messages", func(t *testing.T) {
			r := newRig(t)
			b, c := r.pair(zmq.PULL, zmq.PUSH, "tcp://127.0.0.1:*")
			r.send(c, "x")
			for m, err := range b.Messages(r.ctx) {
				if err == nil && m.String() == "x" {
					r.check(end(r, b))
				} else if !errors.Is(err, net.ErrClosed) {
					t.Errorf("%v, %v", m, err)
				}
			}
		})
	}
}

// A log handler may ask sockets how they are.
func TestLogHandlerMayRead(t *testing.T) {
	var r *rig
	seen := make(chan struct{}, 1)
	r = rigOf(t, zmq.ContextConfig{Logger: slog.New(handler(func() {
		for _, s := range r.zc.Stats().Sockets {
			runtime.KeepAlive(s)
		}
		select {
		case seen <- struct{}{}:
		default:
		}
	}))})
	b, c := r.pair(zmq.PULL, zmq.PUSH, "tcp://127.0.0.1:*")
	r.check(c.Close())
	r.left(b, 0)
	<-seen
	if err := b.Bind(b.LastEndpoint()); err == nil {
		t.Error("bound twice")
	}
}

// handler is a log handler that calls a function.
type handler func()

func (h handler) Enabled(context.Context, slog.Level) bool  { return true }
func (h handler) WithAttrs([]slog.Attr) slog.Handler        { return h }
func (h handler) WithGroup(string) slog.Handler             { return h }
func (h handler) Handle(context.Context, slog.Record) error { h(); return nil }

// TestTermIsNoClose: what the end of a context does to a call that goes on is a
// termination, also when it has closed the socket before the call could see it.
func TestTermIsNoClose(t *testing.T) {
	for range 20 {
		c, err := zmq.NewContext(zmq.ContextConfig{})
		if err != nil {
			t.Fatal(err)
		}
		front, err := c.NewSocket(zmq.ROUTER)
		if err != nil {
			t.Fatal(err)
		}
		back, err := c.NewSocket(zmq.DEALER)
		if err != nil {
			t.Fatal(err)
		}
		proxy, err := zmq.NewProxy(front, back)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- proxy.Run(t.Context()) }()
		if err := c.Term(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, zmq.ErrTerminated) {
			t.Fatalf("the proxy ends with %v, want %v", err, zmq.ErrTerminated)
		}
		if err := front.TrySend([]byte("x"), []byte("y")); !errors.Is(err, zmq.ErrTerminated) {
			t.Fatalf("a call afterwards: %v, want %v", err, zmq.ErrTerminated)
		}
		wantEnd(t, "Close", front.Close(), zmq.ErrClosed, int(syscall.ENOTSOCK))
	}
}

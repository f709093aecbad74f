// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

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

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// How sockets and contexts end in a hurry, and whatever else is going on.

// newStuck returns a socket that lingers for ever, with a message for a peer that
// does not exist.
func newStuck(r *rig.Test, endpoint string) *zmq.Socket {
	r.Helper()
	s := r.Socket(zmq.PUSH, zmq.Linger.Of(-1))
	r.Check(s.Connect(r.FreeEndpoint(endpoint)))
	r.TrySend(s, "one")
	r.TrySend(s, "two")
	return s
}

func TestCloseContextCutsLingerShort(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
			s := newStuck(r, endpoint)
			ctx, cancel := context.WithTimeout(r.Ctx, 20*time.Millisecond)
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
			rig.WantEnd(r.T, "Close", s.Close(), zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
			rig.WantEnd(r.T, "CloseContext", s.CloseContext(r.Ctx), zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
		}
	})
}

// A connected peer that does not read does not delay closing, either.
func TestCloseContextWithSlowPeer(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint, rig.SmallQueues(1)...)
		c := r.Connect(zmq.PUSH, at, append(rig.SmallQueues(5), zmq.Linger.Of(-1))...)
		r.Flood(c, 100_000)
		ctx, cancel := context.WithTimeout(r.Ctx, 20*time.Millisecond)
		defer cancel()
		if err := c.CloseContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			r.Errorf("%v, want the deadline", err)
		}
		r.Check(b.Close())
	})
}

func TestCloseContextThatNeedsNoHurry(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, c := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
		r.Check(zmq.Linger.Set(c, -1))
		r.Send(c, "x")
		r.Check(c.CloseContext(r.Ctx))
		r.WantRecv(b, "x")
		ended, cancel := context.WithCancel(r.Ctx)
		cancel()
		r.Check(b.CloseContext(ended)) // nothing was queued, so nothing is lost
	})
}

func TestCloseContextJoinsAClose(t *testing.T) {
	r := rig.New(t)
	s := newStuck(r, rig.AnyPort)
	done := make(chan error, 1)
	go func() { done <- s.Close() }()
	<-s.Done()
	ctx, cancel := context.WithCancel(r.Ctx)
	cancel()
	if err := s.CloseContext(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the cancellation", err)
	}
	r.Check(r.Result(done))
}

// What a Disconnect left lingering is cut short, too.
func TestCloseContextAfterDisconnect(t *testing.T) {
	r := rig.New(t)
	s := newStuck(r, rig.AnyPort)
	r.Check(s.Disconnect(s.LastEndpoint()))
	ctx, cancel := context.WithCancel(r.Ctx)
	cancel()
	if err := s.CloseContext(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the cancellation", err)
	}
}

func TestContextCloseDropsWhatLingers(t *testing.T) {
	r := rig.New(t)
	open, closing := newStuck(r, rig.AnyPort), newStuck(r, rig.IPCEndpoint(t))
	done := make(chan error, 2)
	go func() { done <- closing.Close() }()
	<-closing.Done()
	go func() { done <- r.ZMQ.Term(r.Ctx) }()
	<-r.ZMQ.Done()
	r.Check(r.ZMQ.Close())
	r.Check(r.Result(done))
	r.Check(r.Result(done))
	for _, s := range []*zmq.Socket{open, closing} {
		if n := s.Stats().Drops.PeerGone; n != 2 {
			t.Errorf("%d messages of %s counted as lost", n, s)
		}
	}
	r.Check(r.ZMQ.Close())
	_, err := r.ZMQ.NewSocket(zmq.PUSH)
	rig.WantEnd(t, "NewSocket", err, zmq.ErrTerminated, rig.ETERM)
}

// Connections stay up, and queues are sent, until the sockets are closed
// (zmq_ctx_shutdown).
func TestShutdownLetsConnectionsGoOn(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		s := newStuck(r, endpoint)
		at := s.LastEndpoint()
		r.ZMQ.Shutdown()
		other := rig.New(r.T)
		b := other.BindAt(zmq.PULL, at)
		other.WantRecv(b, "one")
		other.WantRecv(b, "two")
		if n := len(s.Peers()); n != 1 {
			r.Errorf("%d peers after the shutdown", n)
		}
		r.Check(s.Close())
		other.WaitPeersLeft(b, 0)
	})
}

// Connects in process that no bind has answered end with their context, and what
// they sent is lost (zmq_ctx_term).
func TestTermWithParkedConnects(t *testing.T) {
	r := rig.New(t)
	for range 10 {
		s := r.Socket(zmq.PUSH, zmq.Linger.Of(-1))
		r.Check(s.Connect("inproc://nobody"))
		r.TrySend(s, "x")
	}
	done := make(chan error, 1)
	s := r.Socket(zmq.PULL)
	r.Check(s.Connect("inproc://nobody"))
	go func() { _, err := s.Recv(r.Ctx); done <- err }()
	waiting(r, 1)
	r.Check(r.ZMQ.Term(r.Ctx))
	if err := r.Result(done); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
}

// A socket counts until it has lingered, and a monitor's socket counts.
func TestMaxSocketsCountsWhatIsNotThroughYet(t *testing.T) {
	r := rig.NewWith(t, zmq.ContextConfig{MaxSockets: 2})
	s := newStuck(r, rig.AnyPort)
	r.Check(s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR))
	if _, err := r.ZMQ.NewSocket(zmq.PULL); !errors.Is(err, zmq.ErrTooManySockets) {
		t.Errorf("beside a monitor: %v", err)
	}
	r.Check(s.StopMonitorTo())
	r.Socket(zmq.PULL)
	done := make(chan error, 1)
	go func() { done <- s.Close() }()
	<-s.Done()
	if _, err := r.ZMQ.NewSocket(zmq.PULL); !errors.Is(err, zmq.ErrTooManySockets) {
		t.Errorf("beside one that lingers: %v", err)
	}
	ctx, cancel := context.WithCancel(r.Ctx)
	cancel()
	_ = s.CloseContext(ctx)
	r.Check(r.Result(done))
	r.Socket(zmq.PUSH)
}

// A program may end things from wherever it is called.
func TestEndFromWithinACallback(t *testing.T) {
	for name, end := range map[string]func(r *rig.Test, s *zmq.Socket) error{
		"Close":   func(r *rig.Test, s *zmq.Socket) error { return s.Close() },
		"Term":    func(r *rig.Test, s *zmq.Socket) error { return r.ZMQ.Term(r.Ctx) },
		"Context": func(r *rig.Test, s *zmq.Socket) error { return r.ZMQ.Close() },
	} {
		t.Run(name+" in a policy", func(t *testing.T) {
			for _, op := range []string{"bind", "connect"} {
				for _, endpoint := range []string{rig.AnyPort, "inproc://x"} {
					var r *rig.Test
					var s *zmq.Socket
					r = rig.NewWith(t, zmq.ContextConfig{EndpointPolicy: func(string, string) error { return end(r, s) }})
					s = r.Socket(zmq.PUSH)
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
			r := rig.New(t)
			b, c := r.Socket(zmq.PULL), r.Socket(zmq.PUSH)
			events := b.Monitor(r.Ctx, zmq.EventAll)
			r.Check(b.Bind(rig.AnyPort))
			r.Check(c.Connect(b.LastEndpoint()))
			var kinds []zmq.EventKind
			for e := range events {
				if kinds = append(kinds, e.Kind); e.Kind == zmq.EventHandshakeSucceeded {
					r.Check(end(r, b))
				}
			}
			if last := kinds[len(kinds)-1]; last != zmq.EventMonitorStopped {
				t.Errorf("events %v", kinds)
			}
		})
		t.Run(name+" in a loop over messages", func(t *testing.T) {
			r := rig.New(t)
			b, c := r.Pair(zmq.PULL, zmq.PUSH, rig.AnyPort)
			r.Send(c, "x")
			for m, err := range b.Messages(r.Ctx) {
				if err == nil && m.String() == "x" {
					r.Check(end(r, b))
				} else if !errors.Is(err, net.ErrClosed) {
					t.Errorf("%v, %v", m, err)
				}
			}
		})
	}
}

// A log handler may ask sockets how they are.
func TestLogHandlerMayRead(t *testing.T) {
	var r *rig.Test
	seen := make(chan struct{}, 1)
	r = rig.NewWith(t, zmq.ContextConfig{Logger: slog.New(handler(func() {
		for _, s := range r.ZMQ.Stats().Sockets {
			runtime.KeepAlive(s)
		}
		select {
		case seen <- struct{}{}:
		default:
		}
	}))})
	b, c := r.Pair(zmq.PULL, zmq.PUSH, rig.AnyPort)
	r.Check(c.Close())
	r.WaitPeersLeft(b, 0)
	<-seen
	if err := b.Bind(b.LastEndpoint()); err == nil {
		t.Error("bound twice")
	}
}

// handler is a log handler that calls a function.
type handler func()

func (h handler) Enabled(context.Context, slog.Level) bool { return true }

func (h handler) WithAttrs([]slog.Attr) slog.Handler { return h }

func (h handler) WithGroup(string) slog.Handler { return h }

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
		rig.WantEnd(t, "Close", front.Close(), zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
	}
}

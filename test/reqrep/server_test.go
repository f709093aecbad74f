// SPDX-License-Identifier: Apache-2.0

package reqrep_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/reqrep"
	"github.com/gozmq/zmq/test/rig"
)

// RFC 28, The REP Socket Type: the envelope is everything up to the first empty frame, and
// comes back as it was. What has none is dropped.
func TestServerHandlesEnvelopes(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		serve(r, reqrep.Server{Socket: router, Handler: echo})
		req := r.Connect(zmq.REQ, at)
		r.Send(req, "a", "", "b")
		r.WantRecv(req, "a", "", "b")
		m, err := req.Request(r.Ctx, []byte("numbered"))
		r.Check(err)
		if m.String() != "numbered" {
			t.Errorf("received %q", m)
		}
		dealer := r.Connect(zmq.DEALER, at)
		r.Send(dealer, "no empty frame")
		r.Send(dealer, "nothing behind it", "")
		r.Send(dealer, "x", "y", "", "body", "", "tail")
		r.WantRecv(dealer, "x", "y", "", "body", "", "tail")
		r.Send(dealer, "", "short")
		r.WantRecv(dealer, "", "short")
	})
}

func TestServerAnswersClientsOfSERVER(t *testing.T) {
	r := rig.New(t)
	server, at := r.Bind(zmq.SERVER, rig.AnyPort)
	serve(r, reqrep.Server{Socket: server, Workers: 3, Handler: func(_ context.Context, x reqrep.Request) zmq.Message {
		return zmq.NewStringMessage("re " + x.Body.String())
	}})
	for _, q := range []string{"a", "b"} {
		client := r.Connect(zmq.CLIENT, at)
		r.Send(client, q)
		r.WantRecv(client, "re "+q)
	}
}

func TestHandlerKnowsThePeer(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	serve(r, reqrep.Server{Socket: router, Handler: func(_ context.Context, x reqrep.Request) zmq.Message {
		return zmq.NewStringMessage(x.Peer.SocketType)
	}})
	ask(r, newClient(r, reqrep.Config{}, at), "?", "DEALER")
}

func TestServerRunsAsManyHandlersAsItHasWorkers(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	const workers = 3
	var running, most atomic.Int32
	var once sync.Once
	full, release := make(chan struct{}), make(chan struct{})
	serve(r, reqrep.Server{Socket: router, Workers: workers, Handler: func(_ context.Context, x reqrep.Request) zmq.Message {
		n := running.Add(1)
		defer running.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == workers {
			once.Do(func() { close(full) })
		}
		<-release
		return x.Body
	}})
	c := newClient(r, reqrep.Config{}, at)
	var wg sync.WaitGroup
	for range 4 * workers {
		wg.Go(func() { ask(r, c, "q", "q") })
	}
	<-full // all workers are at work at the same time
	close(release)
	wg.Wait()
	if n := most.Load(); n != workers {
		t.Errorf("%d handlers at a time, want %d", n, workers)
	}
}

// A handler that fails takes nothing with it: not the server, not the REP's turn.
func TestPanicOfAHandlerIsContained(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.ROUTER, zmq.REP} {
		r := rig.New(t)
		log := make(rig.Log, 100)
		s, at := r.Bind(typ, rig.AnyPort)
		serve(r, reqrep.Server{Socket: s, Logger: slog.New(log), Handler: func(_ context.Context, x reqrep.Request) zmq.Message {
			switch x.Body.String() {
			case "panic":
				panic("I am out of order")
			case "exit":
				runtime.Goexit()
			case "nothing":
				return zmq.Message{}
			}
			return x.Body
		}})
		c := newClient(r, reqrep.Config{}, at)
		for _, q := range []string{"panic", "exit", "nothing"} {
			if typ == zmq.REP { // which owes a reply in any case
				ask(r, c, q, "")
				continue
			}
			done := make(chan error, 1)
			ctx, cancel := context.WithCancel(r.Ctx)
			go func() { _, err := c.Request(ctx, []byte(q)); done <- err }()
			ask(r, c, "next", "next")
			cancel()
			if err := r.Result(done); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", q, err)
			}
		}
		ask(r, c, "still there", "still there")
		if typ == zmq.REP { // a ROUTER's may not have been received before its caller gave up
			log.Wait(t, "handler panicked", "panic=I am out of order", "server_test.go")
		}
	}
}

func TestRepAnswersThoughTheReplyIsTooLarge(t *testing.T) {
	r := rig.New(t)
	rep, at := r.Bind(zmq.REP, rig.AnyPort)
	serve(r, reqrep.Server{Socket: rep, Handler: func(context.Context, reqrep.Request) zmq.Message {
		return zmq.NewMessage(make([]byte, 2000))
	}})
	req := r.Connect(zmq.REQ, at, zmq.MaxMessageSize.Of(1000))
	r.Send(req, "q")
	r.WantRecv(req, "")
}

func TestServerStopsWhenItsHandlersHaveEnded(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.ROUTER, zmq.REP} {
		r := rig.New(t)
		s, at := r.Bind(typ, rig.AnyPort)
		began, release := make(chan struct{}), make(chan struct{})
		ctx, cancel := context.WithCancel(r.Ctx)
		served := make(chan error, 1)
		go func() {
			served <- reqrep.Serve(ctx, s, func(ctx context.Context, x reqrep.Request) zmq.Message {
				close(began)
				<-release
				if ctx.Err() != nil {
					return zmq.NewStringMessage("cut off")
				}
				return x.Body
			}, 1)
		}()
		c := newClient(r, reqrep.Config{}, at)
		first := make(chan error, 1)
		go func() {
			m, err := c.Request(r.Ctx, []byte("taken"))
			if err == nil && m.String() != "taken" {
				err = errors.New(m.String())
			}
			first <- err
		}()
		<-began
		second := make(chan error, 1)
		go func() { _, err := c.Request(r.Ctx, []byte("not taken")); second <- err }()
		r.WaitUntil("the second request has arrived", func() bool { return s.Peers()[0].QueuedIn == 1 })
		cancel()
		select {
		case err := <-served:
			t.Fatalf("Serve has returned %v before its handler", err)
		default:
		}
		close(release)
		r.Check(r.Result(first))
		r.Check(r.Result(served))
		serve(r, reqrep.Server{Socket: s, Handler: echo}) // and gets what was not taken
		r.Check(r.Result(second))
	}
}

func TestGraceEndsTheContextsOfHandlers(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	began := make(chan struct{})
	stop := serve(r, reqrep.Server{Socket: router, Grace: time.Millisecond, Handler: func(ctx context.Context, _ reqrep.Request) zmq.Message {
		close(began)
		<-ctx.Done()
		return zmq.NewStringMessage("cut off")
	}})
	c := newClient(r, reqrep.Config{}, at)
	done := make(chan error, 1)
	go func() { _, err := c.Request(r.Ctx, []byte("q")); done <- err }()
	<-began
	r.Check(stop())
	r.Check(c.Close())
	if err := r.Result(done); err != nil && !errors.Is(err, zmq.ErrClosed) {
		t.Error(err)
	}
}

func TestServeEndsWithItsSocket(t *testing.T) {
	r := rig.New(t)
	s, _ := r.Bind(zmq.ROUTER, rig.AnyPort, zmq.RecvTimeout.Of(time.Millisecond)) // which is no reason to end
	done := make(chan error, 1)
	go func() { done <- reqrep.Serve(r.Ctx, s, echo, 2) }()
	r.Check(s.Close())
	if err := r.Result(done); !errors.Is(err, zmq.ErrClosed) {
		t.Error(err)
	}
}

func TestServeRefusesWhatCannotAnswer(t *testing.T) {
	r := rig.New(t)
	router := r.Socket(zmq.ROUTER)
	var none context.Context
	for want, err := range map[string]error{
		"the context.Context is nil": reqrep.Serve(none, router, echo, 1),
		"the socket is nil":          reqrep.Serve(r.Ctx, nil, echo, 1),
		"the handler is nil":         reqrep.Serve(r.Ctx, router, nil, 1),
		"a PUSH does not answer requests, a REP, ROUTER or SERVER does": reqrep.Serve(r.Ctx, r.Socket(zmq.PUSH), echo, 1),
	} {
		if !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}

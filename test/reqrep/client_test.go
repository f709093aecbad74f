// SPDX-License-Identifier: Apache-2.0

package reqrep_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/reqrep"
	"github.com/gozmq/zmq/test/rig"
)

func TestRequestsSideBySideGetTheirOwnReplies(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		serve(r, reqrep.Server{Socket: router, Handler: echo, Workers: 4})
		c := newClient(r, reqrep.Config{}, at)
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				for k := range 20 {
					q := fmt.Sprintf("%d/%d", i, k)
					m, err := c.Request(r.Ctx, []byte(q), nil, []byte("tail"))
					if err != nil || m.Len() != 3 || m.String() != q || len(m.Frame(1)) != 0 {
						r.Errorf("the reply to %q is %q, %v", q, m.Strings(), err)
					}
				}
			})
		}
		wg.Wait()
	})
}

// Replies come in another order than the requests.
func TestRepliesAreMatchedByNumber(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	c := newClient(r, reqrep.Config{}, at)
	const n = 10
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { ask(r, c, fmt.Sprint(i), fmt.Sprint("re ", i)) })
	}
	var waiting []zmq.Message
	for range n {
		m, err := router.Recv(r.Ctx)
		r.Check(err)
		waiting = append(waiting, m)
	}
	for i := n - 1; i >= 0; i-- {
		frames := waiting[i].Strings()
		frames[len(frames)-1] = "re " + frames[len(frames)-1]
		r.Send(router, frames...)
		r.Send(router, frames...) // twice: the second one is dropped
	}
	wg.Wait()
}

func TestClientSpeaksWithREP(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		rep, at := r.Bind(zmq.REP, endpoint)
		c := newClient(r, reqrep.Config{}, at)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() { ask(r, c, fmt.Sprint(i), "re") })
		}
		for range 4 {
			_, err := rep.Recv(r.Ctx)
			r.Check(err)
			r.Send(rep, "re")
		}
		wg.Wait()
	})
}

func TestClientSpeaksThroughAProxy(t *testing.T) {
	r := rig.New(t)
	front, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	back, behind := r.Bind(zmq.DEALER, rig.AnyPort)
	p, err := zmq.NewProxy(front, back)
	r.Check(err)
	done := make(chan error, 1)
	go func() { done <- p.Run(r.Ctx) }()
	rep := r.Connect(zmq.REP, behind)
	serve(r, reqrep.Server{Socket: rep, Handler: echo})
	router := r.Connect(zmq.ROUTER, behind)
	serve(r, reqrep.Server{Socket: router, Handler: echo, Workers: 2})
	c := newClient(r, reqrep.Config{}, at)
	for i := range 10 { // which take turns between the two
		ask(r, c, fmt.Sprint(i), fmt.Sprint(i))
	}
	p.Terminate()
	r.Check(r.Result(done))
}

// No request is sent to a server that is not there, and none is lost.
func TestRequestsGoToServersThatAreThere(t *testing.T) {
	r := rig.New(t)
	down := r.FreeEndpoint(rig.AnyPort)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	serve(r, reqrep.Server{Socket: router, Handler: echo, Workers: 4})
	c := newClient(r, reqrep.Config{}, down, at, "inproc://not-bound")
	for i := range 20 {
		ask(r, c, fmt.Sprint(i), fmt.Sprint(i))
	}
}

func TestRequestWaitsForTheFirstServer(t *testing.T) {
	r := rig.New(t)
	at := r.FreeEndpoint(rig.AnyPort)
	c := newClient(r, reqrep.Config{}, at)
	done := make(chan error, 1)
	go func() { _, err := c.Request(r.Ctx, []byte("early")); done <- err }()
	r.WaitUntil("an attempt to connect has failed", func() bool { return c.Endpoints()[0].Attempts > 0 })
	serve(r, reqrep.Server{Socket: r.BindAt(zmq.ROUTER, at), Handler: echo})
	r.Check(r.Result(done))
}

// A retry goes to another server if there is one, and to the same if not. The first reply
// counts, also that of an earlier attempt.
func TestRequestWithoutReplyIsSentAgain(t *testing.T) {
	r := rig.New(t)
	hung, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	c := newClient(r, reqrep.Config{Attempts: 2, RetryAfter: time.Millisecond}, at)
	done := make(chan error, 1)
	go func() { _, err := c.Request(r.Ctx, []byte("q")); done <- err }()
	m, err := hung.Recv(r.Ctx)
	r.Check(err)
	again, err := hung.Recv(r.Ctx)
	r.Check(err)
	if string(m.Last()) != "q" || string(again.Last()) != "q" || string(m.Frame(1)) == string(again.Frame(1)) {
		t.Errorf("received %q and %q", m.Strings(), again.Strings())
	}
	r.Check(hung.SendMessage(r.Ctx, m))
	r.Check(r.Result(done))
}

func TestRequestsSurviveAServerThatHangs(t *testing.T) {
	r := rig.New(t)
	good, atGood := r.Bind(zmq.ROUTER, rig.AnyPort)
	serve(r, reqrep.Server{Socket: good, Handler: echo})
	atHung := r.FreeEndpoint(rig.AnyPort)
	c := newClient(r, reqrep.Config{Attempts: 2, RetryAfter: time.Millisecond}, atHung, atGood)
	ask(r, c, "the good one is there", "the good one is there")
	hung := r.BindAt(zmq.ROUTER, atHung)
	r.WaitPeers(hung, 1)
	r.WaitUntil("a request has come to the server that hangs", func() bool {
		ask(r, c, "q", "q")
		return hung.Peers()[0].QueuedIn > 0
	})
	for range 10 {
		ask(r, c, "q", "q")
	}
}

func TestRequestWhoseConnectionEndsIsLostOrSentAgain(t *testing.T) {
	for _, attempts := range []int{1, 2} {
		r := rig.New(t)
		dies, at := r.Bind(zmq.ROUTER, rig.AnyPort)
		c := newClient(r, reqrep.Config{Attempts: attempts}, at)
		done := make(chan error, 1)
		go func() { _, err := c.Request(r.Ctx, []byte("q")); done <- err }()
		_, err := dies.Recv(r.Ctx)
		r.Check(err)
		r.Check(dies.Close())
		if attempts == 2 {
			answer(r, r.BindAt(zmq.REP, at), "q", "a")
			r.Check(r.Result(done))
			continue
		}
		if err := r.Result(done); !errors.Is(err, reqrep.ErrLost) || !strings.Contains(err.Error(), at) {
			t.Error(err)
		}
	}
}

// A reply that came before its connection ended is a reply.
func TestReplyOfAServerThatEndsCounts(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		for range 10 {
			rep, at := r.Bind(zmq.REP, endpoint, zmq.Linger.Of(time.Minute))
			c := newClient(r, reqrep.Config{}, at)
			done := make(chan error, 1)
			go func() { _, err := c.Request(r.Ctx, []byte("q")); done <- err }()
			answer(r, rep, "q", "a")
			r.Check(rep.Close())
			r.Check(r.Result(done))
		}
	})
}

func TestRequestThatGivesUpSaysWhy(t *testing.T) {
	r := rig.New(t)
	hung, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	down := r.FreeEndpoint(rig.AnyPort)
	lonely := newClient(r, reqrep.Config{Timeout: time.Millisecond}, down)
	_, none := lonely.Request(r.Ctx, nil)
	c := newClient(r, reqrep.Config{}, at)
	ctx, cancel := context.WithCancelCause(r.Ctx)
	done := make(chan error, 1)
	go func() { _, err := c.Request(ctx, []byte("q")); done <- err }()
	_, err := hung.Recv(r.Ctx)
	r.Check(err)
	cancel(nil)
	if err := r.Result(done); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	past, stop := context.WithTimeout(r.Ctx, -1)
	defer stop()
	_, late := c.Request(past, nil)
	var nilContext context.Context
	_, noContext := c.Request(nilContext, nil)
	_, empty := c.Request(r.Ctx)
	for _, x := range []struct {
		err, is error
		want    string
	}{
		{none, zmq.ErrTimeout, "zmq: request on client of " + down + ": timed out; no server has taken the request; " + down + ": "},
		{late, context.DeadlineExceeded, "no server has taken the request"},
		{noContext, zmq.ErrInvalid, "the context.Context is nil"},
		{empty, zmq.ErrInvalid, "a request has at least one frame"},
	} {
		if !errors.Is(x.err, x.is) || !strings.Contains(x.err.Error(), x.want) || strings.Count(x.err.Error(), "zmq: ") != 1 {
			t.Errorf("%v, want %v and %q in it", x.err, x.is, x.want)
		}
	}
	slow := newClient(r, reqrep.Config{Timeout: 50 * time.Millisecond}, at)
	r.WaitPeers(hung, 2)
	_, waited := slow.Request(r.Ctx, nil)
	var w *zmq.WaitError
	if !errors.As(waited, &w) || w.Err != zmq.ErrTimeout || len(w.Endpoints) != 1 {
		t.Errorf("%v", waited)
	}
	if _, err := reqrep.NewClient(reqrep.Config{}); !errors.Is(err, zmq.ErrInvalid) {
		t.Error(err)
	}
	if _, err := reqrep.NewClient(reqrep.Config{Context: r.ZMQ}, at, "nonsense"); !errors.Is(err, zmq.ErrInvalid) {
		t.Error(err)
	}
}

func TestRequestEndsWithItsClientAndItsContext(t *testing.T) {
	for _, end := range []func(*reqrep.Client, *zmq.Context) error{
		func(c *reqrep.Client, _ *zmq.Context) error { _ = c.Close(); return zmq.ErrClosed },
		func(_ *reqrep.Client, z *zmq.Context) error { z.Shutdown(); return zmq.ErrTerminated },
	} {
		r := rig.New(t)
		hung, at := r.Bind(zmq.ROUTER, rig.AnyPort)
		z := rig.Context(t)
		c, err := reqrep.NewClient(reqrep.Config{Context: z}, at)
		r.Check(err)
		done := make(chan error, 1)
		go func() { _, err := c.Request(r.Ctx, []byte("q")); done <- err }()
		_, err = hung.Recv(r.Ctx)
		r.Check(err)
		want := end(c, z)
		if err := r.Result(done); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
		if _, err := c.Request(r.Ctx, []byte("q")); !errors.Is(err, want) {
			t.Errorf("afterwards: %v, want %v", err, want)
		}
		_ = c.Close()
	}
}

func TestRequestThatIsTooLargeFails(t *testing.T) {
	r := rig.New(t)
	_, at := r.Bind(zmq.ROUTER, rig.AnyPort, zmq.MaxMessageSize.Of(1000))
	c := newClient(r, reqrep.Config{}, at)
	if _, err := c.Request(r.Ctx, make([]byte, 2000)); !errors.Is(err, zmq.ErrMessageTooLarge) {
		t.Error(err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// wantNext receives from a channel of Incoming.
func wantNext(r *rig.Test, ch <-chan zmq.Message, want string) {
	r.Helper()
	select {
	case m, ok := <-ch:
		if !ok || m.String() != want {
			r.Fatalf("got %q, %v; want %q", m, ok, want)
		}
	case <-r.Ctx.Done():
		r.Fatalf("%q does not come", want)
	}
}

func wantEnded(r *rig.Test, ch <-chan zmq.Message) {
	r.Helper()
	select {
	case m, ok := <-ch:
		if ok {
			r.Fatalf("got %q, want the end", m)
		}
	case <-r.Ctx.Done():
		r.Fatal("the channel is not closed")
	}
}

func TestIncoming(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
		in := pull.Incoming(r.Ctx)
		for i := range 100 {
			r.Send(push, fmt.Sprint(i))
		}
		for i := range 100 {
			wantNext(r, in, fmt.Sprint(i))
		}
		r.Check(pull.Close())
		wantEnded(r, in)
	})
}

// A message that the program has not taken when the context ends is received next.
func TestIncomingLosesNothing(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, "inproc://it")
		for i := range 6 {
			r.Send(push, fmt.Sprint(i))
		}
		ctx, cancel := context.WithCancel(r.Ctx)
		in := pull.Incoming(ctx)
		wantNext(r, in, "0")
		synctest.Wait() // 1 has been taken
		cancel()
		synctest.Wait()
		wantEnded(r, in)
		if n := pull.Stats().Received; n != 1 {
			t.Errorf("%d messages received, want 1", n)
		}
		if pull.Events() != zmq.PollIn {
			t.Error("not readable")
		}
		r.WantRecv(pull, "1")
		ctx, cancel = context.WithCancel(r.Ctx)
		in = pull.Incoming(ctx)
		wantNext(r, in, "2")
		synctest.Wait()
		cancel()
		synctest.Wait()
		wantNext(r, pull.Incoming(r.Ctx), "3")
	})
}

// A Recv that waits gets what comes back.
func TestIncomingWakesRecv(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, "inproc://it")
		ctx, cancel := context.WithCancel(r.Ctx)
		_ = pull.Incoming(ctx)
		r.Send(push, "1")
		synctest.Wait()
		got := make(chan string)
		go func() {
			m, err := pull.Recv(r.Ctx)
			got <- fmt.Sprint(m, err)
		}()
		synctest.Wait()
		cancel()
		if s := <-got; s != "1<nil>" && s != "1 <nil>" {
			t.Errorf("Recv: %s", s)
		}
	})
}

func TestIncomingEnds(t *testing.T) {
	for name, end := range map[string]func(r *rig.Test, s *zmq.Socket, cancel func()){
		"context":   func(_ *rig.Test, _ *zmq.Socket, cancel func()) { cancel() },
		"closed":    func(r *rig.Test, s *zmq.Socket, _ func()) { r.Check(s.Close()) },
		"shut down": func(r *rig.Test, _ *zmq.Socket, _ func()) { r.ZMQ.Shutdown() },
	} {
		for _, held := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " with a message in hand ", held), func(t *testing.T) {
				bubbled(t, func(r *rig.Test) {
					pull, push := r.Pair(zmq.PULL, zmq.PUSH, "inproc://it")
					ctx, cancel := context.WithCancel(r.Ctx)
					defer cancel()
					in := pull.Incoming(ctx)
					if held {
						r.Send(push, "x")
					}
					synctest.Wait()
					end(r, pull, cancel)
					synctest.Wait()
					wantEnded(r, in)
				})
			})
		}
	}
	r := rig.New(t)
	wantEnded(r, r.Socket(zmq.PUSH).Incoming(r.Ctx))
	closed := r.Socket(zmq.PULL)
	r.Check(closed.Close())
	wantEnded(r, closed.Incoming(r.Ctx))
}

// A REP gets its next request once it has answered.
func TestIncomingOfRep(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		rep, one := r.Pair(zmq.REP, zmq.REQ, "inproc://it")
		two := r.Connect(zmq.REQ, "inproc://it")
		in := rep.Incoming(r.Ctx)
		r.Send(one, "1")
		r.Send(two, "2")
		wantNext(r, in, "1")
		synctest.Wait()
		r.Send(rep, "for 1")
		wantNext(r, in, "2")
		r.Send(rep, "for 2")
		r.WantRecv(one, "for 1")
		r.WantRecv(two, "for 2")
	})
}

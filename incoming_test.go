// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	zmq "github.com/gozmq/zmq"
)

// next receives from a channel of Incoming.
func (r *rig) next(ch <-chan zmq.Message, want string) {
	r.Helper()
	select {
	case m, ok := <-ch:
		if !ok || m.String() != want {
			r.Fatalf("got %q, %v; want %q", m, ok, want)
		}
	case <-r.ctx.Done():
		r.Fatalf("%q does not come", want)
	}
}

func (r *rig) ended(ch <-chan zmq.Message) {
	r.Helper()
	select {
	case m, ok := <-ch:
		if ok {
			r.Fatalf("got %q, want the end", m)
		}
	case <-r.ctx.Done():
		r.Fatal("the channel is not closed")
	}
}

func TestIncoming(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pull, push := r.pair(zmq.PULL, zmq.PUSH, endpoint)
		in := pull.Incoming(r.ctx)
		for i := range 100 {
			r.send(push, fmt.Sprint(i))
		}
		for i := range 100 {
			r.next(in, fmt.Sprint(i))
		}
		r.check(pull.Close())
		r.ended(in)
	})
}

// The message that nobody has taken when the context ends is the next that is
// received.
func TestIncomingLosesNothing(t *testing.T) {
	bubbled(t, func(r *rig) {
		pull, push := r.pair(zmq.PULL, zmq.PUSH, "inproc://it")
		for i := range 6 {
			r.send(push, fmt.Sprint(i))
		}
		ctx, cancel := context.WithCancel(r.ctx)
		in := pull.Incoming(ctx)
		r.next(in, "0")
		synctest.Wait() // 1 has been taken
		cancel()
		synctest.Wait()
		r.ended(in)
		if n := pull.Stats().Received; n != 1 {
			t.Errorf("%d messages received, want 1", n)
		}
		if pull.Events() != zmq.PollIn {
			t.Error("not readable")
		}
		r.want(pull, "1")
		ctx, cancel = context.WithCancel(r.ctx)
		in = pull.Incoming(ctx)
		r.next(in, "2")
		synctest.Wait()
		cancel()
		synctest.Wait()
		r.next(pull.Incoming(r.ctx), "3")
	})
}

// A Recv that waits gets what comes back.
func TestIncomingWakesRecv(t *testing.T) {
	bubbled(t, func(r *rig) {
		pull, push := r.pair(zmq.PULL, zmq.PUSH, "inproc://it")
		ctx, cancel := context.WithCancel(r.ctx)
		_ = pull.Incoming(ctx)
		r.send(push, "1")
		synctest.Wait()
		got := make(chan string)
		go func() {
			m, err := pull.Recv(r.ctx)
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
	for name, end := range map[string]func(r *rig, s *zmq.Socket, cancel func()){
		"context":   func(_ *rig, _ *zmq.Socket, cancel func()) { cancel() },
		"closed":    func(r *rig, s *zmq.Socket, _ func()) { r.check(s.Close()) },
		"shut down": func(r *rig, _ *zmq.Socket, _ func()) { r.zc.Shutdown() },
	} {
		for _, held := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " with a message in hand ", held), func(t *testing.T) {
				bubbled(t, func(r *rig) {
					pull, push := r.pair(zmq.PULL, zmq.PUSH, "inproc://it")
					ctx, cancel := context.WithCancel(r.ctx)
					defer cancel()
					in := pull.Incoming(ctx)
					if held {
						r.send(push, "x")
					}
					synctest.Wait()
					end(r, pull, cancel)
					synctest.Wait()
					r.ended(in)
				})
			})
		}
	}
	r := newRig(t)
	r.ended(r.socket(zmq.PUSH).Incoming(r.ctx))
	closed := r.socket(zmq.PULL)
	r.check(closed.Close())
	r.ended(closed.Incoming(r.ctx))
}

// A REP gets its next request once it has answered.
func TestIncomingOfRep(t *testing.T) {
	bubbled(t, func(r *rig) {
		rep, one := r.pair(zmq.REP, zmq.REQ, "inproc://it")
		two := r.connect(zmq.REQ, "inproc://it")
		in := rep.Incoming(r.ctx)
		r.send(one, "1")
		r.send(two, "2")
		r.next(in, "1")
		synctest.Wait()
		r.send(rep, "for 1")
		r.next(in, "2")
		r.send(rep, "for 2")
		r.want(one, "for 1")
		r.want(two, "for 2")
	})
}

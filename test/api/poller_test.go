// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// polled is a poller whose events a test reads as texts: tag and events.
func newPoller(r *rig.Test) *zmq.Poller {
	p := zmq.NewPoller()
	r.Cleanup(func() { _ = p.Close() })
	return p
}

func told(events []zmq.PollEvent) []string {
	list := []string{}
	for _, e := range events {
		text := fmt.Sprint(e.Tag)
		for _, x := range []struct {
			bit  zmq.PollEvents
			name string
		}{{zmq.PollIn, " in"}, {zmq.PollOut, " out"}, {zmq.PollErr, " err"}, {zmq.PollPri, " pri"}, {zmq.PollClosed, " closed"}} {
			if e.Events&x.bit != 0 {
				text += x.name
			}
		}
		list = append(list, text)
	}
	return list
}

// wantNow says what is ready at this moment.
func wantNow(r *rig.Test, p *zmq.Poller, want ...string) {
	r.Helper()
	events, err := p.Poll()
	r.Check(err)
	if got := told(events); !reflect.DeepEqual(got, append([]string{}, want...)) {
		r.Fatalf("ready: %q, want %q", got, want)
	}
}

// waits starts a Wait in a goroutine and returns where its events come.
func waits(r *rig.Test, p *zmq.Poller) <-chan []string {
	ch := make(chan []string, 1)
	go func() {
		events, err := p.Wait(r.Ctx)
		if err != nil {
			ch <- []string{err.Error()}
			return
		}
		ch <- told(events)
	}()
	return ch
}

func wantGot(r *rig.Test, ch <-chan []string, want ...string) {
	r.Helper()
	select {
	case got := <-ch:
		if !reflect.DeepEqual(got, want) {
			r.Fatalf("Wait returned %q, want %q", got, want)
		}
	case <-r.Ctx.Done():
		r.Fatalf("Wait does not return, want %q", want)
	}
}

func TestPollerIsLevelTriggered(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
		p := newPoller(r)
		r.Check(p.Add(pull, zmq.PollIn, "pull"))
		wantNow(r, p)
		ch := waits(r, p)
		r.Send(push, "1")
		wantGot(r, ch, "pull in")
		r.Send(push, "2")
		r.WaitArrived(pull, 2)
		wantNow(r, p, "pull in")
		wantNow(r, p, "pull in")
		r.WantRecv(pull, "1")
		wantNow(r, p, "pull in")
		r.WantRecv(pull, "2")
		wantNow(r, p)
		ch = waits(r, p)
		r.Send(push, "3")
		wantGot(r, ch, "pull in")
	})
}

// Out is reported while there is room, and again when room comes back.
func TestPollerOut(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		pull, at := r.Bind(zmq.PULL, "inproc://it", narrowed...)
		push := newClient(r, zmq.PUSH, at)
		p := newPoller(r)
		r.Check(p.Add(push, zmq.PollOut|zmq.PollIn, "push"))
		wantNow(r, p, "push out")
		r.TrySend(push, "1")
		wantNow(r, p, "push out")
		r.TrySend(push, "2")
		wantNow(r, p)
		ch := waits(r, p)
		synctest.Wait()
		r.WantRecv(pull, "1")
		wantGot(r, ch, "push out")
	})
}

// EVENTS of each type, as libzmq has them.
func TestEventsPerType(t *testing.T) {
	const in, out = zmq.PollIn, zmq.PollOut
	bubbled(t, func(r *rig.Test) {
		s := func(typ zmq.SocketType) *zmq.Socket { return r.Socket(typ) }
		for typ, want := range map[zmq.SocketType]zmq.PollEvents{
			zmq.PUB: out, zmq.XPUB: out, zmq.SUB: 0, zmq.XSUB: out, zmq.REQ: 0, zmq.REP: 0, zmq.DEALER: 0,
			zmq.ROUTER: 0, zmq.PULL: 0, zmq.PUSH: 0, zmq.PAIR: 0, zmq.STREAM: out,
		} {
			if got := s(typ).Events(); got != want {
				t.Errorf("%v without peers: %b, want %b", typ, got, want)
			}
		}
		if got := r.Socket(zmq.ROUTER, zmq.RouterMandatory.Of(false)).Events(); got != out {
			t.Errorf("ROUTER that drops: %b", got)
		}
		want := func(what string, s *zmq.Socket, events zmq.PollEvents) {
			if got := s.Events(); got != events {
				t.Errorf("%s: %v has %b, want %b", what, s, got, events)
			}
		}
		xpub, xsub := r.Pair(zmq.XPUB, zmq.XSUB, "inproc://pub")
		want("before", xpub, out)
		r.Send(xsub, "\x01topic")
		want("a subscription", xpub, in|out)
		r.Send(xpub, "topic")
		want("a message", xsub, in|out)
		rep, req := r.Pair(zmq.REP, zmq.REQ, "inproc://rep")
		want("before", req, out)
		r.Send(req, "?")
		want("awaiting", req, 0)
		want("asked", rep, in)
		r.Recv(rep)
		want("owing", rep, out)
		r.Send(rep, "!")
		want("answered", rep, 0)
		want("answered", req, in)
		r.Recv(req)
		want("done", req, out)
		a, b := r.Pair(zmq.PAIR, zmq.PAIR, "inproc://pair")
		want("peer", a, out)
		r.Send(b, "hello")
		want("peer and message", a, in|out)
		r.Check(a.Close())
		want("closed", a, zmq.PollClosed)
	})
}

func TestPollerModifyAndRemoveWhileWaiting(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		a, b := r.Pair(zmq.DEALER, zmq.DEALER, "inproc://it")
		p := newPoller(r)
		r.Check(p.Add(a, 0, "a"))
		ch := waits(r, p)
		synctest.Wait()
		r.Check(p.Modify(a, zmq.PollOut))
		wantGot(r, ch, "a out")
		r.Check(p.Modify(a, zmq.PollIn))
		ch = waits(r, p)
		synctest.Wait()
		r.Check(p.Remove(a))
		r.Send(b, "unseen")
		synctest.Wait()
		r.Check(p.Add(a, zmq.PollIn|zmq.PollOut, "again"))
		wantGot(r, ch, "again in out")
		if p.Len() != 1 {
			t.Errorf("Len %d", p.Len())
		}
	})
}

func TestPollerRefuses(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	p := newPoller(r)
	r.Check(p.Add(s, zmq.PollIn, nil))
	for what, err := range map[string]error{
		"twice": p.Add(s, zmq.PollIn, nil), "modify another": p.Modify(r.Socket(zmq.PULL), 0),
		"remove another": p.Remove(r.Socket(zmq.PULL)), "bits": p.Add(r.Socket(zmq.PULL), 32, nil), "bits modify": p.Modify(s, zmq.PollClosed),
		"descriptor modify": p.ModifyFD(5, 0), "descriptor remove": p.RemoveFD(5),
	} {
		if !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	closed := r.Socket(zmq.PULL)
	r.Check(closed.Close())
	if err := p.Add(closed, zmq.PollIn, nil); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("a closed socket: %v", err)
	}
}

// A wait ends with its context; time-outs are contexts.
func TestPollerWaitEndsWithItsContext(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		p := newPoller(r)
		r.Check(p.Add(r.Socket(zmq.PULL), zmq.PollIn, nil))
		start := time.Now()
		ctx, cancel := context.WithTimeout(r.Ctx, time.Second)
		defer cancel()
		if _, err := p.Wait(ctx); err != context.DeadlineExceeded || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		push := r.Socket(zmq.PUB)
		r.Check(p.Add(push, zmq.PollOut, "ready"))
		if events, err := p.Wait(ctx); err != nil || len(events) != 1 {
			t.Errorf("what is ready is found although the context has ended: %v, %v", events, err)
		}
	})
}

// A closed socket is reported once and has left; what else is registered stays.
func TestPollerReportsAClosedSocket(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		s := r.Socket(zmq.PULL)
		p := newPoller(r)
		r.Check(p.Add(s, 0, "s"))
		r.Check(p.Add(r.Socket(zmq.PULL), zmq.PollIn, "other"))
		ch := waits(r, p)
		synctest.Wait()
		r.Check(s.Close())
		wantGot(r, ch, "s closed")
		wantNow(r, p)
		if p.Len() != 1 {
			t.Errorf("Len %d", p.Len())
		}
		if err := p.Remove(s); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("Remove: %v", err)
		}
	})
}

func TestPollerEndsWithTheContextOfASocket(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		p := newPoller(r)
		s := r.Socket(zmq.PULL)
		r.Check(p.Add(s, zmq.PollIn, nil))
		ch := make(chan error)
		go func() {
			_, err := p.Wait(r.Ctx)
			ch <- err
		}()
		synctest.Wait()
		r.ZMQ.Shutdown()
		if err := <-ch; !errors.Is(err, zmq.ErrTerminated) {
			t.Errorf("Wait: %v", err)
		}
		if _, err := p.Poll(); !errors.Is(err, zmq.ErrTerminated) {
			t.Errorf("and again: %v", err)
		}
		r.Check(p.Remove(s))
		wantNow(r, p)
	})
}

func TestPollerClose(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		p := zmq.NewPoller()
		s := r.Socket(zmq.PULL)
		r.Check(p.Add(s, zmq.PollIn, nil))
		ch := make(chan error)
		go func() {
			_, err := p.Wait(r.Ctx)
			ch <- err
		}()
		synctest.Wait()
		r.Check(p.Close())
		for what, err := range map[string]error{"Wait": <-ch, "Close": p.Close(), "Add": p.Add(s, 0, nil), "AddFD": p.AddFD(0, 0, nil)} {
			if !errors.Is(err, zmq.ErrClosed) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// Where more is ready than fits, all have their turn.
func TestPollerIsFair(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		p := newPoller(r)
		for i := range 5 {
			r.Check(p.Add(r.Socket(zmq.PUB), zmq.PollOut, i))
		}
		seen := make(map[any]int)
		events := make([]zmq.PollEvent, 2)
		for range 10 {
			n, err := p.WaitInto(r.Ctx, events)
			r.Check(err)
			for _, e := range events[:n] {
				seen[e.Tag]++
			}
		}
		if want := map[any]int{0: 4, 1: 4, 2: 4, 3: 4, 4: 4}; !reflect.DeepEqual(seen, want) {
			t.Errorf("20 events: %v", seen)
		}
	})
}

// Every goroutine that waits hears of what is ready.
func TestPollerWakesAllThatWait(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, "inproc://it")
		p := newPoller(r)
		r.Check(p.Add(pull, zmq.PollIn, "pull"))
		a, b, c := waits(r, p), waits(r, p), waits(r, p)
		synctest.Wait()
		r.Send(push, "1")
		for _, ch := range []<-chan []string{a, b, c} {
			wantGot(r, ch, "pull in")
		}
	})
}

// A wait without room for an event takes no other's wake-up (zmq_poller_wait_all
// with n = 0 waits for its timeout).
func TestPollerWaitIntoNothing(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, "inproc://it")
		p := newPoller(r)
		r.Check(p.Add(pull, zmq.PollIn, "pull"))
		ctx, cancel := context.WithCancel(r.Ctx)
		result := make(chan error, 1)
		go func() {
			_, err := p.WaitInto(ctx, nil)
			result <- err
		}()
		synctest.Wait() // the goroutine above waits first
		ch := waits(r, p)
		synctest.Wait()
		r.Send(push, "1")
		synctest.Wait()
		select {
		case got := <-ch:
			if want := []string{"pull in"}; !reflect.DeepEqual(got, want) {
				t.Errorf("Wait returned %q", got)
			}
		default:
			t.Error("Wait does not return")
		}
		cancel()
		if err := r.Result(result); !errors.Is(err, context.Canceled) {
			t.Errorf("WaitInto returned %v", err)
		}
	})
}

// Registrations and waits of many goroutines at the same time.
func TestPollerConcurrently(t *testing.T) {
	r := rig.New(t)
	p := newPoller(r)
	pull, push := r.Pair(zmq.PULL, zmq.PUSH, "inproc://it")
	r.Check(p.Add(pull, zmq.PollIn, nil))
	const n = 2000
	done := make(chan error, 4)
	go func() {
		for range n {
			if err := push.Send(r.Ctx, []byte("x")); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	go func() {
		for range 500 {
			s := r.Socket(zmq.DEALER)
			if err := errors.Join(p.Add(s, zmq.PollIn, nil), p.Modify(s, zmq.PollOut), p.Remove(s), s.Close()); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	got := make(chan struct{}, n)
	ctx, cancel := context.WithCancel(r.Ctx)
	for range 2 {
		go func() {
			for {
				if _, err := p.Wait(ctx); err != nil {
					done <- nil
					return
				}
				for pull.Events()&zmq.PollIn != 0 {
					if _, err := pull.TryRecv(); err == nil {
						got <- struct{}{}
					}
				}
			}
		}()
	}
	for range n {
		select {
		case <-got:
		case <-r.Ctx.Done():
			t.Fatal("a message was not reported")
		}
	}
	cancel()
	for range 4 {
		r.Check(<-done)
	}
}

// SPDX-License-Identifier: Apache-2.0

package core

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// inprocPair returns two sockets of one context, the first bound, the second
// connected to it, with high-water marks of 1 each.
func inprocPair(t *testing.T, bound, connected int) (a, b *Socket) {
	t.Helper()
	c := NewContext(Config{})
	t.Cleanup(func() {
		if err := c.Term(zmqtest.Deadline(t), true); err != nil {
			t.Error(err)
		}
	})
	a, b = testSocket(t, c, bound), testSocket(t, c, connected)
	for _, s := range []*Socket{a, b} {
		for _, n := range []opt.Num{opt.SendHWM, opt.RecvHWM} {
			if err := s.SetOption(n, opt.Value{I: 1}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.Bind("inproc://watched"); err != nil {
		t.Fatal(err)
	}
	if err := b.Connect("inproc://watched"); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func testSocket(t *testing.T, c *Context, typ int) *Socket {
	t.Helper()
	s, err := c.NewSocket(typ)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// bell counts how often a watcher was told.
type bell struct {
	*Watch
	rung atomic.Int32
}

func watch(s *Socket, want Ready) *bell {
	b := &bell{}
	b.Watch = s.Watch(want, func() { b.rung.Add(1) })
	return b
}

// expect checks what was told since the last call, and the state.
func (b *bell) expect(t *testing.T, when string, told int32, want Ready) {
	t.Helper()
	if n := b.rung.Swap(0); n != told {
		t.Errorf("%s: told %d times, not %d", when, n, told)
	}
	if r, err := b.Events(); err != nil || r != want {
		t.Errorf("%s: events %b, %v; want %b", when, r, err, want)
	}
}

func send(t *testing.T, s *Socket, frames ...string) {
	t.Helper()
	var b [][]byte
	for _, f := range frames {
		b = append(b, []byte(f))
	}
	if err := s.TrySend(b, false); err != nil {
		t.Fatalf("%v sends %q: %v", s, frames, err)
	}
}

func recv(t *testing.T, s *Socket) pipe.Message {
	t.Helper()
	var m pipe.Message
	if err := s.TryRecv(&m); err != nil {
		t.Fatalf("%v receives: %v", s, err)
	}
	return m
}

// A watcher is told once of any number of messages, and again after Events.
func TestWatchTellsOnceUntilAsked(t *testing.T) {
	pull, push := inprocPair(t, pattern.Pull, pattern.Push)
	b := watch(pull, CanRecv)
	b.expect(t, "before", 0, 0)
	send(t, push, "1")
	send(t, push, "2")
	b.expect(t, "two messages", 1, CanRecv)
	recv(t, pull)
	b.expect(t, "one is left", 0, CanRecv)
	recv(t, pull)
	b.expect(t, "none is left", 0, 0)
	send(t, push, "3")
	b.expect(t, "another", 1, CanRecv)
	b.Stop()
	recv(t, pull)
	send(t, push, "4")
	if b.rung.Load() != 0 {
		t.Error("told after Stop")
	}
}

// A full socket is not writable, and its watcher hears of room.
func TestWatchTellsOfRoom(t *testing.T) {
	pull, push := inprocPair(t, pattern.Pull, pattern.Push)
	b := watch(push, CanSend)
	b.expect(t, "empty", 0, CanSend)
	send(t, push, "1")
	b.expect(t, "half full", 0, CanSend)
	send(t, push, "2")
	b.expect(t, "full", 0, 0)
	recv(t, pull)
	b.expect(t, "room", 1, CanSend)
}

// A watcher is told only of what it wants, and always of the end.
func TestWatchWants(t *testing.T) {
	d, e := inprocPair(t, pattern.Dealer, pattern.Dealer)
	b := watch(d, CanSend)
	b.expect(t, "before", 0, CanSend)
	send(t, e, "1")
	b.expect(t, "a message, which is not wanted", 0, CanSend|CanRecv)
	recv(t, d)
	b.expect(t, "read", 0, CanSend)
	b.Want(CanRecv)
	send(t, e, "2")
	b.expect(t, "now it is", 1, CanSend|CanRecv)
	b.Want(0)
	d.Close()
	if n := b.rung.Load(); n != 1 {
		t.Errorf("told %d times of Close, not once", n)
	}
	if r, err := b.Events(); r != Ended || !errors.Is(err, zerr.ErrClosed) {
		t.Errorf("events %b, %v after Close", r, err)
	}
}

func TestWatchTellsOfTermination(t *testing.T) {
	d, _ := inprocPair(t, pattern.Dealer, pattern.Dealer)
	b := watch(d, 0)
	d.Context().Shutdown()
	if n := b.rung.Load(); n != 1 {
		t.Errorf("told %d times of the end, not once", n)
	}
	if r, err := b.Events(); r != Ended || !errors.Is(err, zerr.ErrTerminated) {
		t.Errorf("events %b, %v", r, err)
	}
}

// EVENTS of REQ and REP follow their lockstep, and calls of other goroutines that
// change it are told.
func TestWatchFollowsLockstep(t *testing.T) {
	rep, req := inprocPair(t, pattern.Rep, pattern.Req)
	p, q := watch(rep, CanRecv|CanSend), watch(req, CanRecv|CanSend)
	p.expect(t, "before: REP", 0, 0)
	q.expect(t, "before: REQ", 0, CanSend)
	send(t, req, "request")
	p.expect(t, "asked: REP", 1, CanRecv)
	q.expect(t, "asked: REQ", 0, 0)
	recv(t, rep)
	p.expect(t, "owing: REP", 1, CanSend)
	send(t, rep, "reply")
	p.expect(t, "answered: REP", 1, 0)
	q.expect(t, "answered: REQ", 1, CanRecv)
	recv(t, req)
	q.expect(t, "done: REQ", 1, CanSend)
}

// A REP that has answered is readable at once if another request waits, and its
// watcher hears of it.
func TestWatchRepWithAnotherRequest(t *testing.T) {
	rep, one := inprocPair(t, pattern.Rep, pattern.Req)
	two := testSocket(t, rep.Context(), pattern.Req)
	if err := two.Connect("inproc://watched"); err != nil {
		t.Fatal(err)
	}
	send(t, one, "1")
	recv(t, rep)
	b := watch(rep, CanRecv)
	send(t, two, "2")
	b.rung.Store(0) // told in vain or not, both are right
	b.expect(t, "owing", 0, CanSend)
	send(t, rep, "reply")
	b.expect(t, "answered", 1, CanRecv)
}

// ROUTER_MANDATORY decides whether a ROUTER is always writable.
func TestWatchRouterMandatory(t *testing.T) {
	router, dealer := inprocPair(t, pattern.Router, pattern.Dealer)
	b := watch(router, CanSend)
	b.expect(t, "room", 0, CanSend)
	send(t, dealer, "hello")
	id := string(recv(t, router).Head)
	send(t, router, id, "1")
	send(t, router, id, "2")
	b.rung.Store(0)
	b.expect(t, "full", 0, 0)
	recv(t, dealer)
	b.expect(t, "room again", 1, CanSend)
	send(t, router, id, "3")
	b.expect(t, "full again", 0, 0)
	if err := router.SetOption(opt.RouterMandatory, opt.Value{}); err != nil {
		t.Fatal(err)
	}
	b.expect(t, "not mandatory", 1, CanSend)
}

// A message that a SUB has not subscribed to does not make it readable.
func TestWatchSubFilters(t *testing.T) {
	pub, sub := inprocPair(t, pattern.Pub, pattern.Sub)
	if err := sub.SetOption(opt.Subscribe, opt.Value{B: []byte("a")}); err != nil {
		t.Fatal(err)
	}
	b := watch(sub, CanRecv)
	b.expect(t, "before", 0, 0)
	send(t, pub, "abc")
	b.expect(t, "subscribed", 1, CanRecv)
	if err := sub.SetOption(opt.Unsubscribe, opt.Value{B: []byte("a")}); err != nil {
		t.Fatal(err)
	}
	b.rung.Store(0)
	b.expect(t, "not any more", 0, 0)
}

// However sends, receives of others and queries interleave, a watcher that waits
// after an empty look is told.
func TestWatchLosesNothing(t *testing.T) {
	pull, push := inprocPair(t, pattern.Pull, pattern.Push)
	const n = 20000
	ctx, cancel := zmqtest.Patient(time.Minute) // for each wait
	defer cancel()
	var got atomic.Int32
	take := func() bool {
		var m pipe.Message
		if pull.TryRecv(&m) != nil {
			return false
		}
		if got.Add(1) == n {
			cancel()
		}
		return true
	}
	wake := make(chan struct{}, 1)
	w := pull.Watch(CanRecv, func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	defer w.Stop()
	go func() {
		for range n {
			if push.Send(ctx, [][]byte{{1}}) != nil {
				return
			}
		}
	}()
	go func() { // a thief that tries and never waits
		for ctx.Err() == nil {
			take()
			runtime.Gosched() // there may be one processor
		}
	}()
	for {
		if r, err := w.Events(); err != nil {
			t.Fatal(err)
		} else if r&CanRecv != 0 {
			take()
			continue
		}
		select {
		case <-wake:
		case <-ctx.Done():
			if got.Load() != n {
				t.Fatalf("%d of %d messages", got.Load(), n)
			}
			return
		}
	}
}

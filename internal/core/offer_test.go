// SPDX-License-Identifier: Apache-2.0

package core

import (
	"errors"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// relayed is two sockets linked in process, the first of which is taken from ahead of
// its application.
func relayed(t *testing.T, bound, connected int, options ...opt.Num) (near, far *Socket) {
	t.Helper()
	c := NewContext(Config{})
	t.Cleanup(func() { c.Shutdown() })
	near, err := c.NewSocket(bound)
	if err != nil {
		t.Fatal(err)
	}
	far, err = c.NewSocket(connected)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	for _, n := range options {
		if err := near.opts.Put(n, opt.Value{I: 1}); err != nil {
			t.Fatal(err)
		}
	}
	near.applyOptions()
	if err := errors.Join(near.Bind("inproc://it"), far.Connect("inproc://it")); err != nil {
		t.Fatal(err)
	}
	return near, far
}

func frames(list ...string) (f [][]byte) {
	for _, s := range list {
		f = append(f, []byte(s))
	}
	return f
}

// takes takes a batch, whose first message must be the one wanted.
func takes(t *testing.T, s *Socket, want string) []pipe.Item {
	t.Helper()
	ms := make([]pipe.Item, 4)
	n, err := s.Take(ms, 4, Singly)
	if err != nil || string(ms[0].Head) != want {
		t.Fatalf("took %q, %v; want %q", ms[0].Head, err, want)
	}
	return ms[:n]
}

func receives(t *testing.T, s *Socket, want string) {
	t.Helper()
	var m pipe.Message
	if err := s.TryRecv(&m); err != nil || string(m.Head) != want {
		t.Fatalf("received %q, %v; want %q", m.Head, err, want)
	}
}

func sends(t *testing.T, s *Socket, want error, list ...string) {
	t.Helper()
	if err := s.TrySend(frames(list...), false); !errors.Is(err, want) {
		t.Fatalf("sending %q: %v, want %v", list, err, want)
	}
}

func TestRequestThatIsTakenAndPutBackWasNeverTaken(t *testing.T) {
	rep, req := relayed(t, pattern.Rep, pattern.Req)
	sends(t, req, nil, "1")
	ms := takes(t, rep, "1")
	sends(t, rep, zerr.ErrState, "early")
	if n, err := rep.Take(make([]pipe.Item, 1), 1, Singly); n != 0 || err != zerr.ErrAgain {
		t.Errorf("a second request is taken: %d, %v", n, err)
	}
	if rep.Room(1) != 0 {
		t.Error("there is room for a reply to what was not received")
	}
	if err := rep.Return(ms); err != nil {
		t.Fatal(err)
	}
	sends(t, rep, zerr.ErrState, "early")
	if s := rep.Traffic(); s.Received != 0 {
		t.Errorf("%d messages received", s.Received)
	}
	rep.Received(takes(t, rep, "1"))
	sends(t, rep, nil, "for 1")
	receives(t, req, "for 1")
	sends(t, req, nil, "2")
	receives(t, rep, "2")
	sends(t, rep, nil, "for 2")
	receives(t, req, "for 2")
}

func TestReplyThatIsTakenAndPutBackWasNeverTaken(t *testing.T) {
	for _, relaxed := range []bool{false, true} {
		req, rep := relayed(t, pattern.Req, pattern.Rep)
		if relaxed {
			_ = req.opts.Put(opt.ReqRelaxed, opt.Value{I: 1})
			_ = req.opts.Put(opt.ReqCorrelate, opt.Value{I: 1})
		}
		sends(t, req, nil, "1")
		receives(t, rep, "1")
		sends(t, rep, nil, "for 1")
		ms := takes(t, req, "for 1")
		sends(t, req, zerr.ErrState, "2")
		if err := req.Return(ms); err != nil {
			t.Fatal(err)
		}
		// Received after all, or given up with its request.
		ms = takes(t, req, "for 1")
		if err := req.Return(ms); err != nil {
			t.Fatal(err)
		}
		sends(t, req, nil, "2")
		receives(t, rep, "2")
		sends(t, rep, nil, "for 2")
		receives(t, req, "for 2")
		if n := req.Drops().Stale.Load(); n != 1 {
			t.Errorf("%d stale replies, want 1", n)
		}
		sends(t, req, nil, "3")
	}
}

// The reply stays good when its peer leaves meanwhile, and a requester that has left
// gets nothing.
func TestWhatWasPutBackOutlivesItsPeer(t *testing.T) {
	req, rep := relayed(t, pattern.Req, pattern.Rep)
	sends(t, req, nil, "1")
	receives(t, rep, "1")
	sends(t, rep, nil, "for 1")
	ms := takes(t, req, "for 1")
	rep.Close()
	if err := req.Return(ms); err != nil {
		t.Fatal(err)
	}
	receives(t, req, "for 1")

	rep, req = relayed(t, pattern.Rep, pattern.Req)
	sends(t, req, nil, "1")
	ms = takes(t, rep, "1")
	req.Close()
	rep.Received(ms)
	sends(t, rep, nil, "for nobody")
	if n := rep.Drops().PeerGone.Load(); n != 1 {
		t.Errorf("%d replies lost with their peer, want 1", n)
	}
}

func TestManualSubscriptionIsForThePeerOfWhatWasReceived(t *testing.T) {
	xpub, a := relayed(t, pattern.XPub, pattern.XSub, opt.XPubManual)
	b, err := xpub.ctx.NewSocket(pattern.XSub)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	if err := b.Connect("inproc://it"); err != nil {
		t.Fatal(err)
	}
	sends(t, a, nil, "\x01A")
	sends(t, b, nil, "\x01B")
	ms := takes(t, xpub, "\x01A")
	xpub.Received(ms[:1])
	if err := xpub.Return(ms[1:]); err != nil {
		t.Fatal(err)
	}
	grant := func(topic string) {
		t.Helper()
		if err := xpub.SetOption(opt.Subscribe, opt.Value{B: []byte(topic)}); err != nil {
			t.Fatal(err)
		}
		sends(t, xpub, nil, topic)
	}
	grant("for a")
	receives(t, a, "for a")
	receives(t, xpub, "\x01B")
	grant("for b")
	receives(t, b, "for b")
	for _, s := range []*Socket{a, b} {
		if err := s.TryRecv(new(pipe.Message)); err != zerr.ErrAgain {
			t.Errorf("another message: %v", err)
		}
	}
}

// Messages that are put back come again in their order, in front of all others.
func TestWhatWasPutBackComesFirstAndInOrder(t *testing.T) {
	pull, push := relayed(t, pattern.Pull, pattern.Push)
	for _, x := range []string{"1", "2", "3"} {
		sends(t, push, nil, x)
	}
	ms := takes(t, pull, "1")
	sends(t, push, nil, "4")
	pull.Received(ms[:1])
	if err := pull.Return(ms[1:]); err != nil {
		t.Fatal(err)
	}
	for _, x := range []string{"2", "3", "4"} {
		receives(t, pull, x)
	}
}

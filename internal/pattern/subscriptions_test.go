// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

func (b *bench) subscribe(p *pipe.Pipe, topic string) {
	b.Helper()
	if p.Deliver(pipe.Items(pipe.Message{Head: []byte(topic), Kind: pipe.Subscribe, Peer: p.Peer(), Owned: true})) != 1 {
		b.Fatalf("the subscription to %q was refused", topic)
	}
}

func (b *bench) cancel(p *pipe.Pipe, topic string) {
	b.Helper()
	p.Deliver(pipe.Items(pipe.Message{Head: []byte(topic), Kind: pipe.Cancel, Owned: true}))
}

func TestPublisherTakesCommandAndMessageFormAlike(t *testing.T) {
	b := newBench(t, XPub)
	p := b.pipe(0, "")
	b.subscribe(p, "A")
	b.deliver(p, "\x01B")
	b.want("\x01A")
	b.want("\x01B") // always in message form
	b.send("A1")
	b.send("B1")
	b.send("C1")
	if n := drain(p); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
	b.deliver(p, "\x00A")
	b.cancel(p, "B")
	b.want("\x00A")
	b.want("\x00B")
	if b.p.(Topics).TopicsCount() != 0 {
		t.Error("topics are left")
	}
}

func TestPublisherIgnoresCancellationsThatMeanNothing(t *testing.T) {
	b := newBench(t, XPub)
	p, q := b.pipe(0, ""), b.pipe(0, "")
	b.subscribe(p, "A")
	b.want("\x01A")
	b.cancel(q, "A") // not q's
	b.cancel(q, "unknown")
	b.cancel(p, "AA")
	b.none()
	b.send("A")
	if drain(p) != 1 || drain(q) != 0 {
		t.Error("the cancellation changed something")
	}
}

func TestPublisherForgetsPipesThatLeft(t *testing.T) {
	b := newBench(t, XPub)
	x := b.p.(*xpub)
	for i := range 50 {
		p := b.pipe(1, "")
		b.subscribe(p, "")
		b.subscribe(p, fmt.Sprint("topic", i))
		b.send("x")
		b.send("x") // full
		b.leave(p)
	}
	if x.TopicsCount() != 0 || len(x.pipes) != 0 || x.Subscribers([]byte("topic")) != 0 {
		t.Errorf("%d topics and %d pipes are left", x.TopicsCount(), len(x.pipes))
	}
	for range 200 { // each came and went
		var m pipe.Message
		if err := Recv(b.p, &m); err != nil {
			t.Fatal(err)
		}
	}
	b.none()
}

func TestXPubHoldsAPeerBackUntilItsNoticesAreRead(t *testing.T) {
	b := newBench(t, XPub, opt.RecvHWM, 2)
	p, other := b.pipe(2, ""), b.pipe(2, "")
	resumed := 0
	p.OnResume(func() { resumed++ })
	b.subscribe(p, "a")
	b.subscribe(p, "b")
	b.subscribe(p, "c") // subscriptions pass any mark
	if n := p.Deliver(pipe.Items(*msg("user"))); n != 0 {
		t.Fatal("a user message beyond the mark was taken")
	}
	b.deliver(other, "other peers go on")
	b.want("\x01a")
	if resumed != 0 {
		t.Error("resumed too early")
	}
	b.want("\x01b")
	if resumed != 1 {
		t.Fatalf("resumed %d times, want once", resumed)
	}
	b.deliver(p, "user")
	b.want("\x01c")
	b.want("other peers go on")
	b.want("user")
	b.none()
	if resumed != 1 {
		t.Errorf("resumed %d times, want once", resumed)
	}
}

func TestPublisherEndsPeersThatExceedTheLimits(t *testing.T) {
	for name, abuse := range map[string]func(b *bench, p *pipe.Pipe){
		"MaxTopicBytes": func(b *bench, p *pipe.Pipe) { b.subscribe(p, "12345678901") },
		"MaxSubscriptions": func(b *bench, p *pipe.Pipe) {
			for i := range 6 {
				b.subscribe(p, fmt.Sprint(i))
			}
		},
		"notices": func(b *bench, p *pipe.Pipe) {
			for range 6 {
				b.subscribe(p, "x")
				b.cancel(p, "x")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, XPub, opt.MaxTopicBytes, 10, opt.MaxSubscriptions, 5)
			p := b.pipe(0, "")
			var reason error
			p.OnRefuse(func(err error) { reason = err })
			b.subscribe(p, "1234567890")
			b.cancel(p, "1234567890")
			if reason != nil {
				t.Fatalf("refused within the limits: %v", reason)
			}
			abuse(b, p)
			if !errors.Is(reason, zerr.ErrLimit) {
				t.Errorf("the peer ends with %v, want ErrLimit", reason)
			}
		})
	}
}

func TestXPubManualNoticesOfUserMessagesDoNotMoveTheLastPeer(t *testing.T) {
	b := newBench(t, XPub, opt.XPubManual, 1)
	p, q := b.pipe(0, ""), b.pipe(0, "")
	b.subscribe(p, "P")
	b.deliver(q, "user message")
	b.subscribe(q, "Q")
	b.want("\x01P")
	b.want("user message")
	s := b.p.(Subscriber)
	if err := s.Subscribe([]byte("for p")); err != nil {
		t.Fatal(err)
	}
	b.send("for p")
	if drain(p) != 1 || drain(q) != 0 {
		t.Error("the subscription went to the wrong peer")
	}
	b.want("\x01Q")
	if err := s.Subscribe([]byte("for q")); err != nil {
		t.Fatal(err)
	}
	b.send("for q")
	if drain(p) != 0 || drain(q) != 1 {
		t.Error("the subscription went to the wrong peer")
	}
}

// libzmq does so too: the notice of a loss is that of no peer.
func TestXPubManualSubscribesNoPeerAfterTheNoticeOfALoss(t *testing.T) {
	b := newBench(t, XPub, opt.XPubManual, 1)
	p, q := b.pipe(0, ""), b.pipe(0, "")
	b.subscribe(q, "Q")
	b.subscribe(p, "P")
	b.want("\x01Q")
	b.want("\x01P")
	b.leave(q)
	b.want("\x00Q")
	if err := b.p.(Subscriber).Subscribe([]byte("x")); err != nil {
		t.Fatal(err)
	}
	b.send("x")
	if drain(p) != 0 {
		t.Error("a peer was subscribed whose notice was not the last")
	}
}

func TestFanOutSendsToEachPipeOnceAndOnlyToThoseWithRoom(t *testing.T) {
	b := newBench(t, Pub)
	p, q, r := b.pipe(1, ""), b.pipe(100, ""), b.pipe(100, "")
	for _, x := range []*pipe.Pipe{p, q} {
		b.subscribe(x, "")
		b.subscribe(x, "a")
		b.subscribe(x, "ab")
	}
	b.subscribe(r, "z")
	for range 3 {
		b.send("abc", "tail")
	}
	if x, y, z := drain(p), drain(q), drain(r); x != 1 || y != 3 || z != 0 {
		t.Errorf("%d, %d and %d messages, want 1, 3 and 0", x, y, z)
	}
	if n := b.h.Drops.Mute.Load(); n != 2 || p.Dropped.Load() != 2 {
		t.Errorf("%d drops are counted, %d with the peer; want 2", n, p.Dropped.Load())
	}
	b.send("abc")
	if drain(p) != 1 {
		t.Error("the pipe did not come back with its room")
	}
}

func TestPubDisconnectsAPeerThatStaysFullIfAsked(t *testing.T) {
	b := newBench(t, Pub, opt.DisconnectSlow, 1)
	p := b.pipe(1, "")
	b.subscribe(p, "")
	var reason error
	p.OnRefuse(func(err error) { reason = err })
	b.send("1")
	for reason == nil { // it drops until a millisecond has gone by
		b.send("x")
	}
	if !errors.Is(reason, zerr.ErrLimit) {
		t.Errorf("the peer ends with %v, want ErrLimit", reason)
	}
}

func TestSubscriberSendsItsTopicsToEveryNewPublisherOutsideTheMark(t *testing.T) {
	b := newBench(t, Sub)
	s := b.p.(Subscriber)
	for i := range 20 {
		for range 2 {
			if err := s.Subscribe([]byte(fmt.Sprint("topic", i))); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := b.pipe(1, "")
	var batch pipe.Batch
	frames := 0
	for p.Out().Take(&batch) {
		for _, o := range batch.Bufs {
			for len(o) > 0 { // short commands: flags, length, body
				o = o[2+int(o[1]):]
				frames++
			}
		}
		p.Out().Sent(&batch)
	}
	if frames != 20 {
		t.Errorf("%d subscriptions were sent, want 20", frames)
	}
	b.leave(p)
	if n := len(b.p.(*sub).pipes); n != 0 {
		t.Errorf("%d pipes are kept", n)
	}
}

func TestSubReadableLooksPastWhatItDidNotSubscribeTo(t *testing.T) {
	b := newBench(t, Sub)
	if err := b.p.(Subscriber).Subscribe([]byte("a")); err != nil {
		t.Fatal(err)
	}
	p := b.pipe(0, "")
	b.deliver(p, "x")
	if b.p.Readable() {
		t.Error("readable without anything to receive")
	}
	b.deliver(p, "x")
	b.deliver(p, "a", "x")
	if !b.p.Readable() {
		t.Error("not readable")
	}
	b.want("a", "x")
	if n := b.h.Drops.Filtered.Load(); n != 2 {
		t.Errorf("%d filtered, want 2", n)
	}
}

// A notice that is refused does not wait. When the application has read the
// others, the peer has its whole share again.
func TestXPubDoesNotCountANoticeThatItRefuses(t *testing.T) {
	b := newBench(t, XPub, opt.MaxSubscriptions, 2)
	p := b.pipe(0, "")
	refused := 0
	p.OnRefuse(func(error) { refused++ })
	for range 5 {
		b.subscribe(p, "x")
		b.cancel(p, "x")
	}
	if p.Route.Notices != 4 || refused != 6 {
		t.Errorf("%d notices are counted, %d refused; want 4 and 6", p.Route.Notices, refused)
	}
	for range 2 {
		b.want("\x01x")
		b.want("\x00x")
	}
	b.none()
	if p.Route.Notices != 0 {
		t.Errorf("%d notices are counted when all are read", p.Route.Notices)
	}
}

// TestPubForgetsHowLongALostPeerWasFull: its next connection has all the time of
// DISCONNECT_SLOW again.
func TestPubForgetsHowLongALostPeerWasFull(t *testing.T) {
	b := newBench(t, Pub, opt.DisconnectSlow, 1)
	p := b.pipe(1, "")
	b.subscribe(p, "")
	b.send("1")
	b.send("full")
	if p.Route.FullAt.IsZero() {
		t.Fatal("not full")
	}
	b.p.Lost(p)
	if !p.Route.FullAt.IsZero() {
		t.Error("still full")
	}
}

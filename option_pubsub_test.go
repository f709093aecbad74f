// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"runtime"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/wire"
)

func TestDisconnectSlow(t *testing.T) {
	c, e := newLoggedContext(t)
	pub := socketIn(t, c, PUB, SendHWM.Of(1), DisconnectSlow.Of(time.Millisecond))
	must(t, pub.Bind(anyPort))
	r := dialRaw(t, pub.LastEndpoint())
	r.handshake(1, "SUB")
	r.write(wire.AppendSubscription(nil, nil, false, wire.V31))
	ctx := testDeadline(t)
	must(t, pub.WaitSubscribers(ctx, "", 1))
	for big := make([]byte, 1<<20); pub.Stats().Disconnected == 0; runtime.Gosched() { // r does not read
		must(t, ctx.Err())
		must(t, pub.TrySend(big))
	}
	e.wait(t, "disconnected", "stayed full")
	if pub.Stats().Drops.Mute == 0 {
		t.Error("no message is counted as dropped")
	}
}

func TestDisconnectSlowSparesPeersWithRoom(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	pub, sub := socketIn(t, c, PUB, DisconnectSlow.Of(time.Millisecond)), socketIn(t, c, SUB)
	must(t, pub.Bind(anyPort))
	must(t, sub.Subscribe(""))
	must(t, sub.Connect(pub.LastEndpoint()))
	must(t, pub.WaitSubscribers(ctx, "", 1))
	for range 100 {
		must(t, pub.SendString(ctx, "x"))
		_, err := sub.Recv(ctx)
		must(t, err)
	}
	if n := pub.Stats().Disconnected; n != 0 {
		t.Errorf("%d peers were disconnected", n)
	}
}

func TestTopicsCount(t *testing.T) {
	s := newTestSocket(t, SUB)
	for _, topic := range []string{"a", "b", "a"} {
		must(t, s.Subscribe(topic))
	}
	if n := TopicsCount.Get(s); n != 2 {
		t.Errorf("%d topics, want 2", n)
	}
}

func TestWelcomeMessage(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	pub, sub := socketIn(t, c, PUB, XPubWelcomeMessage.Of([]byte("W"))), socketIn(t, c, SUB)
	must(t, sub.Subscribe("W"))
	must(t, pub.Bind(anyPort))
	must(t, sub.Connect(pub.LastEndpoint()))
	if m, err := sub.Recv(ctx); err != nil || m.String() != "W" {
		t.Errorf("%q, %v", m, err)
	}
}

func TestXPubNoDropWaits(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	pub, sub := socketIn(t, c, PUB, SendHWM.Of(1), XPubNoDrop.Of(true)), socketIn(t, c, SUB, RecvHWM.Of(2))
	must(t, sub.Subscribe(""))
	must(t, pub.Bind("inproc://x"))
	must(t, sub.Connect("inproc://x"))
	must(t, pub.WaitSubscribers(ctx, "", 1))
	if n := takes(t, pub); n != 3 {
		t.Errorf("it took %d messages before it would wait, want 1+2", n)
	}
	if n := pub.Stats().Drops.Mute; n != 0 {
		t.Errorf("%d messages were dropped", n)
	}
}

func TestInvertMatching(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	pub, sub := socketIn(t, c, PUB, InvertMatching.Of(true)), socketIn(t, c, SUB, InvertMatching.Of(true))
	must(t, sub.Subscribe("not"))
	must(t, pub.Bind(anyPort))
	must(t, sub.Connect(pub.LastEndpoint()))
	must(t, sub.WaitPeers(ctx, 1))
	must(t, pub.WaitPeers(ctx, 1))
	for TopicsCount.Get(pub) == 0 { // WaitSubscribers asks who matches
		must(t, ctx.Err())
		runtime.Gosched()
	}
	must(t, pub.SendString(ctx, "not this"))
	must(t, pub.SendString(ctx, "but this"))
	if m, err := sub.Recv(ctx); err != nil || m.String() != "but this" {
		t.Errorf("%q, %v", m, err)
	}
}

func TestStreamNotifyOff(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	s := socketIn(t, c, STREAM, StreamNotify.Of(false))
	must(t, s.Bind(anyPort))
	r := dialRaw(t, s.LastEndpoint())
	r.write([]byte("data"))
	if m, err := s.Recv(ctx); err != nil || m.Len() != 2 || string(m.Last()) != "data" {
		t.Errorf("%q, %v; want the data first", m.Frames(), err)
	}
}

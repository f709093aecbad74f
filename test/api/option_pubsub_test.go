// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

func TestDisconnectSlow(t *testing.T) {
	c, e := rig.LoggedContext(t)
	pub := rig.SocketIn(t, c, zmq.PUB, zmq.SendHWM.Of(1), zmq.DisconnectSlow.Of(time.Millisecond))
	rig.Must(t, pub.Bind(rig.AnyPort))
	r := rig.DialRaw(t, pub.LastEndpoint())
	r.Handshake(1, "SUB")
	r.Write(wire.AppendSubscription(nil, nil, false, wire.V31))
	ctx := rig.Deadline(t)
	rig.Must(t, pub.WaitSubscribers(ctx, "", 1))
	for big := make([]byte, 1<<20); pub.Stats().Disconnected == 0; runtime.Gosched() { // r does not read
		rig.Must(t, ctx.Err())
		rig.Must(t, pub.TrySend(big))
	}
	e.Wait(t, "disconnected", "stayed full")
	if pub.Stats().Drops.Mute == 0 {
		t.Error("no message is counted as dropped")
	}
}

func TestDisconnectSlowSparesPeersWithRoom(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	pub, sub := rig.SocketIn(t, c, zmq.PUB, zmq.DisconnectSlow.Of(time.Millisecond)), rig.SocketIn(t, c, zmq.SUB)
	rig.Must(t, pub.Bind(rig.AnyPort))
	rig.Must(t, sub.Subscribe(""))
	rig.Must(t, sub.Connect(pub.LastEndpoint()))
	rig.Must(t, pub.WaitSubscribers(ctx, "", 1))
	for range 100 {
		rig.Must(t, pub.SendString(ctx, "x"))
		_, err := sub.Recv(ctx)
		rig.Must(t, err)
	}
	if n := pub.Stats().Disconnected; n != 0 {
		t.Errorf("%d peers were disconnected", n)
	}
}

func TestTopicsCount(t *testing.T) {
	s := rig.Socket(t, zmq.SUB)
	for _, topic := range []string{"a", "b", "a"} {
		rig.Must(t, s.Subscribe(topic))
	}
	if n := zmq.TopicsCount.Get(s); n != 2 {
		t.Errorf("%d topics, want 2", n)
	}
}

func TestWelcomeMessage(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	pub, sub := rig.SocketIn(t, c, zmq.PUB, zmq.XPubWelcomeMessage.Of([]byte("W"))), rig.SocketIn(t, c, zmq.SUB)
	rig.Must(t, sub.Subscribe("W"))
	rig.Must(t, pub.Bind(rig.AnyPort))
	rig.Must(t, sub.Connect(pub.LastEndpoint()))
	if m, err := sub.Recv(ctx); err != nil || m.String() != "W" {
		t.Errorf("%q, %v", m, err)
	}
}

func TestXPubNoDropWaits(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	pub, sub := rig.SocketIn(t, c, zmq.PUB, zmq.SendHWM.Of(1), zmq.XPubNoDrop.Of(true)), rig.SocketIn(t, c, zmq.SUB, zmq.RecvHWM.Of(2))
	rig.Must(t, sub.Subscribe(""))
	rig.Must(t, pub.Bind("inproc://x"))
	rig.Must(t, sub.Connect("inproc://x"))
	rig.Must(t, pub.WaitSubscribers(ctx, "", 1))
	if n := takes(t, pub); n != 3 {
		t.Errorf("it took %d messages before it would wait, want 1+2", n)
	}
	if n := pub.Stats().Drops.Mute; n != 0 {
		t.Errorf("%d messages were dropped", n)
	}
}

func TestInvertMatching(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	pub, sub := rig.SocketIn(t, c, zmq.PUB, zmq.InvertMatching.Of(true)), rig.SocketIn(t, c, zmq.SUB, zmq.InvertMatching.Of(true))
	rig.Must(t, sub.Subscribe("not"))
	rig.Must(t, pub.Bind(rig.AnyPort))
	rig.Must(t, sub.Connect(pub.LastEndpoint()))
	rig.Must(t, sub.WaitPeers(ctx, 1))
	rig.Must(t, pub.WaitPeers(ctx, 1))
	for zmq.TopicsCount.Get(pub) == 0 { // WaitSubscribers counts matches only
		rig.Must(t, ctx.Err())
		runtime.Gosched()
	}
	rig.Must(t, pub.SendString(ctx, "not this"))
	rig.Must(t, pub.SendString(ctx, "but this"))
	if m, err := sub.Recv(ctx); err != nil || m.String() != "but this" {
		t.Errorf("%q, %v", m, err)
	}
}

func TestStreamNotifyOff(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	s := rig.SocketIn(t, c, zmq.STREAM, zmq.StreamNotify.Of(false))
	rig.Must(t, s.Bind(rig.AnyPort))
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Write([]byte("data"))
	if m, err := s.Recv(ctx); err != nil || m.Len() != 2 || string(m.Last()) != "data" {
		t.Errorf("%q, %v; want the data first", m.Frames(), err)
	}
}

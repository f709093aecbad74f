// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"errors"
	"math"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

func limitsOf(s *zmq.Socket) zmq.Limits {
	return zmq.Limits{
		MaxFrameBytes: zmq.MaxMessageSize.Get(s), MaxMessageBytes: zmq.MaxMessageBytes.Get(s), MaxFrames: zmq.MaxFrames.Get(s),
		MaxHandshakes: zmq.MaxHandshakes.Get(s), MaxHandshakeBytes: zmq.MaxHandshakeBytes.Get(s), MaxPeers: zmq.MaxPeers.Get(s),
		MaxSubscriptions: zmq.MaxSubscriptions.Get(s), MaxTopicBytes: zmq.MaxTopicBytes.Get(s),
		MaxSubscriptionBytes: zmq.MaxSubscriptionBytes.Get(s), MaxPeersPerAddress: zmq.MaxPeersPerAddress.Get(s),
		MaxHandshakesPerAddress: zmq.MaxHandshakesPerAddress.Get(s),
	}
}

func TestWithLimits(t *testing.T) {
	defaults := zmq.Limits{MaxFrameBytes: 256 << 20, MaxMessageBytes: 1 << 30, MaxFrames: 65536, MaxHandshakes: 4096, MaxHandshakeBytes: 65536, MaxPeers: 0, MaxSubscriptions: 1 << 20, MaxTopicBytes: 65536, MaxSubscriptionBytes: 64 << 20}
	onePeer := defaults
	onePeer.MaxPeers = 1
	for _, c := range []struct {
		name        string
		limits, has zmq.Limits
	}{
		{"zero is the default", zmq.Limits{}, defaults},
		{"the defaults themselves", zmq.DefaultLimits(), defaults},
		{"one field keeps the others", zmq.Limits{MaxPeers: 1}, onePeer},
		{"all", zmq.Limits{MaxFrameBytes: 1, MaxMessageBytes: 2, MaxFrames: 3, MaxHandshakes: 4, MaxHandshakeBytes: 5, MaxPeers: 6, MaxSubscriptions: 7, MaxTopicBytes: 8, MaxSubscriptionBytes: 9, MaxPeersPerAddress: 10, MaxHandshakesPerAddress: 11}, zmq.Limits{MaxFrameBytes: 1, MaxMessageBytes: 2, MaxFrames: 3, MaxHandshakes: 4, MaxHandshakeBytes: 5, MaxPeers: 6, MaxSubscriptions: 7, MaxTopicBytes: 8, MaxSubscriptionBytes: 9, MaxPeersPerAddress: 10, MaxHandshakesPerAddress: 11}},
		{"none", zmq.Limits{MaxFrameBytes: -1, MaxMessageBytes: -1, MaxFrames: -1, MaxHandshakes: -1, MaxHandshakeBytes: -1, MaxPeers: -1, MaxSubscriptions: -1, MaxTopicBytes: -9, MaxSubscriptionBytes: -1, MaxPeersPerAddress: -1, MaxHandshakesPerAddress: -1}, zmq.Limits{MaxFrameBytes: -1, MaxMessageBytes: -1, MaxHandshakeBytes: math.MaxInt32}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := rig.Socket(t, zmq.PULL, zmq.WithLimits(c.limits))
			if got := limitsOf(s); got != c.has {
				t.Errorf("options %+v, want %+v", got, c.has)
			}
		})
	}
}

func TestDefaultLimitsAreThoseOfANewSocket(t *testing.T) {
	want := zmq.DefaultLimits()
	want.TotalBytes = 0                                                            // one of the context
	want.MaxPeers, want.MaxPeersPerAddress, want.MaxHandshakesPerAddress = 0, 0, 0 // the options' value for none
	if got := limitsOf(rig.Socket(t, zmq.SUB)); got != want {
		t.Errorf("a new socket has %+v, DefaultLimits says %+v", got, want)
	}
}

func TestWithLimitsBeyondTheOption(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("an int holds nothing that is too large")
	}
	huge := math.MaxInt
	if _, err := rig.Context(t).NewSocket(zmq.PULL, zmq.WithLimits(zmq.Limits{MaxFrames: huge})); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a MaxFrames of %d: %v, want ErrInvalid", huge, err)
	}
}

// limited returns a socket bound with limits, and its events.
func limited(t *testing.T, typ zmq.SocketType, l zmq.Limits) (*zmq.Socket, rig.Log) {
	t.Helper()
	c, e := rig.LoggedContext(t)
	s := rig.SocketIn(t, c, typ, zmq.WithLimits(l))
	rig.Must(t, s.Bind(rig.AnyPort))
	return s, e
}

// TestLimitsOfMessages: at the limit a message arrives, beyond it the peer is
// disconnected.
func TestLimitsOfMessages(t *testing.T) {
	for _, c := range []struct {
		name     string
		limits   zmq.Limits
		at, over []int // bytes of each frame
	}{
		{"MaxFrameBytes", zmq.Limits{MaxFrameBytes: 100}, []int{100, 100}, []int{101}},
		{"MaxFrameBytes of a long frame", zmq.Limits{MaxFrameBytes: 1000}, []int{1000}, []int{1, 1001}},
		{"MaxMessageBytes", zmq.Limits{MaxMessageBytes: 10}, []int{5, 5}, []int{5, 6}},
		{"MaxFrames", zmq.Limits{MaxFrames: 3}, []int{1, 1, 1}, []int{1, 1, 1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, e := limited(t, zmq.PULL, c.limits)
			r := rig.DialRaw(t, s.LastEndpoint())
			r.Handshake(1, "PUSH")
			r.Write(frames(c.at))
			if m, err := s.Recv(rig.Deadline(t)); err != nil || m.Len() != len(c.at) {
				t.Fatalf("at the limit: %d frames, %v", m.Len(), err)
			}
			r.Write(frames(c.over))
			r.WaitClosed()
			e.Wait(t, "disconnected", "error=")
			if m, err := s.TryRecv(); !errors.Is(err, zmq.ErrAgain) {
				t.Errorf("beyond the limit %d frames arrived, %v", m.Len(), err)
			}
		})
	}
}

// frames is a message with frames of these sizes, as it travels.
func frames(sizes []int) (b []byte) {
	for i, n := range sizes {
		var flags byte
		if i < len(sizes)-1 {
			flags = wire.FlagMore
		}
		b = wire.AppendFrame(b, flags, make([]byte, n))
	}
	return b
}

// TestMaxFrameBytesIsCheckedBeforeTheFrame: the announcement is enough.
func TestMaxFrameBytesIsCheckedBeforeTheFrame(t *testing.T) {
	s, e := limited(t, zmq.PULL, zmq.Limits{MaxFrameBytes: 1 << 20})
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Handshake(1, "PUSH")
	r.Write(wire.AppendHeader(nil, 0, 1<<30))
	r.WaitClosed()
	e.Wait(t, "disconnected", "error=")
}

func TestMaxHandshakeBytes(t *testing.T) {
	s, e := limited(t, zmq.PULL, zmq.Limits{MaxHandshakeBytes: 100})
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Greet(1)
	r.Write(wire.AppendHeader(nil, wire.FlagCommand, 101))
	r.WaitClosed()
	e.Wait(t, "handshake failed")
}

func TestMaxHandshakes(t *testing.T) {
	s, e := limited(t, zmq.PULL, zmq.Limits{MaxHandshakes: 1})
	first := rig.DialRaw(t, s.LastEndpoint())
	e.Wait(t, "accepted")
	second := rig.DialRaw(t, s.LastEndpoint())
	first.WaitClosed()
	e.Wait(t, "handshake failed", "MaxHandshakes")
	second.Handshake(1, "PUSH")
	rig.Must(t, s.WaitPeers(rig.Deadline(t), 1))
	rig.DialRaw(t, s.LastEndpoint()).Handshake(1, "PUSH")
	rig.Must(t, s.WaitPeers(rig.Deadline(t), 2))
}

func TestMaxPeers(t *testing.T) {
	s, e := limited(t, zmq.PULL, zmq.Limits{MaxPeers: 1})
	first := rig.DialRaw(t, s.LastEndpoint())
	first.Handshake(1, "PUSH")
	rig.Must(t, s.WaitPeers(rig.Deadline(t), 1))
	rig.DialRaw(t, s.LastEndpoint()).WaitClosed()
	e.Wait(t, "connection not accepted", "MaxPeers")
	rig.Must(t, first.Conn.Close())
	e.Wait(t, "disconnected")
	rig.DialRaw(t, s.LastEndpoint()).Handshake(1, "PUSH")
}

// TestMaxPeersCountsWhoIsReady: peers that shake hands at the same time must not
// get in together.
func TestMaxPeersCountsWhoIsReady(t *testing.T) {
	s, e := limited(t, zmq.PULL, zmq.Limits{MaxPeers: 1})
	var peers []*rig.RawPeer
	for range 3 {
		peers = append(peers, rig.DialRaw(t, s.LastEndpoint()))
		e.Wait(t, "accepted")
	}
	for _, r := range peers {
		r.Write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}))
		r.Write(wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte("PUSH"))))
	}
	rig.Must(t, s.WaitPeers(rig.Deadline(t), 1))
	for range 2 {
		e.Wait(t, "", "MaxPeers")
	}
	if n := len(s.Peers()); n != 1 {
		t.Errorf("%d peers, want 1", n)
	}
}

func TestMaxSubscriptions(t *testing.T) {
	s, e := limited(t, zmq.PUB, zmq.Limits{MaxSubscriptions: 2})
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Handshake(1, "SUB")
	for _, topic := range []string{"a", "b"} {
		r.Write(wire.AppendSubscription(nil, []byte(topic), false, wire.V31))
	}
	rig.Must(t, s.WaitSubscribers(rig.Deadline(t), "b", 1))
	r.Write(wire.AppendSubscription(nil, []byte("c"), false, wire.V31))
	r.WaitClosed()
	e.Wait(t, "disconnected", "MaxSubscriptions")
}

// TestMaxSubscriptionBytes: what a peer holds counts, not what it has ever asked for.
func TestMaxSubscriptionBytes(t *testing.T) {
	s, e := limited(t, zmq.PUB, zmq.Limits{MaxSubscriptionBytes: 10})
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Handshake(1, "SUB")
	for range 5 {
		r.Write(wire.AppendSubscription(nil, []byte("sixsix"), false, wire.V31))
		r.Write(wire.AppendSubscription(nil, []byte("four"), false, wire.V31))
		rig.Must(t, s.WaitSubscribers(rig.Deadline(t), "four", 1))
		r.Write(wire.AppendSubscription(nil, []byte("four"), true, wire.V31))
		r.Write(wire.AppendSubscription(nil, []byte("sixsix"), true, wire.V31))
	}
	r.Write(wire.AppendSubscription(nil, []byte("sixsix"), false, wire.V31))
	r.Write(wire.AppendSubscription(nil, []byte("fives"), false, wire.V31))
	r.WaitClosed()
	e.Wait(t, "disconnected", "MaxSubscriptionBytes")
}

func TestMaxTopicBytes(t *testing.T) {
	s, e := limited(t, zmq.PUB, zmq.Limits{MaxTopicBytes: 4})
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Handshake(1, "SUB")
	r.Write(wire.AppendSubscription(nil, []byte("four"), false, wire.V31))
	rig.Must(t, s.WaitSubscribers(rig.Deadline(t), "four", 1))
	r.Write(wire.AppendSubscription(nil, []byte("fives"), false, wire.V31))
	r.WaitClosed()
	e.Wait(t, "disconnected", "MaxTopicBytes")
}

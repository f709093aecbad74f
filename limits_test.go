// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"math"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

func limitsOf(s *Socket) Limits {
	return Limits{
		MaxFrameBytes: MaxMessageSize.Get(s), MaxMessageBytes: MaxMessageBytes.Get(s), MaxFrames: MaxFrames.Get(s),
		MaxHandshakes: MaxHandshakes.Get(s), MaxHandshakeBytes: MaxHandshakeBytes.Get(s), MaxPeers: MaxPeers.Get(s),
		MaxSubscriptions: MaxSubscriptions.Get(s), MaxTopicBytes: MaxTopicBytes.Get(s),
	}
}

func TestWithLimits(t *testing.T) {
	defaults := Limits{256 << 20, 1 << 30, 65536, 4096, 65536, 0, 1 << 20, 65536}
	onePeer := defaults
	onePeer.MaxPeers = 1
	for _, c := range []struct {
		name        string
		limits, has Limits
	}{
		{"zero is the default", Limits{}, defaults},
		{"the defaults themselves", DefaultLimits(), defaults},
		{"one field keeps the others", Limits{MaxPeers: 1}, onePeer},
		{"all", Limits{1, 2, 3, 4, 5, 6, 7, 8}, Limits{1, 2, 3, 4, 5, 6, 7, 8}},
		{"none", Limits{-1, -1, -1, -1, -1, -1, -1, -9}, Limits{MaxFrameBytes: -1, MaxMessageBytes: -1, MaxHandshakeBytes: math.MaxInt32}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newTestSocket(t, PULL, WithLimits(c.limits))
			if got := limitsOf(s); got != c.has {
				t.Errorf("options %+v, want %+v", got, c.has)
			}
		})
	}
}

func TestDefaultLimitsAreThoseOfANewSocket(t *testing.T) {
	want := DefaultLimits()
	want.MaxPeers = 0 // the option's value for none
	if got := limitsOf(newTestSocket(t, SUB)); got != want {
		t.Errorf("a new socket has %+v, DefaultLimits says %+v", got, want)
	}
}

func TestWithLimitsBeyondTheOption(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("an int holds nothing that is too large")
	}
	huge := math.MaxInt
	if _, err := newTestContext(t).NewSocket(PULL, WithLimits(Limits{MaxFrames: huge})); !errors.Is(err, ErrInvalid) {
		t.Errorf("a MaxFrames of %d: %v, want ErrInvalid", huge, err)
	}
}

// limited returns a socket bound with limits, and its events.
func limited(t *testing.T, typ SocketType, l Limits) (*Socket, events) {
	t.Helper()
	c, e := newLoggedContext(t)
	s := socketIn(t, c, typ, WithLimits(l))
	must(t, s.Bind(anyPort))
	return s, e
}

// TestLimitsOfMessages: at the limit a message arrives, beyond it the peer is
// disconnected.
func TestLimitsOfMessages(t *testing.T) {
	for _, c := range []struct {
		name     string
		limits   Limits
		at, over []int // octets of each frame
	}{
		{"MaxFrameBytes", Limits{MaxFrameBytes: 100}, []int{100, 100}, []int{101}},
		{"MaxFrameBytes of a long frame", Limits{MaxFrameBytes: 1000}, []int{1000}, []int{1, 1001}},
		{"MaxMessageBytes", Limits{MaxMessageBytes: 10}, []int{5, 5}, []int{5, 6}},
		{"MaxFrames", Limits{MaxFrames: 3}, []int{1, 1, 1}, []int{1, 1, 1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, e := limited(t, PULL, c.limits)
			r := dialRaw(t, s.LastEndpoint())
			r.handshake(1, "PUSH")
			r.write(frames(c.at))
			if m, err := s.Recv(testDeadline(t)); err != nil || m.Len() != len(c.at) {
				t.Fatalf("at the limit: %d frames, %v", m.Len(), err)
			}
			r.write(frames(c.over))
			r.closed()
			e.wait(t, "disconnected", "error=")
			if m, err := s.TryRecv(); !errors.Is(err, ErrAgain) {
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
	s, e := limited(t, PULL, Limits{MaxFrameBytes: 1 << 20})
	r := dialRaw(t, s.LastEndpoint())
	r.handshake(1, "PUSH")
	r.write(wire.AppendHeader(nil, 0, 1<<30))
	r.closed()
	e.wait(t, "disconnected", "error=")
}

func TestMaxHandshakeBytes(t *testing.T) {
	s, e := limited(t, PULL, Limits{MaxHandshakeBytes: 100})
	r := dialRaw(t, s.LastEndpoint())
	r.greet(1)
	r.write(wire.AppendHeader(nil, wire.FlagCommand, 101))
	r.closed()
	e.wait(t, "handshake failed")
}

func TestMaxHandshakes(t *testing.T) {
	s, e := limited(t, PULL, Limits{MaxHandshakes: 1})
	first := dialRaw(t, s.LastEndpoint())
	e.wait(t, "accepted")
	dialRaw(t, s.LastEndpoint()).closed()
	e.wait(t, "connection not accepted", "MaxHandshakes")
	first.handshake(1, "PUSH")
	must(t, s.WaitPeers(testDeadline(t), 1))
	dialRaw(t, s.LastEndpoint()).handshake(1, "PUSH")
	if n := s.Stats().AcceptsFailed; n != 1 {
		t.Errorf("%d connections are counted as not accepted, want 1", n)
	}
}

func TestMaxPeers(t *testing.T) {
	s, e := limited(t, PULL, Limits{MaxPeers: 1})
	first := dialRaw(t, s.LastEndpoint())
	first.handshake(1, "PUSH")
	must(t, s.WaitPeers(testDeadline(t), 1))
	dialRaw(t, s.LastEndpoint()).closed()
	e.wait(t, "connection not accepted", "MaxPeers")
	must(t, first.nc.Close())
	e.wait(t, "disconnected")
	dialRaw(t, s.LastEndpoint()).handshake(1, "PUSH")
}

// TestMaxPeersCountsWhoIsReady: peers that shake hands at the same time must not
// get in together.
func TestMaxPeersCountsWhoIsReady(t *testing.T) {
	s, e := limited(t, PULL, Limits{MaxPeers: 1})
	var peers []*rawPeer
	for range 3 {
		peers = append(peers, dialRaw(t, s.LastEndpoint()))
		e.wait(t, "accepted")
	}
	for _, r := range peers {
		r.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}))
		r.write(wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte("PUSH"))))
	}
	must(t, s.WaitPeers(testDeadline(t), 1))
	for range 2 {
		e.wait(t, "", "MaxPeers")
	}
	if n := len(s.Peers()); n != 1 {
		t.Errorf("%d peers, want 1", n)
	}
}

func TestMaxSubscriptions(t *testing.T) {
	s, e := limited(t, PUB, Limits{MaxSubscriptions: 2})
	r := dialRaw(t, s.LastEndpoint())
	r.handshake(1, "SUB")
	for _, topic := range []string{"a", "b"} {
		r.write(wire.AppendSubscription(nil, []byte(topic), false, wire.V31))
	}
	must(t, s.WaitSubscribers(testDeadline(t), "b", 1))
	r.write(wire.AppendSubscription(nil, []byte("c"), false, wire.V31))
	r.closed()
	e.wait(t, "disconnected", "MaxSubscriptions")
}

func TestMaxTopicBytes(t *testing.T) {
	s, e := limited(t, PUB, Limits{MaxTopicBytes: 4})
	r := dialRaw(t, s.LastEndpoint())
	r.handshake(1, "SUB")
	r.write(wire.AppendSubscription(nil, []byte("four"), false, wire.V31))
	must(t, s.WaitSubscribers(testDeadline(t), "four", 1))
	r.write(wire.AppendSubscription(nil, []byte("fives"), false, wire.V31))
	r.closed()
	e.wait(t, "disconnected", "MaxTopicBytes")
}

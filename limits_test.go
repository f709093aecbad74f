// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"math"
	"testing"
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

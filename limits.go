// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"math"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
)

// Limits bound the resources that an untrusted peer may use. A peer that exceeds one is
// disconnected, with ErrLimit, ErrMessageTooLarge or a *ProtocolError in the log. No
// call of the program fails.
//
// In each field, zero stands for the default, so that Limits{MaxPeers: 100} leaves all
// others at their defaults, and a negative value for no limit. Each field is an option
// too. The option's documentation says when a change applies, and what the option's own
// zero means.
type Limits struct {
	// MaxFrameBytes is the largest frame in bytes; option MaxMessageSize. It is checked
	// before memory is allocated, and applies to the commands of the handshake too.
	// Zero is the default, 256 MiB.
	MaxFrameBytes int64

	// MaxMessageBytes is the largest message in bytes, all its frames together;
	// option MaxMessageBytes. Zero is the default, 1 GiB.
	MaxMessageBytes int64

	// MaxFrames is the most frames in one message; option MaxFrames. Zero is the
	// default, 65536.
	MaxFrames int

	// MaxHandshakes is the most connections of one listener with an unfinished
	// handshake; option MaxHandshakes. Beyond it, the oldest connection of the address
	// with the most of them is closed. Zero is the default, 4096.
	MaxHandshakes int

	// MaxHandshakeBytes is the largest command in bytes in a handshake; option
	// MaxHandshakeBytes. Zero is the default, 64 KiB; a negative value leaves
	// MaxFrameBytes as the only bound.
	MaxHandshakeBytes int

	// MaxPeers is the most peers that the socket accepts at a time; option
	// MaxPeers. Zero is the default, no limit.
	MaxPeers int

	// MaxSubscriptions is the most topic prefixes that one peer may be subscribed
	// to; option MaxSubscriptions. Zero is the default, 1048576.
	MaxSubscriptions int

	// MaxTopicBytes is the longest topic prefix in bytes that a peer may
	// subscribe to; option MaxTopicBytes. Zero is the default, 64 KiB.
	MaxTopicBytes int

	// MaxSubscriptionBytes is the most bytes of all topic prefixes of one peer
	// together; option MaxSubscriptionBytes. Zero is the default, 64 MiB.
	MaxSubscriptionBytes int
}

// DefaultLimits returns the limits of a socket for which none were set. -1 means that
// there is none. Contexts with LibzmqDefaults have fewer.
func DefaultLimits() Limits {
	return Limits{
		MaxFrameBytes:     limitDefault(opt.MaxMessageSize),
		MaxMessageBytes:   limitDefault(opt.MaxMessageBytes),
		MaxFrames:         int(limitDefault(opt.MaxFrames)),
		MaxHandshakes:     int(limitDefault(opt.MaxHandshakes)),
		MaxHandshakeBytes: int(limitDefault(opt.MaxHandshakeBytes)),
		MaxPeers:          int(limitDefault(opt.MaxPeers)),
		MaxSubscriptions:  int(limitDefault(opt.MaxSubscriptions)),
		MaxTopicBytes:     int(limitDefault(opt.MaxTopicBytes)),

		MaxSubscriptionBytes: int(limitDefault(opt.MaxSubscriptionBytes)),
	}
}

// WithLimits returns the setting that gives a socket all of these limits. If a value is
// too large for its option, NewSocket or Set fails with ErrInvalid.
func WithLimits(l Limits) Setting {
	return newSetting(
		limitSetting(opt.MaxMessageSize, l.MaxFrameBytes, -1),
		limitSetting(opt.MaxMessageBytes, l.MaxMessageBytes, -1),
		limitSetting(opt.MaxFrames, int64(l.MaxFrames), 0),
		limitSetting(opt.MaxHandshakes, int64(l.MaxHandshakes), 0),
		limitSetting(opt.MaxHandshakeBytes, int64(l.MaxHandshakeBytes), math.MaxInt32),
		limitSetting(opt.MaxPeers, int64(l.MaxPeers), 0),
		limitSetting(opt.MaxSubscriptions, int64(l.MaxSubscriptions), 0),
		limitSetting(opt.MaxTopicBytes, int64(l.MaxTopicBytes), 0),
		limitSetting(opt.MaxSubscriptionBytes, int64(l.MaxSubscriptionBytes), 0),
	)
}

// limitSetting translates a field of Limits into an option, which has its own value for
// no limit.
func limitSetting(n opt.Num, v, none int64) core.Setting {
	switch {
	case v < 0:
		v = none
	case v == 0:
		sp, _ := opt.Lookup(n)
		v = sp.Default.I
	}
	return core.Setting{Num: n, Value: opt.Value{I: v}}
}

// limitDefault returns the default of an option in the form of Limits. Options whose
// zero means no limit are those with a default of zero.
func limitDefault(n opt.Num) int64 {
	sp, _ := opt.Lookup(n)
	if sp.Default.I == 0 {
		return -1
	}
	return sp.Default.I
}

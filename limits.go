// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"math"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
)

// Limits bound what a peer may cost that is not trusted. A peer that goes beyond
// one is disconnected, with ErrLimit, ErrMessageTooLarge or a *ProtocolError in
// the log; no call of the program fails.
//
// In each field zero stands for the default, so that Limits{MaxPeers: 100} keeps
// all others, and every negative value for no limit. Each field is an option
// too, which says when a change applies and whose zero is a value of its own.
type Limits struct {
	// MaxFrameBytes is the largest frame in octets; option MaxMessageSize. It is
	// checked before memory is taken, and holds for the commands of the handshake
	// too. Zero is the default, 256 MiB.
	MaxFrameBytes int64

	// MaxMessageBytes is the largest message in octets, all its frames together;
	// option MaxMessageBytes. Zero is the default, 1 GiB.
	MaxMessageBytes int64

	// MaxFrames is the most frames in one message; option MaxFrames. Zero is the
	// default, 65536.
	MaxFrames int

	// MaxHandshakes is the most connections of one listener whose handshake is
	// not finished; option MaxHandshakes. Zero is the default, 4096.
	MaxHandshakes int

	// MaxHandshakeBytes is the largest command in octets in a handshake; option
	// MaxHandshakeBytes. Zero is the default, 64 KiB; a negative value leaves
	// MaxFrameBytes as the only bound.
	MaxHandshakeBytes int

	// MaxPeers is the most peers that the socket accepts at a time; option
	// MaxPeers. Zero is the default, no limit.
	MaxPeers int

	// MaxSubscriptions is the most topic prefixes that one peer may be subscribed
	// to; option MaxSubscriptions. Zero is the default, 1048576.
	MaxSubscriptions int

	// MaxTopicBytes is the longest topic prefix in octets that a peer may
	// subscribe to; option MaxTopicBytes. Zero is the default, 64 KiB.
	MaxTopicBytes int
}

// DefaultLimits returns the limits of a socket for which none were set, with -1
// where there is none. Contexts with LibzmqDefaults have fewer.
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
	}
}

// WithLimits returns the setting that gives a socket all of these limits. A
// value above what its option takes makes NewSocket or Set fail with ErrInvalid.
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
	)
}

// limitSetting translates a field of Limits into an option, which has a value
// of its own for no limit.
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

// limitDefault is the default of an option as Limits has it. Those whose zero is
// no limit are the ones with a default of zero.
func limitDefault(n opt.Num) int64 {
	sp, _ := opt.Lookup(n)
	if sp.Default.I == 0 {
		return -1
	}
	return sp.Default.I
}

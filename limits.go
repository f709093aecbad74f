// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"math"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/zerr"
)

// Limits bound the resources that an untrusted peer may use. A peer that exceeds one is
// disconnected, with ErrLimit, ErrMessageTooLarge or a *ProtocolError in the log. No
// call of the program fails.
//
// In each field, zero stands for the default, so that Limits{MaxPeers: 100} leaves all
// others at their defaults, and a negative value for no limit. WithLimits gives them to a
// socket, and ContextConfig.Limits to all sockets of a context. Each field but TotalBytes,
// which all sockets share, is an option too. The option's documentation says when a change
// applies, and what the option's own zero means.
type Limits struct {
	// TotalBytes is the most memory in bytes that the peers of a context can make it
	// hold, all of them together; see ContextConfig.Limits. WithLimits accepts only zero
	// and the default.
	//
	// One half is for messages. As it fills with those that wait to be received, the
	// connections that fill it most are not read until the program has received more, so
	// that their peers have to wait. No message is lost by that. As it fills with those
	// that wait to be sent, the longest of these queues are full, as at SendHWM, until half
	// of what they have is sent. A single peer gets a ninth of the half, or all that is
	// free if RecvHWM, or SendHWM, is zero. A message of which a part has not arrived cannot
	// wait, and may have three times as much as is free.
	//
	// The other half is for connections (16 KiB each), handshakes, the properties that
	// peers announce, and topics of subscribers. A single peer gets three quarters of it.
	//
	// If there is no room for what cannot wait, the peer that has most of it is
	// disconnected. The error in the log and in monitors' events matches ErrLimit, and
	// SocketStats.OverBudget counts it.
	//
	// Inproc peers do not count, nor what waits for a Connect that has had no peer. The
	// garbage collector needs memory beside: see GOGC and GOMEMLIMIT of package runtime.
	//
	// Zero is the default, 4 GiB, or 1 GiB on 32-bit systems, and no limit in contexts
	// with LibzmqDefaults.
	TotalBytes int64

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

	// MaxPeersPerAddress is the most peers of one address that the socket accepts at a
	// time; option MaxPeersPerAddress. Zero is the default, no limit.
	MaxPeersPerAddress int

	// MaxHandshakesPerAddress is the most connections of one address, at one listener,
	// with an unfinished handshake; option MaxHandshakesPerAddress. Zero is the default,
	// no limit: MaxHandshakes shares out its places among addresses.
	MaxHandshakesPerAddress int

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

// defaultTotalBytes is such that a message of MaxMessageBytes is within the share of a
// single peer (on 64-bit systems), and a hundred thousand connections are within the limit.
const defaultTotalBytes = (1 + 3*int64(^uint(0)>>63)) << 30

// DefaultLimits returns the limits of a socket for which none were set. -1 means that
// there is none. Contexts with LibzmqDefaults have fewer.
func DefaultLimits() Limits {
	return Limits{
		TotalBytes:        defaultTotalBytes,
		MaxFrameBytes:     limitDefault(opt.MaxMessageSize),
		MaxMessageBytes:   limitDefault(opt.MaxMessageBytes),
		MaxFrames:         int(limitDefault(opt.MaxFrames)),
		MaxHandshakes:     int(limitDefault(opt.MaxHandshakes)),
		MaxHandshakeBytes: int(limitDefault(opt.MaxHandshakeBytes)),
		MaxPeers:          int(limitDefault(opt.MaxPeers)),
		MaxSubscriptions:  int(limitDefault(opt.MaxSubscriptions)),
		MaxTopicBytes:     int(limitDefault(opt.MaxTopicBytes)),

		MaxSubscriptionBytes:    int(limitDefault(opt.MaxSubscriptionBytes)),
		MaxPeersPerAddress:      int(limitDefault(opt.MaxPeersPerAddress)),
		MaxHandshakesPerAddress: int(limitDefault(opt.MaxHandshakesPerAddress)),
	}
}

// WithLimits returns the setting that gives a socket all of these limits. If a value is
// too large for its option, or TotalBytes is set, NewSocket or Set fails with ErrInvalid.
func WithLimits(l Limits) Setting {
	if l.TotalBytes != 0 && l.TotalBytes != defaultTotalBytes {
		return Setting{err: zerr.Errorf(zerr.ErrInvalid, "TotalBytes is a limit of a whole context: set ContextConfig.Limits")}
	}
	return newSetting(l.settings()...)
}

func (l Limits) settings() []core.Setting {
	return []core.Setting{
		limitSetting(opt.MaxMessageSize, l.MaxFrameBytes, -1),
		limitSetting(opt.MaxMessageBytes, l.MaxMessageBytes, -1),
		limitSetting(opt.MaxFrames, int64(l.MaxFrames), 0),
		limitSetting(opt.MaxHandshakes, int64(l.MaxHandshakes), 0),
		limitSetting(opt.MaxHandshakeBytes, int64(l.MaxHandshakeBytes), math.MaxInt32),
		limitSetting(opt.MaxPeers, int64(l.MaxPeers), 0),
		limitSetting(opt.MaxSubscriptions, int64(l.MaxSubscriptions), 0),
		limitSetting(opt.MaxTopicBytes, int64(l.MaxTopicBytes), 0),
		limitSetting(opt.MaxSubscriptionBytes, int64(l.MaxSubscriptionBytes), 0),
		limitSetting(opt.MaxPeersPerAddress, int64(l.MaxPeersPerAddress), 0),
		limitSetting(opt.MaxHandshakesPerAddress, int64(l.MaxHandshakesPerAddress), 0),
	}
}

// forContext returns the setting that gives every socket of a context these limits, if
// there are any, and the limit of the context itself, zero for none.
func (l Limits) forContext(libzmq bool) (x Setting, total int64) {
	switch total = l.TotalBytes; {
	case total < 0:
		total = 0
	case total == 0 && !libzmq:
		total = defaultTotalBytes
	}
	l.TotalBytes = 0
	if l != (Limits{}) {
		x = newSetting(l.settings()...)
	}
	return x, total
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

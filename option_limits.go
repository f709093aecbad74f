// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options that bound the resources that a stranger may use. Limits sets them
// together.

// MaxMessageSize is the largest frame in bytes that a peer may announce. A peer that
// announces a larger one is disconnected before memory is allocated. The limit applies
// to the commands of the handshake too, which have at least a few dozen bytes. Zero
// accepts nothing; negative values are no limit.
//
//	Default:  256 MiB (libzmq: -1, no limit)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_MAXMSGSIZE (22)
var MaxMessageSize Option[int64] = int64Option(opt.MaxMessageSize)

// MaxMessageBytes is the largest message in bytes, all its frames together. A peer that
// sends a larger one is disconnected. Zero accepts only empty messages; -1 is no limit,
// and lower values are not valid.
//
//	Default:  1 GiB (libzmq: -1, no limit)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxMessageBytes Option[int64] = int64Option(opt.MaxMessageBytes)

// MaxFrames is the most frames in one message. A peer that sends more is disconnected.
// Zero is no limit; negative values are not valid.
//
//	Default:  65536 (libzmq: 0, no limit)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxFrames Option[int] = intOption(opt.MaxFrames)

// MaxHandshakes is the most connections of one listener with an unfinished handshake.
// For each further connection, the oldest one of the address with the most of them is
// closed, so that silent connections keep no peer out. An IPv6 network of 64 bits
// counts as one address, and so does a user over ipc. Zero is no limit; negative values
// are not valid.
//
//	Default:  4096 (libzmq: 0, no limit)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxHandshakes Option[int] = intOption(opt.MaxHandshakes)

// MaxHandshakeBytes is the largest command in bytes in a handshake. The connection is
// closed if the peer sends a larger one. Zero and negative values are not valid.
//
//	Default:  64 KiB
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxHandshakeBytes Option[int] = intOption(opt.MaxHandshakeBytes)

// MaxPeers is the most peers that the socket accepts at a time. Further connections are
// closed, and their peers try again. Peers that the socket connects to do not count.
// Zero is no limit; negative values are not valid.
//
//	Default:  0, no limit
//	Applies:  at once
//	Sockets:  all
//	libzmq:   does not have it
var MaxPeers Option[int] = intOption(opt.MaxPeers)

// MaxPeersPerAddress is the most peers of one address that the socket accepts at a time.
// Further connections are closed, and their peers try again. An address is what SourceOf
// returns. Many peers may share one, behind a router that translates addresses or a load
// balancer. Zero is no limit; negative values are not valid.
//
//	Default:  0, no limit
//	Applies:  at once
//	Sockets:  all
//	libzmq:   does not have it
var MaxPeersPerAddress Option[int] = intOption(opt.MaxPeersPerAddress)

// MaxHandshakesPerAddress is the most connections of one address, at one listener, with
// an unfinished handshake. For each further connection, the oldest one is closed. An
// address is what SourceOf returns. MaxHandshakes alone shares out its places among
// addresses, so that few programs need this limit. Zero is no limit; negative values are
// not valid.
//
//	Default:  0, no limit
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxHandshakesPerAddress Option[int] = intOption(opt.MaxHandshakesPerAddress)

// MaxFailureDelay is the longest wait before the handshake of a connection whose address
// has failed. Five failed handshakes in a row, in which a peer breaks the protocol or is
// refused, have no effect. Then each further connection of that address waits, 100 ms at
// first and twice as long after each failure. Connections wait side by side, so that an
// honest peer of the same address waits no longer than this time. When its handshake
// succeeds, or after a minute without a failure, the address is free again. An address is
// what SourceOf returns. A program with a wrong key that tries for ever makes all others
// behind its address wait, so this is not the default. Zero never waits; negative values
// are not valid.
//
//	Default:  0, never
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxFailureDelay Option[time.Duration] = durationOption(opt.MaxFailureDelay, time.Millisecond)

// MaxSubscriptions is the most topic prefixes that one peer may be subscribed to. A
// peer that subscribes to more is disconnected. Zero is no limit; negative values are
// not valid.
//
//	Default:  1048576 (libzmq: 0, no limit)
//	Applies:  at once
//	Sockets:  PUB, XPUB
//	libzmq:   does not have it
var MaxSubscriptions Option[int] = intOption(opt.MaxSubscriptions)

// MaxSubscriptionBytes is the most bytes of all topic prefixes of one peer together. A
// peer that exceeds it is disconnected. The default is MaxSubscriptions times 64 bytes.
// Zero is no limit; negative values are not valid.
//
//	Default:  64 MiB (libzmq: 0, no limit)
//	Applies:  at once
//	Sockets:  PUB, XPUB
//	libzmq:   does not have it
var MaxSubscriptionBytes Option[int] = intOption(opt.MaxSubscriptionBytes)

// MaxTopicBytes is the longest topic prefix in bytes that a peer may subscribe to. A
// peer that subscribes to a longer one is disconnected. Zero is no limit; negative
// values are not valid.
//
//	Default:  64 KiB (libzmq: 0, no limit)
//	Applies:  at once
//	Sockets:  PUB, XPUB
//	libzmq:   does not have it
var MaxTopicBytes Option[int] = intOption(opt.MaxTopicBytes)

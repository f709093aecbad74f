// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options that bound what a stranger may cost. Limits sets them together.

// MaxMessageSize is the largest frame in octets that a peer may announce; it is
// disconnected for a larger one, before memory is taken. It holds for the commands
// of the handshake too, which have some dozens of octets at least. Zero accepts
// nothing; negative values are no limit.
//
//	Default:  256 MiB (libzmq: -1, no limit)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_MAXMSGSIZE (22)
var MaxMessageSize = int64Option(opt.MaxMessageSize)

// MaxMessageBytes is the largest message in octets that is accepted, all its frames
// together; the peer is disconnected for a larger one. Zero accepts empty messages
// only; -1 is no limit, and lower values are not valid.
//
//	Default:  1 GiB (libzmq: -1, no limit)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxMessageBytes = int64Option(opt.MaxMessageBytes)

// MaxFrames is the most frames accepted in one message; the peer is disconnected
// for more. Zero is no limit; negative values are not valid.
//
//	Default:  65536 (libzmq: 0, no limit)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxFrames = intOption(opt.MaxFrames)

// MaxHandshakes is the most connections of one listener whose handshake is not
// finished; further ones are closed. Zero is no limit; negative values are not
// valid.
//
//	Default:  4096 (libzmq: 0, no limit)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxHandshakes = intOption(opt.MaxHandshakes)

// MaxHandshakeBytes is the largest command in octets that is accepted in a
// handshake; the connection is closed for a larger one. Zero and negative values are
// not valid.
//
//	Default:  64 KiB
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var MaxHandshakeBytes = intOption(opt.MaxHandshakeBytes)

// MaxPeers is the most peers that the socket accepts at a time; further connections
// are closed, and come back. Those that it connects to do not count. Zero is no
// limit; negative values are not valid.
//
//	Default:  0, no limit
//	Applies:  at once
//	Sockets:  all
//	libzmq:   does not have it
var MaxPeers = intOption(opt.MaxPeers)

// MaxSubscriptions is the most topic prefixes that one peer may be subscribed to; it
// is disconnected for more. Zero is no limit; negative values are not valid.
//
//	Default:  1048576 (libzmq: 0, no limit)
//	Applies:  at once
//	Sockets:  PUB, XPUB
//	libzmq:   does not have it
var MaxSubscriptions = intOption(opt.MaxSubscriptions)

// MaxTopicBytes is the longest topic prefix in octets that a peer may subscribe to;
// it is disconnected for a longer one. Zero is no limit; negative values are not
// valid.
//
//	Default:  64 KiB (libzmq: 0, no limit)
//	Applies:  at once
//	Sockets:  PUB, XPUB
//	libzmq:   does not have it
var MaxTopicBytes = intOption(opt.MaxTopicBytes)

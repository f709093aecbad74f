// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options by which a peer that has gone is noticed.

// HeartbeatInterval is the time between the PINGs that are sent once the handshake
// is done. Zero sends none; negative values are not valid.
//
//	Default:  15s (libzmq: 0, none)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_HEARTBEAT_IVL (75)
var HeartbeatInterval = durationOption(opt.HeartbeatInterval, time.Millisecond)

// HeartbeatTimeout is how long after a PING the peer may send nothing at all before
// the connection is ended. Zero never ends it; negative values are not valid.
//
//	Default:  45s (libzmq: none, as the interval)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_HEARTBEAT_TIMEOUT (77)
var HeartbeatTimeout = durationOption(opt.HeartbeatTimeout, time.Millisecond)

// HeartbeatTTL is the silence after which the peer is asked to give the connection
// up, sent with each PING: below 6554s, in whole tenths of a second, parts cut off.
// Zero asks for nothing, and so does a negative value.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_HEARTBEAT_TTL (76)
var HeartbeatTTL = durationOption(opt.HeartbeatTTL, time.Millisecond)

// HeartbeatOldPeers sends PING also to peers that announce ZMTP 3.0, which does not
// have it; they may end the connection for it.
//
//	Default:  false (libzmq: true)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var HeartbeatOldPeers = boolOption(opt.HeartbeatOldPeers)

// RefuseOldPeers closes connections of peers that speak ZMTP 1.0 or 2.0, which have
// neither security nor heartbeats.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var RefuseOldPeers = boolOption(opt.RefuseOldPeers)

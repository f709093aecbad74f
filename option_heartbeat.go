// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options that detect peers that have gone.

// HeartbeatInterval is the time between the PINGs that are sent after the handshake.
// Zero sends none; negative values are not valid.
//
//	Default:  15s (libzmq: 0, none)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_HEARTBEAT_IVL (75)
var HeartbeatInterval Option[time.Duration] = durationOption(opt.HeartbeatInterval, time.Millisecond)

// HeartbeatTimeout is how long the peer may send nothing at all after a PING before the
// connection is ended. Zero never ends it; negative values are not valid.
//
// The time-out does not end the connection of a busy peer. If the peer may have unread
// messages from this socket, the connection stays as long as the peer's system
// acknowledges what is sent. PeerStats.StalledSince reports this state, and
// DisconnectSlow ends it. If the peer has read everything and answers no PING, the
// time-out ends the connection. Over ipc, where the system reports that a peer has
// gone, the time-out applies only if the program sets it.
//
// The default follows from TCP's retransmissions. Data lost in an outage is sent again
// after intervals that double, about 25, 51 and 102 seconds after the first time. A
// time-out of t keeps connections over outages of t/2 in every case, and of t at best.
// A time-out of 45s loses messages in outages of 45s, 60s survives outages of 50s, and
// two minutes those of 90s (test/faults has the figures). Two minutes are also how long
// TCPKeepAlive and its options take to end an idle connection.
//
//	Default:  2m (libzmq: none, as the interval)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_HEARTBEAT_TIMEOUT (77)
var HeartbeatTimeout Option[time.Duration] = durationOption(opt.HeartbeatTimeout, time.Millisecond)

// HeartbeatTTL is sent with each PING. It asks the peer to end the connection after
// that much silence. It is below 6554s and is truncated to tenths of a second. With
// zero or a negative value the peer is asked for nothing.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_HEARTBEAT_TTL (76)
var HeartbeatTTL Option[time.Duration] = durationOption(opt.HeartbeatTTL, time.Millisecond)

// HeartbeatOldPeers sends PING also to peers that announce ZMTP 3.0, which does not
// have it. They may end the connection because of it.
//
//	Default:  false (libzmq: true)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var HeartbeatOldPeers Option[bool] = boolOption(opt.HeartbeatOldPeers)

// RefuseOldPeers closes connections of peers that speak ZMTP 1.0 or 2.0, which have
// neither security nor heartbeats.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var RefuseOldPeers Option[bool] = boolOption(opt.RefuseOldPeers)

// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options of names and of the types that route by them: ROUTER, REQ, DEALER, STREAM.

// RoutingID is the name under which a peer's ROUTER knows this socket, 1 to 255 bytes,
// the first of them not zero. Without it the ROUTER generates a name for each
// connection. It cannot be emptied again.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  REQ, DEALER, ROUTER
//	libzmq:   ZMQ_ROUTING_ID (5)
var RoutingID Option[[]byte] = bytesOption(opt.RoutingID)

// ConnectRoutingID is the name that this socket gives to the peer of the next Connect,
// so that messages can be sent to the peer at once. It applies to one Connect and is
// best given to it as a setting. It cannot be empty, and cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  ROUTER, STREAM
//	libzmq:   ZMQ_CONNECT_ROUTING_ID (61)
var ConnectRoutingID Option[[]byte] = bytesOption(opt.ConnectRoutingID)

// RouterMandatory makes a send fail with ErrHostUnreachable if the peer is unknown, and
// with a PeerFullError if the peer's queue is full, unless WaitForPeer waits for room.
// Without it such messages are dropped, and counted in Drops.Unroutable and Drops.Mute.
// It cannot be read.
//
//	Default:  true (libzmq: false)
//	Applies:  at once
//	Sockets:  ROUTER
//	libzmq:   ZMQ_ROUTER_MANDATORY (33)
var RouterMandatory Option[bool] = boolOption(opt.RouterMandatory)

// WaitForPeer makes a send wait while the queue of the peer that the message names is
// full, as long as SendTimeout and the context of the call allow. Without it the send
// fails with a PeerFullError at once, so that a peer that does not read delays no
// other. Use it with few peers that are known to read, because everything else that the
// sending goroutine does waits too.
//
//	Default:  false (libzmq: true)
//	Applies:  at once
//	Sockets:  ROUTER with RouterMandatory, STREAM, SERVER, PEER
//	libzmq:   does not have it
var WaitForPeer Option[bool] = boolOption(opt.WaitForPeer)

// RouterHandover gives a routing id that is in use to the newest peer that claims it,
// and disconnects the older peer, without a check of their identity. HandoverToSameUser
// is safe. Without either the newer peer stays connected but is never read, which is
// logged and counted in Stats. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  ROUTER
//	libzmq:   ZMQ_ROUTER_HANDOVER (56)
var RouterHandover Option[bool] = boolOption(opt.RouterHandover)

// HandoverToSameUser gives a routing id that is in use to a newer peer that has proved
// to be the same user as the older one, and disconnects the older one. It is for
// clients that return after their host or address has changed, before the loss of the
// old connection was noticed. Two peers are the same user if they have the same CURVE
// key, or the same non-empty UserID from an authentication handler with PLAIN or CURVE.
// Peers without a mechanism, and those in process, have proved nothing. RouterHandover
// decides about these and all others, and with RouterHandover this option has no
// effect. If two live peers of one user claim the same id, they take it from each other
// again and again.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  ROUTER
//	libzmq:   does not have it
var HandoverToSameUser Option[bool] = boolOption(opt.HandoverToSameUser)

// RouterNotify makes a ROUTER receive a message of routing id and empty frame when a
// peer connects (1), disconnects (2), or both (3). Zero gives none; negative values are
// not valid. It does not apply to inproc.
//
//	Default:  0
//	Applies:  at once
//	Sockets:  ROUTER
//	libzmq:   ZMQ_ROUTER_NOTIFY (97)
var RouterNotify Option[int] = intOption(opt.RouterNotify)

// RouterRaw makes a ROUTER speak plain TCP as a STREAM does. An empty frame closes the
// connection. New programs use a STREAM. Setting it to false later takes back only that
// meaning of the empty frame. It cannot be read.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  ROUTER
//	libzmq:   ZMQ_ROUTER_RAW (41)
var RouterRaw Option[bool] = boolOption(opt.RouterRaw)

// ProbeRouter sends an empty message to every new peer, so that a ROUTER there
// learns of this socket. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  ROUTER, DEALER, REQ
//	libzmq:   ZMQ_PROBE_ROUTER (51)
var ProbeRouter Option[bool] = boolOption(opt.ProbeRouter)

// ReqCorrelate puts a number before each request and skips replies that do not return
// it. The peer must return all frames before the empty one, as REP does. Request sets
// it. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  REQ
//	libzmq:   ZMQ_REQ_CORRELATE (52)
var ReqCorrelate Option[bool] = boolOption(opt.ReqCorrelate)

// ReqRelaxed allows a new request before the reply to the last one, which is abandoned.
// It needs ReqCorrelate, because otherwise a late reply is taken for the new one.
// Request sets both. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  REQ
//	libzmq:   ZMQ_REQ_RELAXED (53)
var ReqRelaxed Option[bool] = boolOption(opt.ReqRelaxed)

// StreamNotify makes a STREAM receive an empty message from a peer when it connects
// and when it disconnects. It cannot be read.
//
//	Default:  true
//	Applies:  at once
//	Sockets:  STREAM
//	libzmq:   ZMQ_STREAM_NOTIFY (73)
var StreamNotify Option[bool] = boolOption(opt.StreamNotify)

// HelloMessage is a message of one frame that is sent first on every new connection,
// including those after a reconnect. Empty sends none. It cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  ROUTER, DEALER, CLIENT, SERVER, PEER
//	libzmq:   ZMQ_HELLO_MSG (110)
var HelloMessage Option[[]byte] = bytesOption(opt.HelloMessage)

// DisconnectMessage is a message of one frame that this socket receives, as if from
// the peer, when a connection that it accepted ends. Empty gives none. It cannot be
// read.
//
//	Default:  empty
//	Applies:  at once
//	Sockets:  ROUTER, SERVER, PEER
//	libzmq:   ZMQ_DISCONNECT_MSG (111)
var DisconnectMessage Option[[]byte] = bytesOption(opt.DisconnectMessage)

// HiccupMessage is a message of one frame that this socket receives when a
// connection that it made is lost. Empty gives none. It cannot be read.
//
//	Default:  empty
//	Applies:  at once
//	Sockets:  DEALER, CLIENT, PEER
//	libzmq:   ZMQ_HICCUP_MSG (114)
var HiccupMessage Option[[]byte] = bytesOption(opt.HiccupMessage)

// Metadata adds a property to the handshake, as "X-name:value". The peer finds it on
// every message with Message.Property. The name has at most 255 bytes. If a name is
// given more than once, the first value counts. It cannot be empty, and cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_METADATA (95)
var Metadata Option[string] = stringOption(opt.Metadata)

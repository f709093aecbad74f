// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options of names and of those who route by them: ROUTER, REQ, DEALER, STREAM.

// RoutingID is the name under which a peer's ROUTER knows this socket, 1 to 255
// octets, the first of them not zero. Without one the ROUTER makes one up for each
// connection. It cannot be emptied again.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  REQ, DEALER, ROUTER
//	libzmq:   ZMQ_ROUTING_ID (5)
var RoutingID = bytesOption(opt.RoutingID)

// ConnectRoutingID is the name that this socket gives to the peer of the next
// Connect, so that the peer can be addressed at once. It holds for one Connect and
// is best given to it as a setting. It cannot be empty, and cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  ROUTER, STREAM
//	libzmq:   ZMQ_CONNECT_ROUTING_ID (61)
var ConnectRoutingID = bytesOption(opt.ConnectRoutingID)

// RouterMandatory reports a message to an unknown peer as ErrHostUnreachable, and
// waits while the peer's queue is full. Without it such messages are dropped, and
// counted in Drops.Unroutable. It cannot be read.
//
//	Default:  true (libzmq: false)
//	Applies:  at once
//	Sockets:  ROUTER
//	libzmq:   ZMQ_ROUTER_MANDATORY (33)
var RouterMandatory = boolOption(opt.RouterMandatory)

// RouterHandover gives a routing id that is in use to the newest peer that claims
// it, and lets the older one go. Without it the newer one stays connected and is
// never heard. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  ROUTER
//	libzmq:   ZMQ_ROUTER_HANDOVER (56)
var RouterHandover = boolOption(opt.RouterHandover)

// RouterNotify is whether a message of routing id and empty frame is received when
// a peer connects (1), disconnects (2), or both (3). Zero gives none; negative
// values are not valid. It does not reach inproc.
//
//	Default:  0
//	Applies:  at once
//	Sockets:  ROUTER
//	libzmq:   ZMQ_ROUTER_NOTIFY (97)
var RouterNotify = intOption(opt.RouterNotify)

// RouterRaw makes a ROUTER talk plain TCP as a STREAM does, an empty frame closing a
// connection; new programs take a STREAM. False takes back no more than that meaning
// of the empty frame. It cannot be read.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  ROUTER
//	libzmq:   ZMQ_ROUTER_RAW (41)
var RouterRaw = boolOption(opt.RouterRaw)

// ProbeRouter sends an empty message to every new peer, so that a ROUTER there
// learns of this socket. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  ROUTER, DEALER, REQ
//	libzmq:   ZMQ_PROBE_ROUTER (51)
var ProbeRouter = boolOption(opt.ProbeRouter)

// ReqCorrelate puts a number before each request and skips replies that do not
// bring it back. The peer must return what precedes the empty frame, as REP does.
// Request switches it on. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  REQ
//	libzmq:   ZMQ_REQ_CORRELATE (52)
var ReqCorrelate = boolOption(opt.ReqCorrelate)

// ReqRelaxed allows a new request before the reply to the last, which is given up.
// It needs ReqCorrelate, or a late reply is taken for the new one. Request switches
// both on. It cannot be read.
//
//	Default:  false
//	Applies:  at once
//	Sockets:  REQ
//	libzmq:   ZMQ_REQ_RELAXED (53)
var ReqRelaxed = boolOption(opt.ReqRelaxed)

// StreamNotify makes a STREAM receive an empty message from a peer when it connects
// and when it disconnects. It cannot be read.
//
//	Default:  true
//	Applies:  at once
//	Sockets:  STREAM
//	libzmq:   ZMQ_STREAM_NOTIFY (73)
var StreamNotify = boolOption(opt.StreamNotify)

// HelloMessage is a message of one frame that is sent first on every new
// connection, after reconnects too. Empty sends none. It cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  ROUTER, DEALER, CLIENT, SERVER, PEER
//	libzmq:   ZMQ_HELLO_MSG (110)
var HelloMessage = bytesOption(opt.HelloMessage)

// DisconnectMessage is a message of one frame that this socket receives, as if from
// the peer, when a connection that it accepted ends. Empty gives none. It cannot be
// read.
//
//	Default:  empty
//	Applies:  at once
//	Sockets:  ROUTER, SERVER, PEER
//	libzmq:   ZMQ_DISCONNECT_MSG (111)
var DisconnectMessage = bytesOption(opt.DisconnectMessage)

// HiccupMessage is a message of one frame that this socket receives when a
// connection that it made is lost. Empty gives none. It cannot be read.
//
//	Default:  empty
//	Applies:  at once
//	Sockets:  DEALER, CLIENT, PEER
//	libzmq:   ZMQ_HICCUP_MSG (114)
var HiccupMessage = bytesOption(opt.HiccupMessage)

// Metadata adds a property to the handshake, as "X-name:value", which the peer finds
// on every message with Message.Property. The name has 255 octets at most; the first
// value of a name stays. It cannot be empty, and cannot be read.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_METADATA (95)
var Metadata = stringOption(opt.Metadata)

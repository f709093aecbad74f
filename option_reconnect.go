// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options of connections that come, go, and are made again.

// ReconnectInterval is the wait before another attempt to connect. Where
// ReconnectIntervalMax is zero, a random part of the same length is added. Zero and
// negative values never try again.
//
//	Default:  100ms
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_RECONNECT_IVL (18)
var ReconnectInterval = durationOption(opt.ReconnectInterval, time.Millisecond)

// ReconnectIntervalMax is how far the wait, which doubles after each attempt that
// failed, may grow. An attempt has failed too if the peer refuses it in the
// handshake, or breaks the protocol there: libzmq makes no other then. A maximum below ReconnectInterval is the wait. Zero leaves the
// wait at ReconnectInterval; negative values are not valid.
//
//	Default:  5s (libzmq: 0, constant wait)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_RECONNECT_IVL_MAX (21)
var ReconnectIntervalMax = durationOption(opt.ReconnectIntervalMax, time.Millisecond)

// ReconnectStop is a sum of reasons not to connect again: 1 the connection was
// refused, 2 the handshake failed, 4 an ipc connection was refused when the program
// has disconnected or unbound an endpoint of the socket. Zero always connects again;
// other bits are ignored, those of negative values too. 4 works at once, where it
// was not given with the Connect.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_RECONNECT_STOP (109)
var ReconnectStop = intOption(opt.ReconnectStop)

// ReconnectAfterProtocolError connects again, after the usual wait, to a peer that
// broke the protocol: it may have been replaced by then. Without it the endpoint
// stays idle.
//
//	Default:  true (libzmq: false)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var ReconnectAfterProtocolError = boolOption(opt.ReconnectAfterProtocolError)

// ConnectTimeout is how long one attempt to connect may take before it is given up;
// another follows. It is for tcp. Zero leaves it to the system; negative values are
// not valid.
//
//	Default:  0, as the system has it
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_CONNECT_TIMEOUT (79)
var ConnectTimeout = durationOption(opt.ConnectTimeout, time.Millisecond)

// HandshakeInterval is how long a handshake may take from the moment that the
// connection stands; after that it is closed. Zero is no limit, so that a silent
// client holds a connection for ever; negative values are not valid.
//
//	Default:  30s
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all except STREAM
//	libzmq:   ZMQ_HANDSHAKE_IVL (66)
var HandshakeInterval = durationOption(opt.HandshakeInterval, time.Millisecond)

// Immediate queues messages only for peers whose handshake is done, and gives up
// what is queued for one when its connection breaks. Without it messages queue from
// Connect on and survive reconnects.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_IMMEDIATE (39)
var Immediate = boolOption(opt.Immediate)

// Backlog is how many connections the system keeps waiting to be accepted, as
// given to listen(2), which may lower it. Zero is passed on; negative values are not
// valid.
//
//	Default:  100
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_BACKLOG (19)
var Backlog = intOption(opt.Backlog)

// UseFD is a descriptor that is bound and listens already, as service managers hand
// them over. The next Bind uses it in place of one of its own, looks at nothing but
// the scheme of its endpoint, and closes it in the end. Give it to Bind as a
// setting, since it serves one. Zero is a descriptor; -1 is none, and lower values
// are not valid.
//
//	Default:  -1, none
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_USE_FD (89)
var UseFD = intOption(opt.UseFD)

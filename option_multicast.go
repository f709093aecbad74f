// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options of multicast.

// Rate is the most that a publisher sends over pgm and epgm, in kbit/s, repairs and all
// headers included. At most half of it goes to repairs. Messages that come faster wait in
// the queue up to SendHWM, and beyond it are dropped. The default is very little: set it to
// what the network and the slowest subscriber can take. A subscriber measures its window
// by it, so that it should be the same everywhere; see RecoveryInterval.
//
//	Default:  100
//	Applies:  to later calls of Bind and Connect
//	Sockets:  PUB, XPUB, SUB, XSUB
//	libzmq:   ZMQ_RATE (8)
var Rate Option[int] = intOption(opt.Rate)

// RecoveryInterval is how long a subscriber can ask for packets that it missed over pgm
// and epgm. A publisher keeps what it has sent for that long: Rate times this, and at least
// one packet. A subscriber may hold as much of each publisher while a packet is missing.
// What is not repaired by then is lost.
//
//	Default:  10s
//	Applies:  to later calls of Bind and Connect
//	Sockets:  PUB, XPUB, SUB, XSUB
//	libzmq:   ZMQ_RECOVERY_IVL (9)
var RecoveryInterval Option[time.Duration] = durationOption(opt.RecoveryInterval, time.Millisecond)

// MulticastMaxTPDU is the largest packet over pgm and epgm, in bytes, the headers of IP,
// UDP and PGM included. It should be no larger than the MTU of the networks on the way, and
// the same everywhere.
//
//	Default:  1500
//	Applies:  to later calls of Bind and Connect
//	Sockets:  PUB, XPUB, SUB, XSUB
//	libzmq:   ZMQ_MULTICAST_MAXTPDU (84)
var MulticastMaxTPDU Option[int] = intOption(opt.MulticastMaxTPDU)

// MulticastHops is how many routers a multicast packet passes, with the first
// network. 1 stays in the local network.
//
//	Default:  1
//	Applies:  to later calls of Bind and Connect
//	Sockets:  RADIO, PUB, XPUB
//	libzmq:   ZMQ_MULTICAST_HOPS (25)
var MulticastHops Option[int] = intOption(opt.MulticastHops)

// MulticastLoop delivers the packets to receivers on the sending machine too. (libzmq does
// not do so over pgm and epgm, whatever the option says.)
//
//	Default:  true
//	Applies:  to later calls of Bind and Connect
//	Sockets:  RADIO, PUB, XPUB
//	libzmq:   ZMQ_MULTICAST_LOOP (96)
var MulticastLoop Option[bool] = boolOption(opt.MulticastLoop)

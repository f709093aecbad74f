// SPDX-License-Identifier: Apache-2.0

package zmq

import "github.com/gozmq/zmq/internal/opt"

// The options of multicast.

// MulticastHops is how many routers a multicast datagram passes, with the first
// network. 1 stays in the local network.
//
//	Default:  1
//	Applies:  to later calls of Bind and Connect
//	Sockets:  RADIO
//	libzmq:   ZMQ_MULTICAST_HOPS (25)
var MulticastHops = intOption(opt.MulticastHops)

// MulticastLoop delivers the datagrams to receivers on the sending machine too.
//
//	Default:  true
//	Applies:  to later calls of Bind and Connect
//	Sockets:  RADIO
//	libzmq:   ZMQ_MULTICAST_LOOP (96)
var MulticastLoop = boolOption(opt.MulticastLoop)

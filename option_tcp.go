// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"time"

	"github.com/gozmq/zmq/internal/opt"
)

// The options that are passed on to the system's sockets.

// IPv6 uses IPv6 in addition to IPv4. Names resolve to both, and a wildcard listener
// serves both. Without it IPv6 addresses are refused.
//
//	Default:  true (libzmq: false)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_IPV6 (42)
var IPv6 Option[bool] = boolOption(opt.IPv6)

// TCPKeepAlive is 1 if TCP probes silent connections, and 0 if it does not. -1 leaves
// that to the system and ignores the three options that refine it. No other values are
// valid.
//
//	Default:  1 (libzmq: -1, as the system has it)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_TCP_KEEPALIVE (34)
var TCPKeepAlive Option[int] = intOption(opt.TCPKeepAlive)

// TCPKeepAliveIdle is how long a connection is silent before the first probe, in
// whole seconds; parts are rounded up. Negative values leave it as the system has
// it; zero is passed on, and most systems refuse it.
//
//	Default:  1m (libzmq: none, as the system has it)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_TCP_KEEPALIVE_IDLE (36)
var TCPKeepAliveIdle Option[time.Duration] = durationOption(opt.TCPKeepAliveIdle, time.Second)

// TCPKeepAliveInterval is the time between one probe and the next, in whole
// seconds; parts are rounded up. Negative values leave it as the system has it; zero
// is passed on, and most systems refuse it.
//
//	Default:  15s (libzmq: none, as the system has it)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_TCP_KEEPALIVE_INTVL (37)
var TCPKeepAliveInterval Option[time.Duration] = durationOption(opt.TCPKeepAliveInterval, time.Second)

// TCPKeepAliveCount is how many probes may go unanswered before the connection is
// given up. -1 leaves it as the system has it, and lower values are not valid; zero
// is passed on, and most systems refuse it. A system that does not know this option or
// the two above ignores the defaults; attempts to connect with values that the program
// has set fail with ErrNotSupported.
//
//	Default:  4 (libzmq: -1, as the system has it)
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_TCP_KEEPALIVE_CNT (35)
var TCPKeepAliveCount Option[int] = intOption(opt.TCPKeepAliveCount)

// TCPMaxRetransmit is how long bytes that were sent may go unacknowledged before
// the connection is given up (TCP_USER_TIMEOUT, on Windows TCP_MAXRT in seconds).
// Zero leaves it as the system has it; negative values are not valid.
//
//	Default:  0, as the system has it
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_TCP_MAXRT (80)
var TCPMaxRetransmit Option[time.Duration] = durationOption(opt.TCPMaxRetransmit, time.Millisecond)

// SendBuffer is the size in bytes of the system's transmit buffer of each
// connection, or socket of udp, pgm and epgm (SO_SNDBUF). -1 leaves it as the system has it, and lower values are
// not valid; zero is passed on, which is the system's minimum.
//
//	Default:  -1, as the system has it
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_SNDBUF (11)
var SendBuffer Option[int] = intOption(opt.SendBuffer)

// RecvBuffer is the size in bytes of the system's receive buffer of each
// connection, or socket of udp, pgm and epgm (SO_RCVBUF). -1 leaves it as the system has it, and lower values are
// not valid; zero is passed on, which is the system's minimum.
//
//	Default:  -1, as the system has it
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_RCVBUF (12)
var RecvBuffer Option[int] = intOption(opt.RecvBuffer)

// TOS is the type of service byte of IPv4 packets and the traffic class of IPv6
// packets. Zero leaves it alone, but over pgm and epgm with IPv4 it stands for 184
// (expedited forwarding), as in libzmq. Negative values are not valid.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_TOS (57)
var TOS Option[int] = intOption(opt.TOS)

// Priority is the priority of outgoing packets inside the machine (SO_PRIORITY, Linux).
// Values above 6 need privileges. Zero leaves it unchanged; negative values are not
// valid.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_PRIORITY (112)
var Priority Option[int] = intOption(opt.Priority)

// BusyPoll is for how many microseconds the system polls the network device for input
// before it sleeps (SO_BUSY_POLL, Linux). Zero and negative values leave it unchanged.
// It cannot be read.
//
//	Default:  0
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_BUSY_POLL (113)
var BusyPoll Option[int] = intOption(opt.BusyPoll)

// BindToDevice is the network interface to which listeners and connections are tied
// (SO_BINDTODEVICE), 16 bytes at most. On systems without this feature Bind fails, and
// Connect repeats its attempts. Empty ties them to none.
//
//	Default:  empty
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   ZMQ_BINDTODEVICE (92)
var BindToDevice Option[string] = stringOption(opt.BindToDevice)

// ReusePort lets several sockets listen on one TCP port, in one process or in several
// of the same user. The system distributes new connections among them (SO_REUSEPORT,
// Linux). Each of them has to set it, including the first. On systems without this
// feature Bind fails with ErrNotSupported. A connection that waits to be accepted is
// lost when its listener stops, and the peer dials again.
//
//	Default:  false
//	Applies:  to later calls of Bind and Connect
//	Sockets:  all
//	libzmq:   does not have it
var ReusePort Option[bool] = boolOption(opt.ReusePort)

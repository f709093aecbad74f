// SPDX-License-Identifier: Apache-2.0

package gozmq

// Options of all versions.
const (
	// AFFINITY is a mask of I/O threads; kept and read back. (ZMQ_AFFINITY)
	AFFINITY = UInt64SocketOption(4)
	// IDENTITY is the name under which a ROUTER knows this socket. (ZMQ_IDENTITY)
	IDENTITY = StringSocketOption(5)
	// SUBSCRIBE adds a prefix of topics to a SUB. (ZMQ_SUBSCRIBE)
	SUBSCRIBE = StringSocketOption(6)
	// UNSUBSCRIBE takes a prefix of topics away from a SUB. (ZMQ_UNSUBSCRIBE)
	UNSUBSCRIBE = StringSocketOption(7)
	// RATE is the most that multicast transports send, in kbit/s. (ZMQ_RATE)
	RATE = Int64SocketOption(8)
	// RECOVERY_IVL is how long multicast senders keep what they sent: in seconds
	// without a tag, in milliseconds with zmq_3_x or zmq_4_x. (ZMQ_RECOVERY_IVL)
	RECOVERY_IVL = Int64SocketOption(recoveryIvl)
	// SNDBUF is the system's transmit buffer in bytes; read, it is all ones for the
	// system's default. (ZMQ_SNDBUF)
	SNDBUF = UInt64SocketOption(11)
	// RCVBUF is the system's receive buffer in bytes; read, it is all ones for the
	// system's default. (ZMQ_RCVBUF)
	RCVBUF = UInt64SocketOption(12)
	// FD fails with EINVAL: there is no descriptor; see Poll. (ZMQ_FD)
	FD = Int64SocketOption(14)
	// EVENTS is what can be done without waiting, POLLIN and POLLOUT. (ZMQ_EVENTS)
	EVENTS = UInt64SocketOption(15)
	// TYPE is the type of the socket. (ZMQ_TYPE)
	TYPE = UInt64SocketOption(16)
	// LINGER is how long Close leaves what is queued to be sent, in milliseconds; -1
	// is for ever. (ZMQ_LINGER)
	LINGER = IntSocketOption(17)
	// RECONNECT_IVL is the wait before another attempt to connect, in milliseconds.
	// (ZMQ_RECONNECT_IVL)
	RECONNECT_IVL = IntSocketOption(18)
	// RECONNECT_IVL_MAX is the longest wait before another attempt to connect, in
	// milliseconds; 0 keeps RECONNECT_IVL. (ZMQ_RECONNECT_IVL_MAX)
	RECONNECT_IVL_MAX = IntSocketOption(21)
	// BACKLOG is the length of the queue of connections that wait to be accepted.
	// (ZMQ_BACKLOG)
	BACKLOG = IntSocketOption(19)
)

// Options of ZeroMQ 2.2 and later.
const (
	// RCVTIMEO is how long a receive waits, in milliseconds; -1 is for ever.
	// (ZMQ_RCVTIMEO)
	RCVTIMEO = IntSocketOption(27)
	// SNDTIMEO is how long a send waits, in milliseconds; -1 is for ever.
	// (ZMQ_SNDTIMEO)
	SNDTIMEO = IntSocketOption(28)
)

// Options of ZeroMQ 2.x.
const (
	// RECOVERY_IVL_MSEC is RECOVERY_IVL in milliseconds. (ZMQ_RECOVERY_IVL_MSEC)
	RECOVERY_IVL_MSEC = Int64SocketOption(recoveryIvlMsec)
	// SWAP is gone since ZeroMQ 3: it is 0 and cannot be anything else. (ZMQ_SWAP)
	SWAP = Int64SocketOption(swap)
	// MCAST_LOOP is 1 if multicast reaches sockets on the same host.
	// (ZMQ_MCAST_LOOP)
	MCAST_LOOP = Int64SocketOption(mcastLoop)
	// HWM is the high-water mark: it sets SNDHWM and RCVHWM, and reads SNDHWM.
	// (ZMQ_HWM)
	HWM = UInt64SocketOption(hwm)
)

// Options of ZeroMQ 3.x and later.
const (
	// SNDHWM is the most messages queued for one peer; 0 is no limit. (ZMQ_SNDHWM)
	SNDHWM = IntSocketOption(sndHWM)
	// RCVHWM is the most messages queued from one peer; 0 is no limit. (ZMQ_RCVHWM)
	RCVHWM = IntSocketOption(rcvHWM)
	// DELAY_ATTACH_ON_CONNECT is IMMEDIATE by its old name.
	// (ZMQ_DELAY_ATTACH_ON_CONNECT)
	DELAY_ATTACH_ON_CONNECT = IntSocketOption(39)
	// FAIL_UNROUTABLE is ROUTER_MANDATORY by its old name. (ZMQ_FAIL_UNROUTABLE)
	FAIL_UNROUTABLE = BoolSocketOption(33)
	// IPV4ONLY is 1 without IPv6. (ZMQ_IPV4ONLY)
	IPV4ONLY = IntSocketOption(31)
	// MAXMSGSIZE is the largest part accepted from a peer, in bytes; -1 is no
	// limit. (ZMQ_MAXMSGSIZE)
	MAXMSGSIZE = Int64SocketOption(22)
	// ROUTER_MANDATORY is 1 if a ROUTER fails with EHOSTUNREACH for a peer that it
	// does not have. (ZMQ_ROUTER_MANDATORY)
	ROUTER_MANDATORY = IntSocketOption(33)
	// TCP_KEEPALIVE is 1 with TCP keep-alive, 0 without, -1 as the system has it.
	// (ZMQ_TCP_KEEPALIVE)
	TCP_KEEPALIVE = IntSocketOption(34)
	// TCP_KEEPALIVE_CNT is how many probes without an answer end a connection; -1 as
	// the system has it. (ZMQ_TCP_KEEPALIVE_CNT)
	TCP_KEEPALIVE_CNT = IntSocketOption(35)
	// TCP_KEEPALIVE_IDLE is the silence before the first probe in seconds; -1 as the
	// system has it. (ZMQ_TCP_KEEPALIVE_IDLE)
	TCP_KEEPALIVE_IDLE = IntSocketOption(36)
	// TCP_KEEPALIVE_INTVL is the time between probes in seconds; -1 as the system
	// has it. (ZMQ_TCP_KEEPALIVE_INTVL)
	TCP_KEEPALIVE_INTVL = IntSocketOption(37)
	// TCP_ACCEPT_FILTER adds a range of addresses, "192.168.0.0/16", that may
	// connect. (ZMQ_TCP_ACCEPT_FILTER)
	TCP_ACCEPT_FILTER = StringSocketOption(38)
	// XPUB_VERBOSE is 1 if an XPUB passes on subscriptions that it has already.
	// (ZMQ_XPUB_VERBOSE)
	XPUB_VERBOSE = IntSocketOption(40)
)

// Options of ZeroMQ 4.x.
const (
	// IPV6 is 1 with IPv6. (ZMQ_IPV6)
	IPV6 = IntSocketOption(42)
	// IMMEDIATE is 1 if messages are queued for finished connections only.
	// (ZMQ_IMMEDIATE)
	IMMEDIATE = IntSocketOption(39)
	// MECHANISM is the security mechanism: 0 NULL, 1 PLAIN, 2 CURVE. (ZMQ_MECHANISM)
	MECHANISM = IntSocketOption(43)
	// PLAIN_SERVER is 1 for a PLAIN server. (ZMQ_PLAIN_SERVER)
	PLAIN_SERVER = IntSocketOption(44)
	// PLAIN_USERNAME is the name that a PLAIN client sends in clear text.
	// (ZMQ_PLAIN_USERNAME)
	PLAIN_USERNAME = StringSocketOption(45)
	// PLAIN_PASSWORD is the password that a PLAIN client sends in clear text.
	// (ZMQ_PLAIN_PASSWORD)
	PLAIN_PASSWORD = StringSocketOption(46)
	// CURVE_SERVER is 1 for a CURVE server. (ZMQ_CURVE_SERVER)
	CURVE_SERVER = IntSocketOption(47)
	// CURVE_PUBLICKEY is the socket's public key: 32 bytes or 40 characters of Z85;
	// read, Z85. (ZMQ_CURVE_PUBLICKEY)
	CURVE_PUBLICKEY = StringSocketOption(48)
	// CURVE_SECRETKEY is the socket's secret key: 32 bytes or 40 characters of Z85;
	// read, Z85. (ZMQ_CURVE_SECRETKEY)
	CURVE_SECRETKEY = StringSocketOption(49)
	// CURVE_SERVERKEY is the server's public key: 32 bytes or 40 characters of Z85;
	// read, Z85. (ZMQ_CURVE_SERVERKEY)
	CURVE_SERVERKEY = StringSocketOption(50)
	// ZAP_DOMAIN is the domain that the authentication handler is told.
	// (ZMQ_ZAP_DOMAIN)
	ZAP_DOMAIN = StringSocketOption(55)
	// ROUTER_RAW is 1 if a ROUTER talks plain TCP. (ZMQ_ROUTER_RAW)
	ROUTER_RAW = IntSocketOption(41)
	// PROBE_ROUTER is 1 if an empty message goes to every new peer.
	// (ZMQ_PROBE_ROUTER)
	PROBE_ROUTER = IntSocketOption(51)
	// REQ_CORRELATE is 1 if a REQ numbers its requests and drops replies to others.
	// (ZMQ_REQ_CORRELATE)
	REQ_CORRELATE = IntSocketOption(52)
	// REQ_RELAXED is 1 if a REQ may send again before the reply has come.
	// (ZMQ_REQ_RELAXED)
	REQ_RELAXED = IntSocketOption(53)
	// CONFLATE is 1 if only the newest message is kept. (ZMQ_CONFLATE)
	CONFLATE = IntSocketOption(54)
)

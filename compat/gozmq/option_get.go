// SPDX-License-Identifier: Apache-2.0

package gozmq

import "time"

// Type returns the type of the socket. (ZMQ_TYPE)
func (s *Socket) Type() (SocketType, error) {
	v, err := s.GetSockOptUInt64(TYPE)
	return SocketType(v), err
}

// RcvMore tells whether the part that was received last is not the last of its
// message. (ZMQ_RCVMORE)
func (s *Socket) RcvMore() (bool, error) { return s.GetSockOptBool(BoolSocketOption(RCVMORE)) }

// Affinity returns the mask of I/O threads, which has no effect. (ZMQ_AFFINITY)
func (s *Socket) Affinity() (uint64, error) { return s.GetSockOptUInt64(AFFINITY) }

// Identity returns the name under which a ROUTER knows this socket. (ZMQ_IDENTITY)
func (s *Socket) Identity() (string, error) { return s.GetSockOptString(IDENTITY) }

// Rate returns the most that multicast transports send, in kbit/s. (ZMQ_RATE)
func (s *Socket) Rate() (int64, error) { return s.GetSockOptInt64(RATE) }

// RecoveryIvl returns how long multicast senders keep what they sent.
// (ZMQ_RECOVERY_IVL_MSEC)
func (s *Socket) RecoveryIvl() (time.Duration, error) { return duration(s.get(int(RECOVERY_IVL_MSEC))) }

// SndBuf returns the size of the system's transmit buffer in bytes. (ZMQ_SNDBUF)
func (s *Socket) SndBuf() (uint64, error) { return s.GetSockOptUInt64(SNDBUF) }

// RcvBuf returns the size of the system's receive buffer in bytes. (ZMQ_RCVBUF)
func (s *Socket) RcvBuf() (uint64, error) { return s.GetSockOptUInt64(RCVBUF) }

// Linger returns how long Close leaves what is queued to be sent; below zero is for
// ever. (ZMQ_LINGER)
func (s *Socket) Linger() (time.Duration, error) { return duration(s.get(int(LINGER))) }

// ReconnectIvl returns the wait before another attempt to connect; below zero is
// never. (ZMQ_RECONNECT_IVL)
func (s *Socket) ReconnectIvl() (time.Duration, error) { return duration(s.get(int(RECONNECT_IVL))) }

// ReconnectIvlMax returns the longest wait before another attempt to connect; 0
// keeps ReconnectIvl. (ZMQ_RECONNECT_IVL_MAX)
func (s *Socket) ReconnectIvlMax() (time.Duration, error) {
	return duration(s.get(int(RECONNECT_IVL_MAX)))
}

// Backlog returns the length of the queue of connections that wait to be accepted.
// (ZMQ_BACKLOG)
func (s *Socket) Backlog() (int, error) { return s.GetSockOptInt(BACKLOG) }

// RcvTimeout returns how long a receive waits before it fails with EAGAIN; below
// zero is for ever. (ZMQ_RCVTIMEO)
func (s *Socket) RcvTimeout() (time.Duration, error) { return duration(s.get(int(RCVTIMEO))) }

// SndTimeout returns how long a send waits before it fails with EAGAIN; below zero
// is for ever. (ZMQ_SNDTIMEO)
func (s *Socket) SndTimeout() (time.Duration, error) { return duration(s.get(int(SNDTIMEO))) }

// SndHWM returns the most messages queued for one peer; 0 is no limit. (ZMQ_SNDHWM)
func (s *Socket) SndHWM() (int, error) { return s.GetSockOptInt(SNDHWM) }

// RcvHWM returns the most messages queued from one peer; 0 is no limit. (ZMQ_RCVHWM)
func (s *Socket) RcvHWM() (int, error) { return s.GetSockOptInt(RCVHWM) }

// McastLoop returns whether multicast reaches sockets on the same host.
// (ZMQ_MCAST_LOOP)
func (s *Socket) McastLoop() (bool, error) { return s.GetSockOptBool(BoolSocketOption(MCAST_LOOP)) }

// Swap returns the size of the disk memory, which is gone since ZeroMQ 3: 0, and
// nothing else can be set. (ZMQ_SWAP)
func (s *Socket) Swap() (int64, error) { return s.GetSockOptInt64(SWAP) }

// MaxMsgSize returns the largest part accepted from a peer, in bytes; -1 is no
// limit. (ZMQ_MAXMSGSIZE)
func (s *Socket) MaxMsgSize() (int64, error) { return s.GetSockOptInt64(MAXMSGSIZE) }

// IPv4Only returns whether the socket does without IPv6. (ZMQ_IPV4ONLY)
func (s *Socket) IPv4Only() (bool, error) { return s.GetSockOptBool(BoolSocketOption(IPV4ONLY)) }

// DelayAttachOnConnect returns whether messages are queued for finished connections
// only. (ZMQ_DELAY_ATTACH_ON_CONNECT)
func (s *Socket) DelayAttachOnConnect() (bool, error) {
	return s.GetSockOptBool(BoolSocketOption(DELAY_ATTACH_ON_CONNECT))
}

// TCPKeepalive returns 1 with TCP keep-alive, 0 without, -1 as the system has it.
// (ZMQ_TCP_KEEPALIVE)
func (s *Socket) TCPKeepalive() (int, error) { return s.GetSockOptInt(TCP_KEEPALIVE) }

// TCPKeepaliveCnt returns how many probes without an answer end a connection; -1 as
// the system has it. (ZMQ_TCP_KEEPALIVE_CNT)
func (s *Socket) TCPKeepaliveCnt() (int, error) { return s.GetSockOptInt(TCP_KEEPALIVE_CNT) }

// TCPKeepaliveIdle returns the silence before the first probe in seconds; -1 as the
// system has it. (ZMQ_TCP_KEEPALIVE_IDLE)
func (s *Socket) TCPKeepaliveIdle() (int, error) { return s.GetSockOptInt(TCP_KEEPALIVE_IDLE) }

// TCPKeepaliveIntvl returns the time between probes in seconds; -1 as the system has
// it. (ZMQ_TCP_KEEPALIVE_INTVL)
func (s *Socket) TCPKeepaliveIntvl() (int, error) { return s.GetSockOptInt(TCP_KEEPALIVE_INTVL) }

// Ipv6 returns whether the socket uses IPv6 besides IPv4. (ZMQ_IPV6)
func (s *Socket) Ipv6() (bool, error) { return s.GetSockOptBool(BoolSocketOption(IPV6)) }

// Immediate returns whether messages are queued for finished connections only.
// (ZMQ_IMMEDIATE)
func (s *Socket) Immediate() (bool, error) { return s.GetSockOptBool(BoolSocketOption(IMMEDIATE)) }

// PlainServer returns 1 for a PLAIN server. (ZMQ_PLAIN_SERVER)
func (s *Socket) PlainServer() (int, error) { return s.GetSockOptInt(PLAIN_SERVER) }

// PlainUsername returns the name that a PLAIN client sends in clear text.
// (ZMQ_PLAIN_USERNAME)
func (s *Socket) PlainUsername() (string, error) { return s.GetSockOptString(PLAIN_USERNAME) }

// PlainPassword returns the password that a PLAIN client sends in clear text.
// (ZMQ_PLAIN_PASSWORD)
func (s *Socket) PlainPassword() (string, error) { return s.GetSockOptString(PLAIN_PASSWORD) }

// CurvePublickey returns the socket's public key: set as 32 bytes or Z85, read as
// Z85. (ZMQ_CURVE_PUBLICKEY)
func (s *Socket) CurvePublickey() (string, error) { return s.GetSockOptString(CURVE_PUBLICKEY) }

// CurveSecretkey returns the socket's secret key: set as 32 bytes or Z85, read as
// Z85. (ZMQ_CURVE_SECRETKEY)
func (s *Socket) CurveSecretkey() (string, error) { return s.GetSockOptString(CURVE_SECRETKEY) }

// CurveServerkey returns the server's public key: set as 32 bytes or Z85, read as
// Z85. (ZMQ_CURVE_SERVERKEY)
func (s *Socket) CurveServerkey() (string, error) { return s.GetSockOptString(CURVE_SERVERKEY) }

// ZapDomain returns the domain that the authentication handler is told.
// (ZMQ_ZAP_DOMAIN)
func (s *Socket) ZapDomain() (string, error) { return s.GetSockOptString(ZAP_DOMAIN) }

// Mechanism returns the security mechanism: 0 NULL, 1 PLAIN, 2 CURVE.
// (ZMQ_MECHANISM)
func (s *Socket) Mechanism() (int, error) { return s.GetSockOptInt(MECHANISM) }

// Events returns what can be done without waiting, POLLIN and POLLOUT. (ZMQ_EVENTS)
func (s *Socket) Events() (uint64, error) { return s.GetSockOptUInt64(EVENTS) }

// duration turns milliseconds into a duration; -1, which mostly means for ever, is
// -1 ms.
func duration(v int64, err error) (time.Duration, error) {
	return time.Duration(v) * time.Millisecond, err
}

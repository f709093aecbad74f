// SPDX-License-Identifier: Apache-2.0

package gozmq

import "time"

// SetAffinity sets the mask of I/O threads, which has no effect. (ZMQ_AFFINITY)
func (s *Socket) SetAffinity(value uint64) error { return s.SetSockOptUInt64(AFFINITY, value) }

// SetIdentity sets the name under which a ROUTER knows this socket. (ZMQ_IDENTITY)
func (s *Socket) SetIdentity(value string) error { return s.SetSockOptString(IDENTITY, value) }

// SetRate sets the most that multicast transports send, in kbit/s. (ZMQ_RATE)
func (s *Socket) SetRate(value int64) error { return s.SetSockOptInt64(RATE, value) }

// SetRecoveryIvl sets how long multicast senders keep what they sent.
// (ZMQ_RECOVERY_IVL_MSEC)
func (s *Socket) SetRecoveryIvl(value time.Duration) error {
	return s.set(int(RECOVERY_IVL_MSEC), milliseconds(value))
}

// SetSndBuf sets the size of the system's transmit buffer in bytes. (ZMQ_SNDBUF)
func (s *Socket) SetSndBuf(value uint64) error { return s.SetSockOptUInt64(SNDBUF, value) }

// SetRcvBuf sets the size of the system's receive buffer in bytes. (ZMQ_RCVBUF)
func (s *Socket) SetRcvBuf(value uint64) error { return s.SetSockOptUInt64(RCVBUF, value) }

// SetLinger sets how long Close leaves what is queued to be sent; below zero is for
// ever. (ZMQ_LINGER)
func (s *Socket) SetLinger(value time.Duration) error { return s.set(int(LINGER), milliseconds(value)) }

// SetReconnectIvl sets the wait before another attempt to connect; below zero is
// never. (ZMQ_RECONNECT_IVL)
func (s *Socket) SetReconnectIvl(value time.Duration) error {
	return s.set(int(RECONNECT_IVL), milliseconds(value))
}

// SetReconnectIvlMax sets the longest wait before another attempt to connect; 0
// keeps ReconnectIvl. (ZMQ_RECONNECT_IVL_MAX)
func (s *Socket) SetReconnectIvlMax(value time.Duration) error {
	return s.set(int(RECONNECT_IVL_MAX), milliseconds(value))
}

// SetBacklog sets the length of the queue of connections that wait to be accepted.
// (ZMQ_BACKLOG)
func (s *Socket) SetBacklog(value int) error { return s.SetSockOptInt(BACKLOG, value) }

// SetRcvTimeout sets how long a receive waits before it fails with EAGAIN; below
// zero is for ever. (ZMQ_RCVTIMEO)
func (s *Socket) SetRcvTimeout(value time.Duration) error {
	return s.set(int(RCVTIMEO), milliseconds(value))
}

// SetSndTimeout sets how long a send waits before it fails with EAGAIN; below zero
// is for ever. (ZMQ_SNDTIMEO)
func (s *Socket) SetSndTimeout(value time.Duration) error {
	return s.set(int(SNDTIMEO), milliseconds(value))
}

// SetSndHWM sets the most messages queued for one peer; 0 is no limit. (ZMQ_SNDHWM)
func (s *Socket) SetSndHWM(value int) error { return s.SetSockOptInt(SNDHWM, value) }

// SetRcvHWM sets the most messages queued from one peer; 0 is no limit. (ZMQ_RCVHWM)
func (s *Socket) SetRcvHWM(value int) error { return s.SetSockOptInt(RCVHWM, value) }

// SetMcastLoop sets whether multicast reaches sockets on the same host.
// (ZMQ_MCAST_LOOP)
func (s *Socket) SetMcastLoop(value bool) error { return s.set(int(MCAST_LOOP), one(value)) }

// SetSwap sets the size of the disk memory, which is gone since ZeroMQ 3: 0, and
// nothing else can be set. (ZMQ_SWAP)
func (s *Socket) SetSwap(value int64) error { return s.SetSockOptInt64(SWAP, value) }

// SetMaxMsgSize sets the largest part accepted from a peer, in bytes; -1 is no
// limit. (ZMQ_MAXMSGSIZE)
func (s *Socket) SetMaxMsgSize(value int64) error { return s.SetSockOptInt64(MAXMSGSIZE, value) }

// SetIPv4Only sets whether the socket does without IPv6. (ZMQ_IPV4ONLY)
func (s *Socket) SetIPv4Only(value bool) error { return s.set(int(IPV4ONLY), one(value)) }

// SetDelayAttachOnConnect sets whether messages are queued for finished connections
// only. (ZMQ_DELAY_ATTACH_ON_CONNECT)
func (s *Socket) SetDelayAttachOnConnect(value bool) error {
	return s.set(int(DELAY_ATTACH_ON_CONNECT), one(value))
}

// SetTCPKeepalive sets 1 with TCP keep-alive, 0 without, -1 as the system has it.
// (ZMQ_TCP_KEEPALIVE)
func (s *Socket) SetTCPKeepalive(value int) error { return s.SetSockOptInt(TCP_KEEPALIVE, value) }

// SetTCPKeepaliveCnt sets how many probes without an answer end a connection; -1 as
// the system has it. (ZMQ_TCP_KEEPALIVE_CNT)
func (s *Socket) SetTCPKeepaliveCnt(value int) error {
	return s.SetSockOptInt(TCP_KEEPALIVE_CNT, value)
}

// SetTCPKeepaliveIdle sets the silence before the first probe in seconds; -1 as the
// system has it. (ZMQ_TCP_KEEPALIVE_IDLE)
func (s *Socket) SetTCPKeepaliveIdle(value int) error {
	return s.SetSockOptInt(TCP_KEEPALIVE_IDLE, value)
}

// SetTCPKeepaliveIntvl sets the time between probes in seconds; -1 as the system has
// it. (ZMQ_TCP_KEEPALIVE_INTVL)
func (s *Socket) SetTCPKeepaliveIntvl(value int) error {
	return s.SetSockOptInt(TCP_KEEPALIVE_INTVL, value)
}

// SetIpv6 sets whether the socket uses IPv6 besides IPv4. (ZMQ_IPV6)
func (s *Socket) SetIpv6(value bool) error { return s.set(int(IPV6), one(value)) }

// SetImmediate sets whether messages are queued for finished connections only.
// (ZMQ_IMMEDIATE)
func (s *Socket) SetImmediate(value bool) error { return s.set(int(IMMEDIATE), one(value)) }

// SetPlainServer sets 1 for a PLAIN server. (ZMQ_PLAIN_SERVER)
func (s *Socket) SetPlainServer(value int) error { return s.SetSockOptInt(PLAIN_SERVER, value) }

// SetPlainUsername sets the name that a PLAIN client sends in clear text.
// (ZMQ_PLAIN_USERNAME)
func (s *Socket) SetPlainUsername(value string) error {
	return s.SetSockOptString(PLAIN_USERNAME, value)
}

// SetPlainPassword sets the password that a PLAIN client sends in clear text.
// (ZMQ_PLAIN_PASSWORD)
func (s *Socket) SetPlainPassword(value string) error {
	return s.SetSockOptString(PLAIN_PASSWORD, value)
}

// SetCurvePublickey sets the socket's public key: set as 32 bytes or Z85, read as
// Z85. (ZMQ_CURVE_PUBLICKEY)
func (s *Socket) SetCurvePublickey(value string) error {
	return s.SetSockOptString(CURVE_PUBLICKEY, value)
}

// SetCurveSecretkey sets the socket's secret key: set as 32 bytes or Z85, read as
// Z85. (ZMQ_CURVE_SECRETKEY)
func (s *Socket) SetCurveSecretkey(value string) error {
	return s.SetSockOptString(CURVE_SECRETKEY, value)
}

// SetCurveServerkey sets the server's public key: set as 32 bytes or Z85, read as
// Z85. (ZMQ_CURVE_SERVERKEY)
func (s *Socket) SetCurveServerkey(value string) error {
	return s.SetSockOptString(CURVE_SERVERKEY, value)
}

// SetZapDomain sets the domain that the authentication handler is told.
// (ZMQ_ZAP_DOMAIN)
func (s *Socket) SetZapDomain(value string) error { return s.SetSockOptString(ZAP_DOMAIN, value) }

// SetCurveServer sets 1 for a CURVE server. (ZMQ_CURVE_SERVER)
func (s *Socket) SetCurveServer(value int) error { return s.SetSockOptInt(CURVE_SERVER, value) }

// SetROUTERMandatory sets whether a ROUTER fails with EHOSTUNREACH for a peer that
// it does not have. (ZMQ_ROUTER_MANDATORY)
func (s *Socket) SetROUTERMandatory(value bool) error {
	return s.set(int(ROUTER_MANDATORY), one(value))
}

// SetROUTERRaw sets 1 for a ROUTER that talks plain TCP. (ZMQ_ROUTER_RAW)
func (s *Socket) SetROUTERRaw(value int) error { return s.SetSockOptInt(ROUTER_RAW, value) }

// SetProbeROUTER sets 1 if an empty message goes to every new peer.
// (ZMQ_PROBE_ROUTER)
func (s *Socket) SetProbeROUTER(value int) error { return s.SetSockOptInt(PROBE_ROUTER, value) }

// SetXPUBVerbose sets whether an XPUB passes on subscriptions that it has already.
// (ZMQ_XPUB_VERBOSE)
func (s *Socket) SetXPUBVerbose(value bool) error { return s.set(int(XPUB_VERBOSE), one(value)) }

// SetReqCorrelate sets 1 if a REQ numbers its requests and drops replies to others.
// (ZMQ_REQ_CORRELATE)
func (s *Socket) SetReqCorrelate(value int) error { return s.SetSockOptInt(REQ_CORRELATE, value) }

// SetReqRelaxed sets 1 if a REQ may send again before the reply has come.
// (ZMQ_REQ_RELAXED)
func (s *Socket) SetReqRelaxed(value int) error { return s.SetSockOptInt(REQ_RELAXED, value) }

// SetConflate sets whether only the newest message is kept. (ZMQ_CONFLATE)
func (s *Socket) SetConflate(value bool) error { return s.set(int(CONFLATE), one(value)) }

// SetTCPAcceptFilter adds a further range of addresses that may connect,
// "192.168.0.0/16". (ZMQ_TCP_ACCEPT_FILTER)
func (s *Socket) SetTCPAcceptFilter(value string) error {
	return s.SetSockOptString(TCP_ACCEPT_FILTER, value)
}

// SetTCPAcceptFilterNil takes all that SetTCPAcceptFilter has added back, so that every
// address may connect. (ZMQ_TCP_ACCEPT_FILTER)
func (s *Socket) SetTCPAcceptFilterNil() error { return s.SetSockOptStringNil(TCP_ACCEPT_FILTER) }

// SetSubscribe adds a further prefix of topics that a SUB receives; the empty one is
// everything. (ZMQ_SUBSCRIBE)
func (s *Socket) SetSubscribe(value string) error { return s.SetSockOptString(SUBSCRIBE, value) }

// SetUnsubscribe takes away a prefix of topics that a SUB receives no more.
// (ZMQ_UNSUBSCRIBE)
func (s *Socket) SetUnsubscribe(value string) error { return s.SetSockOptString(UNSUBSCRIBE, value) }

// milliseconds turns a duration into milliseconds, rounded up, so that a short
// time-out does not become none; below zero it is -1, which mostly means for ever.
func milliseconds(d time.Duration) int64 {
	if d < 0 {
		return -1
	}
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// SPDX-License-Identifier: Apache-2.0

package zmq4

import "time"

// GetAffinity returns the mask of I/O threads, which has no effect. (ZMQ_AFFINITY)
func (soc *Socket) GetAffinity() (uint64, error) { return soc.unsigned(4) }

// GetBacklog returns the length of the queue of connections that wait to be
// accepted. (ZMQ_BACKLOG)
func (soc *Socket) GetBacklog() (int, error) { return soc.number(19) }

// GetConnectTimeout returns how long an attempt to connect may take; 0 is as long as
// the system lets it. (ZMQ_CONNECT_TIMEOUT)
func (soc *Socket) GetConnectTimeout() (time.Duration, error) { return soc.duration(79) }

// GetCurvePublickeyRaw returns the socket's public key in 32 bytes.
// (ZMQ_CURVE_PUBLICKEY)
func (soc *Socket) GetCurvePublickeyRaw() (string, error) { return soc.rawKey(48) }

// GetCurvePublickeykeyZ85 returns the socket's public key in 40 characters of Z85.
// (ZMQ_CURVE_PUBLICKEY)
func (soc *Socket) GetCurvePublickeykeyZ85() (string, error) { return soc.text(48) }

// GetCurveSecretkeyRaw returns the socket's secret key in 32 bytes.
// (ZMQ_CURVE_SECRETKEY)
func (soc *Socket) GetCurveSecretkeyRaw() (string, error) { return soc.rawKey(49) }

// GetCurveSecretkeyZ85 returns the socket's secret key in 40 characters of Z85.
// (ZMQ_CURVE_SECRETKEY)
func (soc *Socket) GetCurveSecretkeyZ85() (string, error) { return soc.text(49) }

// GetCurveServerkeyRaw returns the public key of the server in 32 bytes.
// (ZMQ_CURVE_SERVERKEY)
func (soc *Socket) GetCurveServerkeyRaw() (string, error) { return soc.rawKey(50) }

// GetCurveServerkeyZ85 returns the public key of the server in 40 characters of Z85.
// (ZMQ_CURVE_SERVERKEY)
func (soc *Socket) GetCurveServerkeyZ85() (string, error) { return soc.text(50) }

// GetEvents returns what the socket can do without waiting. (ZMQ_EVENTS)
func (soc *Socket) GetEvents() (State, error) {
	v, err := soc.number(15)
	return State(v), err
}

// GetGssapiPlaintext returns whether GSSAPI does without encryption.
// (ZMQ_GSSAPI_PLAINTEXT)
func (soc *Socket) GetGssapiPlaintext() (bool, error) { return soc.truth(65) }

// GetGssapiPrincipal returns the principal of the socket. (ZMQ_GSSAPI_PRINCIPAL)
func (soc *Socket) GetGssapiPrincipal() (string, error) { return soc.text(63) }

// GetGssapiServer returns whether the socket is a GSSAPI server. (ZMQ_GSSAPI_SERVER)
func (soc *Socket) GetGssapiServer() (bool, error) { return soc.truth(62) }

// GetGssapiServicePrincipal returns the principal of the server.
// (ZMQ_GSSAPI_SERVICE_PRINCIPAL)
func (soc *Socket) GetGssapiServicePrincipal() (string, error) { return soc.text(64) }

// GetHandshakeIvl returns how long a handshake may take; 0 is no limit.
// (ZMQ_HANDSHAKE_IVL)
func (soc *Socket) GetHandshakeIvl() (time.Duration, error) { return soc.duration(66) }

// GetIdentity returns the name under which a ROUTER knows this socket.
// (ZMQ_ROUTING_ID)
func (soc *Socket) GetIdentity() (string, error) { return soc.text(5) }

// GetImmediate returns whether messages are queued for finished connections only.
// (ZMQ_IMMEDIATE)
func (soc *Socket) GetImmediate() (bool, error) { return soc.truth(39) }

// GetInvertMatching returns 1 if what does not match a subscription passes.
// (ZMQ_INVERT_MATCHING)
func (soc *Socket) GetInvertMatching() (int, error) { return soc.number(74) }

// GetIpv6 returns whether the socket uses IPv6 besides IPv4. (ZMQ_IPV6)
func (soc *Socket) GetIpv6() (bool, error) { return soc.truth(42) }

// GetLastEndpoint returns the endpoint of the last Bind or Connect, with its port.
// (ZMQ_LAST_ENDPOINT)
func (soc *Socket) GetLastEndpoint() (string, error) { return soc.text(32) }

// GetLinger returns how long Close leaves what is queued to be sent; -1 is for ever.
// (ZMQ_LINGER)
func (soc *Socket) GetLinger() (time.Duration, error) { return soc.duration(17) }

// GetMaxmsgsize returns the largest part accepted from a peer, in bytes; -1 is no
// limit. (ZMQ_MAXMSGSIZE)
func (soc *Socket) GetMaxmsgsize() (int64, error) { return soc.number64(22) }

// GetMechanism returns the security mechanism. (ZMQ_MECHANISM)
func (soc *Socket) GetMechanism() (Mechanism, error) {
	v, err := soc.number(43)
	return Mechanism(v), err
}

// GetMulticastHops returns how many hops multicast packets live.
// (ZMQ_MULTICAST_HOPS)
func (soc *Socket) GetMulticastHops() (int, error) { return soc.number(25) }

// GetMulticastMaxtpdu returns the largest multicast packet in bytes.
// (ZMQ_MULTICAST_MAXTPDU)
func (soc *Socket) GetMulticastMaxtpdu() (int, error) { return soc.number(84) }

// GetPlainPassword returns the password that a PLAIN client sends in clear text.
// (ZMQ_PLAIN_PASSWORD)
func (soc *Socket) GetPlainPassword() (string, error) { return soc.text(46) }

// GetPlainServer returns 1 for a PLAIN server. (ZMQ_PLAIN_SERVER)
func (soc *Socket) GetPlainServer() (int, error) { return soc.number(44) }

// GetPlainUsername returns the name that a PLAIN client sends in clear text.
// (ZMQ_PLAIN_USERNAME)
func (soc *Socket) GetPlainUsername() (string, error) { return soc.text(45) }

// GetRate returns the most that multicast transports send, in kbit/s. (ZMQ_RATE)
func (soc *Socket) GetRate() (int, error) { return soc.number(8) }

// GetRcvbuf returns the system's receive buffer in bytes; -1 as the system has it.
// (ZMQ_RCVBUF)
func (soc *Socket) GetRcvbuf() (int, error) { return soc.number(12) }

// GetRcvhwm returns the most messages queued from one peer; 0 is no limit.
// (ZMQ_RCVHWM)
func (soc *Socket) GetRcvhwm() (int, error) { return soc.number(24) }

// GetRcvmore returns whether the part that was received last is not the last of its
// message. (ZMQ_RCVMORE)
func (soc *Socket) GetRcvmore() (bool, error) { return soc.truth(13) }

// GetRcvtimeo returns how long a receive waits before it fails with EAGAIN; -1 is
// for ever. (ZMQ_RCVTIMEO)
func (soc *Socket) GetRcvtimeo() (time.Duration, error) { return soc.duration(27) }

// GetReconnectIvl returns the wait before another attempt to connect; -1 is never.
// (ZMQ_RECONNECT_IVL)
func (soc *Socket) GetReconnectIvl() (time.Duration, error) { return soc.duration(18) }

// GetReconnectIvlMax returns the longest wait before another attempt to connect; 0
// keeps ReconnectIvl. (ZMQ_RECONNECT_IVL_MAX)
func (soc *Socket) GetReconnectIvlMax() (time.Duration, error) { return soc.duration(21) }

// GetRecoveryIvl returns how long multicast senders keep what they sent.
// (ZMQ_RECOVERY_IVL)
func (soc *Socket) GetRecoveryIvl() (time.Duration, error) { return soc.duration(9) }

// GetSndbuf returns the system's transmit buffer in bytes; -1 as the system has it.
// (ZMQ_SNDBUF)
func (soc *Socket) GetSndbuf() (int, error) { return soc.number(11) }

// GetSndhwm returns the most messages queued for one peer; 0 is no limit.
// (ZMQ_SNDHWM)
func (soc *Socket) GetSndhwm() (int, error) { return soc.number(23) }

// GetSndtimeo returns how long a send waits before it fails with EAGAIN; -1 is for
// ever. (ZMQ_SNDTIMEO)
func (soc *Socket) GetSndtimeo() (time.Duration, error) { return soc.duration(28) }

// GetSocksProxy returns the SOCKS5 proxy for connections, "host:port"; empty is
// none. (ZMQ_SOCKS_PROXY)
func (soc *Socket) GetSocksProxy() (string, error) { return soc.text(68) }

// GetTcpKeepalive returns 1 with TCP keep-alive, 0 without, -1 as the system has it.
// (ZMQ_TCP_KEEPALIVE)
func (soc *Socket) GetTcpKeepalive() (int, error) { return soc.number(34) }

// GetTcpKeepaliveCnt returns how many probes without an answer end a connection; -1
// as the system has it. (ZMQ_TCP_KEEPALIVE_CNT)
func (soc *Socket) GetTcpKeepaliveCnt() (int, error) { return soc.number(35) }

// GetTcpKeepaliveIdle returns the silence before the first probe in seconds; -1 as
// the system has it. (ZMQ_TCP_KEEPALIVE_IDLE)
func (soc *Socket) GetTcpKeepaliveIdle() (int, error) { return soc.number(36) }

// GetTcpKeepaliveIntvl returns the time between probes in seconds; -1 as the system
// has it. (ZMQ_TCP_KEEPALIVE_INTVL)
func (soc *Socket) GetTcpKeepaliveIntvl() (int, error) { return soc.number(37) }

// GetTcpMaxrt returns how long bytes may go unacknowledged; 0 as the system has it.
// (ZMQ_TCP_MAXRT)
func (soc *Socket) GetTcpMaxrt() (time.Duration, error) { return soc.duration(80) }

// GetThreadSafe returns false, as libzmq does for these types; in fact the socket
// is. (ZMQ_THREAD_SAFE)
func (soc *Socket) GetThreadSafe() (bool, error) { return soc.truth(81) }

// GetTos returns the type of service of IP packets. (ZMQ_TOS)
func (soc *Socket) GetTos() (int, error) { return soc.number(57) }

// GetType returns the type of the socket. (ZMQ_TYPE)
func (soc *Socket) GetType() (Type, error) {
	v, err := soc.number(16)
	return Type(v), err
}

// GetVmciBufferMaxSize returns the largest buffer of VMCI; read it is EINVAL, as in
// libzmq. (ZMQ_VMCI_BUFFER_MAX_SIZE)
func (soc *Socket) GetVmciBufferMaxSize() (uint64, error) { return soc.unsigned(87) }

// GetVmciBufferMinSize returns the smallest buffer of VMCI; read it is EINVAL, as in
// libzmq. (ZMQ_VMCI_BUFFER_MIN_SIZE)
func (soc *Socket) GetVmciBufferMinSize() (uint64, error) { return soc.unsigned(86) }

// GetVmciBufferSize returns the buffer of VMCI; read it is EINVAL, as in libzmq.
// (ZMQ_VMCI_BUFFER_SIZE)
func (soc *Socket) GetVmciBufferSize() (uint64, error) { return soc.unsigned(85) }

// GetVmciConnectTimeout returns how long VMCI may take to connect; read it is
// EINVAL, as in libzmq. (ZMQ_VMCI_CONNECT_TIMEOUT)
func (soc *Socket) GetVmciConnectTimeout() (time.Duration, error) { return soc.duration(88) }

// GetZapDomain returns the domain that the authentication is told; it cannot be
// empty again. (ZMQ_ZAP_DOMAIN)
func (soc *Socket) GetZapDomain() (string, error) { return soc.text(55) }

// Getusefd returns what SetUseFd has set; -1 is none. (ZMQ_USE_FD)
func (soc *Socket) Getusefd() (int, error) { return soc.number(89) }

// SPDX-License-Identifier: Apache-2.0

package zmq4

import "time"

// SetAffinity sets the mask of I/O threads, which has no effect. (ZMQ_AFFINITY)
func (soc *Socket) SetAffinity(value uint64) error { return soc.setNumber(4, int64(value)) }

// SetBacklog sets the length of the queue of connections that wait to be accepted.
// (ZMQ_BACKLOG)
func (soc *Socket) SetBacklog(value int) error { return soc.setNumber(19, int64(value)) }

// SetConflate sets whether only the newest message is kept. (ZMQ_CONFLATE)
func (soc *Socket) SetConflate(value bool) error { return soc.setNumber(54, int64(one(value))) }

// SetConnectRid sets the identity by which the peer of the next Connect is
// addressed. (ZMQ_CONNECT_ROUTING_ID)
func (soc *Socket) SetConnectRid(value string) error { return soc.setText(61, value) }

// SetConnectTimeout sets how long an attempt to connect may take; 0 is as long as
// the system lets it. (ZMQ_CONNECT_TIMEOUT)
func (soc *Socket) SetConnectTimeout(value time.Duration) error { return soc.setDuration(79, value) }

// SetCurvePublickey sets the socket's public key, 40 characters of Z85 or 32 bytes.
// (ZMQ_CURVE_PUBLICKEY)
func (soc *Socket) SetCurvePublickey(key string) error { return soc.setText(48, key) }

// SetCurveSecretkey sets the socket's secret key, 40 characters of Z85 or 32 bytes.
// (ZMQ_CURVE_SECRETKEY)
func (soc *Socket) SetCurveSecretkey(key string) error { return soc.setText(49, key) }

// SetCurveServer sets 1 for a CURVE server. (ZMQ_CURVE_SERVER)
func (soc *Socket) SetCurveServer(value int) error { return soc.setNumber(47, int64(value)) }

// SetCurveServerkey sets the public key of the server, 40 characters of Z85 or 32
// bytes. (ZMQ_CURVE_SERVERKEY)
func (soc *Socket) SetCurveServerkey(key string) error { return soc.setText(50, key) }

// SetGssapiPlaintext sets whether GSSAPI does without encryption.
// (ZMQ_GSSAPI_PLAINTEXT)
func (soc *Socket) SetGssapiPlaintext(value bool) error { return soc.setNumber(65, int64(one(value))) }

// SetGssapiPrincipal sets the principal of the socket. (ZMQ_GSSAPI_PRINCIPAL)
func (soc *Socket) SetGssapiPrincipal(value string) error { return soc.setOrClear(63, value) }

// SetGssapiServer sets whether the socket is a GSSAPI server. (ZMQ_GSSAPI_SERVER)
func (soc *Socket) SetGssapiServer(value bool) error { return soc.setNumber(62, int64(one(value))) }

// SetGssapiServicePrincipal sets the principal of the server.
// (ZMQ_GSSAPI_SERVICE_PRINCIPAL)
func (soc *Socket) SetGssapiServicePrincipal(value string) error { return soc.setOrClear(64, value) }

// SetHandshakeIvl sets how long a handshake may take; 0 is no limit.
// (ZMQ_HANDSHAKE_IVL)
func (soc *Socket) SetHandshakeIvl(value time.Duration) error { return soc.setDuration(66, value) }

// SetHeartbeatIvl sets the time between heartbeats; 0 is none. (ZMQ_HEARTBEAT_IVL)
func (soc *Socket) SetHeartbeatIvl(value time.Duration) error { return soc.setDuration(75, value) }

// SetHeartbeatTimeout sets how long a heartbeat may go without an answer.
// (ZMQ_HEARTBEAT_TIMEOUT)
func (soc *Socket) SetHeartbeatTimeout(value time.Duration) error { return soc.setDuration(77, value) }

// SetHeartbeatTtl sets the silence after which the peer gives up, in steps of 100
// ms. (ZMQ_HEARTBEAT_TTL)
func (soc *Socket) SetHeartbeatTtl(value time.Duration) error { return soc.setDuration(76, value) }

// SetIdentity sets the name under which a ROUTER knows this socket. (ZMQ_ROUTING_ID)
func (soc *Socket) SetIdentity(value string) error { return soc.setText(5, value) }

// SetImmediate sets whether messages are queued for finished connections only.
// (ZMQ_IMMEDIATE)
func (soc *Socket) SetImmediate(value bool) error { return soc.setNumber(39, int64(one(value))) }

// SetInvertMatching sets 1 if what does not match a subscription passes.
// (ZMQ_INVERT_MATCHING)
func (soc *Socket) SetInvertMatching(value int) error { return soc.setNumber(74, int64(value)) }

// SetIpv6 sets whether the socket uses IPv6 besides IPv4. (ZMQ_IPV6)
func (soc *Socket) SetIpv6(value bool) error { return soc.setNumber(42, int64(one(value))) }

// SetLinger sets how long Close leaves what is queued to be sent; -1 is for ever.
// (ZMQ_LINGER)
func (soc *Socket) SetLinger(value time.Duration) error { return soc.setWait(17, value) }

// SetMaxmsgsize sets the largest part accepted from a peer, in bytes; -1 is no
// limit. (ZMQ_MAXMSGSIZE)
func (soc *Socket) SetMaxmsgsize(value int64) error { return soc.setNumber(22, value) }

// SetMulticastHops sets how many hops multicast packets live. (ZMQ_MULTICAST_HOPS)
func (soc *Socket) SetMulticastHops(value int) error { return soc.setNumber(25, int64(value)) }

// SetMulticastMaxtpdu sets the largest multicast packet in bytes.
// (ZMQ_MULTICAST_MAXTPDU)
func (soc *Socket) SetMulticastMaxtpdu(value int) error { return soc.setNumber(84, int64(value)) }

// SetPlainPassword sets the password that a PLAIN client sends in clear text.
// (ZMQ_PLAIN_PASSWORD)
func (soc *Socket) SetPlainPassword(password string) error { return soc.setOrClear(46, password) }

// SetPlainServer sets 1 for a PLAIN server. (ZMQ_PLAIN_SERVER)
func (soc *Socket) SetPlainServer(value int) error { return soc.setNumber(44, int64(value)) }

// SetPlainUsername sets the name that a PLAIN client sends in clear text.
// (ZMQ_PLAIN_USERNAME)
func (soc *Socket) SetPlainUsername(username string) error { return soc.setOrClear(45, username) }

// SetProbeRouter sets 1 if an empty message goes to every new peer.
// (ZMQ_PROBE_ROUTER)
func (soc *Socket) SetProbeRouter(value int) error { return soc.setNumber(51, int64(value)) }

// SetRate sets the most that multicast transports send, in kbit/s. (ZMQ_RATE)
func (soc *Socket) SetRate(value int) error { return soc.setNumber(8, int64(value)) }

// SetRcvbuf sets the system's receive buffer in bytes; -1 as the system has it.
// (ZMQ_RCVBUF)
func (soc *Socket) SetRcvbuf(value int) error { return soc.setNumber(12, int64(value)) }

// SetRcvhwm sets the most messages queued from one peer; 0 is no limit. (ZMQ_RCVHWM)
func (soc *Socket) SetRcvhwm(value int) error { return soc.setNumber(24, int64(value)) }

// SetRcvtimeo sets how long a receive waits before it fails with EAGAIN; -1 is for
// ever. (ZMQ_RCVTIMEO)
func (soc *Socket) SetRcvtimeo(value time.Duration) error { return soc.setWait(27, value) }

// SetReconnectIvl sets the wait before another attempt to connect; -1 is never.
// (ZMQ_RECONNECT_IVL)
func (soc *Socket) SetReconnectIvl(value time.Duration) error { return soc.setWait(18, value) }

// SetReconnectIvlMax sets the longest wait before another attempt to connect; 0
// keeps ReconnectIvl. (ZMQ_RECONNECT_IVL_MAX)
func (soc *Socket) SetReconnectIvlMax(value time.Duration) error { return soc.setDuration(21, value) }

// SetRecoveryIvl sets how long multicast senders keep what they sent.
// (ZMQ_RECOVERY_IVL)
func (soc *Socket) SetRecoveryIvl(value time.Duration) error { return soc.setDuration(9, value) }

// SetReqCorrelate sets 1 if a REQ numbers its requests and drops replies to others.
// (ZMQ_REQ_CORRELATE)
func (soc *Socket) SetReqCorrelate(value int) error { return soc.setNumber(52, int64(value)) }

// SetReqRelaxed sets 1 if a REQ may send again before the reply has come.
// (ZMQ_REQ_RELAXED)
func (soc *Socket) SetReqRelaxed(value int) error { return soc.setNumber(53, int64(value)) }

// SetRouterHandover sets whether a new peer takes over an identity that is taken.
// (ZMQ_ROUTER_HANDOVER)
func (soc *Socket) SetRouterHandover(value bool) error { return soc.setNumber(56, int64(one(value))) }

// SetRouterMandatory sets 1 if a ROUTER fails with EHOSTUNREACH for a peer that it
// does not have. (ZMQ_ROUTER_MANDATORY)
func (soc *Socket) SetRouterMandatory(value int) error { return soc.setNumber(33, int64(value)) }

// SetRouterRaw sets 1 for a ROUTER that talks plain TCP. (ZMQ_ROUTER_RAW)
func (soc *Socket) SetRouterRaw(value int) error { return soc.setNumber(41, int64(value)) }

// SetSndbuf sets the system's transmit buffer in bytes; -1 as the system has it.
// (ZMQ_SNDBUF)
func (soc *Socket) SetSndbuf(value int) error { return soc.setNumber(11, int64(value)) }

// SetSndhwm sets the most messages queued for one peer; 0 is no limit. (ZMQ_SNDHWM)
func (soc *Socket) SetSndhwm(value int) error { return soc.setNumber(23, int64(value)) }

// SetSndtimeo sets how long a send waits before it fails with EAGAIN; -1 is for
// ever. (ZMQ_SNDTIMEO)
func (soc *Socket) SetSndtimeo(value time.Duration) error { return soc.setWait(28, value) }

// SetSocksProxy sets the SOCKS5 proxy for connections, "host:port"; empty is none.
// (ZMQ_SOCKS_PROXY)
func (soc *Socket) SetSocksProxy(value string) error { return soc.setOrClear(68, value) }

// SetStreamNotify sets 1 if a STREAM tells of peers that come and go.
// (ZMQ_STREAM_NOTIFY)
func (soc *Socket) SetStreamNotify(value int) error { return soc.setNumber(73, int64(value)) }

// SetSubscribe adds a further prefix of topics that a SUB receives; the empty one is
// everything. (ZMQ_SUBSCRIBE)
func (soc *Socket) SetSubscribe(filter string) error { return soc.setText(6, filter) }

// SetTcpAcceptFilter adds a further range of addresses that may connect,
// "192.168.0.0/16"; the empty one allows all again. (ZMQ_TCP_ACCEPT_FILTER)
func (soc *Socket) SetTcpAcceptFilter(filter string) error { return soc.setOrClear(38, filter) }

// SetTcpKeepalive sets 1 with TCP keep-alive, 0 without, -1 as the system has it.
// (ZMQ_TCP_KEEPALIVE)
func (soc *Socket) SetTcpKeepalive(value int) error { return soc.setNumber(34, int64(value)) }

// SetTcpKeepaliveCnt sets how many probes without an answer end a connection; -1 as
// the system has it. (ZMQ_TCP_KEEPALIVE_CNT)
func (soc *Socket) SetTcpKeepaliveCnt(value int) error { return soc.setNumber(35, int64(value)) }

// SetTcpKeepaliveIdle sets the silence before the first probe in seconds; -1 as the
// system has it. (ZMQ_TCP_KEEPALIVE_IDLE)
func (soc *Socket) SetTcpKeepaliveIdle(value int) error { return soc.setNumber(36, int64(value)) }

// SetTcpKeepaliveIntvl sets the time between probes in seconds; -1 as the system has
// it. (ZMQ_TCP_KEEPALIVE_INTVL)
func (soc *Socket) SetTcpKeepaliveIntvl(value int) error { return soc.setNumber(37, int64(value)) }

// SetTcpMaxrt sets how long bytes may go unacknowledged; 0 as the system has it.
// (ZMQ_TCP_MAXRT)
func (soc *Socket) SetTcpMaxrt(value time.Duration) error { return soc.setDuration(80, value) }

// SetTos sets the type of service of IP packets. (ZMQ_TOS)
func (soc *Socket) SetTos(value int) error { return soc.setNumber(57, int64(value)) }

// SetUnsubscribe takes away a prefix of topics that a SUB receives no more.
// (ZMQ_UNSUBSCRIBE)
func (soc *Socket) SetUnsubscribe(filter string) error { return soc.setText(7, filter) }

// SetUseFd sets the descriptor of a listener that Bind takes over instead of making
// one; -1 is none. (ZMQ_USE_FD)
func (soc *Socket) SetUseFd(value int) error { return soc.setNumber(89, int64(value)) }

// SetVmciBufferMaxSize sets the largest buffer of VMCI. (ZMQ_VMCI_BUFFER_MAX_SIZE)
func (soc *Socket) SetVmciBufferMaxSize(value uint64) error { return soc.setNumber(87, int64(value)) }

// SetVmciBufferMinSize sets the smallest buffer of VMCI. (ZMQ_VMCI_BUFFER_MIN_SIZE)
func (soc *Socket) SetVmciBufferMinSize(value uint64) error { return soc.setNumber(86, int64(value)) }

// SetVmciBufferSize sets the buffer of VMCI. (ZMQ_VMCI_BUFFER_SIZE)
func (soc *Socket) SetVmciBufferSize(value uint64) error { return soc.setNumber(85, int64(value)) }

// SetVmciConnectTimeout sets how long VMCI may take to connect.
// (ZMQ_VMCI_CONNECT_TIMEOUT)
func (soc *Socket) SetVmciConnectTimeout(value time.Duration) error {
	return soc.setDuration(88, value)
}

// SetXpubManual sets 1 if the program decides about the subscriptions of an XPUB.
// (ZMQ_XPUB_MANUAL)
func (soc *Socket) SetXpubManual(value int) error { return soc.setNumber(71, int64(value)) }

// SetXpubNodrop sets whether a publisher fails or waits instead of dropping for a
// full subscriber. (ZMQ_XPUB_NODROP)
func (soc *Socket) SetXpubNodrop(value bool) error { return soc.setNumber(69, int64(one(value))) }

// SetXpubVerbose sets 1 if an XPUB passes on subscriptions that it has already.
// (ZMQ_XPUB_VERBOSE)
func (soc *Socket) SetXpubVerbose(value int) error { return soc.setNumber(40, int64(value)) }

// SetXpubVerboser sets 1 if an XPUB passes on all subscriptions and cancellations.
// (ZMQ_XPUB_VERBOSER)
func (soc *Socket) SetXpubVerboser(value int) error { return soc.setNumber(78, int64(value)) }

// SetXpubWelcomeMsg sets the message that every new subscriber gets; empty is none.
// (ZMQ_XPUB_WELCOME_MSG)
func (soc *Socket) SetXpubWelcomeMsg(value string) error { return soc.setText(72, value) }

// SetZapDomain sets the domain that the authentication is told; it cannot be empty
// again. (ZMQ_ZAP_DOMAIN)
func (soc *Socket) SetZapDomain(domain string) error { return soc.setText(55, domain) }

// SPDX-License-Identifier: Apache-2.0

package opt

// Num is the number of an option in zmq_setsockopt and zmq_getsockopt. Numbers from
// 10001 on belong to this library and mean nothing to libzmq.
type Num int

// The options of libzmq, by number. The table says what each means, accepts and applies
// to: see Lookup.
const (
	// Affinity is a mask of the I/O threads that may serve an endpoint (ZMQ_AFFINITY).
	Affinity Num = 4
	// RoutingID is the name under which a peer's ROUTER knows this socket (ZMQ_ROUTING_ID).
	RoutingID Num = 5
	// Subscribe adds a topic prefix (ZMQ_SUBSCRIBE).
	Subscribe Num = 6
	// Unsubscribe takes a topic prefix away (ZMQ_UNSUBSCRIBE).
	Unsubscribe Num = 7
	// Rate is the most that multicast transports send (ZMQ_RATE).
	Rate Num = 8
	// RecoveryInterval is how long multicast senders keep what they sent (ZMQ_RECOVERY_IVL).
	RecoveryInterval Num = 9
	// SendBuffer is the kernel's transmit buffer (ZMQ_SNDBUF).
	SendBuffer Num = 11
	// RecvBuffer is the kernel's receive buffer (ZMQ_RCVBUF).
	RecvBuffer Num = 12
	// RecvMore tells whether more frames of the message follow (ZMQ_RCVMORE).
	RecvMore Num = 13
	// FD is the descriptor that signals events (ZMQ_FD).
	FD Num = 14
	// Events tells whether the socket can be read and written (ZMQ_EVENTS).
	Events Num = 15
	// Type is the number of the socket type (ZMQ_TYPE).
	Type Num = 16
	// Linger is how long unsent messages outlive Close (ZMQ_LINGER).
	Linger Num = 17
	// ReconnectInterval is the wait before another attempt to connect (ZMQ_RECONNECT_IVL).
	ReconnectInterval Num = 18
	// Backlog is the listening queue of the kernel (ZMQ_BACKLOG).
	Backlog Num = 19
	// ReconnectIntervalMax is the longest wait of the back-off (ZMQ_RECONNECT_IVL_MAX).
	ReconnectIntervalMax Num = 21
	// MaxMessageSize is the largest frame accepted from a peer (ZMQ_MAXMSGSIZE).
	MaxMessageSize Num = 22
	// SendHWM is the most messages queued for one peer (ZMQ_SNDHWM).
	SendHWM Num = 23
	// RecvHWM is the most messages queued from one peer (ZMQ_RCVHWM).
	RecvHWM Num = 24
	// MulticastHops is the time to live of multicast packets (ZMQ_MULTICAST_HOPS).
	MulticastHops Num = 25
	// RecvTimeout is how long a receive waits (ZMQ_RCVTIMEO).
	RecvTimeout Num = 27
	// SendTimeout is how long a send waits (ZMQ_SNDTIMEO).
	SendTimeout Num = 28
	// IPv4Only is the inverse of IPv6 (ZMQ_IPV4ONLY).
	IPv4Only Num = 31
	// LastEndpoint is the endpoint of the last bind or connect (ZMQ_LAST_ENDPOINT).
	LastEndpoint Num = 32
	// RouterMandatory makes ROUTER report what it cannot route (ZMQ_ROUTER_MANDATORY).
	RouterMandatory Num = 33
	// TCPKeepAlive switches TCP keep-alive (ZMQ_TCP_KEEPALIVE).
	TCPKeepAlive Num = 34
	// TCPKeepAliveCount is how many unanswered probes end a connection (ZMQ_TCP_KEEPALIVE_CNT).
	TCPKeepAliveCount Num = 35
	// TCPKeepAliveIdle is the silence before the first probe (ZMQ_TCP_KEEPALIVE_IDLE).
	TCPKeepAliveIdle Num = 36
	// TCPKeepAliveInterval is the time between probes (ZMQ_TCP_KEEPALIVE_INTVL).
	TCPKeepAliveInterval Num = 37
	// TCPAcceptFilter adds an address range that may connect (ZMQ_TCP_ACCEPT_FILTER).
	TCPAcceptFilter Num = 38
	// Immediate queues for finished connections only (ZMQ_IMMEDIATE).
	Immediate Num = 39
	// XPubVerbose passes duplicate subscriptions up (ZMQ_XPUB_VERBOSE).
	XPubVerbose Num = 40
	// RouterRaw makes a ROUTER talk plain TCP (ZMQ_ROUTER_RAW).
	RouterRaw Num = 41
	// IPv6 switches dual stack (ZMQ_IPV6).
	IPv6 Num = 42
	// Mechanism is the security mechanism in force (ZMQ_MECHANISM).
	Mechanism Num = 43
	// PlainServer makes the socket a PLAIN server (ZMQ_PLAIN_SERVER).
	PlainServer Num = 44
	// PlainUsername is the name that a PLAIN client sends in clear text (ZMQ_PLAIN_USERNAME).
	PlainUsername Num = 45
	// PlainPassword is the password that a PLAIN client sends in clear text (ZMQ_PLAIN_PASSWORD).
	PlainPassword Num = 46
	// CurveServer makes the socket a CURVE server (ZMQ_CURVE_SERVER).
	CurveServer Num = 47
	// CurvePublicKey is the socket's own public key (ZMQ_CURVE_PUBLICKEY).
	CurvePublicKey Num = 48
	// CurveSecretKey is the socket's own secret key (ZMQ_CURVE_SECRETKEY).
	CurveSecretKey Num = 49
	// CurveServerKey is the public key that the server must have (ZMQ_CURVE_SERVERKEY).
	CurveServerKey Num = 50
	// ProbeRouter sends an empty message to every new peer (ZMQ_PROBE_ROUTER).
	ProbeRouter Num = 51
	// ReqCorrelate numbers requests and matches replies (ZMQ_REQ_CORRELATE).
	ReqCorrelate Num = 52
	// ReqRelaxed allows a new request before the reply (ZMQ_REQ_RELAXED).
	ReqRelaxed Num = 53
	// Conflate keeps the newest message only (ZMQ_CONFLATE).
	Conflate Num = 54
	// ZAPDomain is the domain told to the authentication handler (ZMQ_ZAP_DOMAIN).
	ZAPDomain Num = 55
	// RouterHandover gives a routing id to the newest peer (ZMQ_ROUTER_HANDOVER).
	RouterHandover Num = 56
	// TOS is the type of service byte of IP packets (ZMQ_TOS).
	TOS Num = 57
	// IPCFilterPID adds a process that may connect (ZMQ_IPC_FILTER_PID).
	IPCFilterPID Num = 58
	// IPCFilterUID adds a user that may connect (ZMQ_IPC_FILTER_UID).
	IPCFilterUID Num = 59
	// IPCFilterGID adds a group that may connect (ZMQ_IPC_FILTER_GID).
	IPCFilterGID Num = 60
	// ConnectRoutingID names the peer of the next connect (ZMQ_CONNECT_ROUTING_ID).
	ConnectRoutingID Num = 61
	// GSSAPIServer makes the socket a GSSAPI server (ZMQ_GSSAPI_SERVER).
	GSSAPIServer Num = 62
	// GSSAPIPrincipal is the socket's own principal (ZMQ_GSSAPI_PRINCIPAL).
	GSSAPIPrincipal Num = 63
	// GSSAPIServicePrincipal is the principal of the server (ZMQ_GSSAPI_SERVICE_PRINCIPAL).
	GSSAPIServicePrincipal Num = 64
	// GSSAPIPlaintext leaves messages unencrypted (ZMQ_GSSAPI_PLAINTEXT).
	GSSAPIPlaintext Num = 65
	// HandshakeInterval is how long a handshake may take (ZMQ_HANDSHAKE_IVL).
	HandshakeInterval Num = 66
	// SOCKSProxy is the SOCKS5 proxy of TCP connects (ZMQ_SOCKS_PROXY).
	SOCKSProxy Num = 68
	// XPubNoDrop makes a publisher wait for full subscribers (ZMQ_XPUB_NODROP).
	XPubNoDrop Num = 69
	// XPubManual leaves subscriptions to the program (ZMQ_XPUB_MANUAL).
	XPubManual Num = 71
	// XPubWelcomeMessage is sent to every new subscriber (ZMQ_XPUB_WELCOME_MSG).
	XPubWelcomeMessage Num = 72
	// StreamNotify reports connects and disconnects of a STREAM (ZMQ_STREAM_NOTIFY).
	StreamNotify Num = 73
	// InvertMatching turns topic matching around (ZMQ_INVERT_MATCHING).
	InvertMatching Num = 74
	// HeartbeatInterval is the time between PINGs (ZMQ_HEARTBEAT_IVL).
	HeartbeatInterval Num = 75
	// HeartbeatTTL is the silence after which the peer gives up (ZMQ_HEARTBEAT_TTL).
	HeartbeatTTL Num = 76
	// HeartbeatTimeout is how long a PING may go unheeded (ZMQ_HEARTBEAT_TIMEOUT).
	HeartbeatTimeout Num = 77
	// XPubVerboser passes duplicate subscriptions and cancellations up (ZMQ_XPUB_VERBOSER).
	XPubVerboser Num = 78
	// ConnectTimeout is how long one attempt to connect may take (ZMQ_CONNECT_TIMEOUT).
	ConnectTimeout Num = 79
	// TCPMaxRetransmit is how long sent bytes may go unacknowledged (ZMQ_TCP_MAXRT).
	TCPMaxRetransmit Num = 80
	// ThreadSafe tells whether libzmq calls the socket type thread-safe (ZMQ_THREAD_SAFE).
	ThreadSafe Num = 81
	// MulticastMaxTPDU is the largest multicast packet (ZMQ_MULTICAST_MAXTPDU).
	MulticastMaxTPDU Num = 84
	// VMCIBufferSize is the VMCI buffer (ZMQ_VMCI_BUFFER_SIZE).
	VMCIBufferSize Num = 85
	// VMCIBufferMinSize is the smallest VMCI buffer (ZMQ_VMCI_BUFFER_MIN_SIZE).
	VMCIBufferMinSize Num = 86
	// VMCIBufferMaxSize is the largest VMCI buffer (ZMQ_VMCI_BUFFER_MAX_SIZE).
	VMCIBufferMaxSize Num = 87
	// VMCIConnectTimeout is how long a VMCI connect may take (ZMQ_VMCI_CONNECT_TIMEOUT).
	VMCIConnectTimeout Num = 88
	// UseFD is a listening descriptor that the next bind takes over (ZMQ_USE_FD).
	UseFD Num = 89
	// GSSAPIPrincipalNameType is the form of GSSAPIPrincipal (ZMQ_GSSAPI_PRINCIPAL_NAMETYPE).
	GSSAPIPrincipalNameType Num = 90
	// GSSAPIServicePrincipalNameType is the form of GSSAPIServicePrincipal (ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE).
	GSSAPIServicePrincipalNameType Num = 91
	// BindToDevice ties connections to a network interface (ZMQ_BINDTODEVICE).
	BindToDevice Num = 92
	// ZAPEnforceDomain follows RFC 27 strictly on domains (ZMQ_ZAP_ENFORCE_DOMAIN).
	ZAPEnforceDomain Num = 93
	// LoopbackFastPath switches a faster TCP loopback of Windows (ZMQ_LOOPBACK_FASTPATH).
	LoopbackFastPath Num = 94
	// Metadata adds a property to the handshake (ZMQ_METADATA).
	Metadata Num = 95
	// MulticastLoop sends multicast to this machine too (ZMQ_MULTICAST_LOOP).
	MulticastLoop Num = 96
	// RouterNotify reports connects and disconnects of a ROUTER (ZMQ_ROUTER_NOTIFY).
	RouterNotify Num = 97
	// XPubManualLastValue answers the last subscriber only (ZMQ_XPUB_MANUAL_LAST_VALUE).
	XPubManualLastValue Num = 98
	// SOCKSUsername is the user name for the SOCKS5 proxy (ZMQ_SOCKS_USERNAME).
	SOCKSUsername Num = 99
	// SOCKSPassword is the password for the SOCKS5 proxy (ZMQ_SOCKS_PASSWORD).
	SOCKSPassword Num = 100
	// InBatchSize is the read buffer of a connection (ZMQ_IN_BATCH_SIZE).
	InBatchSize Num = 101
	// OutBatchSize is the write batch of a connection (ZMQ_OUT_BATCH_SIZE).
	OutBatchSize Num = 102
	// WSSKeyPEM is the TLS private key of a wss listener (ZMQ_WSS_KEY_PEM).
	WSSKeyPEM Num = 103
	// WSSCertPEM is the TLS certificate of a wss listener (ZMQ_WSS_CERT_PEM).
	WSSCertPEM Num = 104
	// WSSTrustPEM holds the authorities that a wss client trusts (ZMQ_WSS_TRUST_PEM).
	WSSTrustPEM Num = 105
	// WSSHostname is the host name that a wss client verifies (ZMQ_WSS_HOSTNAME).
	WSSHostname Num = 106
	// WSSTrustSystem trusts the authorities of the system (ZMQ_WSS_TRUST_SYSTEM).
	WSSTrustSystem Num = 107
	// OnlyFirstSubscribe looks for subscriptions in first frames only (ZMQ_ONLY_FIRST_SUBSCRIBE).
	OnlyFirstSubscribe Num = 108
	// ReconnectStop says after which failures not to reconnect (ZMQ_RECONNECT_STOP).
	ReconnectStop Num = 109
	// HelloMessage is sent first on every connection (ZMQ_HELLO_MSG).
	HelloMessage Num = 110
	// DisconnectMessage is received when an accepted peer leaves (ZMQ_DISCONNECT_MSG).
	DisconnectMessage Num = 111
	// Priority is the priority of outgoing packets (ZMQ_PRIORITY).
	Priority Num = 112
	// BusyPoll is how long the kernel polls a device for input (ZMQ_BUSY_POLL).
	BusyPoll Num = 113
	// HiccupMessage is received when a connection that we made is lost (ZMQ_HICCUP_MSG).
	HiccupMessage Num = 114
	// XSubVerboseUnsubscribe forwards every cancellation (ZMQ_XSUB_VERBOSE_UNSUBSCRIBE).
	XSubVerboseUnsubscribe Num = 115
	// TopicsCount is the number of topics subscribed to (ZMQ_TOPICS_COUNT).
	TopicsCount Num = 116
	// NormMode is the congestion control of norm (ZMQ_NORM_MODE).
	NormMode Num = 117
	// NormUnicastNACK sends norm's repair requests by unicast (ZMQ_NORM_UNICAST_NACK).
	NormUnicastNACK Num = 118
	// NormBufferSize is the buffer of a norm session (ZMQ_NORM_BUFFER_SIZE).
	NormBufferSize Num = 119
	// NormSegmentSize is the payload of a norm packet (ZMQ_NORM_SEGMENT_SIZE).
	NormSegmentSize Num = 120
	// NormBlockSize is the coding block of norm (ZMQ_NORM_BLOCK_SIZE).
	NormBlockSize Num = 121
	// NormNumParity is how many parity segments norm computes (ZMQ_NORM_NUM_PARITY).
	NormNumParity Num = 122
	// NormNumAutoParity is how many parity segments norm sends unasked (ZMQ_NORM_NUM_AUTOPARITY).
	NormNumAutoParity Num = 123
	// NormPush makes norm drop old messages for new ones (ZMQ_NORM_PUSH).
	NormPush Num = 124
)

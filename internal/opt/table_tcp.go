// SPDX-License-Identifier: Apache-2.0

package opt

// tcpTable holds what is asked of the IP stack.
var tcpTable = []Spec{
	{
		Num: IPv4Only, Name: "IPV4ONLY", Go: "IPv4Only", Kind: Bool, Unit: "bool",
		LibzmqDefault: Value{I: 1}, Max: 1, Deprecated: true, Transports: "tcp, ws, wss, udp",
		Doc: "The inverse of IPv6. Setting one sets the other.",
	},
	{
		Num: IPv6, Name: "IPV6", Go: "IPv6", Kind: Bool, Unit: "bool",
		Default: Value{I: 1}, Max: 1, Transports: "tcp, ws, wss, udp",
		Doc: "Uses IPv6 in addition to IPv4. Names resolve to both, and a wildcard listener serves both. Without it IPv6 addresses are refused.",
	},
	{
		Num: TCPKeepAlive, Name: "TCP_KEEPALIVE", Go: "TCPKeepAlive", Kind: Int, Unit: "-1, 0, 1",
		Default: Value{I: 1}, LibzmqDefault: Value{I: -1}, Min: -1, Max: 1, Transports: "tcp",
		Doc: "Whether TCP probes silent connections: 1 does, 0 does not, -1 leaves that to the system and ignores the three options that refine it.",
	},
	{
		Num: TCPKeepAliveCount, Name: "TCP_KEEPALIVE_CNT", Go: "TCPKeepAliveCount", Kind: Int, Unit: "probes",
		Default: Value{I: 4}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt, Transports: "tcp",
		Doc: "How many probes may go unanswered before the connection is given up. -1 leaves it as the system has it.",
	},
	{
		Num: TCPKeepAliveIdle, Name: "TCP_KEEPALIVE_IDLE", Go: "TCPKeepAliveIdle", Kind: Seconds, Unit: "s",
		Default: Value{I: 60}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt, Transports: "tcp",
		Doc: "How long a connection is silent before the first probe. -1 leaves it as the system has it.",
	},
	{
		Num: TCPKeepAliveInterval, Name: "TCP_KEEPALIVE_INTVL", Go: "TCPKeepAliveInterval", Kind: Seconds, Unit: "s",
		Default: Value{I: 15}, LibzmqDefault: Value{I: -1}, Min: -1, Max: maxInt, Transports: "tcp",
		Doc: "The time between one probe and the next. -1 leaves it as the system has it.",
	},
	{
		Num: TCPMaxRetransmit, Name: "TCP_MAXRT", Go: "TCPMaxRetransmit", Kind: Millis, Unit: "ms",
		Max: maxInt, Transports: "tcp, ws, wss",
		Doc: "How long bytes that were sent may go unacknowledged before the connection is given up (TCP_USER_TIMEOUT, on Windows TCP_MAXRT in seconds). Zero leaves it as the system has it.",
	},
	{
		Num: TOS, Name: "TOS", Go: "TOS", Kind: Int, Unit: "byte",
		Max: maxInt, Transports: "tcp, ws, wss, pgm, epgm, norm",
		Doc: "The type of service byte of IPv4 packets and the traffic class of IPv6 packets. Zero leaves it alone, but stands for 184 (expedited forwarding) over pgm and epgm with IPv4.",
	},
	{
		Num: Priority, Name: "PRIORITY", Go: "Priority", Kind: Int, Unit: "priority",
		Max: maxInt, Draft: true, Transports: "tcp, ws, wss (Linux)",
		Doc: "The priority of outgoing packets inside the machine (SO_PRIORITY). Values above 6 need privileges. Zero leaves it unchanged.",
	},
	{
		Num: BusyPoll, Name: "BUSY_POLL", Go: "BusyPoll", Kind: Int, Unit: "us", Access: WriteOnly,
		Min: minInt, Max: maxInt, Draft: true, Transports: "tcp, ws, wss (Linux)",
		Doc: "How long the kernel polls the network device for input before it sleeps (SO_BUSY_POLL). Zero and negative values leave it unchanged.",
	},
	{
		Num: BindToDevice, Name: "BINDTODEVICE", Go: "BindToDevice", Kind: String, Unit: "interface",
		MinLen: 1, MaxLen: 16, Clears: true, Transports: "tcp, ws, wss, udp", // 16: IFNAMSIZ
		Doc: "The network interface to which listeners and connections are tied (SO_BINDTODEVICE). On systems without this feature Bind fails, and Connect repeats its attempts.",
	},
	{
		Num: ReusePort, Name: "REUSE_PORT", Go: "ReusePort", Kind: Bool, Unit: "bool", Max: 1, Transports: "tcp listeners (Linux)",
		Doc: "Lets several sockets, of one process or more of the same user, listen on one port. The system distributes connections among them (SO_REUSEPORT). Each has to set it. On systems without this feature Bind fails.",
	},
	{
		Num: LoopbackFastPath, Name: "LOOPBACK_FASTPATH", Go: "LoopbackFastPath", Kind: Bool, Unit: "bool",
		Min: minInt, Max: maxInt, Draft: true, Stored: true, Transports: "tcp on Windows",
		Doc: "Takes a shorter way through the stack for connections inside the machine (SIO_LOOPBACK_FAST_PATH). Elsewhere it does nothing.",
	},
	{
		Num: SOCKSProxy, Name: "SOCKS_PROXY", Go: "SOCKSProxy", Kind: String, Unit: "host:port",
		MinLen: 1, Clears: true, Transports: "tcp, ws, wss, tls connects",
		Doc: "The SOCKS5 proxy through which later connects go. It resolves host names. ConnectTimeout bounds all of it. Empty connects directly.",
	},
	{
		Num: SOCKSUsername, Name: "SOCKS_USERNAME", Go: "SOCKSUsername", Kind: String, Unit: "text",
		MaxLen: 255, Clears: true, Draft: true, Transports: "tcp, ws, wss, tls through SOCKS",
		Doc: "The user name for the SOCKS5 proxy (RFC 1929), which may do without. Empty offers no authentication.",
	},
	{
		Num: SOCKSPassword, Name: "SOCKS_PASSWORD", Go: "SOCKSPassword", Kind: String, Unit: "text",
		MaxLen: 255, Clears: true, Draft: true, Secret: true, Transports: "tcp, ws, wss, tls through SOCKS",
		Doc: "The password for the SOCKS5 proxy, which is sent in clear text (RFC 1929).",
	},
}

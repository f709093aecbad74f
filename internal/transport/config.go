// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net/netip"
	"slices"
	"time"
)

// Config is what the socket options say about connections, copied when bind or
// connect is called. Its zero value is a set of real values and not the
// defaults: begin with DefaultConfig.
type Config struct {
	// IPv6 lets names and interfaces resolve to IPv6 and wildcards listen on
	// both families (IPV6).
	IPv6 bool

	// PlainIPv4 writes the IPv4 address of a listener as "tcp://127.0.0.1:5"
	// although IPv6 is set. Otherwise it appears as libzmq shows it, mapped:
	// "tcp://[::ffff:127.0.0.1]:5", which a peer without IPv6 cannot connect to.
	// For the same reason a listener at a name or interface that has addresses
	// of both families takes the IPv4 one, where libzmq takes the other.
	PlainIPv4 bool

	// SendBuffer and RecvBuffer are the sizes of the buffers of the operating
	// system in bytes; -1 leaves them (SNDBUF, RCVBUF).
	SendBuffer, RecvBuffer int

	// KeepAlive is 1 for on, 0 for off, -1 to leave it to the operating system
	// (TCP_KEEPALIVE). The other three count only if it is 1: the number of
	// probes, the idle time and the interval in seconds, each -1 or 0 to leave.
	KeepAlive, KeepAliveCount, KeepAliveIdle, KeepAliveInterval int

	// KeepAliveAsked means that the program has set one of the latter three. One that a
	// system does not know is skipped if it is a default, and an error if it was asked for.
	KeepAliveAsked bool

	// TOS is the type of service or traffic class, Priority that of
	// SO_PRIORITY, BusyPoll the microseconds of SO_BUSY_POLL; 0 leaves each.
	// The latter two exist on Linux only and are ignored elsewhere.
	TOS, Priority, BusyPoll int

	// Device is the network interface to use, "" for any (BINDTODEVICE). Where
	// the system has no such option it is an error to set it.
	Device string

	// ReusePort lets several listeners share a port (SO_REUSEPORT). Where the system
	// has no such option it is an error to set it.
	ReusePort bool

	// Backlog is the number of connections that the system queues before they
	// are accepted, as listen(2) takes it; -1 leaves the system's maximum.
	Backlog int

	// MaxRetransmit ends a connection whose data is not acknowledged for that
	// long, 0 for the system's limit (TCP_MAXRT; Linux and Windows).
	MaxRetransmit time.Duration

	// ConnectTimeout bounds the attempt on each address, 0 for the system's
	// limit (CONNECT_TIMEOUT; not for ipc).
	ConnectTimeout time.Duration

	// AcceptFilters are the networks that may connect. If there are none, all
	// peers may (TCP_ACCEPT_FILTER).
	AcceptFilters []netip.Prefix

	// FilterPIDs, FilterUIDs and FilterGIDs are the processes, users and groups
	// that may connect by ipc. One match in any of them is enough. If all are
	// empty, all processes may connect (IPC_FILTER_PID, _UID, _GID).
	FilterPIDs, FilterUIDs, FilterGIDs []int

	// TakePath lets a listener take the path of an ipc socket from a process that
	// still serves it, as libzmq does. Otherwise only a path that is not served any
	// more can be bound to.
	TakePath bool

	// TLS is what the options of wss say, for the transports that have TLS.
	TLS TLSOptions

	// VMCI is what the options of vmci say.
	VMCI VMCI

	// SOCKS is the proxy of connects, the zero value for none (SOCKS_PROXY, _USERNAME,
	// _PASSWORD).
	SOCKS SOCKS

	// Name is what Resolve was given, if the address of a connect is one that it listed:
	// certificates and requests name the host in it. Empty means that this is in the
	// address.
	Name string

	// Dial and Listen connect and listen in the place of the system's sockets; nil
	// leaves it to these.
	Dial   DialFunc
	Listen ListenFunc
	// Lent says that Listen returns at once, with a listener that is there already. Close
	// gives it back as long as the bind has not succeeded.
	Lent bool

	// UseFD is a listening socket to take over instead of making one, -1 for
	// none (USE_FD). Its number is closed once Listen has succeeded.
	UseFD int
}

// TLSOptions add to the configuration that a program gives a transport with TLS. Those
// that are empty leave it.
type TLSOptions struct {
	KeyPEM, CertPEM string // of a listener (WSS_KEY_PEM, WSS_CERT_PEM)
	TrustPEM        string // authorities that a client accepts (WSS_TRUST_PEM)
	TrustSystem     bool   // and those that the system trusts, too (WSS_TRUST_SYSTEM)
	Hostname        string // that the certificate of the server has to bear (WSS_HOSTNAME)

	// Strict gives a client what libzmq gives it, if the program has given the transport
	// no configuration: without TrustPEM and TrustSystem it accepts no certificate, and
	// without Hostname one of any name.
	Strict bool
}

// SOCKS is a SOCKS5 proxy. Without Username it is used without a login.
type SOCKS struct{ Address, Username, Password string }

// VMCI has the sizes of buffers and the limit of a connect for the driver, 0 to leave each
// (VMCI_BUFFER_SIZE, _MIN_SIZE, _MAX_SIZE, VMCI_CONNECT_TIMEOUT).
type VMCI struct {
	Buffer, BufferMin, BufferMax uint64
	ConnectTimeout               time.Duration
}

// ConfigChecker is a Transport that finds what is wrong with a configuration when
// connect is called.
type ConfigChecker interface {
	CheckConfig(cfg *Config) error
}

// DefaultConfig returns what libzmq's defaults amount to: IPv4 only, everything
// else left to the operating system, a backlog of 100.
func DefaultConfig() *Config {
	return &Config{
		SendBuffer: -1, RecvBuffer: -1,
		KeepAlive: -1, KeepAliveCount: -1, KeepAliveIdle: -1, KeepAliveInterval: -1,
		Backlog: 100, // libzmq, ZMQ_BACKLOG
		UseFD:   -1,
	}
}

// Clone returns a copy that shares nothing with c.
func (c *Config) Clone() *Config {
	d := *c
	d.AcceptFilters = slices.Clone(c.AcceptFilters)
	d.FilterPIDs = slices.Clone(c.FilterPIDs)
	d.FilterUIDs = slices.Clone(c.FilterUIDs)
	d.FilterGIDs = slices.Clone(c.FilterGIDs)
	return &d
}

// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// PeerAddress is the value of the Peer-Address property of a connection's
// messages and the address that ZAP sees: for TCP the numeric IP address
// without port and brackets, IPv4 always in its plain form. For a connection on
// this machine it is "localhost:uid:gid:pid" with the peer's credentials, on
// BSD without the process id. It is empty if unknown.
func PeerAddress(c net.Conn) string {
	switch a := c.RemoteAddr().(type) {
	case *net.TCPAddr:
		return a.AddrPort().Addr().Unmap().String()
	case *net.UnixAddr:
		cred, ok := PeerCredentials(c)
		if !ok {
			return ""
		}
		pid := ""
		if cred.PID > 0 {
			pid = strconv.Itoa(cred.PID)
		}
		return "localhost:" + strconv.FormatUint(uint64(cred.UID), 10) + ":" +
			strconv.FormatUint(uint64(cred.GID), 10) + ":" + pid
	case nil:
	default:
		if p, ok := ipPort(a); ok {
			return p.Addr().String()
		}
	}
	return ""
}

// ipPort returns the address of another network stack, such as one that runs in this
// program, if it is one of TCP.
func ipPort(a net.Addr) (netip.AddrPort, bool) {
	if !strings.HasPrefix(a.Network(), "tcp") {
		return netip.AddrPort{}, false
	}
	p, err := netip.ParseAddrPort(a.String())
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port()), err == nil
}

// Ends returns PeerAddress, LocalEndpoint and RemoteEndpoint of a connection, for
// less than the three cost one by one.
func Ends(c net.Conn) (address, local, remote string) {
	local, remote = LocalEndpoint(c), RemoteEndpoint(c)
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok && a.AddrPort().IsValid() {
		return hostOf(remote), local, remote
	}
	return PeerAddress(c), local, remote
}

// hostOf cuts the numeric address out of what TCPEndpoint returns.
func hostOf(endpoint string) string {
	host := endpoint[strings.Index(endpoint, separator)+len(separator) : strings.LastIndexByte(endpoint, ':')]
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// LocalEndpoint is our end of a connection as monitor events show it:
// "tcp://127.0.0.1:5" or "ipc://path", "ipc://" alone for a connecting end,
// which has no name. A layer gives the scheme, "ws://127.0.0.1:5". Connections of other
// networks, which a program has brought, have the name of their network, "pipe://pipe".
func LocalEndpoint(c net.Conn) string { return withScheme(c, endpointOf(c.LocalAddr())) }

// RemoteEndpoint is the peer's end of a connection, in the form of
// LocalEndpoint.
func RemoteEndpoint(c net.Conn) string { return withScheme(c, endpointOf(c.RemoteAddr())) }

// withScheme puts the scheme of a layer in the place of that of the connection below.
func withScheme(c net.Conn, endpoint string) string {
	l, ok := c.(Layer)
	if !ok || endpoint == "" {
		return endpoint
	}
	_, address, _ := strings.Cut(endpoint, separator)
	return l.Scheme() + separator + address
}

func endpointOf(a net.Addr) string {
	switch a := a.(type) {
	case *net.TCPAddr:
		p := a.AddrPort()
		return TCPEndpoint(netip.AddrPortFrom(p.Addr().Unmap(), p.Port()))
	case *net.UnixAddr:
		return UnixEndpoint(a)
	case nil:
		return ""
	}
	if p, ok := ipPort(a); ok {
		return TCPEndpoint(p)
	}
	return a.Network() + separator + a.String()
}

// TCPEndpoint writes an address as an endpoint: "tcp://192.0.2.1:5",
// "tcp://[fe80::1%eth0]:5".
func TCPEndpoint(a netip.AddrPort) string {
	if !a.IsValid() {
		return "tcp://" + a.String()
	}
	var room [64]byte // for everything but a long zone
	return string(a.AppendTo(append(room[:0], "tcp://"...)))
}

// UnixEndpoint writes the name of a Unix-domain socket as an endpoint. An
// abstract name begins with "@".
func UnixEndpoint(a *net.UnixAddr) string {
	// The net package reads the absence of a name on Linux as an abstract name
	// of no characters, which bind never makes.
	if a == nil || a.Name == "@" {
		return "ipc://"
	}
	return "ipc://" + a.Name
}

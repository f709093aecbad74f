// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// bindAddr resolves the address of a bind: a wildcard, an interface, a literal
// or a name, in that order, of which the first result counts. With IPv6 an IPv4
// address is found where there is no IPv6 one.
func (h hostPort) bindAddr(ctx context.Context, ipv6 bool) (netip.AddrPort, error) {
	switch addr, local := h.localAddr(ipv6); {
	case local:
		return addr, nil
	case h.host == "":
		port := "*"
		if h.port > 0 {
			port = strconv.Itoa(int(h.port))
		}
		return netip.AddrPort{}, zerr.Errorf(zerr.ErrNoDevice, "there is no host, write *:%s for every address of this machine", port)
	default:
		addrs, err := h.connectAddrs(ctx, ipv6)
		if d := (*net.DNSError)(nil); errors.As(err, &d) {
			err = zerr.Errorf(zerr.ErrNoDevice, "%q is neither an address nor an interface nor a name: %w", h.host, d)
		}
		if err != nil {
			return netip.AddrPort{}, err
		}
		for _, a := range addrs {
			if a.Addr().Is6() {
				return a, nil
			}
		}
		return addrs[0], nil
	}
}

// localAddr resolves the names that only this machine knows: the wildcard and
// its interfaces.
func (h hostPort) localAddr(ipv6 bool) (addr netip.AddrPort, ok bool) {
	if h.host == "*" {
		any := netip.IPv4Unspecified()
		if ipv6 {
			any = netip.IPv6Unspecified()
		}
		return netip.AddrPortFrom(any, h.port), true
	}
	ip, ok := interfaceAddr(h.host, ipv6)
	return netip.AddrPortFrom(ip, h.port), ok
}

// interfaceAddr is the first address of the wanted family that the interface
// has. With ipv6 an interface that has none gives its first IPv4 address, as a
// name does.
func interfaceAddr(name string, ipv6 bool) (first netip.Addr, ok bool) {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return netip.Addr{}, false
	}
	addrs, err := ifi.Addrs()
	if err != nil {
		return netip.Addr{}, false
	}
	for _, a := range addrs {
		n, isNet := a.(*net.IPNet)
		if !isNet {
			continue
		}
		ip, valid := netip.AddrFromSlice(n.IP)
		switch ip = ip.Unmap(); {
		case !valid:
		case ip.Is6() == ipv6:
			if ip.IsLinkLocalUnicast() && ip.Is6() {
				ip = ip.WithZone(ifi.Name)
			}
			return ip, true
		case ip.Is4() && !ok:
			first, ok = ip, true
		}
	}
	return first, ok
}

// connectAddrs resolves a literal or a name, never an interface or a wildcard,
// to at least one address. IPv4-mapped ones come out as IPv4. Without ipv6
// there are only IPv4 ones.
func (h hostPort) connectAddrs(ctx context.Context, ipv6 bool) ([]netip.AddrPort, error) {
	if h.host == "" {
		return nil, zerr.Errorf(zerr.ErrNoDevice, "there is no host in front of the port, write for example localhost")
	}
	if h.host == "*" {
		return nil, zerr.Errorf(zerr.ErrNoDevice, "%q is no host to connect to", h.host)
	}
	ips, err := h.lookup(ctx, ipv6)
	if err != nil {
		return nil, err
	}
	addrs := make([]netip.AddrPort, 0, len(ips))
	for _, ip := range ips {
		ip = ip.Unmap()
		if ip.Is6() && h.zone != "" {
			ip = ip.WithZone(h.zone)
		}
		if ip.Is4() || ipv6 {
			addrs = append(addrs, netip.AddrPortFrom(ip, h.port))
		}
	}
	if len(addrs) == 0 {
		return nil, zerr.Errorf(zerr.ErrNoDevice, "host %q has no usable address", h.host)
	}
	return addrs, nil
}

// Resolve lists the addresses of one family only, that of the first: a host with an IPv4
// and an IPv6 address is one host, and would be connected to twice. The resolver puts
// addresses last to which there is no route (RFC 6724).
func (tcp) Resolve(ctx context.Context, address string, cfg *transport.Config) ([]string, error) {
	_, to, err := parseConnect(address)
	if err != nil {
		return nil, err
	}
	addrs, err := to.connectAddrs(ctx, cfg.IPv6)
	if err != nil {
		return nil, err
	}
	source := address[:strings.LastIndexByte(address, ';')+1]
	var list []string
	listed := make(map[netip.AddrPort]bool)
	for _, a := range addrs {
		if a.Addr().Is6() == addrs[0].Addr().Is6() && !listed[a] {
			listed[a] = true
			list = append(list, source+a.String())
		}
	}
	return list, nil
}

// lookup asks the resolver, unless the host is an address. A mapped literal
// needs ipv6, as every IPv6 literal does.
func (h hostPort) lookup(ctx context.Context, ipv6 bool) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(h.host); err == nil {
		if ip.Is6() && !ipv6 {
			return nil, zerr.Errorf(zerr.ErrNoDevice, "IPv6 address %q without the IPv6 option", h.host)
		}
		return []netip.Addr{ip}, nil
	}
	network := "ip4"
	if ipv6 {
		network = "ip"
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, network, h.host)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, zerr.Errorf(zerr.ErrNoDevice, "%w", err)
	}
	return ips, nil
}

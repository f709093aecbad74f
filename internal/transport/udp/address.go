// SPDX-License-Identifier: Apache-2.0

package udp

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// address is an endpoint taken apart: [via;]host:port.
type address struct {
	via  string // interface of a multicast group: name, address, or "*"; empty if not given
	host string
	port uint16
}

func parse(text string) (a address, err error) {
	via, rest, found := strings.Cut(text, ";")
	if !found {
		via, rest = "", text
	}
	at := strings.LastIndexByte(rest, ':')
	if at <= 0 || found && via == "" {
		return a, zerr.Errorf(zerr.ErrInvalid, "udp://%s has not the form [interface;]host:port", text)
	}
	host, port := rest[:at], rest[at+1:]
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	a = address{via: via, host: host}
	if port == "*" {
		return a, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return a, zerr.Errorf(zerr.ErrInvalid, "udp://%s: %q is no port", text, port)
	}
	a.port = uint16(n)
	return a, nil
}

// place is an address resolved.
type place struct {
	addr netip.AddrPort
	via  *net.Interface // nil: the system chooses
	v6   bool           // sockets of IPv6, which a wildcard has with the option
}

func (p place) multicast() bool { return p.addr.Addr().IsMulticast() }

// network is the name of the family for package net.
func (p place) network() string {
	if p.v6 {
		return "udp6"
	}
	return "udp4"
}

// resolve finds an address. A host that cannot be found is ErrNoDevice to a bind, and
// ErrInvalid to a connect.
func resolve(ctx context.Context, text string, cfg *Config) (p place, err error) {
	a, err := parse(text)
	if err != nil {
		return p, err
	}
	ip, err := find(ctx, a.host, cfg)
	if err != nil {
		code := zerr.ErrNoDevice
		if cfg.Role == Radio {
			code = zerr.ErrInvalid
		}
		return p, zerr.Errorf(code, "udp://%s: %v", text, err)
	}
	p = place{addr: netip.AddrPortFrom(ip, a.port), v6: ip.Is6()}
	if cfg.Role == Radio && (a.port == 0 || ip.IsUnspecified()) {
		return p, zerr.Errorf(zerr.ErrInvalid, "udp://%s is no address to send to, which has a host and a port", text)
	}
	if a.via == "" {
		return p, nil
	}
	if !p.multicast() {
		return p, zerr.Errorf(zerr.ErrInvalid, "udp://%s: an interface is for a multicast address", text)
	}
	if a.via != "*" {
		p.via, err = interfaceOf(a.via, p.v6)
	}
	return p, err
}

// find resolves a host: "*", an address, the name of an interface (for a bind), or a
// name in DNS.
func find(ctx context.Context, host string, cfg *Config) (netip.Addr, error) {
	if host == "*" {
		if cfg.IPv6 && cfg.Role != Radio {
			return netip.IPv6Unspecified(), nil
		}
		return netip.IPv4Unspecified(), nil
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap(), nil
	}
	if cfg.Role != Radio {
		if i, err := net.InterfaceByName(host); err == nil {
			return addressOf(i, cfg.IPv6)
		}
	}
	network := "ip4"
	if cfg.IPv6 {
		network = "ip"
	}
	list, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
	if err != nil {
		return netip.Addr{}, err
	}
	return list[0].Unmap(), nil
}

// addressOf returns the first address of an interface: of IPv4 if it has one, or else
// with v6 another.
func addressOf(i *net.Interface, v6 bool) (netip.Addr, error) {
	list, err := i.Addrs()
	if err != nil {
		return netip.Addr{}, err
	}
	var other netip.Addr
	for _, x := range list {
		n, ok := x.(*net.IPNet)
		if !ok {
			continue
		}
		ip, _ := netip.AddrFromSlice(n.IP)
		if ip = ip.Unmap(); ip.Is4() {
			return ip, nil
		}
		if v6 && !other.IsValid() {
			other = ip
			if ip.IsLinkLocalUnicast() {
				other = ip.WithZone(i.Name)
			}
		}
	}
	if !other.IsValid() {
		return other, zerr.Errorf(zerr.ErrNoDevice, "the interface %s has no address", i.Name)
	}
	return other, nil
}

// interfaceOf finds the interface of a multicast group by its name or, with IPv4, by
// one of its addresses.
func interfaceOf(via string, v6 bool) (*net.Interface, error) {
	ip, err := netip.ParseAddr(via)
	if err != nil {
		i, err := net.InterfaceByName(via)
		if err != nil {
			return nil, zerr.Errorf(zerr.ErrNoDevice, "no interface has the name %q", via)
		}
		return i, nil
	}
	switch ip = ip.Unmap(); {
	case ip.IsMulticast(), ip.Is6() != v6 && !v6:
		return nil, zerr.Errorf(zerr.ErrInvalid, "%s is no interface of the group's family", via)
	case v6:
		return nil, zerr.Errorf(zerr.ErrNoDevice, "an interface for a group of IPv6 is given by its name, not as %s", via)
	}
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for k := range all {
		list, err := all[k].Addrs()
		if err != nil {
			continue
		}
		for _, x := range list {
			if n, ok := x.(*net.IPNet); ok {
				if has, _ := netip.AddrFromSlice(n.IP); has.Unmap() == ip {
					return &all[k], nil
				}
			}
		}
	}
	return nil, zerr.Errorf(zerr.ErrNoDevice, "no interface has the address %s", via)
}

// ParseDestination reads where a DGRAM sends to: a numeric address and a port, with or
// without the zero byte that libzmq puts behind them.
func ParseDestination(text []byte) (netip.AddrPort, bool) {
	if n := len(text); n > 0 && text[n-1] == 0 {
		text = text[:n-1]
	}
	to, err := netip.ParseAddrPort(string(text))
	return to, err == nil && to.Port() != 0 && !to.Addr().IsUnspecified()
}

// SPDX-License-Identifier: Apache-2.0

package multicast

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// address is an endpoint taken apart: [interface][;groups[;group]]:port.
type address struct {
	via      string       // interface: name, address or network; empty if not given
	receives []netip.Addr // groups
	sends    netip.Addr   // the group that a publisher sends to
	port     uint16
}

// Groups of an endpoint that names none. libzmq takes OpenPGM's, which are these.
var (
	defaultGroup  = netip.AddrFrom4([4]byte{239, 192, 0, 1})
	defaultGroup6 = netip.MustParseAddr("ff08::1")
)

// parse takes an address apart. v6 is which group one without groups has.
func parse(name, text string, v6 bool) (a address, err error) {
	wrong := func(format string, args ...any) error {
		return zerr.Errorf(zerr.ErrInvalid, name+"://"+text+": "+format, args...)
	}
	at := strings.LastIndexByte(text, ':')
	if at < 0 {
		return a, wrong("the form is %s://interface;group:port", name)
	}
	port, err := strconv.ParseUint(text[at+1:], 10, 16)
	if err != nil || port == 0 {
		return a, wrong("%q is no port: it is a number from 1 to 65535", text[at+1:])
	}
	a.port = uint16(port)
	parts := strings.Split(text[:at], ";")
	if len(parts) > 3 {
		return a, wrong("the form is interface;groups to receive;group to send to, and there is more")
	}
	if len(parts) == 1 { // a group alone
		if g, err := group(parts[0]); err == nil {
			parts = []string{"", g.String()}
		}
	}
	a.via = parts[0]
	for i, part := range parts[1:] {
		for text := range strings.SplitSeq(part, ",") {
			if text == "" && part == "" {
				continue
			}
			g, err := group(text)
			if err != nil {
				return a, wrong("%v", err)
			}
			if i == 0 {
				a.receives = append(a.receives, g)
			}
			a.sends = g
		}
	}
	if len(parts) == 3 && strings.Contains(parts[2], ",") {
		return a, wrong("there is one group to send to")
	}
	return a.withDefaults(v6, wrong)
}

// withDefaults adds groups that are not given, and wants all of one family.
func (a address) withDefaults(v6 bool, wrong func(string, ...any) error) (address, error) {
	if !a.sends.IsValid() {
		a.sends = defaultGroup
		if v6 {
			a.sends = defaultGroup6
		}
	}
	if len(a.receives) == 0 {
		a.receives = []netip.Addr{a.sends}
	}
	for _, g := range a.receives {
		if g.Is6() != a.sends.Is6() {
			return a, wrong("groups of IPv4 and of IPv6")
		}
	}
	return a, nil
}

// group reads the address of a group, with or without brackets.
func group(text string) (netip.Addr, error) {
	if n := len(text); n > 1 && text[0] == '[' && text[n-1] == ']' {
		text = text[1 : n-1]
	}
	g, err := netip.ParseAddr(text)
	if g = g.Unmap(); err != nil || !g.IsMulticast() || g.Zone() != "" {
		return g, zerr.Errorf(zerr.ErrInvalid, "%q is no multicast group: those are 224.0.0.0 to 239.255.255.255, and ff00::/8", text)
	}
	return g, nil
}

// place is an address resolved.
type place struct {
	address
	name string         // of the scheme
	via  *net.Interface // never nil
	self netip.Addr     // our address there, in the groups' family; invalid if there is none
}

func (p *place) v6() bool { return p.sends.Is6() }

// raw reports whether packets go out without UDP.
func (p *place) raw() bool { return p.name == Pgm }

// headers is how many bytes precede PGM in a packet.
func (p *place) headers() int {
	n := 20
	if p.v6() {
		n = 40
	}
	if !p.raw() {
		n += 8
	}
	return n
}

// zoned adds the interface to an address that means nothing without.
func (p *place) zoned(a netip.Addr) netip.Addr {
	if a.Is6() && (a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() || a.IsInterfaceLocalMulticast()) {
		return a.WithZone(p.via.Name)
	}
	return a
}

// resolve finds the interface of an address, and ours there.
func resolve(name, text string, cfg *Config) (p place, err error) {
	a, err := parse(name, text, cfg.IPv6)
	if err != nil {
		return p, err
	}
	p = place{address: a, name: name}
	via, self, err := interfaceOf(a.via, a.sends)
	if err != nil {
		return p, zerr.Errorf(zerr.ErrNoDevice, "%s://%s: %w", name, text, err)
	}
	if via.Flags&net.FlagUp == 0 {
		return p, zerr.Errorf(zerr.ErrNoDevice, "%s://%s: the interface %s is down", name, text, via.Name)
	}
	if p.via, p.self = via, self; cfg.Sends && !self.IsValid() {
		family := "IPv4"
		if p.v6() {
			family = "IPv6"
		}
		return p, zerr.Errorf(zerr.ErrNoDevice, "%s://%s: the interface %s has no address of %s, which receivers would ask for repairs", name, text, via.Name, family)
	}
	return p, nil
}

// interfaceOf finds an interface by its name, one of its addresses or its network. If it
// is not given, it is the one through which the system would send to the group.
func interfaceOf(text string, group netip.Addr) (*net.Interface, netip.Addr, error) {
	if text == "" {
		return defaultInterface(group)
	}
	if via, err := net.InterfaceByName(text); err == nil {
		return via, addressOf(via, group.Is6(), netip.Prefix{}), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		ip, err := netip.ParseAddr(strings.Trim(text, "[]"))
		if err != nil {
			return nil, netip.Addr{}, zerr.Errorf(zerr.ErrNoDevice, "no interface has the name %q; there are %s", text, names())
		}
		network = netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen())
	}
	all, err := net.Interfaces()
	if err != nil {
		return nil, netip.Addr{}, err
	}
	for i := range all {
		if ip := addressOf(&all[i], network.Addr().Is6(), network); ip.IsValid() {
			if ip.Is6() != group.Is6() { // the interface, by an address of the other family
				ip = addressOf(&all[i], group.Is6(), netip.Prefix{})
			}
			return &all[i], ip, nil
		}
	}
	return nil, netip.Addr{}, zerr.Errorf(zerr.ErrNoDevice, "no interface has the address or network %s; there are %s", text, names())
}

// defaultInterface asks the system how it would reach a group, and without an answer takes
// the first interface that carries multicast.
func defaultInterface(group netip.Addr) (*net.Interface, netip.Addr, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, netip.Addr{}, err
	}
	if c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(group, 9))); err == nil {
		self := c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().WithZone("")
		_ = c.Close()
		for i := range all {
			if ip := addressOf(&all[i], self.Is6(), netip.PrefixFrom(self, self.BitLen())); ip.IsValid() {
				return &all[i], ip, nil
			}
		}
	}
	const wanted = net.FlagUp | net.FlagMulticast
	for i := range all {
		if ip := addressOf(&all[i], group.Is6(), netip.Prefix{}); ip.IsValid() && all[i].Flags&wanted == wanted {
			return &all[i], ip, nil
		}
	}
	return nil, netip.Addr{}, zerr.Errorf(zerr.ErrNoDevice, "no interface is up that carries multicast and has an address; name one, there are %s", names())
}

// addressOf returns the first address of an interface in a family, and in a network if
// that is given. An address of IPv6 that is good on its own network alone comes last.
func addressOf(via *net.Interface, v6 bool, network netip.Prefix) (found netip.Addr) {
	list, err := via.Addrs()
	if err != nil {
		return found
	}
	for _, x := range list {
		n, ok := x.(*net.IPNet)
		if !ok {
			continue
		}
		ip, _ := netip.AddrFromSlice(n.IP)
		if ip = ip.Unmap(); ip.Is6() != v6 || network.IsValid() && !network.Contains(ip) {
			continue
		}
		if !found.IsValid() || found.IsLinkLocalUnicast() && !ip.IsLinkLocalUnicast() {
			found = ip
		}
	}
	return found
}

// names lists the interfaces for an error.
func names() string {
	all, err := net.Interfaces()
	if err != nil {
		return "none"
	}
	var list []string
	for _, i := range all {
		list = append(list, i.Name)
	}
	return strings.Join(list, ", ")
}

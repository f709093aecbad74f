// SPDX-License-Identifier: Apache-2.0

package udp

import (
	"context"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/gozmq/zmq/internal/transport"
)

// open makes the socket of the system and sets its options.
func open(ctx context.Context, p place, cfg *Config) (*net.UDPConn, error) {
	receives := cfg.Role != Radio
	local := p.addr
	switch {
	case !receives: // any
		local = netip.AddrPortFrom(wildcard(p.v6), 0)
	case p.multicast():
		local = netip.AddrPortFrom(wildcard(p.v6), p.addr.Port())
	}
	lc := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var set error
		err := raw.Control(func(fd uintptr) {
			if set = transport.PrepareDatagrams(fd, receives, receives && p.multicast()); set == nil && receives && p.multicast() {
				set = transport.OnlyItsGroups(fd, p.v6)
			}
		})
		if err == nil {
			err = set
		}
		return err
	}}
	network := p.network()
	if p.v6 && local.Addr().IsUnspecified() && receives && !p.multicast() {
		network = "udp" // both families
	}
	pc, err := lc.ListenPacket(ctx, network, local.String())
	if err != nil {
		return nil, err
	}
	u := pc.(*net.UDPConn)
	if cfg.SendBuffer >= 0 {
		err = u.SetWriteBuffer(cfg.SendBuffer)
	}
	if err == nil && cfg.RecvBuffer >= 0 {
		err = u.SetReadBuffer(cfg.RecvBuffer)
	}
	if err == nil && p.multicast() {
		err = setMulticast(u, p, cfg)
	}
	if err != nil {
		_ = u.Close()
		return nil, err
	}
	return u, nil
}

func wildcard(v6 bool) netip.Addr {
	if v6 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// setMulticast joins a receiver to its group, or says how a sender's datagrams travel.
func setMulticast(u *net.UDPConn, p place, cfg *Config) error {
	var c interface {
		JoinGroup(via *net.Interface, group net.Addr) error
		SetMulticastInterface(via *net.Interface) error
		SetMulticastLoopback(on bool) error
	}
	var setHops func(int) error
	if p.v6 {
		c6 := ipv6.NewPacketConn(u)
		c, setHops = c6, c6.SetMulticastHopLimit
	} else {
		c4 := ipv4.NewPacketConn(u)
		c, setHops = c4, c4.SetMulticastTTL
	}
	if cfg.Role != Radio {
		return c.JoinGroup(p.via, &net.UDPAddr{IP: p.addr.Addr().AsSlice()})
	}
	if p.via != nil {
		if err := c.SetMulticastInterface(p.via); err != nil {
			return err
		}
	}
	if err := c.SetMulticastLoopback(cfg.Loop); err != nil {
		return err
	}
	return setHops(cfg.Hops)
}

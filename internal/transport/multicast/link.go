// SPDX-License-Identifier: Apache-2.0

package multicast

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/gozmq/zmq/internal/pgm/packet"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// expedited is the type of service that libzmq gives its packets of IPv4: DSCP EF.
const expedited = 0xB8

// link is one socket of the system: UDP, or a raw one.
type link struct {
	pc    net.PacketConn
	udp   *net.UDPConn // pc, of epgm
	v4    *ipv4.PacketConn
	v6    *ipv6.PacketConn
	strip bool // the system puts the header of IPv4 in front of what has come
}

// wants is what a link is for.
type wants struct {
	local  netip.AddrPort // of pgm the port does not matter
	shares bool           // others on this machine may have the same port
	joins  []netip.Addr   // groups
	sends  bool           // multicast, beyond this network
	routed bool           // packets concern the routers on the way
}

// open makes a link.
func open(p *place, cfg *Config, w wants) (*link, error) {
	lc := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var set error
		err := raw.Control(func(fd uintptr) {
			if set = transport.PrepareDatagrams(fd, w.shares, w.shares); set == nil && len(w.joins) > 0 {
				set = transport.OnlyItsGroups(fd, p.v6())
			}
			if set == nil && w.routed {
				set = alertRouters(fd, p.v6())
			}
		})
		if err == nil {
			err = set
		}
		return err
	}}
	network, local := "udp4", w.local.String()
	if p.v6() {
		network = "udp6"
	}
	if p.raw() {
		network, local = "ip4:"+protocol, w.local.Addr().String()
		if p.v6() {
			network = "ip6:" + protocol
		}
	}
	pc, err := lc.ListenPacket(context.Background(), network, local)
	if err != nil {
		return nil, explain(p, err)
	}
	l := &link{pc: pc, strip: p.raw() && !p.v6()}
	l.udp, _ = pc.(*net.UDPConn)
	if err := l.setUp(p, cfg, w); err != nil {
		_ = pc.Close()
		return nil, explain(p, err)
	}
	return l, nil
}

// explain says what to do about an error of the system.
func explain(p *place, err error) error {
	err = zerr.Portable(err)
	switch {
	case p.raw() && (errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES)):
		return fmt.Errorf("zmq: pgm needs a raw socket, and so root or CAP_NET_RAW (setcap cap_net_raw+ep PROGRAM); epgm://, which carries the same in UDP, needs no rights: %w", err)
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("zmq: another program has UDP port %d for itself; take another port: %w", p.port, transport.OSError(err))
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.ENODEV):
		return fmt.Errorf("zmq: the interface %s does not carry multicast, or has lost its address; name another one in %s://interface;group:port: %w", p.via.Name, p.name, transport.OSError(err))
	}
	return transport.OSError(err)
}

// setUp sets the options of a socket and joins its groups.
func (l *link) setUp(p *place, cfg *Config, w wants) error {
	if b, ok := l.pc.(interface {
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
	}); ok {
		if cfg.SendBuffer >= 0 {
			if err := b.SetWriteBuffer(cfg.SendBuffer); err != nil {
				return err
			}
		}
		if cfg.RecvBuffer >= 0 {
			if err := b.SetReadBuffer(cfg.RecvBuffer); err != nil {
				return err
			}
		}
	}
	hops := 1 // of what a receiver asks the group
	if w.sends {
		hops = cfg.Hops
	}
	if p.v6() {
		l.v6 = ipv6.NewPacketConn(l.pc)
		return l.setUp6(p, cfg, w, hops)
	}
	l.v4 = ipv4.NewPacketConn(l.pc)
	tos := expedited
	if cfg.TOS > 0 {
		tos = cfg.TOS
	}
	_ = l.v4.SetTOS(tos) // where the system has it
	if err := l.v4.SetMulticastInterface(p.via); err != nil {
		return err
	}
	if err := l.v4.SetMulticastLoopback(cfg.Loop); err != nil {
		return err
	}
	if err := l.v4.SetMulticastTTL(hops); err != nil {
		return err
	}
	for _, g := range w.joins {
		if err := l.v4.JoinGroup(p.via, &net.UDPAddr{IP: g.AsSlice()}); err != nil {
			return err
		}
	}
	if len(w.joins) > 0 {
		_ = l.v4.SetControlMessage(ipv4.FlagDst, true) // where the system has it
	}
	return nil
}

func (l *link) setUp6(p *place, cfg *Config, w wants, hops int) error {
	if cfg.TOS > 0 {
		_ = l.v6.SetTrafficClass(cfg.TOS) // where the system has it
	}
	if err := l.v6.SetMulticastInterface(p.via); err != nil {
		return err
	}
	if err := l.v6.SetMulticastLoopback(cfg.Loop); err != nil {
		return err
	}
	if err := l.v6.SetMulticastHopLimit(hops); err != nil {
		return err
	}
	for _, g := range w.joins {
		if err := l.v6.JoinGroup(p.via, &net.UDPAddr{IP: g.AsSlice()}); err != nil {
			return err
		}
	}
	if len(w.joins) > 0 {
		_ = l.v6.SetControlMessage(ipv6.FlagDst, true) // where the system has it
	}
	return nil
}

// write sends a packet. The port does not matter to pgm.
func (l *link) write(b []byte, to netip.AddrPort) error {
	if l.udp != nil {
		_, err := l.udp.WriteToUDPAddrPort(b, to)
		return err
	}
	_, err := l.pc.WriteTo(b, &net.IPAddr{IP: to.Addr().AsSlice(), Zone: to.Addr().Zone()})
	return err
}

// inbox is room for packets that are read at once.
type inbox struct {
	ms []ipv4.Message // which is IPv6's too
	l  *link

	// What the system says beside a packet, kept so that each packet uses its memory again.
	cm4 ipv4.ControlMessage
	cm6 ipv6.ControlMessage

	arrived []arrival
}

// batch is how many packets are read at once, where the system can.
const batch = 16

func newInbox(l *link) *inbox {
	b := &inbox{l: l, ms: make([]ipv4.Message, batch)}
	for i := range b.ms {
		b.ms[i].Buffers = [][]byte{make([]byte, packet.MaxSize)}
		b.ms[i].OOB = make([]byte, 128)
	}
	return b
}

// arrival is one packet that has come.
type arrival struct {
	packet []byte
	from   netip.AddrPort
	to     netip.Addr // invalid if the system does not tell
}

// read waits for packets and returns them. They are valid until the next read.
func (b *inbox) read() ([]arrival, error) {
	b.arrived = b.arrived[:0]
	if !batches {
		return b.readOne()
	}
	var n int
	var err error
	if b.l.v6 != nil {
		n, err = b.l.v6.ReadBatch(b.ms, 0)
	} else {
		n, err = b.l.v4.ReadBatch(b.ms, 0)
	}
	if err != nil {
		return nil, err
	}
	for i := range b.ms[:n] {
		m := &b.ms[i]
		x := arrival{packet: m.Buffers[0][:m.N], from: addressed(m.Addr)}
		switch {
		case m.NN == 0: // the system was not asked, or does not tell
		case b.l.v6 != nil:
			if clear(b.cm6.Dst); b.cm6.Parse(m.OOB[:m.NN]) == nil {
				x.to, _ = netip.AddrFromSlice(b.cm6.Dst)
			}
		default:
			if clear(b.cm4.Dst); b.cm4.Parse(m.OOB[:m.NN]) == nil {
				x.to, _ = netip.AddrFromSlice(b.cm4.Dst.To4())
			}
		}
		if b.l.strip {
			x.packet = withoutHeader(x.packet)
		}
		b.arrived = append(b.arrived, x)
	}
	return b.arrived, nil
}

// readOne is read where one packet is read at a time, and its group is not known.
func (b *inbox) readOne() ([]arrival, error) {
	n, from, err := b.l.pc.ReadFrom(b.ms[0].Buffers[0])
	if err != nil {
		return nil, err
	}
	b.arrived = append(b.arrived, arrival{packet: b.ms[0].Buffers[0][:n], from: addressed(from)})
	return b.arrived, nil
}

// withoutHeader takes the header of IPv4 off a packet.
func withoutHeader(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	return b[min(len(b), int(b[0]&0x0F)*4):]
}

// addressed is where a packet has come from; without a port of pgm.
func addressed(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.UDPAddr:
		x := a.AddrPort()
		return netip.AddrPortFrom(x.Addr().Unmap().WithZone(""), x.Port())
	case *net.IPAddr:
		x, _ := netip.AddrFromSlice(a.IP)
		return netip.AddrPortFrom(x.Unmap(), 0)
	}
	return netip.AddrPort{}
}

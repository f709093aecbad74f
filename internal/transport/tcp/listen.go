// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"sync"
	"syscall"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// listener implements transport.Listener. All fields are immutable after Listen.
type listener struct {
	tcp       *net.TCPListener
	cfg       *transport.Config
	keepAlive keepAlive // what connections do not inherit
	endpoint  string
	closeOnce func() error
}

// Listen binds to one address. IPv6 without a system that has it becomes IPv4.
func (tcp) Listen(ctx context.Context, address string, cfg *transport.Config) (transport.Listener, error) {
	cfg = cfg.Clone()
	if cfg.Listen != nil {
		return listenWith(ctx, address, cfg)
	}
	if cfg.UseFD >= 0 {
		return adopt(cfg)
	}
	from, err := parseBind(address)
	if err != nil {
		return nil, err
	}
	if err := checkDevice(cfg); err != nil {
		return nil, err
	}
	if err := checkReusePort(cfg); err != nil {
		return nil, err
	}
	ka := keepAliveOf(cfg)
	ln, err := listen(ctx, from, cfg, &ka)
	if cfg.IPv6 && errors.Is(err, errNoIPv6) {
		cfg.IPv6 = false
		ka = keepAliveOf(cfg)
		ln, err = listen(ctx, from, cfg, &ka)
	}
	if err != nil {
		return nil, err
	}
	return newListener(ln, cfg, ka), nil
}

// listen resolves the address and opens the socket. It clears the IPv6 of cfg if
// the system has none, and leaves in ka what connections do not inherit.
func listen(ctx context.Context, from hostPort, cfg *transport.Config, ka *keepAlive) (*net.TCPListener, error) {
	addr, err := from.bindAddr(ctx, cfg.IPv6)
	if err != nil {
		return nil, err
	}
	if cfg.PlainIPv4 && addr.Addr().Is6() && !addr.Addr().IsUnspecified() {
		// A name or interface with both families: every peer has IPv4.
		if plain, err := from.bindAddr(ctx, false); err == nil {
			addr = plain
		}
	}
	attempt := transport.NewAttempt(ctx, false)
	lc := net.ListenConfig{
		Control:   attempt.Control(control(cfg, ka.handDown)),
		KeepAlive: -1, // what Go would set; keepAlive sets what the options say
	}
	// The options of a multipath listener are not those of its connections.
	lc.SetMultipathTCP(false)
	ln, err := lc.Listen(ctx, listenNetwork(addr.Addr()), addr.String())
	if err != nil {
		attempt.End(err)
		return nil, transport.OSError(explain(err, addr))
	}
	t := ln.(*net.TCPListener)
	// The net package falls back to IPv4 by itself if it has noticed before
	// that the system has no IPv6. The address is not a mapped one then.
	if addr.Addr().Is6() && boundAddr(t).Addr().Is4() {
		cfg.IPv6 = false
	}
	if err := transport.SetBacklog(t, cfg.Backlog); err != nil {
		t.Close()
		attempt.End(err)
		return nil, transport.OSError(err)
	}
	return t, nil
}

// explain adds what to do to an error of the system that a program can avoid.
func explain(err error, at netip.AddrPort) error {
	err = zerr.Portable(err)
	switch {
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%w (this machine does not have the address %s; * stands for all that it has)", err, at.Addr())
	case errors.Is(err, fs.ErrPermission) && at.Port() < 1024:
		return fmt.Errorf("%w (ports below 1024 need a privilege, such as CAP_NET_BIND_SERVICE on Linux)", err)
	}
	return err
}

// listenNetwork chooses between the net package's networks: "tcp" makes every
// wildcard dual-stack, also that of IPv4.
func listenNetwork(ip netip.Addr) string {
	switch {
	case ip.Is4():
		return "tcp4"
	case ip.IsUnspecified():
		return "tcp"
	}
	return "tcp6"
}

// adopt takes over the socket of USE_FD, whatever it is bound to.
func adopt(cfg *transport.Config) (transport.Listener, error) {
	t, err := transport.AdoptListener[*net.TCPListener](cfg.UseFD)
	if err != nil {
		return nil, err
	}
	// Go turns keep-alive on for connections of a listener that it did not
	// make, so what the options leave to the system has to be put back.
	return newListener(t, cfg, keepAliveOf(cfg).withListeners(t)), nil
}

func newListener(t *net.TCPListener, cfg *transport.Config, ka keepAlive) *listener {
	return &listener{
		tcp:       t,
		cfg:       cfg,
		keepAlive: ka,
		endpoint:  boundEndpoint(boundAddr(t), cfg.IPv6 && !cfg.PlainIPv4),
		closeOnce: sync.OnceValue(t.Close),
	}
}

func boundAddr(t *net.TCPListener) netip.AddrPort { return t.Addr().(*net.TCPAddr).AddrPort() }

// Accept waits for a connection that passes the filters.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.tcp.AcceptTCP()
	if err != nil {
		return nil, err
	}
	if !admits(l.cfg.AcceptFilters, c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr()) {
		return nil, transport.Refuse(c, nil)
	}
	if err := tune(c, l.cfg, l.keepAlive, setAccepted); err != nil {
		return nil, transport.Refuse(c, err)
	}
	return c, nil
}

// Close returns when the port is free: the net package waits for a pending
// Accept to let go of the descriptor.
func (l *listener) Close() error { return l.closeOnce() }

// SyscallConn gives access to the listening socket.
func (l *listener) SyscallConn() (syscall.RawConn, error) { return l.tcp.SyscallConn() }

// Endpoint is the numeric address of the listener.
func (l *listener) Endpoint() string { return l.endpoint }

// admits reports whether a filter contains ip, or there is none. An IPv4 peer
// is looked for in mapped form too, because that is what filters contain that
// were set while IPV6 was on.
func admits(filters []netip.Prefix, ip netip.Addr) bool {
	if len(filters) == 0 {
		return true
	}
	ip = ip.Unmap().WithZone("")
	mapped := netip.AddrFrom16(ip.As16())
	for _, p := range filters {
		if p.Contains(ip) || p.Contains(mapped) {
			return true
		}
	}
	return false
}

// errNoIPv6 is what a system without IPv6 answers.
const errNoIPv6 = syscall.EAFNOSUPPORT

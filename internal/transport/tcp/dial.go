// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// patience is how long an address that does not answer keeps those after it
// waiting at most. The first SYN is sent again after one
// second and after three (RFC 6298), which leaves the last two for the answer.
const patience = 5 * time.Second

// Dial tries the addresses of the host in the order of the resolver, which is
// that of RFC 6724. libzmq tries the first one only.
func (tcp) Dial(ctx context.Context, address string, cfg *transport.Config) (net.Conn, error) {
	source, to, err := parseConnect(address)
	if err != nil {
		return nil, err
	}
	if cfg.SOCKS.Address != "" {
		return dialThrough(ctx, to, cfg)
	}
	if cfg.Dial != nil {
		return dialWith(ctx, to, cfg)
	}
	if err := checkDevice(cfg); err != nil {
		return nil, err
	}
	addrs, err := to.connectAddrs(ctx, cfg.IPv6)
	if err != nil {
		return nil, err
	}
	var failed error
	for i, addr := range addrs {
		timeout := attemptTimeout(cfg.ConnectTimeout, i == len(addrs)-1)
		c, err := dialOne(ctx, source, addr, timeout, cfg)
		if err == nil {
			return c, nil
		}
		if failed == nil {
			failed = err
		} else {
			failed = fmt.Errorf("%w; %w", failed, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

// attemptTimeout is what one address may take, 0 for as long as the system
// tries.
func attemptTimeout(configured time.Duration, last bool) time.Duration {
	if !last && (configured == 0 || configured > patience) {
		return patience
	}
	return configured
}

// dialOne connects to one address and tunes the connection.
func dialOne(ctx context.Context, source *hostPort, to netip.AddrPort, timeout time.Duration, cfg *transport.Config) (net.Conn, error) {
	attempt := transport.NewAttempt(ctx, true)
	d := net.Dialer{
		Timeout:   timeout,
		KeepAlive: -1, // what Go would set; keepAlive sets what the options say
		Control:   attempt.Control(control(cfg, setConnecting)),
	}
	d.SetMultipathTCP(false)
	if source != nil {
		local, err := source.sourceAddr(to.Addr().Is6())
		if err != nil {
			return nil, err
		}
		d.LocalAddr = net.TCPAddrFromAddrPort(local)
		d.Control = attempt.Control(control(cfg, setConnectingFrom))
	}
	c, err := d.DialContext(ctx, "tcp", to.String())
	if err == nil {
		if err = tune(c.(*net.TCPConn), cfg, keepAliveOf(cfg), setConnected); err != nil {
			c.Close()
		}
	}
	attempt.End(err)
	if err != nil {
		return nil, transport.OSError(err)
	}
	return c, nil
}

// sourceAddr resolves the source part of a connect: a wildcard, an interface or
// a literal, without DNS, of the family of the destination.
func (h hostPort) sourceAddr(ipv6 bool) (netip.AddrPort, error) {
	addr, ok := h.localAddr(ipv6)
	if !ok {
		ip, err := netip.ParseAddr(h.host)
		if err != nil {
			return netip.AddrPort{}, zerr.Errorf(zerr.ErrNoDevice, "source %q", h.host)
		}
		ip = ip.Unmap()
		if ip.Is6() && h.zone != "" {
			ip = ip.WithZone(h.zone)
		}
		addr = netip.AddrPortFrom(ip, h.port)
	}
	if addr.Addr().Is6() != ipv6 {
		return netip.AddrPort{}, zerr.Errorf(zerr.ErrNoDevice,
			"source %q is not of the family of the destination", h.host)
	}
	return addr, nil
}

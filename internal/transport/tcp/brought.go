// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"github.com/gozmq/zmq/internal/transport"
)

// dialWith has the program connect. Names are for its function to resolve.
func dialWith(ctx context.Context, to hostPort, cfg *transport.Config) (net.Conn, error) {
	nc, err := transport.DialWith(ctx, "tcp", to.text(), cfg)
	if err != nil {
		return nil, err
	}
	if err := tuneBrought(nc, cfg, setConnected); err != nil {
		_ = nc.Close()
		return nil, err
	}
	return nc, nil
}

// text is "host:port" as the net package reads it.
func (h hostPort) text() string {
	host := h.host
	if h.zone != "" {
		host += "%" + h.zone
	}
	return net.JoinHostPort(host, strconv.Itoa(int(h.port)))
}

// listenWith has the program listen. An address that is none of tcp is for its function
// to understand.
func listenWith(ctx context.Context, address string, cfg *transport.Config) (transport.Listener, error) {
	text := address
	if from, err := parseBind(address); err == nil {
		if from.host == "*" {
			from.host = ""
		}
		text = from.text()
	}
	return transport.ListenWith(ctx, "tcp", text, "tcp://"+address, cfg, func(a net.Addr) string {
		p, err := netip.ParseAddrPort(a.String())
		if err != nil {
			return ""
		}
		return boundEndpoint(p, cfg.IPv6 && !cfg.PlainIPv4)
	}, func(nc net.Conn) error {
		ip, _ := netip.ParseAddr(transport.PeerAddress(nc)) // what is no address is in no filter
		if !admits(cfg.AcceptFilters, ip) {
			return syscall.EACCES
		}
		return tuneBrought(nc, cfg, setAccepted)
	})
}

// tuneBrought applies options to a connection that the system has made for the program.
func tuneBrought(nc net.Conn, cfg *transport.Config, set setter) error {
	if t, ok := nc.(*net.TCPConn); ok {
		return tune(t, cfg, keepAliveOf(cfg), set)
	}
	return nil
}

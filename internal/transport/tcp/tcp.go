// SPDX-License-Identifier: Apache-2.0

// Package tcp is the tcp transport: "tcp://host:port" to bind,
// "tcp://[source;]host:port" to connect.
//
// It starts no goroutine of its own. Where libzmq reads port numbers as C's
// atoi does, this package refuses what is not a number when binding ("80x",
// "-1") and what is above 65535 always; a connect takes the digits that the
// port begins with, as libzmq does.
package tcp

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/gozmq/zmq/internal/transport"
)

// tcp implements transport.Transport.
type tcp struct{}

// New returns the transport. All values are alike.
func New() transport.Transport { return tcp{} }

// Scheme is "tcp".
func (tcp) Scheme() string { return "tcp" }

// CheckConnect is the rough check of a connect call. An interface, a name or a
// port that does not exist passes.
func (tcp) CheckConnect(address string) error { return checkConnect(address) }

// ResolveBound lists what address resolves to: by the rules of connect, then,
// if those found something, by those of bind (libzmq, zmq_unbind). libzmq looks
// at the first result of each only; the others follow here, so that an endpoint
// is found whichever of its addresses it was bound to. Where connections do not go by our
// resolver, it is not asked.
func (tcp) ResolveBound(ctx context.Context, address string, cfg *transport.Config) []string {
	if cfg.Dial != nil || cfg.SOCKS.Address != "" {
		return nil
	}
	if i := strings.LastIndexByte(address, ';'); i >= 0 {
		address = address[i+1:]
	}
	to, err := parseTarget(address)
	if err != nil {
		return nil
	}
	addrs, err := to.connectAddrs(ctx, cfg.IPv6)
	if err != nil {
		return nil
	}
	var keys []string
	add := func(a netip.AddrPort) {
		for _, mapped := range []bool{cfg.IPv6 && !cfg.PlainIPv4, false} {
			if key := boundEndpoint(a, mapped); !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	add(addrs[0])
	if from, err := parseBind(address); err == nil {
		if a, err := from.bindAddr(ctx, cfg.IPv6); err == nil {
			add(a)
		}
	}
	for _, a := range addrs[1:] {
		add(a)
	}
	return keys
}

// boundEndpoint is the LAST_ENDPOINT form of a listener. libzmq's listeners
// are IPv6 sockets if IPV6 is set, and show an IPv4 address as a mapped one.
func boundEndpoint(a netip.AddrPort, mapped bool) string {
	ip := a.Addr().Unmap()
	if mapped && ip.Is4() {
		ip = netip.AddrFrom16(ip.As16())
	}
	return transport.TCPEndpoint(netip.AddrPortFrom(ip, a.Port()))
}

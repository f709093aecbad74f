// SPDX-License-Identifier: Apache-2.0

// Package transport is for programs that bring a transport of their own, which
// they give to zmq4.RegisterTransport.
package transport

import (
	"context"
	"net"
)

// Dialer makes connections; *net.Dialer is one.
type Dialer interface {
	// DialContext connects to an address on a network, as net.Dialer does.
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Transport carries the bytes of connections.
type Transport interface {
	// Dial connects to an address, with the dialer where that can. It is called
	// for every attempt, concurrently for different endpoints.
	Dial(ctx context.Context, dialer Dialer, addr string) (net.Conn, error)

	// Listen announces an address. Closing the listener ends it.
	Listen(ctx context.Context, addr string) (net.Listener, error)

	// Addr returns the address that the part of an endpoint behind "://" stands
	// for.
	Addr(ep string) (addr string, err error)
}

// New returns the transport that package net has for a network: "tcp", "tcp4",
// "tcp6" or "unix".
func New(network string) Transport { return netTransport{network} }

type netTransport struct{ network string }

func (t netTransport) Dial(ctx context.Context, dialer Dialer, addr string) (net.Conn, error) {
	if dialer == nil {
		dialer = &net.Dialer{}
	}
	return dialer.DialContext(ctx, t.network, addr)
}

func (t netTransport) Listen(ctx context.Context, addr string) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(ctx, t.network, addr)
}

// Addr turns ZeroMQ's wildcards into those of package net: no host is all of
// them, and port 0 is any.
func (t netTransport) Addr(ep string) (string, error) {
	if t.network == "unix" {
		return ep, nil
	}
	host, port, err := net.SplitHostPort(ep)
	if err != nil {
		return "", err
	}
	if host == "*" {
		host = ""
	}
	if port == "*" {
		port = "0"
	}
	return net.JoinHostPort(host, port), nil
}

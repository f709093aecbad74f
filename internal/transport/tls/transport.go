// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"strings"
	"syscall"

	"github.com/gozmq/zmq/internal/transport"
)

// Scheme is that of ZMTP in TLS.
const Scheme = "tls"

// over implements transport.Transport over another one.
type over struct {
	scheme string
	least  uint16 // version of TLS
	below  transport.Transport
	cfg    *tls.Config // nil is the zero one
}

// New returns the transport of a scheme, over one that carries bytes. least is the oldest
// version of TLS that is spoken.
func New(scheme string, least uint16, below transport.Transport, cfg *tls.Config) transport.Transport {
	return &over{scheme, least, below, cfg}
}

// Scheme is "tls" or "wss".
func (o *over) Scheme() string { return o.scheme }

// CheckConnect implements transport.Transport.
func (o *over) CheckConnect(address string) error { return o.below.CheckConnect(address) }

// ResolveBound lists nothing: endpoints are compared as texts.
func (o *over) ResolveBound(context.Context, string, *transport.Config) []string { return nil }

// Resolve implements transport.Resolver for the transport below.
func (o *over) Resolve(ctx context.Context, address string, cfg *transport.Config) ([]string, error) {
	r, ok := o.below.(transport.Resolver)
	if !ok {
		return []string{address}, nil
	}
	return r.Resolve(ctx, address, cfg)
}

// Dial connects below. The handshake of TLS is Open's.
func (o *over) Dial(ctx context.Context, address string, cfg *transport.Config) (net.Conn, error) {
	client, err := o.client(host(cmp.Or(cfg.Name, address)), &cfg.TLS)
	if err != nil {
		return nil, err
	}
	nc, err := o.below.Dial(ctx, address, cfg)
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: nc}
	return &Conn{scheme: o.scheme, wire: w, tls: tls.Client(w, client)}, nil
}

// host returns the host of "source;host:port" without brackets and zone, which is the
// name that the server's certificate has to bear.
func host(address string) string {
	h := address[strings.LastIndexByte(address, ';')+1:]
	h = h[:max(strings.LastIndexByte(h, ':'), 0)]
	h = strings.TrimSuffix(strings.TrimPrefix(h, "["), "]")
	h, _, _ = strings.Cut(h, "%")
	return h
}

// Listen listens below.
func (o *over) Listen(ctx context.Context, address string, cfg *transport.Config) (transport.Listener, error) {
	server, err := o.server(&cfg.TLS)
	if err != nil {
		return nil, err
	}
	below, err := o.below.Listen(ctx, address, cfg)
	if err != nil {
		return nil, err
	}
	_, bound, _ := strings.Cut(below.Endpoint(), "://")
	return &listener{below, o.scheme, server, o.scheme + "://" + bound}, nil
}

// listener implements transport.Listener.
type listener struct {
	transport.Listener
	scheme   string
	server   *tls.Config
	endpoint string
}

// Accept waits for a connection. Its handshake is Open's.
func (l *listener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: nc}
	return &Conn{scheme: l.scheme, wire: w, tls: tls.Server(w, l.server)}, nil
}

// Endpoint is the address of the listener.
func (l *listener) Endpoint() string { return l.endpoint }

// SyscallConn gives access to the listening socket.
func (l *listener) SyscallConn() (syscall.RawConn, error) {
	if sc, ok := l.Listener.(syscall.Conn); ok {
		return sc.SyscallConn()
	}
	return nil, syscall.EINVAL
}

// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"context"
	"net"
	"strings"
	"syscall"

	"github.com/gozmq/zmq/internal/transport"
)

// Config is what a program wants of its WebSockets.
type Config struct {
	// Origins are the origins of web pages that may connect to our listeners besides
	// those of the same host, "https://example.com"; "*" is any.
	Origins []string

	// NoMechanism has a socket with NULL offer "ZWS2.0" alone, for peers such as those
	// of jszmq, which take any protocol that they are offered for that.
	NoMechanism bool
}

// ws implements transport.Transport over another one.
type ws struct {
	scheme string
	below  transport.Transport
	cfg    *Config
}

// New returns the transport of a scheme, over one that carries bytes.
func New(scheme string, below transport.Transport, cfg *Config) transport.Transport {
	return &ws{scheme, below, cfg}
}

// Scheme is "ws" or "wss".
func (w *ws) Scheme() string { return w.scheme }

// CheckConnect checks the path, and has the transport below check the rest.
func (w *ws) CheckConnect(address string) error {
	host, _, err := split(address)
	if err != nil {
		return err
	}
	return w.below.CheckConnect(host)
}

// LastEndpoint implements transport.Namer: a path that was left out is there (libzmq,
// zmq_ws).
func (w *ws) LastEndpoint(address string) string {
	host, path, err := split(address)
	if err != nil {
		return w.scheme + "://" + address
	}
	return w.scheme + "://" + host + path
}

// CheckConfig implements transport.ConfigChecker for the transport below.
func (w *ws) CheckConfig(cfg *transport.Config) error {
	if c, ok := w.below.(transport.ConfigChecker); ok {
		return c.CheckConfig(cfg)
	}
	return nil
}

// ResolveBound lists nothing: endpoints are compared as texts.
func (w *ws) ResolveBound(context.Context, string, *transport.Config) []string { return nil }

// Resolve implements transport.Resolver for the transport below. Each address has the path.
func (w *ws) Resolve(ctx context.Context, address string, cfg *transport.Config) ([]string, error) {
	r, ok := w.below.(transport.Resolver)
	if !ok {
		return []string{address}, nil
	}
	host, path, err := split(address)
	if err != nil {
		return nil, err
	}
	list, err := r.Resolve(ctx, host, cfg)
	for i := range list {
		list[i] += path
	}
	return list, err
}

// Dial connects below. The handshake of WebSocket is Open's.
func (w *ws) Dial(ctx context.Context, address string, cfg *transport.Config) (net.Conn, error) {
	host, path, err := split(address)
	if err != nil {
		return nil, err
	}
	name := host
	if cfg.Name != "" {
		if name, _, err = split(cfg.Name); err != nil {
			return nil, err
		}
		cfg = cfg.Clone()
		cfg.Name = name
	}
	nc, err := w.below.Dial(ctx, host, cfg)
	if err != nil {
		return nil, err
	}
	c := newConn(nc, w.scheme)
	c.hello = func(c *Conn, o *transport.Opening) (transport.Opened, error) {
		return c.request(hostOnly(name), path, w.cfg, o)
	}
	return c, nil
}

func newConn(nc net.Conn, scheme string) *Conn {
	c := &Conn{below: nc, scheme: scheme}
	c.layer, _ = nc.(transport.Layer)
	return c
}

// Listen listens below. The path is part of the endpoint and not compared with what
// peers ask for (libzmq, zmq_ws).
func (w *ws) Listen(ctx context.Context, address string, cfg *transport.Config) (transport.Listener, error) {
	host, path, err := split(address)
	if err != nil {
		return nil, err
	}
	below, err := w.below.Listen(ctx, host, cfg)
	if err != nil {
		return nil, err
	}
	_, bound, _ := strings.Cut(below.Endpoint(), "://")
	return &listener{below, w, w.scheme + "://" + bound + path}, nil
}

// listener implements transport.Listener.
type listener struct {
	transport.Listener
	of       *ws
	endpoint string
}

// Accept waits for a connection. Its handshake is Open's.
func (l *listener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := newConn(nc, l.of.scheme)
	c.server = true
	c.hello = func(c *Conn, o *transport.Opening) (transport.Opened, error) { return c.answer(l.of.cfg, o) }
	return c, nil
}

// Endpoint is the address of the listener with the path.
func (l *listener) Endpoint() string { return l.endpoint }

// SyscallConn gives access to the listening socket.
func (l *listener) SyscallConn() (syscall.RawConn, error) {
	if sc, ok := l.Listener.(syscall.Conn); ok {
		return sc.SyscallConn()
	}
	return nil, syscall.EINVAL
}

// SPDX-License-Identifier: Apache-2.0

// Package tipc is the transport tipc, between the nodes of a cluster (TIPC): a service
// "tipc://{type,lower,upper}" to bind and "tipc://{type,instance}" to connect, or sockets
// by their identity. Linux has it.
//
// The package starts no goroutine.
package tipc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/transport"
)

// tipc implements transport.Transport.
type tipc struct{}

// New returns the transport.
func New() transport.Transport { return tipc{} }

// Scheme is "tipc".
func (tipc) Scheme() string { return Scheme }

// CheckConnect checks the text. The system names no socket that is connected to.
func (tipc) CheckConnect(text string) error {
	a, err := parse(text)
	if err == nil && a.kind == assigned {
		err = invalid(text, "nothing can be connected to <*>, which is for a bind")
	}
	return err
}

// LastEndpoint implements transport.Namer.
func (tipc) LastEndpoint(text string) string {
	a, err := parse(text)
	if err != nil {
		return Scheme + "://" + text
	}
	return Scheme + "://" + a.String()
}

// ResolveBound finds a listener by the text of its Bind.
func (tipc) ResolveBound(_ context.Context, text string, _ *transport.Config) []string {
	a, err := parse(text)
	if err != nil {
		return nil
	}
	return []string{Scheme + "://" + a.String()}
}

// sockaddr is the address for the system.
func (a address) sockaddr() *unix.SockaddrTIPC {
	sa := &unix.SockaddrTIPC{Scope: unix.TIPC_ZONE_SCOPE}
	switch a.kind {
	case service:
		sa.Addr = &unix.TIPCServiceName{Type: a.typ, Instance: a.lower, Domain: a.node}
	case span:
		sa.Addr = &unix.TIPCServiceRange{Type: a.typ, Lower: a.lower, Upper: a.upper}
	default:
		sa.Addr = &unix.TIPCSocketAddr{Ref: a.ref, Node: a.node}
	}
	return sa
}

// fromSystem is the address of a socket, which the system gives as an identity.
func fromSystem(sa unix.Sockaddr) net.Addr {
	t, ok := sa.(*unix.SockaddrTIPC)
	if !ok {
		return address{kind: assigned}
	}
	switch x := t.Addr.(type) {
	case *unix.TIPCServiceName:
		return address{kind: service, typ: x.Type, lower: x.Instance, upper: x.Instance, node: x.Domain}
	case *unix.TIPCServiceRange:
		return address{kind: span, typ: x.Type, lower: x.Lower, upper: x.Upper}
	case *unix.TIPCSocketAddr:
		return address{kind: identity, node: x.Node, ref: x.Ref}
	}
	return address{kind: assigned}
}

var family = &transport.Family{Number: unix.AF_TIPC, Name: fromSystem}

// Dial makes one attempt.
func (t tipc) Dial(ctx context.Context, text string, cfg *transport.Config) (net.Conn, error) {
	if err := t.CheckConnect(text); err != nil {
		return nil, err
	}
	a, err := parse(text)
	if err != nil {
		return nil, err
	}
	if cfg.Dial != nil {
		return transport.DialWith(ctx, Scheme, text, cfg)
	}
	c, err := family.Dial(ctx, a.sockaddr(), cfg.ConnectTimeout)
	if err != nil {
		return nil, explain(err)
	}
	return c, nil
}

// Listen binds and listens. A socket has an identity without a bind; another one cannot be
// had (libzmq, zmq_tipc).
func (tipc) Listen(ctx context.Context, text string, cfg *transport.Config) (transport.Listener, error) {
	a, err := parse(text)
	if err != nil {
		return nil, err
	}
	if cfg.Listen != nil {
		return transport.ListenWith(ctx, Scheme, text, Scheme+"://"+a.String(), cfg, func(net.Addr) string { return "" }, nil)
	}
	var at unix.Sockaddr
	switch a.kind {
	case identity:
		return nil, invalid(text, "the system chooses identities: bind to <*>")
	case service, span:
		at = a.sockaddr()
	}
	l, err := family.Listen(ctx, at, cfg.Backlog)
	if err != nil {
		return nil, explain(err)
	}
	endpoint := a.String()
	if a.kind == assigned {
		endpoint = fromSystem(l.Bound()).String()
	}
	return listener{l, Scheme + "://" + endpoint}, nil
}

// listener implements transport.Listener.
type listener struct {
	*transport.FamilyListener
	endpoint string
}

// Endpoint is the service, or the identity that the system has given.
func (l listener) Endpoint() string { return l.endpoint }

// explain says which module of the kernel is missing.
func explain(err error) error {
	if errors.Is(err, syscall.EAFNOSUPPORT) {
		return fmt.Errorf("the kernel has no AF_TIPC, which its module tipc brings: %w", err)
	}
	return err
}

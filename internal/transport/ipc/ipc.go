// SPDX-License-Identifier: Apache-2.0

// Package ipc is the ipc transport, stream sockets in the Unix domain:
// "ipc://path", on Linux "ipc://@name" for an abstract name, and to bind
// "ipc://*" for a file in a new directory.
//
// It starts no goroutine of its own. Two things differ from libzmq. A bind
// removes a file that is in its way only if it is a socket, and otherwise
// reports the address as in use; libzmq removes whatever has the name. And a
// listener that closes removes its socket file, unless another one has taken
// the name since; libzmq leaves it behind.
package ipc

import (
	"context"
	"net"

	"github.com/gozmq/zmq/internal/transport"
)

// ipc implements transport.Transport.
type ipc struct{}

// New returns the transport. All values are alike.
func New() transport.Transport { return ipc{} }

// Scheme is "ipc".
func (ipc) Scheme() string { return "ipc" }

// CheckConnect checks the length and form of the path. Whether something
// listens there is found out by Dial.
func (ipc) CheckConnect(address string) error { return checkPath(address) }

// ResolveBound is empty: paths are compared as they are written.
func (ipc) ResolveBound(context.Context, string, *transport.Config) []string { return nil }

// Dial connects to the path. CONNECT_TIMEOUT does not apply, except to a function of the
// program: the system answers at once.
func (ipc) Dial(ctx context.Context, address string, cfg *transport.Config) (net.Conn, error) {
	if err := checkPath(address); err != nil {
		return nil, err
	}
	if cfg.Dial != nil {
		return transport.DialWith(ctx, "unix", address, cfg)
	}
	attempt := transport.NewAttempt(ctx, false)
	d := net.Dialer{Control: attempt.Control(nil)}
	c, err := d.DialContext(ctx, "unix", socketName(address))
	attempt.End(err)
	if err != nil {
		return nil, transport.OSError(err)
	}
	return c, nil
}

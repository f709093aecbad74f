// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"context"
	"net"

	"github.com/gozmq/zmq/internal/zerr"
)

// Connectionless is the part of a Transport that schemes without connections refuse. Their
// packages have a function Open instead.
type Connectionless struct{}

// Listen implements Transport.
func (Connectionless) Listen(context.Context, string, *Config) (Listener, error) {
	return nil, zerr.ErrIncompatibleTransport
}

// Dial implements Transport.
func (Connectionless) Dial(context.Context, string, *Config) (net.Conn, error) {
	return nil, zerr.ErrIncompatibleTransport
}

// ResolveBound implements Transport.
func (Connectionless) ResolveBound(context.Context, string, *Config) []string { return nil }

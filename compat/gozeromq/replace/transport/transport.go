// SPDX-License-Identifier: Apache-2.0

// Package transport is github.com/gozmq/zmq/compat/gozeromq/transport.
package transport

import "github.com/gozmq/zmq/compat/gozeromq/transport"

// Types of the package.
type (
	// Dialer is that of package gozeromq/transport.
	Dialer = transport.Dialer
	// Transport is that of package gozeromq/transport.
	Transport = transport.Transport
)

// New is that of package gozeromq/transport.
func New(network string) Transport { return transport.New(network) }

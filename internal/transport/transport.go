// SPDX-License-Identifier: Apache-2.0

// Package transport is what the byte-stream transports have in common: the
// split of an endpoint into scheme and address, the configuration that options
// turn into, and the interfaces that a scheme's package implements.
//
// There is no registry. Package core, which assembles the library, has a table of
// transports by scheme. Of the packages below this one, multicast alone starts goroutines.
// Its own are
//
//	abide                      for a function of the program, until it returns
//	broughtListener.acceptLoop for a listener of the program, ended by Close
//	timed.readLoop             for a connection without deadlines, ended by Close
package transport

import (
	"context"
	"net"
)

// Transport is one scheme. It has no state, so that one value serves every
// socket, from any goroutine.
type Transport interface {
	// Scheme is the part of an endpoint before "://".
	Scheme() string

	// CheckConnect makes the checks that a connect call makes before it
	// returns. An address that passes may still be one that can never be
	// reached: resolution and everything else belong to Dial.
	CheckConnect(address string) error

	// Listen binds and listens. When it returns without an error the operating
	// system accepts connections. After an error nothing is left behind. ctx
	// bounds name resolution. cfg is copied.
	Listen(ctx context.Context, address string, cfg *Config) (Listener, error)

	// Dial makes one attempt: it resolves the address anew, tries all that it
	// resolves to in turn, and returns the first connection. The error of a
	// failed attempt wraps that of every address tried.
	Dial(ctx context.Context, address string, cfg *Config) (net.Conn, error)

	// ResolveBound lists the keys under which an endpoint table may hold what
	// address names, most likely first, for an unbind or disconnect whose text
	// is not a key itself. It may query DNS, as long as ctx lasts. A scheme that
	// compares texts only returns nil.
	ResolveBound(ctx context.Context, address string, cfg *Config) []string
}

// Resolver is a Transport whose addresses may be names of many places.
type Resolver interface {
	Transport
	// Resolve lists what an address of a connect names at this moment, in the order of
	// preference: addresses for Dial that are no names, together with address as
	// Config.Name. It may query DNS, as long as ctx lasts.
	Resolve(ctx context.Context, address string, cfg *Config) ([]string, error)
}

// Namer is a Transport whose LAST_ENDPOINT of a connect is not the text that was given.
type Namer interface {
	LastEndpoint(address string) string
}

// Listener is a bound endpoint that accepts connections.
type Listener interface {
	// Accept waits for the next connection, tuned as the configuration says. A
	// connection that was refused comes back as *FilteredError, whereupon the
	// caller goes on; after Close the error matches net.ErrClosed; others, such
	// as a lack of descriptors, may pass.
	Accept() (net.Conn, error)

	// Close stops listening and returns when the port or name is free again. It
	// removes the files that Listen made. Connections that were accepted live
	// on. Calls after the first return what the first did.
	Close() error

	// Endpoint is the LAST_ENDPOINT form: the numeric, actual address.
	Endpoint() string
}

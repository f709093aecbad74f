// SPDX-License-Identifier: Apache-2.0

// Package udp carries the messages of RADIO, DISH and DGRAM in datagrams, one in each.
//
// A Conn is to its reader and writer a stream of frames as in ZMTP 2.0, two for each
// message: a group or an address, and a body. So a connection's engine and its queues
// serve it as any other. Nothing is acknowledged, sent again or kept in order.
package udp

import (
	"github.com/gozmq/zmq/internal/transport"
)

// Role is what a socket does with datagrams.
type Role uint8

const (
	Radio Role = iota + 1 // sends messages of a group to one address
	Dish                  // receives them
	Dgram                 // sends to the address that a message names, and receives with it
)

// MaxDatagram is the largest datagram, in bytes, the group of a RADIO's and what
// precedes it included: libzmq receives no larger one.
const MaxDatagram = 8192

// Config is what the options say about datagrams.
type Config struct {
	transport.Config
	Role Role
	// Hops is how many routers a multicast datagram passes, with the first network;
	// Loop has programs of this machine receive it too.
	Hops int
	Loop bool
	// Terminate has the address of a sender end in a zero byte, as libzmq's does.
	Terminate bool
	// Malformed is called for a datagram that holds no message, Lost for a message that
	// the system does not send.
	Malformed, Lost func()
}

// Scheme is the part of an endpoint before "://".
const Scheme = "udp"

// New returns the scheme for the table of transports.
func New() transport.Transport { return scheme{} }

type scheme struct{ transport.Connectionless }

func (scheme) Scheme() string { return Scheme }

func (scheme) CheckConnect(address string) error {
	_, err := parse(address)
	return err
}

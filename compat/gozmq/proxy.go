// SPDX-License-Identifier: Apache-2.0

package gozmq

import "github.com/gozmq/zmq/compat/classic"

// DeviceType is a kind of Device. The kinds do the same: what is passed on follows
// from the types of the sockets.
type DeviceType int

// Kinds of devices.
const (
	// STREAMER is for a PULL and a PUSH.
	STREAMER = DeviceType(1)
	// FORWARDER is for a SUB or XSUB and a PUB or XPUB.
	FORWARDER = DeviceType(2)
	// QUEUE is for a ROUTER and a DEALER.
	QUEUE = DeviceType(3)
)

// Device passes messages on between two sockets until one of them is closed or
// its context is, and returns that error.
func Device(t DeviceType, in, out *Socket) error { return Proxy(in, out, nil) }

// Proxy is Device with a socket that gets a copy of every message; it may be nil.
func Proxy(in, out, capture *Socket) error {
	return errno(classic.Proxy(in.inner(), out.inner(), capture.inner(), nil))
}

func (s *Socket) inner() *classic.Socket {
	if s == nil {
		return nil
	}
	return s.s
}

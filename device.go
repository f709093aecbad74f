// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// Device is a kind of proxy, under its name in older versions of ZeroMQ and with
// libzmq's number.
type Device uint8

const (
	// STREAMER forwards the messages that a PULL receives to a PUSH. (ZMQ_STREAMER)
	STREAMER Device = 1
	// FORWARDER forwards messages from publishers (XSUB) to subscribers (XPUB), and
	// subscriptions in the other direction. (ZMQ_FORWARDER)
	FORWARDER Device = 2
	// QUEUE distributes the requests of many clients (ROUTER) among many servers
	// (DEALER), and returns the replies. (ZMQ_QUEUE)
	QUEUE Device = 3
)

var deviceNames = map[Device]string{STREAMER: "streamer", FORWARDER: "forwarder", QUEUE: "queue"}

// ParseDevice returns the device with a name, "streamer", "forwarder" or "queue", in
// any case and with or without the prefix ZMQ_. It fails with ErrInvalid for other
// names.
func ParseDevice(name string) (Device, error) {
	short := strings.TrimPrefix(strings.ToLower(name), "zmq_")
	for d, n := range deviceNames {
		if n == short {
			return d, nil
		}
	}
	return 0, zerr.Errorf(zerr.ErrInvalid, "there is no device %q, only streamer, forwarder and queue", name)
}

// String returns "streamer", "forwarder" or "queue".
func (d Device) String() string {
	if n, ok := deviceNames[d]; ok {
		return n
	}
	return "unknown device"
}

// Types returns the socket types of the device: PULL and PUSH, XSUB and XPUB, or ROUTER
// and DEALER. For a value that is not a device it returns PAIR and PAIR.
func (d Device) Types() (frontend, backend SocketType) {
	switch d {
	case STREAMER:
		return PULL, PUSH
	case FORWARDER:
		return XSUB, XPUB
	case QUEUE:
		return ROUTER, DEALER
	}
	return PAIR, PAIR
}

// NewDevice is NewProxy for sockets of the device's types. A forwarder also accepts SUB
// and PUB, and then forwards no subscriptions. It fails with ErrInvalid for other
// types. (zmq_device, which does not check)
func NewDevice(d Device, frontend, backend *Socket, settings ...ProxySetting) (*Proxy, error) {
	if frontend == nil || backend == nil {
		return nil, fail("new "+d.String(), "", ErrInvalid)
	}
	f, b := d.Types()
	front := frontend.t == f || d == FORWARDER && frontend.t == SUB
	back := backend.t == b || d == FORWARDER && backend.t == PUB
	if _, known := deviceNames[d]; !known || !front || !back {
		err := zerr.Errorf(zerr.ErrInvalid, "a %v is made of %v and %v", d, f, b)
		return nil, fail("new "+d.String(), frontend.String()+"-"+backend.String(), err)
	}
	return NewProxy(frontend, backend, settings...)
}

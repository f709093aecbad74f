// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// Device is a kind of proxy by the name it had in older versions of ZeroMQ, with
// libzmq's numbers.
type Device uint8

const (
	// STREAMER passes on what a PULL receives to a PUSH. (ZMQ_STREAMER)
	STREAMER Device = 1
	// FORWARDER passes on what publishers send (XSUB) to subscribers (XPUB), and
	// subscriptions the other way. (ZMQ_FORWARDER)
	FORWARDER Device = 2
	// QUEUE shares requests of many clients (ROUTER) between many servers
	// (DEALER), and takes the replies back. (ZMQ_QUEUE)
	QUEUE Device = 3
)

var deviceNames = map[Device]string{STREAMER: "streamer", FORWARDER: "forwarder", QUEUE: "queue"}

// ParseDevice finds a device by its name, "streamer", "forwarder" or "queue", in
// any case, and with ZMQ_ in front of it or not. Other names are ErrInvalid.
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

// Types returns the socket types of the device: PULL and PUSH, XSUB and XPUB, or
// ROUTER and DEALER. They are PAIR and PAIR for what is no device.
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

// NewDevice is NewProxy for sockets that must be what the device asks for, with
// SUB and PUB besides in a forwarder, which then passes no subscriptions on. Other
// types are ErrInvalid. (zmq_device, which does not check)
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

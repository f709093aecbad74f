// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"fmt"

	"github.com/gozmq/zmq/compat/classic"
	"github.com/gozmq/zmq/compat/zmq4"
)

type stableSocket = zmq4.Socket

// Socket is a zmq4.Socket, with all its methods and options. The methods here are those
// that package zmq4 does not have, or with other types. It is safe for concurrent use.
type Socket struct{ stableSocket }

// below returns the socket of package zmq4, nil for nil.
func (soc *Socket) below() *zmq4.Socket {
	if soc == nil {
		return nil
	}
	return &soc.stableSocket
}

// above returns the socket of this package that one of package zmq4 is embedded in.
func above(s *zmq4.Socket) *Socket {
	if s == nil {
		return nil
	}
	below, _ := s.Classic().(*classic.Socket)
	if below == nil {
		return nil
	}
	soc, _ := below.Owner.(*Socket)
	return soc
}

// Context returns the context of the socket.
func (soc *Socket) Context() (*Context, error) {
	c, err := soc.stableSocket.Context()
	if err != nil {
		return nil, err
	}
	return &Context{c}, nil
}

// GetType returns the type of the socket. (ZMQ_TYPE)
func (soc *Socket) GetType() (Type, error) {
	t, err := soc.stableSocket.GetType()
	return Type(t), err
}

// String names the socket: its type and a number that tells it from others.
func (soc Socket) String() string {
	t, err := soc.GetType()
	if err != nil || !t.isDraft() {
		return soc.stableSocket.String()
	}
	return fmt.Sprintf("Socket(%v,%p)", t, soc.classic())
}

// Proxy is zmq4.Proxy.
func Proxy(frontend, backend, capture *Socket) error {
	return zmq4.Proxy(frontend.below(), backend.below(), capture.below())
}

// ProxySteerable is zmq4.ProxySteerable.
func ProxySteerable(frontend, backend, capture, control *Socket) error {
	return zmq4.ProxySteerable(frontend.below(), backend.below(), capture.below(), control.below())
}

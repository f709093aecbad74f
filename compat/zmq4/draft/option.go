// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"github.com/gozmq/zmq/compat/classic"
	"github.com/gozmq/zmq/compat/zmq4"
)

// Options of this package, by libzmq's numbers.
const (
	routerNotify  = 97
	helloMsg      = 110
	disconnectMsg = 111
	hiccupMsg     = 114
)

// RouterNotifyOption says which notifications a ROUTER receives.
type RouterNotifyOption int

// Flags of SetRouterNotify.
const (
	// NotifyConnect is a message of routing id and empty frame for each new peer.
	NotifyConnect = RouterNotifyOption(1)
	// NotifyDisconnect is the same for each peer that is gone.
	NotifyDisconnect = RouterNotifyOption(2)
)

// GetRouterNotify returns which notifications a ROUTER receives. (ZMQ_ROUTER_NOTIFY)
func (soc *Socket) GetRouterNotify() (RouterNotifyOption, error) {
	s, err := soc.open()
	if err != nil {
		return 0, err
	}
	v, err := s.Int(routerNotify)
	return RouterNotifyOption(v), err
}

// SetRouterNotify sets which notifications a ROUTER receives, flags joined by |; 0 is
// none. (ZMQ_ROUTER_NOTIFY)
func (soc *Socket) SetRouterNotify(value RouterNotifyOption) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return s.SetInt(routerNotify, int64(value))
}

// SetHelloMsg sets the message that is sent first to every new peer; empty is none.
// (ZMQ_HELLO_MSG)
func (soc *Socket) SetHelloMsg(value string) error {
	return soc.setText(helloMsg, value)
}

// SetDisconnectMsg sets the message that this socket receives, as if from the peer,
// when an accepted peer is gone; empty is none. (ZMQ_DISCONNECT_MSG)
func (soc *Socket) SetDisconnectMsg(value string) error {
	return soc.setText(disconnectMsg, value)
}

// SetHiccupMsg sets the message that this socket receives when a connection that it
// has made is lost for a while; empty is none. (ZMQ_HICCUP_MSG)
func (soc *Socket) SetHiccupMsg(value string) error {
	return soc.setText(hiccupMsg, value)
}

// open returns the socket that does the work, unless it has been closed.
func (soc *Socket) open() (*classic.Socket, error) {
	if s := soc.classic(); s != nil && !s.Closed() {
		return s, nil
	}
	return nil, zmq4.ErrorSocketClosed
}

// classic returns the socket that does the work, nil for the zero Socket.
func (soc *Socket) classic() *classic.Socket {
	s, _ := soc.Classic().(*classic.Socket)
	return s
}

func (soc *Socket) setText(option int, value string) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return s.SetBytes(option, []byte(value))
}

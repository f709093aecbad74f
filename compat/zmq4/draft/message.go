// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"bytes"
	"errors"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/compat/classic"
	"github.com/gozmq/zmq/compat/zmq4"
)

// OptGroup is the group of a message that a RADIO sends or a DISH receives.
type OptGroup string

// OptRoutingId is the peer that a SERVER sends a message to or has received it from.
type OptRoutingId uint32

// Send is zmq4.Socket.Send. An OptGroup is the group of the message, for a RADIO, and an
// OptRoutingId the peer that it is for, for a SERVER.
func (soc *Socket) Send(data string, flags Flag, options ...interface{}) (int, error) {
	return soc.SendBytes([]byte(data), flags, options...)
}

// SendBytes is Send for bytes, which are copied.
func (soc *Socket) SendBytes(data []byte, flags Flag, options ...interface{}) (int, error) {
	if len(options) == 0 {
		return soc.stableSocket.SendBytes(data, flags)
	}
	x, err := soc.open()
	if err != nil {
		return 0, err
	}
	m := zmq.NewMessage(bytes.Clone(data))
	for _, o := range options {
		switch o := o.(type) {
		case OptGroup:
			m = m.WithGroup(string(o))
		case OptRoutingId:
			m = m.WithRoutingID(uint32(o))
		}
	}
	if err := x.SendMessage(m, int(flags)); err != nil {
		return -1, failed(err)
	}
	return len(data), nil
}

// RecvWithOpts is Recv, also of the message's group and routing id: for each OptGroup
// and OptRoutingId in options, whatever its value, the result has one of the message.
func (soc *Socket) RecvWithOpts(flags Flag, options ...interface{}) (string, []interface{}, error) {
	b, opts, err := soc.RecvBytesWithOpts(flags, options...)
	return string(b), opts, err
}

// RecvBytesWithOpts is RecvWithOpts for bytes, which are the caller's.
func (soc *Socket) RecvBytesWithOpts(flags Flag, options ...interface{}) ([]byte, []interface{}, error) {
	x, err := soc.open()
	if err != nil {
		return []byte{}, nil, err
	}
	b, m, err := x.Recv(int(flags))
	if err != nil {
		return []byte{}, nil, failed(err)
	}
	opts := []interface{}{}
	for _, o := range options {
		switch o.(type) {
		case OptGroup:
			opts = append(opts, OptGroup(m.Group()))
		case OptRoutingId:
			opts = append(opts, OptRoutingId(m.RoutingID()))
		}
	}
	return b, opts, nil
}

// Join makes a DISH receive the messages of a group. (zmq_join)
func (soc *Socket) Join(group string) error {
	x, err := soc.open()
	if err != nil {
		return err
	}
	return failed(x.Join(group))
}

// Leave ends what Join began. (zmq_leave)
func (soc *Socket) Leave(group string) error {
	x, err := soc.open()
	if err != nil {
		return err
	}
	return failed(x.Leave(group))
}

// failed turns the error of a call into what the original returns.
func failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, zmq.ErrClosed):
		return ErrorSocketClosed
	}
	return zmq4.Errno(classic.Errno(err))
}

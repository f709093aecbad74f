// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/gozmq/zmq"
)

// Errors of connections and options.
var (
	// ErrBadCmd is returned for a command that cannot be read.
	ErrBadCmd = errors.New("zmq4: invalid command name")
	// ErrBadFrame is returned for a frame that breaks the protocol, and by RecvCmd
	// when the peer sends a message.
	ErrBadFrame = errors.New("zmq4: invalid frame")
	// ErrBadProperty is returned for an option or a property that does not exist,
	// or a value that it cannot have.
	ErrBadProperty = errors.New("zmq4: bad property")
	// ErrClosedConn is returned by a Conn that has been closed.
	ErrClosedConn = errors.New("zmq4: read/write on closed connection")
)

// UnknownTransportError is returned for an endpoint whose transport is neither
// built in nor registered.
type UnknownTransportError struct {
	Name string // the scheme of the endpoint
}

// Error implements error.
func (ute UnknownTransportError) Error() string {
	return fmt.Sprintf("zmq4: unknown transport %q", ute.Name)
}

// endedError is what calls return on a socket that was closed. It matches
// context.Canceled, by which programs for the original end their loops, and
// net.ErrClosed.
type endedError struct{ socket SocketType }

func (e endedError) Error() string {
	return "zmq4: " + string(e.socket) + " socket closed: context canceled"
}

func (e endedError) Is(target error) bool {
	return target == context.Canceled || target == net.ErrClosed || target == error(zmq.ErrClosed) ||
		target == ErrClosedConn
}

// timedOutError is a Send for which WithTimeout has run out.
type timedOutError struct{ socket SocketType }

func (e timedOutError) Error() string {
	return "zmq4: " + string(e.socket) + " socket: no room to send within the timeout: context deadline exceeded"
}

func (e timedOutError) Is(target error) bool {
	return target == context.DeadlineExceeded || target == error(zmq.ErrTimeout)
}

// Timeout implements net.Error.
func (e timedOutError) Timeout() bool { return true }

// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"errors"
	"fmt"
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

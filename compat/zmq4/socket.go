// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"errors"
	"fmt"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/compat/classic"
)

// Socket sends and receives messages. The methods that begin with Get and Set are
// its options. It is safe for concurrent use; see the package's documentation.
type Socket struct {
	s   *classic.Socket
	ctx *Context
}

// Classic returns the socket that does the work, a *classic.Socket of package
// github.com/gozmq/zmq/compat/classic, nil for the zero Socket. The original has no
// such method.
func (soc *Socket) Classic() any { return soc.s }

// open returns the socket unless it has been closed.
func (soc *Socket) open() (*classic.Socket, error) {
	if soc.s == nil || soc.s.Closed() {
		return nil, ErrorSocketClosed
	}
	return soc.s, nil
}

// failed turns the error of a call into what the original returns: a call that
// Close has interrupted did not have a socket any more.
func (soc *Socket) failed(err error) error {
	if err == nil || err == zmq.ErrAgain { // the frequent ones
		return errno(err)
	}
	if errors.Is(err, zmq.ErrClosed) {
		return ErrorSocketClosed
	}
	return errno(err)
}

// Close ends the socket; further calls fail with ErrorSocketClosed, but another
// Close does nothing. What is queued is sent in the background for as long as the
// socket lingers. A socket that the program no longer refers to is closed by the
// garbage collector.
func (soc *Socket) Close() error {
	s, err := soc.open()
	if err != nil {
		return nil
	}
	_ = s.Close() // another goroutine may have been quicker
	return nil
}

// Context returns the context of the socket.
func (soc *Socket) Context() (*Context, error) {
	if _, err := soc.open(); err != nil {
		return nil, err
	}
	return soc.ctx, nil
}

// String names the socket: its type and a number that tells it from others.
func (soc Socket) String() string {
	if _, err := soc.open(); err != nil {
		return "Socket(CLOSED)"
	}
	return fmt.Sprintf("Socket(%v,%p)", Type(soc.s.Type()), soc.s)
}

// Bind listens on an endpoint such as "tcp://*:5555".
func (soc *Socket) Bind(endpoint string) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return soc.failed(s.Bind(endpoint))
}

// Unbind stops listening on an endpoint, as GetLastEndpoint has it; ENOENT if the
// socket does not. The port is free when it returns.
func (soc *Socket) Unbind(endpoint string) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return soc.failed(s.Unbind(endpoint))
}

// Connect connects to an endpoint such as "tcp://localhost:5555", now and whenever
// the connection is lost.
func (soc *Socket) Connect(endpoint string) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return soc.failed(s.Connect(endpoint))
}

// Disconnect ends the connection to an endpoint; ENOENT if there is none.
func (soc *Socket) Disconnect(endpoint string) error {
	s, err := soc.open()
	if err != nil {
		return err
	}
	return soc.failed(s.Disconnect(endpoint))
}

// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"errors"

	"github.com/gozmq/zmq/internal/zerr"
)

// Errors of any call.
const (
	// ErrClosed is returned by every call on a socket that has been closed, and
	// by calls that Close interrupted. It matches net.ErrClosed. (ENOTSOCK)
	ErrClosed = zerr.ErrClosed
	// ErrTerminated is returned by every call on a socket whose context has been
	// shut down. It matches net.ErrClosed. (ETERM)
	ErrTerminated = zerr.ErrTerminated
	// ErrNotSupported is returned for what the socket's type cannot do: sending
	// on a PULL, receiving on a PUB. (ENOTSUP)
	ErrNotSupported = zerr.ErrNotSupported
	// ErrInvalid is returned for an argument that makes no sense: a malformed
	// endpoint, a value out of its option's range, a message without frames.
	// (EINVAL)
	ErrInvalid = zerr.ErrInvalid
)

// Errors of sending and receiving.
const (
	// ErrAgain is returned by the Try methods when they would have to wait, and
	// where SendTimeout or RecvTimeout is 0. (EAGAIN)
	ErrAgain = zerr.ErrAgain
	// ErrTimeout is returned when SendTimeout or RecvTimeout has run out. Its
	// Timeout method returns true and it matches os.ErrDeadlineExceeded. (EAGAIN)
	ErrTimeout = zerr.ErrTimeout
	// ErrState is returned when a REQ or REP sends or receives out of turn.
	// (EFSM)
	ErrState = zerr.ErrState
	// ErrHostUnreachable is returned when a ROUTER (with RouterMandatory) or
	// STREAM has no peer with the routing id given. (EHOSTUNREACH)
	ErrHostUnreachable = zerr.ErrHostUnreachable
	// ErrMessageTooLarge is what a connection ends with when its peer sends more
	// than the limits allow. (EMSGSIZE)
	ErrMessageTooLarge = zerr.ErrMessageTooLarge
	// ErrProtocol is what a connection ends with when its peer breaks the
	// protocol; see ProtocolError. (EPROTO)
	ErrProtocol = zerr.ErrProtocol
)

// Errors of endpoints. What the operating system says (address in use,
// permission denied) comes through as it is and matches its syscall.Errno.
const (
	// ErrUnsupportedTransport is returned for a scheme that does not exist, or
	// not on this system. (EPROTONOSUPPORT)
	ErrUnsupportedTransport = zerr.ErrUnsupportedTransport
	// ErrIncompatibleTransport is returned for a scheme that the socket's type
	// cannot use. (ENOCOMPATPROTO)
	ErrIncompatibleTransport = zerr.ErrIncompatibleTransport
	// ErrAddressInUse is returned when an inproc name is taken; it matches
	// syscall.EADDRINUSE. (EADDRINUSE)
	ErrAddressInUse = zerr.ErrAddressInUse
	// ErrNoEndpoint is returned by Unbind and Disconnect for an endpoint that the
	// socket does not have. (ENOENT)
	ErrNoEndpoint = zerr.ErrNoEndpoint
	// ErrNoDevice is returned when a bind names neither an interface nor an
	// address of this host. (ENODEV)
	ErrNoDevice = zerr.ErrNoDevice
	// ErrNameTooLong is returned for an ipc path that the system cannot hold.
	// (ENAMETOOLONG)
	ErrNameTooLong = zerr.ErrNameTooLong
	// ErrRefused is returned when the context's EndpointPolicy said no; the
	// policy's own error is wrapped too. At a monitor it is the error of handshakes
	// that an authentication handler or an authorizer refused, on both sides.
	// (EACCES)
	ErrRefused = zerr.ErrRefused
)

// Errors of limits and options.
const (
	// ErrTooManySockets is returned when ContextConfig.MaxSockets are open.
	// (EMFILE)
	ErrTooManySockets = zerr.ErrTooManySockets
	// ErrUnknownOption is returned for an option that does not exist. (EINVAL)
	ErrUnknownOption = zerr.ErrUnknownOption
	// ErrLimit is what a connection ends with when its peer exceeds one of the
	// socket's Limits. (ENOBUFS)
	ErrLimit = zerr.ErrLimit
)

// Error says which operation failed on what. It wraps the reason, so that
// errors.Is finds the constants of this package and the system's numbers in it.
type Error = zerr.Error

// ProtocolError says which rule a peer broke. Connections end with it; it
// reaches the log, never a call.
type ProtocolError = zerr.ProtocolError

// Errno returns the number that libzmq has for an error: a POSIX number, or one
// of libzmq's own (ETERM is 156384765). It is 0 for nil.
func Errno(err error) int { return zerr.Errno(err) }

// fail wraps an error once with what was tried and on what. The end of a context
// and ErrAgain are answers, not failures, and stay as they are.
func fail(op, on string, err error) error {
	switch {
	case err == nil:
		return nil
	case err == ErrAgain, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &Error{Op: op, Endpoint: on, Err: err}
}

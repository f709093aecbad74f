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
	// ErrNotSupported is returned for an operation that the socket's type does not
	// have, such as sending on a PULL or receiving on a PUB. (ENOTSUP)
	ErrNotSupported = zerr.ErrNotSupported
	// ErrInvalid is returned for an invalid argument, such as a malformed endpoint, a
	// value out of its option's range, or a message without frames. (EINVAL)
	ErrInvalid = zerr.ErrInvalid
	// ErrFault is returned for a call that the socket's present state rules out, such
	// as ConnectPeer with Immediate. (EFAULT)
	ErrFault = zerr.ErrFault
)

// Errors of sending and receiving.
const (
	// ErrAgain is returned by the Try methods when they would have to wait, and by the
	// others when SendTimeout or RecvTimeout is 0 and they would have to wait. A
	// PeerFullError matches it. (EAGAIN)
	ErrAgain = zerr.ErrAgain
	// ErrTimeout is returned, in a WaitError, when SendTimeout or RecvTimeout has run
	// out. Its Timeout method returns true and it matches os.ErrDeadlineExceeded.
	// (EAGAIN)
	ErrTimeout = zerr.ErrTimeout
	// ErrState is returned when a REQ or REP sends or receives out of turn.
	// (EFSM)
	ErrState = zerr.ErrState
	// ErrHostUnreachable is returned when a ROUTER (with RouterMandatory), STREAM,
	// SERVER or PEER has no peer with the routing id given. (EHOSTUNREACH)
	ErrHostUnreachable = zerr.ErrHostUnreachable
	// ErrMessageTooLarge is the error of a connection whose peer sends more than the
	// limits allow. It is also the error of a connection that ends, for the second time
	// in a row, in the middle of the same message, which is then dropped. A send call
	// returns it if every peer that could receive the message has announced that it
	// accepts no message of that size, as peers of this library do. (EMSGSIZE)
	ErrMessageTooLarge = zerr.ErrMessageTooLarge
	// ErrProtocol is the error of a connection whose peer breaks the protocol; see
	// ProtocolError. (EPROTO)
	ErrProtocol = zerr.ErrProtocol
)

// Errors of endpoints. Errors of the operating system (address in use, permission
// denied) are wrapped unchanged and match their syscall.Errno.
const (
	// ErrUnsupportedTransport is returned for a scheme that does not exist, or is not
	// available on this system. (EPROTONOSUPPORT)
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
	// ErrRefused is returned when the context's EndpointPolicy refused the call. The
	// policy's own error is wrapped too. In events of a monitor it is the error of a
	// handshake that an authentication handler or an authorizer refused, on both sides.
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
	// ErrLimit is the error of a connection whose peer exceeds one of the socket's
	// Limits. (ENOBUFS)
	ErrLimit = zerr.ErrLimit
)

// Errno returns the number that libzmq has for an error: a POSIX number, or one
// of libzmq's own (ETERM is 156384765). It is 0 for nil.
func Errno(err error) int { return zerr.Errno(err) }

// errNilContext answers every call whose context is nil, before the call does anything.
// Such a call is often one that no test of the program has reached, and an error there does
// less harm than a panic.
var errNilContext = zerr.Errorf(zerr.ErrInvalid, "the context.Context is nil, use context.Background()")

// fail wraps an error once with the operation and its object. The end of a context and
// ErrAgain are answers, not failures, and are returned unchanged. Calls that wait for
// peers use failWaiting.
func fail(op, on string, err error) error {
	switch {
	case err == nil:
		return nil
	case err == ErrAgain, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &Error{Op: op, Endpoint: on, Err: public(err)}
}

// SPDX-License-Identifier: Apache-2.0

// Package zerr declares every error of the library once, with the libzmq
// number that it stands for.
//
// A [Code] is the identity of an error and is what errors.Is compares. Around
// it, [Error] names the operation and the endpoint, [Errorf] adds a detail, and
// [ProtocolError] says what a peer did wrong.
package zerr

import (
	"net"
	"os"
	"strconv"
	"syscall"
)

// Code is the identity of an error. Codes are constants and so cannot be reassigned.
// The zero Code is not an error of this library.
type Code uint16

// Errors of data calls: what Send, Recv and their like report.
const (
	// ErrAgain reports that a call that must not block could not go on now
	// (EAGAIN).
	ErrAgain Code = iota + 1

	// ErrTimeout reports that the send or receive time-out of the socket ran
	// out (EAGAIN). It matches os.ErrDeadlineExceeded and its Timeout method
	// reports true.
	ErrTimeout

	// ErrState reports that the state machine of a REQ or REP socket does not
	// allow the call now (EFSM).
	ErrState

	// ErrNotSupported reports an operation that the socket type does not have:
	// sending on a PULL, receiving from a PUB (ENOTSUP).
	ErrNotSupported

	// ErrHostUnreachable reports that no peer has the routing id that a message
	// names (EHOSTUNREACH).
	ErrHostUnreachable

	// ErrFault reports a call that can never succeed with the object that it
	// was given, such as a wait for nothing without a time-out (EFAULT).
	ErrFault
)

// Errors of an object's life: the socket or its context is going or gone.
const (
	// ErrClosed reports that the socket is closed (ENOTSOCK). It matches
	// net.ErrClosed.
	ErrClosed Code = iota + 32

	// ErrTerminated reports that the context is being shut down or is
	// terminated (ETERM). It matches net.ErrClosed.
	ErrTerminated

	// ErrTooManySockets reports that the context has as many sockets as it may
	// have (EMFILE).
	ErrTooManySockets

	// ErrNoThread reports that a context was set up without the means for
	// input and output (EMTHREAD). Only the C ABI can cause it.
	ErrNoThread
)

// Errors of bind, connect, unbind and disconnect.
const (
	// ErrUnsupportedTransport reports a scheme that is unknown or not compiled
	// in (EPROTONOSUPPORT).
	ErrUnsupportedTransport Code = iota + 64

	// ErrIncompatibleTransport reports a known scheme that this socket type
	// cannot use, or not in this direction (ENOCOMPATPROTO).
	ErrIncompatibleTransport

	// ErrAddressInUse reports that an address, port or name is bound already
	// (EADDRINUSE).
	ErrAddressInUse

	// ErrNoEndpoint reports an unbind or a disconnect of an endpoint that this
	// socket does not have (ENOENT).
	ErrNoEndpoint

	// ErrNoDevice reports that the host part of a bind is neither a wildcard
	// nor an interface nor an address (ENODEV).
	ErrNoDevice

	// ErrNameTooLong reports an ipc path that does not fit into a socket
	// address of the operating system (ENAMETOOLONG).
	ErrNameTooLong

	// ErrRefused reports that the endpoint policy of the context refused a bind
	// or a connect before anything happened, or, to the monitor and the log, that a
	// peer was refused or has refused us (EACCES).
	ErrRefused
)

// Errors of arguments and options.
const (
	// ErrInvalid reports a malformed argument: an endpoint, an option's value,
	// a key (EINVAL).
	ErrInvalid Code = iota + 96

	// ErrUnknownOption reports an option that does not exist, or not for this
	// socket type (EINVAL).
	ErrUnknownOption
)

// Errors that peers cause. They end a connection and reach the monitor and the
// log, never a data call.
const (
	// ErrProtocol reports that a peer broke a rule of the protocol (EPROTO).
	ErrProtocol Code = iota + 128

	// ErrMessageTooLarge reports a frame or message over the size that the
	// socket takes (EMSGSIZE).
	ErrMessageTooLarge

	// ErrLimit reports that a peer exceeded one of the limits of the socket:
	// peers, handshakes, subscriptions, frames (ENOBUFS).
	ErrLimit
)

// prefix begins the text of every error of this library, once.
const prefix = "zmq: "

// Error is the text of the code, in lower case, beginning with "zmq: ".
func (c Code) Error() string { return prefix + c.text() }

// text is the message without the prefix, for the errors that wrap a code.
func (c Code) text() string {
	switch c {
	case ErrAgain:
		return "operation would block"
	case ErrTimeout:
		return "timed out"
	case ErrState:
		return "not allowed in the current state of the socket"
	case ErrNotSupported:
		return "not supported by this socket type"
	case ErrHostUnreachable:
		return "no peer with this routing id"
	case ErrFault:
		return "call cannot succeed"
	case ErrClosed:
		return "socket closed"
	case ErrTerminated:
		return "context terminated"
	case ErrTooManySockets:
		return "too many sockets"
	case ErrNoThread:
		return "no I/O thread"
	case ErrUnsupportedTransport:
		return "transport not supported"
	case ErrIncompatibleTransport:
		return "transport not usable with this socket type"
	case ErrAddressInUse:
		return "address in use"
	case ErrNoEndpoint:
		return "no such endpoint"
	case ErrNoDevice:
		return "no such device or address"
	case ErrNameTooLong:
		return "path too long"
	case ErrRefused:
		return "refused by endpoint policy"
	case ErrInvalid:
		return "invalid argument"
	case ErrUnknownOption:
		return "unknown option"
	case ErrProtocol:
		return "protocol error"
	case ErrMessageTooLarge:
		return "message too large"
	case ErrLimit:
		return "limit exceeded"
	}
	return "error " + strconv.Itoa(int(c))
}

// Errno is the number that the C API reports for the code: libzmq's own number
// for EFSM, ENOCOMPATPROTO, ETERM and EMTHREAD, otherwise the platform's. A
// code that does not exist counts as EINVAL.
func (c Code) Errno() int {
	switch c {
	case ErrState:
		return efsm
	case ErrIncompatibleTransport:
		return enocompatproto
	case ErrTerminated:
		return eterm
	case ErrNoThread:
		return emthread
	}
	return number(c.posix())
}

// Is makes errors.Is match the equals of a code in the standard library:
// net.ErrClosed, os.ErrDeadlineExceeded, and the syscall.Errno of the same
// meaning.
func (c Code) Is(target error) bool {
	switch target {
	case net.ErrClosed:
		return c == ErrClosed || c == ErrTerminated
	case os.ErrDeadlineExceeded, syscall.ETIMEDOUT:
		return c == ErrTimeout
	}
	e, ok := target.(syscall.Errno)
	return ok && e != 0 && e == c.posix()
}

// Timeout reports whether the code is a time-out, as net.Error asks.
func (c Code) Timeout() bool { return c == ErrTimeout }

// Temporary reports whether the same call may succeed later without anything
// else being changed, as net.Error asks.
func (c Code) Temporary() bool {
	return c == ErrAgain || c == ErrTimeout || c == ErrTooManySockets
}

// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"syscall"

	"github.com/gozmq/zmq/compat/classic"
)

// zmqErrno is the type of the errors that the system does not have, and of
// ENOTSOCK.
type zmqErrno syscall.Errno

// Error says in words what is wrong.
func (e zmqErrno) Error() string { return classic.ErrorText(syscall.Errno(e)) }

// Is makes errors.Is find the system's ENOTSOCK, too.
func (e zmqErrno) Is(target error) bool { return target == syscall.Errno(e) }

// Errors of ZeroMQ. Everything else is a syscall.Errno: syscall.EAGAIN where a
// call would have to wait, or has waited for as long as it may.
var (
	// ENOTSOCK is the error of every call on a socket that has been closed.
	ENOTSOCK error = zmqErrno(syscall.ENOTSOCK)
	// EFSM is the error of a REQ or REP that sends or receives out of turn.
	EFSM error = zmqErrno(classic.EFSM)
	// EINVAL is the error of an argument that makes no sense.
	EINVAL error = syscall.EINVAL
	// ENOCOMPATPROTO is the error of a transport that the socket type cannot use.
	ENOCOMPATPROTO error = zmqErrno(classic.ENOCOMPATPROTO)
	// ETERM is the error of every call on a socket whose context has been closed.
	ETERM error = zmqErrno(classic.ETERM)
	// EMTHREAD does not occur: it is for contexts without I/O threads in C.
	EMTHREAD error = zmqErrno(classic.EMTHREAD)
)

// errno turns an error of package zmq into what the original returns.
func errno(err error) error {
	switch n := classic.Errno(err); {
	case n == 0:
		return nil
	case n == syscall.ENOTSOCK, n >= classic.EFSM:
		return zmqErrno(n)
	default:
		return n
	}
}

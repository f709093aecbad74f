// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"syscall"

	"github.com/gozmq/zmq/compat/classic"
)

// Errno is the number of an error: one of the system, or one of libzmq. Every error
// of a call is one, or one of the variables of this package.
type Errno uintptr

// Errors of the system that libzmq uses, under the numbers of this system.
const (
	EADDRINUSE      = Errno(syscall.EADDRINUSE)      // EADDRINUSE: the address or name is taken.
	EADDRNOTAVAIL   = Errno(syscall.EADDRNOTAVAIL)   // EADDRNOTAVAIL: the address is not one of this host.
	EAFNOSUPPORT    = Errno(syscall.EAFNOSUPPORT)    // EAFNOSUPPORT: the system has no such addresses.
	ECONNABORTED    = Errno(syscall.ECONNABORTED)    // ECONNABORTED: the connection was given up.
	ECONNREFUSED    = Errno(syscall.ECONNREFUSED)    // ECONNREFUSED: there is no listener.
	ECONNRESET      = Errno(syscall.ECONNRESET)      // ECONNRESET: the peer broke the connection.
	EHOSTUNREACH    = Errno(syscall.EHOSTUNREACH)    // EHOSTUNREACH: there is no peer with that identity.
	EINPROGRESS     = Errno(syscall.EINPROGRESS)     // EINPROGRESS: the system is still connecting.
	EMSGSIZE        = Errno(syscall.EMSGSIZE)        // EMSGSIZE: a message is too large.
	ENETDOWN        = Errno(syscall.ENETDOWN)        // ENETDOWN: the network is down.
	ENETRESET       = Errno(syscall.ENETRESET)       // ENETRESET: the network broke the connection.
	ENETUNREACH     = Errno(syscall.ENETUNREACH)     // ENETUNREACH: there is no way to that network.
	ENOBUFS         = Errno(syscall.ENOBUFS)         // ENOBUFS: there is no memory for it, or a limit is reached.
	ENOTCONN        = Errno(syscall.ENOTCONN)        // ENOTCONN: there is no connection.
	ENOTSOCK        = Errno(syscall.ENOTSOCK)        // ENOTSOCK: there is no such socket.
	ENOTSUP         = Errno(syscall.ENOTSUP)         // ENOTSUP: the type of the socket cannot do that.
	EPROTONOSUPPORT = Errno(syscall.EPROTONOSUPPORT) // EPROTONOSUPPORT: there is no such transport.
	ETIMEDOUT       = Errno(syscall.ETIMEDOUT)       // ETIMEDOUT: it took too long.
)

// Errors that are libzmq's own.
const (
	EFSM           = Errno(classic.EFSM)           // EFSM: a REQ or REP sends or receives out of turn.
	EMTHREAD       = Errno(classic.EMTHREAD)       // EMTHREAD does not occur: it is for want of an I/O thread.
	ENOCOMPATPROTO = Errno(classic.ENOCOMPATPROTO) // ENOCOMPATPROTO: the socket type cannot use that transport.
	ETERM          = Errno(classic.ETERM)          // ETERM: the context was terminated.
)

// Error says in words what the number means, as the system says it.
func (errno Errno) Error() string {
	if errno >= EFSM {
		return classic.ErrorText(syscall.Errno(errno))
	}
	return syscall.Errno(errno).Error()
}

// Is makes errors.Is find the system's error of the same number.
func (errno Errno) Is(target error) bool {
	e, ok := target.(syscall.Errno)
	return ok && Errno(e) == errno
}

// AsErrno returns the number of an error: of an Errno or a syscall.Errno; 0 for
// every other error.
func AsErrno(err error) Errno {
	switch e := err.(type) {
	case Errno:
		return e
	case syscall.Errno:
		return Errno(e)
	}
	return 0
}

// Error says in words what the number of an error means. (zmq_strerror)
func Error(e int) string {
	if e == 0 {
		return "Success"
	}
	return classic.ErrorText(syscall.Errno(e))
}

// text is an error in the words of the original, which do not follow Go's custom.
type text string

// Error returns the words.
func (t text) Error() string { return string(t) }

// Errors that have no number.
var (
	// ErrorContextClosed is what calls on a context return after Term.
	ErrorContextClosed error = text("Context is closed")
	// ErrorSocketClosed is what calls on a socket return after Close.
	ErrorSocketClosed error = text("Socket is closed")
	// ErrorMoreExpected is what RecvEvent returns for a message that is no event.
	ErrorMoreExpected error = text("More expected")
	// ErrorNotImplemented405 does not occur: all of libzmq 4.3 is there.
	ErrorNotImplemented405 error = text("Not implemented, requires 0MQ version 4.0.5")
	// ErrorNotImplemented41 does not occur: all of libzmq 4.3 is there.
	ErrorNotImplemented41 error = text("Not implemented, requires 0MQ version 4.1")
	// ErrorNotImplemented42 does not occur: all of libzmq 4.3 is there.
	ErrorNotImplemented42 error = text("Not implemented, requires 0MQ version 4.2")
	// ErrorNotImplementedWindows does not occur.
	ErrorNotImplementedWindows error = text("Not implemented on Windows")
	// ErrorNoSocket is what a Poller returns for a socket that it does not have.
	ErrorNoSocket error = text("No such socket")
)

// errno turns an error of package zmq into what the original returns.
func errno(err error) error {
	if err == nil {
		return nil
	}
	return Errno(classic.Errno(err))
}

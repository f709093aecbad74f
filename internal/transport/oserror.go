// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"syscall"

	"github.com/gozmq/zmq/internal/zerr"
)

// OSError passes an error of the operating system through and, where this
// library has a code of the same meaning, makes errors.Is match that too. So
// one check finds a port, a path and an inproc name in use, on Windows as well,
// whose sockets have numbers of their own.
func OSError(err error) error {
	var e syscall.Errno
	if !errors.As(err, &e) {
		return err
	}
	switch e {
	case syscall.EADDRINUSE, wsaEADDRINUSE:
		return &osError{zerr.ErrAddressInUse, err}
	case syscall.ENODEV:
		return &osError{zerr.ErrNoDevice, err}
	case syscall.ENAMETOOLONG:
		return &osError{zerr.ErrNameTooLong, err}
	}
	return err
}

// wsaEADDRINUSE is WSAEADDRINUSE (winsock2.h). No other system has an error of
// that number.
const wsaEADDRINUSE = syscall.Errno(10048)

// osError is an error of the operating system with a code of ours.
type osError struct {
	code zerr.Code
	err  error
}

func (e *osError) Error() string   { return "zmq: " + e.err.Error() }
func (e *osError) Unwrap() []error { return []error{e.code, e.err} }

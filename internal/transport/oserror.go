// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"syscall"

	"github.com/gozmq/zmq/internal/zerr"
)

// OSError passes an error of the operating system through and, where this
// library has a code of the same meaning, makes errors.Is match that too. So
// one check finds a port, a path and an inproc name in use. On Windows errors.Is also
// matches the POSIX number that the syscall package has for the error.
func OSError(err error) error {
	var e syscall.Errno
	if !errors.As(err, &e) {
		return err
	}
	err = zerr.Portable(err)
	switch zerr.Posix(e) {
	case syscall.EADDRINUSE:
		return &osError{zerr.ErrAddressInUse, err}
	case syscall.ENODEV:
		return &osError{zerr.ErrNoDevice, err}
	case syscall.ENAMETOOLONG:
		return &osError{zerr.ErrNameTooLong, err}
	}
	return err
}

// osError is an error of the operating system with a code of ours.
type osError struct {
	code zerr.Code
	err  error
}

func (e *osError) Error() string   { return "zmq: " + e.err.Error() }
func (e *osError) Unwrap() []error { return []error{e.code, e.err} }

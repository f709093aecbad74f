// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"errors"
	"syscall"
)

// Portable makes errors.Is match the POSIX names of the syscall package on systems that
// report numbers of their own, which is Windows. Other errors are returned unchanged.
func Portable(err error) error {
	var e syscall.Errno
	if err == nil || !errors.As(err, &e) {
		return err
	}
	posix := Posix(e)
	if posix == e || errors.Is(err, posix) {
		return err
	}
	return &portableError{posix, err}
}

// portableError is an error of the system that is a POSIX one as well.
type portableError struct {
	posix syscall.Errno
	err   error
}

func (e *portableError) Error() string        { return e.err.Error() }
func (e *portableError) Unwrap() error        { return e.err }
func (e *portableError) Is(target error) bool { return target == error(e.posix) || e.posix.Is(target) }

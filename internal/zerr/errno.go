// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
)

// The numbers that libzmq defines for itself count from a base far above those
// of any operating system, so that they never collide with one (zmq.h,
// ZMQ_HAUSNUMERO).
const (
	hausnumero     = 156384712
	efsm           = hausnumero + 51
	enocompatproto = hausnumero + 52
	eterm          = hausnumero + 53
	emthread       = hausnumero + 54
)

// posix is the POSIX error of the same meaning, 0 where only libzmq has one.
func (c Code) posix() syscall.Errno {
	switch c {
	case ErrAgain, ErrTimeout:
		return syscall.EAGAIN
	case ErrNotSupported:
		return syscall.ENOTSUP
	case ErrHostUnreachable:
		return syscall.EHOSTUNREACH
	case ErrFault:
		return syscall.EFAULT
	case ErrClosed:
		return syscall.ENOTSOCK
	case ErrTooManySockets:
		return syscall.EMFILE
	case ErrUnsupportedTransport:
		return syscall.EPROTONOSUPPORT
	case ErrAddressInUse:
		return syscall.EADDRINUSE
	case ErrNoEndpoint:
		return syscall.ENOENT
	case ErrNoDevice:
		return syscall.ENODEV
	case ErrNameTooLong:
		return syscall.ENAMETOOLONG
	case ErrRefused:
		return syscall.EACCES
	case ErrProtocol:
		return syscall.EPROTO
	case ErrMessageTooLarge:
		return syscall.EMSGSIZE
	case ErrLimit:
		return syscall.ENOBUFS
	case ErrState, ErrTerminated, ErrIncompatibleTransport, ErrNoThread:
		return 0
	}
	return syscall.EINVAL
}

// Errno is the number that the C API reports for an error: that of the first
// Code in its chain, else that of the first syscall.Errno, else that of the
// standard library's error of the same meaning. It is 0 for nil and EINVAL for
// an error that it knows nothing about.
func Errno(err error) int {
	if err == nil {
		return 0
	}
	var code Code
	if errors.As(err, &code) {
		return code.Errno()
	}
	var sys syscall.Errno
	if errors.As(err, &sys) {
		return number(sys)
	}
	switch {
	case errors.Is(err, ErrProtocol):
		return ErrProtocol.Errno()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return ErrTimeout.Errno()
	case errors.Is(err, context.Canceled):
		return number(syscall.EINTR)
	case errors.Is(err, net.ErrClosed):
		return ErrClosed.Errno()
	}
	return number(syscall.EINVAL)
}

// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"errors"
	"strings"
	"syscall"

	"github.com/gozmq/zmq"
)

// The numbers that libzmq has for itself (zmq.h).
const (
	// EFSM is the number of zmq.ErrState.
	EFSM syscall.Errno = 156384763
	// ENOCOMPATPROTO is the number of zmq.ErrIncompatibleTransport.
	ENOCOMPATPROTO syscall.Errno = 156384764
	// ETERM is the number of zmq.ErrTerminated.
	ETERM syscall.Errno = 156384765
	// EMTHREAD is for want of an I/O thread, which cannot happen here.
	EMTHREAD syscall.Errno = 156384766
)

// posix is what errors are compared with, the frequent ones first.
var posix = [...]syscall.Errno{
	syscall.EAGAIN, syscall.EINVAL, syscall.ENOTSOCK, syscall.EHOSTUNREACH, syscall.ENOTSUP, syscall.EADDRINUSE,
	syscall.ENOENT, syscall.ENODEV, syscall.EPROTONOSUPPORT, syscall.EMFILE, syscall.ENAMETOOLONG, syscall.EACCES,
	syscall.EMSGSIZE, syscall.ENOBUFS, syscall.EFAULT,
}

// Errno returns the number that libzmq has for an error of package zmq, as the
// syscall package spells it on this system, and 0 for nil. What is not known is
// EINVAL.
func Errno(err error) syscall.Errno {
	switch {
	case err == nil:
		return 0
	case err == zmq.ErrAgain:
		return syscall.EAGAIN
	}
	if n := syscall.Errno(zmq.Errno(err)); n >= EFSM {
		return n
	}
	for _, e := range posix {
		if errors.Is(err, e) {
			return e
		}
	}
	var e syscall.Errno
	if errors.As(err, &e) {
		return e
	}
	return syscall.EINVAL
}

// ErrorText says in words what a number means: the system's words for POSIX
// errors, with a capital letter, as strerror has them. For the others it has the
// words of zmq_strerror, since there are programs that compare them.
func ErrorText(n syscall.Errno) string {
	switch n {
	case EFSM:
		return "Operation cannot be accomplished in current state"
	case ENOCOMPATPROTO:
		return "The protocol is not compatible with the socket type"
	case ETERM:
		return "Context was terminated"
	case EMTHREAD:
		return "No thread available"
	case syscall.EHOSTUNREACH:
		return "Host unreachable"
	}
	text := n.Error()
	if number, unknown := strings.CutPrefix(text, "errno "); unknown {
		return "Unknown error " + number
	}
	if text != "" && text[0] >= 'a' && text[0] <= 'z' {
		text = string(text[0]-'a'+'A') + text[1:]
	}
	return text
}

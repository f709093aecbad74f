// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"
)

// TestNumbersOfTheCRuntime: what errno.h of the Universal C Runtime has, for the
// names that the syscall package made up and for those of Windows Sockets.
func TestNumbersOfTheCRuntime(t *testing.T) {
	for _, c := range []struct {
		posix syscall.Errno
		wsa   syscall.Errno // 0 is none
		want  int
	}{
		{syscall.ENOENT, 0, 2}, {syscall.EINTR, 10004, 4}, {syscall.EBADF, 10009, 9}, {syscall.EAGAIN, 10035, 11},
		{syscall.ENOMEM, 0, 12}, {syscall.EACCES, 10013, 13}, {syscall.EFAULT, 10014, 14}, {syscall.ENODEV, 0, 19},
		{syscall.EINVAL, 10022, 22}, {syscall.ENFILE, 0, 23}, {syscall.EMFILE, 10024, 24}, {syscall.EPIPE, 0, 32},
		{syscall.ENAMETOOLONG, 10063, 38}, {syscall.EADDRINUSE, 10048, 100}, {syscall.EADDRNOTAVAIL, 10049, 101},
		{syscall.EAFNOSUPPORT, 10047, 102}, {syscall.ECONNABORTED, 10053, 106}, {syscall.ECONNREFUSED, 10061, 107},
		{syscall.ECONNRESET, 10054, 108}, {syscall.EHOSTUNREACH, 10065, 110}, {syscall.EINPROGRESS, 10036, 112},
		{syscall.EMSGSIZE, 10040, 115}, {syscall.ENETDOWN, 10050, 116}, {syscall.ENETRESET, 10052, 117},
		{syscall.ENETUNREACH, 10051, 118}, {syscall.ENOBUFS, 10055, 119}, {syscall.ENOTCONN, 10057, 126},
		{syscall.ENOTSOCK, 10038, 128}, {syscall.ENOTSUP, 0, 129}, {syscall.EOPNOTSUPP, 10045, 130}, {syscall.EPROTO, 0, 134},
		{syscall.EPROTONOSUPPORT, 10043, 135}, {syscall.ETIMEDOUT, 10060, 138}, {syscall.EISCONN, 10056, 113}, {syscall.ENOPROTOOPT, 10042, 123},
	} {
		if got := number(c.posix); got != c.want {
			t.Errorf("%v: %d, want %d", c.posix, got, c.want)
		}
		if got := number(c.wsa); c.wsa != 0 && got != c.want {
			t.Errorf("WSA %d: %d, want %d", int(c.wsa), got, c.want)
		}
		if got := Posix(c.wsa); c.wsa != 0 && got != c.posix {
			t.Errorf("WSA %d is %v, want %v", int(c.wsa), got, c.posix)
		}
	}
}

// TestPortableErrorsMatchThePOSIXNames, and what they matched before.
func TestPortableErrorsMatchThePOSIXNames(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connectex", syscall.Errno(10061))}
	err := Portable(refused)
	var op *net.OpError
	if !errors.Is(err, syscall.ECONNREFUSED) || !errors.Is(err, syscall.Errno(10061)) || !errors.As(err, &op) {
		t.Errorf("%v does not match all of its numbers", err)
	}
	if errors.Is(err, syscall.ECONNRESET) || err.Error() != refused.Error() || Errno(err) != 107 {
		t.Errorf("%v, number %d", err, Errno(err))
	}
	if !errors.Is(Portable(syscall.WSAEACCES), fs.ErrPermission) {
		t.Error("WSAEACCES does not match fs.ErrPermission")
	}
	if again := Portable(err); again != err {
		t.Errorf("wrapped twice: %#v", again)
	}
}

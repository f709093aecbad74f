// SPDX-License-Identifier: Apache-2.0

package zerr

import "syscall"

// number is what errno holds in C for e. The syscall package invents its POSIX
// numbers on Windows and sockets report WSA numbers; the C runtime (errno.h)
// has others again, and those are what a C program compares with.
func number(e syscall.Errno) int {
	switch e {
	case syscall.ENOENT, syscall.ERROR_PATH_NOT_FOUND:
		return 2
	case syscall.EINTR, 10004:
		return 4
	case syscall.EBADF, 6, 10009:
		return 9
	case syscall.EAGAIN, syscall.EWOULDBLOCK, 10035:
		return 11
	case syscall.EACCES, syscall.ERROR_ACCESS_DENIED, syscall.WSAEACCES:
		return 13
	case syscall.EFAULT, 10014:
		return 14
	case syscall.ENODEV:
		return 19
	case syscall.EINVAL, 10022:
		return 22
	case syscall.ENFILE:
		return 23
	case syscall.EMFILE, 10024:
		return 24
	case syscall.EPIPE, syscall.ERROR_BROKEN_PIPE:
		return 32
	case syscall.ENAMETOOLONG, 10063:
		return 38
	case syscall.EADDRINUSE, 10048:
		return 100
	case syscall.EADDRNOTAVAIL, 10049:
		return 101
	case syscall.EAFNOSUPPORT, 10047:
		return 102
	case syscall.ECONNABORTED, syscall.WSAECONNABORTED:
		return 106
	case syscall.ECONNREFUSED, 10061:
		return 107
	case syscall.ECONNRESET, syscall.WSAECONNRESET:
		return 108
	case syscall.EHOSTUNREACH, 10065:
		return 110
	case syscall.EINPROGRESS, 10036:
		return 112
	case syscall.EMSGSIZE, 10040:
		return 115
	case syscall.ENETDOWN, 10050:
		return 116
	case syscall.ENETRESET, 10052:
		return 117
	case syscall.ENETUNREACH, 10051:
		return 118
	case syscall.ENOBUFS, 10055:
		return 119
	case syscall.ENOTCONN, 10057:
		return 126
	case syscall.ENOTSOCK, 10038:
		return 128
	case syscall.ENOTSUP:
		return 129
	case syscall.EOPNOTSUPP, 10045:
		return 130
	case syscall.EPROTO:
		return 134
	case syscall.EPROTONOSUPPORT, 10043:
		return 135
	case syscall.ETIMEDOUT, 10060:
		return 138
	}
	return int(e)
}

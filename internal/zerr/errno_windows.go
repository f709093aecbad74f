// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"slices"
	"syscall"
)

// Windows has three sets of numbers for the same errors. The syscall package made up
// its POSIX names, which programs in Go compare with. The system reports numbers of
// Windows Sockets (winsock2.h) and of its own, which is what errors of the
// net package hold. The C runtime has others again (errno.h), which programs in C
// compare with.
var numbers = [...]struct {
	posix  syscall.Errno
	c      int
	system []syscall.Errno
}{
	{syscall.EAGAIN, 11, []syscall.Errno{syscall.EWOULDBLOCK, 10035}}, // first, because it is frequent
	{syscall.ENOENT, 2, []syscall.Errno{syscall.ERROR_PATH_NOT_FOUND}},
	{syscall.EINTR, 4, []syscall.Errno{10004}},
	{syscall.EBADF, 9, []syscall.Errno{6, 10009}},
	{syscall.ENOMEM, 12, []syscall.Errno{8, 14}},
	{syscall.EACCES, 13, []syscall.Errno{syscall.ERROR_ACCESS_DENIED, syscall.WSAEACCES}},
	{syscall.EFAULT, 14, []syscall.Errno{10014}},
	{syscall.ENODEV, 19, nil},
	{syscall.EINVAL, 22, []syscall.Errno{87, 10022}},
	{syscall.ENFILE, 23, nil},
	{syscall.EMFILE, 24, []syscall.Errno{4, 10024}},
	{syscall.EPIPE, 32, []syscall.Errno{syscall.ERROR_BROKEN_PIPE, 232, 10058}}, // 10058 is a write after shutdown
	{syscall.ENAMETOOLONG, 38, []syscall.Errno{206, 10063}},
	{syscall.EADDRINUSE, 100, []syscall.Errno{10048}},
	{syscall.EADDRNOTAVAIL, 101, []syscall.Errno{10049}},
	{syscall.EAFNOSUPPORT, 102, []syscall.Errno{10047}},
	{syscall.ECONNABORTED, 106, []syscall.Errno{syscall.WSAECONNABORTED, 1236}},
	{syscall.ECONNREFUSED, 107, []syscall.Errno{10061, 1225, 1234}},
	{syscall.ECONNRESET, 108, []syscall.Errno{syscall.WSAECONNRESET, syscall.ERROR_NETNAME_DELETED}},
	{syscall.EHOSTUNREACH, 110, []syscall.Errno{10065, 1232}},
	{syscall.EINPROGRESS, 112, []syscall.Errno{10036}},
	{syscall.EISCONN, 113, []syscall.Errno{10056}},
	{syscall.EMSGSIZE, 115, []syscall.Errno{10040}},
	{syscall.ENETDOWN, 116, []syscall.Errno{10050}},
	{syscall.ENETRESET, 117, []syscall.Errno{10052}},
	{syscall.ENETUNREACH, 118, []syscall.Errno{10051, 1231}},
	{syscall.ENOBUFS, 119, []syscall.Errno{10055}},
	{syscall.ENOPROTOOPT, 123, []syscall.Errno{syscall.WSAENOPROTOOPT}},
	{syscall.ENOTCONN, 126, []syscall.Errno{10057}},
	{syscall.ENOTSOCK, 128, []syscall.Errno{10038}},
	{syscall.ENOTSUP, 129, nil},
	{syscall.EOPNOTSUPP, 130, []syscall.Errno{10045}},
	{syscall.EPROTO, 134, nil},
	{syscall.EPROTONOSUPPORT, 135, []syscall.Errno{10043}},
	{syscall.ETIMEDOUT, 138, []syscall.Errno{10060, 121}},
}

// number is what errno holds in C for e.
func number(e syscall.Errno) int {
	e = Posix(e)
	for i := range numbers {
		if numbers[i].posix == e {
			return numbers[i].c
		}
	}
	return int(e)
}

// Posix is the error of the syscall package that has a POSIX name and the meaning of e,
// or e itself where there is none.
func Posix(e syscall.Errno) syscall.Errno {
	for i := range numbers {
		if row := &numbers[i]; row.posix == e || slices.Contains(row.system, e) {
			return row.posix
		}
	}
	return e
}

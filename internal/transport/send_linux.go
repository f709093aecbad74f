// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// CanSendVector says that several buffers can be tried in one call.
const CanSendVector = true

// MaxVector is how many buffers go into one call: 128 KiB at least of frames that
// are queued by reference.
const MaxVector = 64

// Without SIGPIPE: the runtime of a Go program passes over it for sockets, but in
// a C program (cmd/libzmq) we write in threads of that program, where it could
// end the process. The wrappers of x/sys allocate, or do not return how much was
// sent.
const sendFlags = unix.MSG_NOSIGNAL | unix.MSG_DONTWAIT

// Send writes to a descriptor without blocking.
func Send(fd int, b []byte) (int, error) {
	n, _, e := unix.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), sendFlags, 0, 0)
	return result(n, e)
}

// SendVector writes several buffers in one call, without blocking.
func SendVector(fd int, bufs [][]byte) (int, error) {
	var iov [MaxVector]unix.Iovec
	for i, b := range bufs {
		iov[i].Base = unsafe.SliceData(b)
		iov[i].SetLen(len(b))
	}
	m := unix.Msghdr{Iov: &iov[0]}
	m.SetIovlen(len(bufs))
	n, _, e := unix.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&m)), sendFlags)
	return result(n, e)
}

func result(n uintptr, e unix.Errno) (int, error) {
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

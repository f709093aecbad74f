// SPDX-License-Identifier: Apache-2.0

//go:build unix

package transport

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/zerr"
)

// AdoptListener makes a listener of a descriptor that is bound and listening
// (USE_FD) and whose socket is of the kind of L. On success the descriptor
// belongs to the listener and its number is closed: the net package works on a
// duplicate. On an error it stays open.
func AdoptListener[L net.Listener](fd int) (L, error) {
	var none L
	// An os.File closes its descriptor when it is collected, so the caller's
	// must not be in one until it is ours.
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return none, os.NewSyscallError("fcntl", err)
	}
	f := os.NewFile(uintptr(dup), "listener")
	defer f.Close()
	ln, err := net.FileListener(f)
	if err != nil {
		return none, err
	}
	l, ok := ln.(L)
	if !ok {
		ln.Close()
		return none, zerr.Errorf(zerr.ErrInvalid, "descriptor %d is a listener of another transport", fd)
	}
	if err := unix.Close(fd); err != nil {
		l.Close()
		return none, os.NewSyscallError("close", err)
	}
	return l, nil
}

// SetBacklog changes the backlog of a socket that listens, which the net
// package has no parameter for: listen(2) may be called again. A negative
// number leaves it.
func SetBacklog(c syscall.Conn, backlog int) error {
	if backlog < 0 {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = unix.Listen(int(fd), backlog) }); err != nil {
		return err
	}
	return os.NewSyscallError("listen", inner)
}

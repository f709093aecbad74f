// SPDX-License-Identifier: Apache-2.0

//go:build unix

package transport

import (
	"errors"
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/zerr"
)

// rawListener is a listening TCP socket that no object of Go owns.
func rawListener(t *testing.T) (fd int, addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	f, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd, err = unix.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return fd, ln.Addr().String()
}

func TestAdoptListenerOwnsTheDescriptor(t *testing.T) {
	fd, addr := rawListener(t)
	ln, err := AdoptListener[*net.TCPListener](fd)
	if err != nil {
		t.Fatal(err)
	}
	if got := ln.Addr().String(); got != addr {
		t.Errorf("adopted %s, want %s", got, addr)
	}
	ln.Close()
	if again, err := net.Listen("tcp", addr); err != nil {
		t.Errorf("the port is not free after Close: %v", err)
	} else {
		again.Close()
	}
}

func TestAdoptListenerLeavesTheDescriptorOnError(t *testing.T) {
	fd, _ := rawListener(t)
	defer unix.Close(fd)
	if _, err := AdoptListener[*net.UnixListener](fd); !errors.Is(err, zerr.ErrInvalid) {
		t.Errorf("a TCP socket as a Unix-domain one: %v", err)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
		t.Errorf("the descriptor is gone: %v", err)
	}
	if _, err := AdoptListener[*net.TCPListener](1 << 20); !errors.Is(err, unix.EBADF) {
		t.Errorf("a descriptor that does not exist: %v", err)
	}
}

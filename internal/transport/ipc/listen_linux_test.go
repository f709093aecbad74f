// SPDX-License-Identifier: Apache-2.0

package ipc

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// abstractName is a name that only this test has.
func abstractName(t *testing.T) string {
	return fmt.Sprintf("@zmq-%d-%s", os.Getpid(), t.Name())
}

func TestAbstractNameIsNoFile(t *testing.T) {
	t.Chdir(zmqtest.ShortDir(t))
	name := abstractName(t)
	ln := listenOn(t, name)
	if got := ln.Endpoint(); got != "ipc://"+name {
		t.Errorf("Endpoint = %q", got)
	}
	meet(t, ln)
	left, err := os.ReadDir(".")
	if err != nil || len(left) != 0 {
		t.Errorf("files: %v, %v", left, err)
	}
}

// The address is a NUL and the name, without padding.
func TestAbstractNameEndsWithTheString(t *testing.T) {
	name := abstractName(t)
	ln := listenOn(t, name).(*listener)
	raw, err := ln.unix.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		sa, err := unix.Getsockname(int(fd))
		if err != nil {
			t.Error(err)
		} else if got := sa.(*unix.SockaddrUnix).Name; got != name {
			t.Errorf("name %q, want %q", got, name)
		}
	})
}

func TestAbstractNameOfTheMaximum(t *testing.T) {
	name := abstractName(t)
	name += strings.Repeat("x", maxPath-len(name))
	meet(t, listenOn(t, name))
}

func TestAbstractNameInUseIsEADDRINUSE(t *testing.T) {
	name := abstractName(t)
	ln := listenOn(t, name)
	err := bindError(t, name)
	if !errors.Is(err, unix.EADDRINUSE) || !errors.Is(err, zerr.ErrAddressInUse) {
		t.Errorf("error %v, want EADDRINUSE", err)
	}
	ln.Close()
	listenOn(t, name)
}

func TestBindWithoutPermissionIsEACCES(t *testing.T) {
	dir := zmqtest.ShortDir(t)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	err := zmqtest.WithoutRights(func() error {
		ln, err := New().Listen(t.Context(), filepath.Join(dir, "s"), config())
		if err == nil {
			ln.Close()
		}
		return err
	})
	if !errors.Is(err, unix.EACCES) {
		t.Errorf("error %v, want EACCES", err)
	}
}

func TestBacklogReachesTheSystem(t *testing.T) {
	path := socketPath(t)
	listenOn(t, path, func(cfg *transport.Config) { cfg.Backlog = 2 })
	for i := range 3 { // Linux queues one more than the backlog
		if _, err := connectTo(t, path); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	if _, err := connectTo(t, path); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("error %v, want EAGAIN", err)
	}
}

// rawListener is a listening socket at path that no object of Go owns.
func rawListener(t *testing.T, path string) int {
	t.Helper()
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ln.(*net.UnixListener).SetUnlinkOnClose(false)
	defer ln.Close()
	f, err := ln.(*net.UnixListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd, err := unix.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

func TestUseFDNeverUnlinks(t *testing.T) {
	path := socketPath(t)
	fd := rawListener(t, path)
	ln := listenOn(t, "only-a-name", func(cfg *transport.Config) { cfg.UseFD = fd })
	if got := ln.Endpoint(); got != "ipc://"+path {
		t.Errorf("Endpoint = %q, want ipc://%s", got, path)
	}
	meet(t, ln)
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the file is gone: %v", err)
	}
	if _, err := connectTo(t, path); !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("after Close: %v, want ECONNREFUSED", err)
	}
}

func TestUseFDOfAnotherKindIsRefused(t *testing.T) {
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
	err = bindError(t, "x", func(cfg *transport.Config) { cfg.UseFD = int(f.Fd()) })
	if !errors.Is(err, zerr.ErrInvalid) {
		t.Errorf("error %v, want EINVAL", err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// unknownOption is what a system answers that does not have an option.
func unknownOption() error {
	no := syscall.Errno(10042) // WSAENOPROTOOPT
	if zerr.Posix(no) == no {
		no = syscall.ENOPROTOOPT
	}
	return &net.OpError{Op: "set", Net: "tcp", Err: os.NewSyscallError("setsockopt", no)}
}

// TestKeepAliveDefaultThatTheSystemDoesNotKnowIsSkipped, and one that the program asked
// for is an error.
func TestKeepAliveDefaultThatTheSystemDoesNotKnowIsSkipped(t *testing.T) {
	cfg := transport.DefaultConfig()
	cfg.KeepAlive, cfg.KeepAliveIdle, cfg.KeepAliveInterval, cfg.KeepAliveCount = 1, 60, 15, 4
	if err := keepAliveOf(cfg).refused(unknownOption()); err != nil {
		t.Errorf("defaults: %v", err)
	}
	cfg.KeepAliveAsked = true
	err := keepAliveOf(cfg).refused(unknownOption())
	if !errors.Is(err, zerr.ErrNotSupported) || !strings.Contains(err.Error(), "TCPKeepAliveCount") {
		t.Errorf("asked for: %v", err)
	}
	cfg.KeepAliveIdle, cfg.KeepAliveInterval, cfg.KeepAliveCount = -1, -1, -1
	if err := keepAliveOf(cfg).refused(unknownOption()); err != nil {
		t.Errorf("asked to leave it: %v", err)
	}
	if err := keepAliveOf(cfg).refused(syscall.EBADF); err != syscall.EBADF {
		t.Errorf("another error: %v", err)
	}
}

// TestConnectionsHaveTheDefaultsOfTheLibrary on every system, those that do not know
// each option of keep-alive too.
func TestConnectionsHaveTheDefaultsOfTheLibrary(t *testing.T) {
	defaults := func(cfg *transport.Config) {
		cfg.KeepAlive, cfg.KeepAliveIdle, cfg.KeepAliveInterval, cfg.KeepAliveCount = 1, 60, 15, 4
	}
	ln := listenOn(t, "127.0.0.1:*", defaults)
	meet(t, ln, "127.0.0.1:"+portOf(t, ln), defaults)
}

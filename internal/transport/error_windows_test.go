// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

func TestOSErrorMatchesWSANumbers(t *testing.T) {
	err := OSError(&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.Errno(10048))})
	for _, want := range []error{zerr.ErrAddressInUse, syscall.EADDRINUSE, syscall.Errno(10048)} {
		if !errors.Is(err, want) {
			t.Errorf("WSAEADDRINUSE does not match %v", want)
		}
	}
	if n := zerr.Errno(err); n != zerr.ErrAddressInUse.Errno() {
		t.Errorf("number %d", n)
	}
	if err := OSError(os.NewSyscallError("connectex", syscall.Errno(10061))); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("WSAECONNREFUSED: %v", err)
	}
}

// TestDelayIsNotToldOfWhatTheSystemRefusesAtOnce: the numbers are those of Windows Sockets.
func TestDelayIsNotToldOfWhatTheSystemRefusesAtOnce(t *testing.T) {
	for _, n := range []syscall.Errno{10013, 10047, 10049, 10051} {
		if !atOnce(os.NewSyscallError("connectex", n)) {
			t.Errorf("WSA %d is an answer that took its time", n)
		}
	}
}

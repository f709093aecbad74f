// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// codes is every code, with the number that zmq.h has for it:
// a number of libzmq's own, or the platform's error.
var codes = []struct {
	name  string
	code  Code
	own   int
	posix syscall.Errno
}{
	{"ErrAgain", ErrAgain, 0, syscall.EAGAIN},
	{"ErrTimeout", ErrTimeout, 0, syscall.EAGAIN},
	{"ErrState", ErrState, 156384763, 0},
	{"ErrNotSupported", ErrNotSupported, 0, syscall.ENOTSUP},
	{"ErrHostUnreachable", ErrHostUnreachable, 0, syscall.EHOSTUNREACH},
	{"ErrFault", ErrFault, 0, syscall.EFAULT},
	{"ErrClosed", ErrClosed, 0, syscall.ENOTSOCK},
	{"ErrTerminated", ErrTerminated, 156384765, 0},
	{"ErrTooManySockets", ErrTooManySockets, 0, syscall.EMFILE},
	{"ErrNoThread", ErrNoThread, 156384766, 0},
	{"ErrUnsupportedTransport", ErrUnsupportedTransport, 0, syscall.EPROTONOSUPPORT},
	{"ErrIncompatibleTransport", ErrIncompatibleTransport, 156384764, 0},
	{"ErrAddressInUse", ErrAddressInUse, 0, syscall.EADDRINUSE},
	{"ErrNoEndpoint", ErrNoEndpoint, 0, syscall.ENOENT},
	{"ErrNoDevice", ErrNoDevice, 0, syscall.ENODEV},
	{"ErrNameTooLong", ErrNameTooLong, 0, syscall.ENAMETOOLONG},
	{"ErrRefused", ErrRefused, 0, syscall.EACCES},
	{"ErrInvalid", ErrInvalid, 0, syscall.EINVAL},
	{"ErrUnknownOption", ErrUnknownOption, 0, syscall.EINVAL},
	{"ErrProtocol", ErrProtocol, 0, syscall.EPROTO},
	{"ErrMessageTooLarge", ErrMessageTooLarge, 0, syscall.EMSGSIZE},
	{"ErrLimit", ErrLimit, 0, syscall.ENOBUFS},
}

func TestCodesAreDistinctAndHaveTexts(t *testing.T) {
	seenCode, seenText := map[Code]string{}, map[string]string{}
	for _, c := range codes {
		text := c.code.Error()
		if other, ok := seenCode[c.code]; ok {
			t.Errorf("%s and %s are the same code", c.name, other)
		}
		if other, ok := seenText[text]; ok {
			t.Errorf("%s and %s have the same text %q", c.name, other, text)
		}
		seenCode[c.code], seenText[text] = c.name, c.name
		if !strings.HasPrefix(text, "zmq: ") || strings.HasSuffix(text, ".") ||
			strings.HasPrefix(text, "zmq: error ") {
			t.Errorf("%s: text %q", c.name, text)
		}
	}
	if got := Code(9999).Error(); got != "zmq: error 9999" {
		t.Errorf("unknown code: %q", got)
	}
}

func TestCodeHasTheNumberOfLibzmq(t *testing.T) {
	for _, c := range codes {
		want := c.own
		if want == 0 {
			want = number(c.posix)
		}
		if got := c.code.Errno(); got != want {
			t.Errorf("%s.Errno() = %d, want %d", c.name, got, want)
		}
		if got := Errno(c.code); got != want {
			t.Errorf("Errno(%s) = %d, want %d", c.name, got, want)
		}
	}
}

func TestCodeMatchesTheSyscallErrorOfTheSameMeaning(t *testing.T) {
	for _, c := range codes {
		if c.posix != 0 && !errors.Is(c.code, c.posix) {
			t.Errorf("%s does not match %v", c.name, c.posix)
		}
		if errors.Is(c.code, syscall.EPIPE) || errors.Is(c.code, syscall.Errno(0)) {
			t.Errorf("%s matches EPIPE or no error", c.name)
		}
	}
	if !errors.Is(ErrTimeout, syscall.ETIMEDOUT) || errors.Is(ErrAgain, syscall.ETIMEDOUT) {
		t.Error("ETIMEDOUT is the time-out and nothing else")
	}
}

func TestCodeMatchesTheStandardLibrary(t *testing.T) {
	for _, c := range codes {
		closed := c.code == ErrClosed || c.code == ErrTerminated
		if got := errors.Is(c.code, net.ErrClosed); got != closed {
			t.Errorf("%s is net.ErrClosed: %v", c.name, got)
		}
		timeout := c.code == ErrTimeout
		if got := errors.Is(c.code, os.ErrDeadlineExceeded); got != timeout {
			t.Errorf("%s is os.ErrDeadlineExceeded: %v", c.name, got)
		}
		if got := c.code.Timeout(); got != timeout {
			t.Errorf("%s.Timeout() = %v", c.name, got)
		}
	}
}

func TestTemporaryCodes(t *testing.T) {
	for _, c := range codes {
		want := c.code == ErrAgain || c.code == ErrTimeout || c.code == ErrTooManySockets
		if got := c.code.Temporary(); got != want {
			t.Errorf("%s.Temporary() = %v", c.name, got)
		}
	}
}

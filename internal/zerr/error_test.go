// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

var _ net.Error = (*Error)(nil)

func TestErrorTextHasThePrefixOnce(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{&Error{"connect", "tcp://x:1", ErrAddressInUse}, "zmq: connect tcp://x:1: address in use"},
		{&Error{"send", "", ErrClosed}, "zmq: send: socket closed"},
		{&Error{"bind", "tcp://x", nil}, "zmq: bind tcp://x"},
		{&Error{"bind", "x", Errorf(ErrInvalid, "no %q", "://")}, `zmq: bind x: no "://": invalid argument`},
		{Errorf(ErrInvalid, "SNDHWM -2"), "zmq: SNDHWM -2: invalid argument"},
		{Errorf(ErrNoEndpoint, "dial: %w", ErrTimeout), "zmq: dial: zmq: timed out: no such endpoint"},
		{Errorf(ErrNoEndpoint, "%w", ErrTimeout), "zmq: timed out: no such endpoint"},
		{&ProtocolError{}, "zmq: protocol error"},
		{&ProtocolError{Rule: "no name"}, "zmq: protocol error: no name"},
		{&ProtocolError{Addr: "10.0.0.1", Rule: "no name", Err: ErrProtocol}, "zmq: protocol error from 10.0.0.1: no name"},
		{&ProtocolError{Addr: "10.0.0.1", Err: ErrMessageTooLarge}, "zmq: protocol error from 10.0.0.1: message too large"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}

func TestErrorWrapsItsCause(t *testing.T) {
	err := error(&Error{"recv", "", Errorf(ErrTimeout, "after 1s")})
	if !errors.Is(err, ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, ErrAgain) {
		t.Errorf("%v does not match as its cause does", err)
	}
	var ne net.Error
	if !errors.As(err, &ne) || !ne.Timeout() {
		t.Errorf("%v is not a time-out", err)
	}
	if e := (&Error{Op: "recv", Err: io.EOF}); e.Timeout() || e.Temporary() {
		t.Error("EOF is neither a time-out nor temporary")
	}
	if e := (&Error{Op: "recv"}); e.Timeout() || e.Temporary() {
		t.Error("no cause is neither a time-out nor temporary")
	}
}

func TestErrorfMatchesItsCodeAndItsOperands(t *testing.T) {
	err := Errorf(ErrInvalid, "option %d: %w", 23, io.ErrUnexpectedEOF)
	for _, target := range []error{ErrInvalid, syscall.EINVAL, io.ErrUnexpectedEOF} {
		if !errors.Is(err, target) {
			t.Errorf("%v does not match %v", err, target)
		}
	}
	var code Code
	if !errors.As(err, &code) || code != ErrInvalid {
		t.Errorf("code is %v", code)
	}
}

func TestEveryProtocolErrorIsErrProtocol(t *testing.T) {
	for _, cause := range []error{nil, ErrProtocol, ErrMessageTooLarge, io.ErrUnexpectedEOF} {
		err := fmt.Errorf("wrapped: %w", &ProtocolError{Err: cause})
		if !errors.Is(err, ErrProtocol) {
			t.Errorf("cause %v: not ErrProtocol", cause)
		}
		if cause != nil && !errors.Is(err, cause) {
			t.Errorf("cause %v: not matched", cause)
		}
	}
}

// TestPortableLeavesOtherErrorsAlone: those without a number, and those that have the
// POSIX one.
func TestPortableLeavesOtherErrorsAlone(t *testing.T) {
	for _, err := range []error{nil, io.EOF, ErrInvalid, syscall.ECONNREFUSED, os.NewSyscallError("bind", syscall.EADDRINUSE)} {
		if got := Portable(err); got != err {
			t.Errorf("Portable(%v) = %v", err, got)
		}
	}
}

func TestErrnoOfAnyChain(t *testing.T) {
	tests := []struct {
		err  error
		want int
	}{
		{nil, 0},
		{&Error{"bind", "x", ErrIncompatibleTransport}, 156384764},
		{Errorf(ErrNoDevice, "%w", syscall.EACCES), number(syscall.ENODEV)},
		{&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}, number(syscall.EADDRINUSE)},
		{&ProtocolError{}, number(syscall.EPROTO)},
		{&ProtocolError{Err: ErrMessageTooLarge}, number(syscall.EMSGSIZE)},
		{&ProtocolError{Err: io.EOF}, number(syscall.EPROTO)},
		{context.DeadlineExceeded, number(syscall.EAGAIN)},
		{os.ErrDeadlineExceeded, number(syscall.EAGAIN)},
		{context.Canceled, number(syscall.EINTR)},
		{net.ErrClosed, number(syscall.ENOTSOCK)},
		{io.EOF, number(syscall.EINVAL)},
	}
	for _, tt := range tests {
		if got := Errno(tt.err); got != tt.want {
			t.Errorf("Errno(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestNumbersOnLinux(t *testing.T) {
	if syscall.EADDRINUSE != 98 {
		t.Skip("the platform has other numbers than Linux")
	}
	want := map[Code]int{
		ErrAgain: 11, ErrTimeout: 11, ErrClosed: 88, ErrNotSupported: 95, ErrInvalid: 22,
		ErrUnsupportedTransport: 93, ErrAddressInUse: 98, ErrNoEndpoint: 2, ErrNoDevice: 19,
		ErrNameTooLong: 36, ErrHostUnreachable: 113, ErrTooManySockets: 24, ErrFault: 14,
		ErrMessageTooLarge: 90, ErrProtocol: 71, ErrRefused: 13, ErrLimit: 105,
	}
	for code, n := range want {
		if got := code.Errno(); got != n {
			t.Errorf("%v: %d, want %d", code, got, n)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package zerr

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"
)

type explained struct{ error }

func (explained) Section() Section { return NothingArrives }

func TestSectionOfAnError(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Section
	}{
		{nil, ""},
		{errors.New("anything"), ""},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, ConnectionRefused},
		{&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, ConnectionRefused},
		{&net.DNSError{Err: "no such host", IsNotFound: true}, ConnectionRefused},
		{Errorf(ErrNoDevice, "%w", &net.DNSError{Err: "no such host"}), ConnectionRefused},
		{&fs.PathError{Op: "dial", Err: syscall.ENOENT}, ConnectionRefused},
		{fmt.Errorf("dial: %w", os.ErrDeadlineExceeded), ConnectionRefused},
		{&ProtocolError{Rule: "x"}, HandshakeFailed},
		{&ProtocolError{Rule: "x", Err: ErrMessageTooLarge}, LimitReached},
		{Errorf(ErrRefused, "the peer refused the connection"), Denied},
		{Errorf(ErrLimit, "peers"), LimitReached},
		{&Error{Op: "bind", Err: syscall.EADDRINUSE}, AddressInUse},
		{ErrAddressInUse, AddressInUse},
		{Errorf(ErrHostUnreachable, "to %q", "x"), UnknownPeer},
		{&LossError{Packets: 1}, MessagesLost},
		{fmt.Errorf("%w", explained{ErrProtocol}), NothingArrives},
		{ErrState, ""}, {ErrClosed, ""},
	} {
		if got := SectionOf(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

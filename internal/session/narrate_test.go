// SPDX-License-Identifier: Apache-2.0

package session

import (
	"errors"
	"io"
	"net"
	"slices"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

// TestOrderlyEndsAreNotTold: zmq_socket_monitor has no DISCONNECTED for a local
// disconnect, unbind or close.
func TestOrderlyEndsAreNotTold(t *testing.T) {
	for _, c := range []struct {
		err     error
		parting bool
		want    []EventKind
	}{
		{net.ErrClosed, false, nil},
		{net.ErrClosed, true, nil},
		{io.EOF, true, nil},
		{syscall.ECONNRESET, true, nil},
		{syscall.EPIPE, true, nil},
		{io.EOF, false, []EventKind{Disconnected}},
		{syscall.ECONNRESET, false, []EventKind{Disconnected}},
		{zerr.ErrTimeout, true, []EventKind{Disconnected}},
		{&zerr.ProtocolError{Rule: "framing"}, true, []EventKind{Disconnected}},
	} {
		s := newSocket()
		parted(s, Event{Kind: HandshakeSucceeded}, c.err, c.parting)
		if !slices.Equal(s.kinds(), c.want) {
			t.Errorf("%v while parting %v: events %#x, want %#x", c.err, c.parting, s.kinds(), c.want)
		}
		if len(s.events) > 0 && !errors.Is(s.events[0].Err, c.err) {
			t.Errorf("told %v for %v", s.events[0].Err, c.err)
		}
	}
}

// TestMechanismErrorAfterTheHandshake: a message that a mechanism cannot decode is
// told as a failed handshake.
func TestMechanismErrorAfterTheHandshake(t *testing.T) {
	s := newSocket()
	parted(s, Event{}, &zerr.ProtocolError{Rule: "a nonce grows", Code: 0x10000002}, false)
	if want := []EventKind{HandshakeFailedProtocol, Disconnected}; !slices.Equal(s.kinds(), want) {
		t.Errorf("events %#x, want %#x", s.kinds(), want)
	}
}

// TestHandshakeFailureIsFollowedByDisconnected, except for one that we ended.
func TestHandshakeFailureIsFollowedByDisconnected(t *testing.T) {
	for err, kind := range map[error]EventKind{
		io.ErrUnexpectedEOF:         HandshakeFailedNoDetail,
		syscall.ECONNRESET:          HandshakeFailedNoDetail,
		zerr.ErrTimeout:             HandshakeFailedNoDetail,
		zerr.ErrFault:               HandshakeFailedNoDetail, // no ZAP handler
		zerr.ErrProtocol:            HandshakeFailedProtocol,
		zerr.ErrMessageTooLarge:     HandshakeFailedProtocol,
		&zerr.ProtocolError{}:       HandshakeFailedProtocol,
		statusError(400):            HandshakeFailedAuth,
		net.ErrClosed:               0,
		error(zerr.ErrClosed):       0,
		zerr.ErrHostUnreachable:     HandshakeFailedNoDetail,
		net.UnknownNetworkError(""): HandshakeFailedNoDetail,
	} {
		s := newSocket()
		unready(s, Event{Kind: Accepted}, err)
		want := []EventKind{kind, Disconnected}
		if kind == 0 {
			want = nil
		}
		if !slices.Equal(s.kinds(), want) {
			t.Errorf("%v: events %#x, want %#x", err, s.kinds(), want)
		}
	}
}

type statusError int

func (e statusError) Error() string  { return "refused" }
func (e statusError) ZAPStatus() int { return int(e) }

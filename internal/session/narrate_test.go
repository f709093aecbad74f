// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/transport"
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
// reported as a failed handshake.
func TestMechanismErrorAfterTheHandshake(t *testing.T) {
	s := newSocket()
	parted(s, Event{}, &zerr.ProtocolError{Rule: "a nonce grows", Code: 0x10000002}, false)
	if want := []EventKind{HandshakeFailedProtocol, Disconnected}; !slices.Equal(s.kinds(), want) {
		t.Errorf("events %#x, want %#x", s.kinds(), want)
	}
}

// TestHandshakeFailureIsFollowedByDisconnected, unless this socket ended it.
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

// socketNumber stands for a socket that connects.
type socketNumber int

func (n socketNumber) Control(f func(fd uintptr)) error { f(uintptr(n)); return nil }
func (socketNumber) Read(func(uintptr) bool) error      { return nil }
func (socketNumber) Write(func(uintptr) bool) error     { return nil }

// TestAttemptsAreTold: a disconnect during an attempt closes its socket, one in the
// wait for the next has nothing to close.
func TestAttemptsAreTold(t *testing.T) {
	n := &network{dial: func(ctx context.Context, i int) (net.Conn, error) {
		a := transport.NewAttempt(ctx, true)
		if err := a.Control(nil)("", "", socketNumber(10+i)); err != nil {
			return nil, err
		}
		if i > 0 {
			<-ctx.Done()
			a.End(ctx.Err())
			return nil, ctx.Err()
		}
		a.End(errDial)
		return nil, errDial
	}}
	for _, during := range []bool{false, true} {
		n.dials = nil
		want := []EventKind{ConnectDelayed, Closed, ConnectRetried}
		if during {
			want = append(want, ConnectDelayed, Closed)
		}
		dialing(t, n, nil, func(t *testing.T, d *Dialer, s *socket) {
			time.Sleep(50 * time.Millisecond) // half of the wait
			if during {
				time.Sleep(time.Minute)
			}
			synctest.Wait()
			d.Stop(nil)
			<-d.Done()
			if !slices.Equal(s.kinds(), want) {
				t.Errorf("events %#x, want %#x", s.kinds(), want)
			}
			for i, e := range s.events {
				fd := []int{10, 10, -1, 11, 11}[i]
				if e.FD != fd || e.Target != "mem://there" || e.Endpoint != e.Target || e.Local != "" {
					t.Errorf("%+v, want descriptor %d", e, fd)
				}
			}
		})
	}
}

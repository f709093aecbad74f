// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/gozmq/zmq/internal/zerr"
)

var _ net.Error = (*Error)(nil)

// TestErrorsOfLayersBelowAreOfThisPackage: errors.As finds the public types wherever an
// error of an internal one is, and texts, codes and causes stay.
func TestErrorsOfLayersBelowAreOfThisPackage(t *testing.T) {
	protocol := &zerr.ProtocolError{Addr: "10.0.0.1", Rule: "no name", Code: 7, Err: zerr.ErrMessageTooLarge}
	full := &zerr.PeerFullError{RoutingID: []byte("worker")}
	op := &zerr.Error{Op: "dial", Endpoint: "tcp://a:1", Err: syscall.ECONNREFUSED}
	for _, c := range []struct {
		err  error
		is   error
		find func(error) bool
	}{
		{protocol, ErrProtocol, func(err error) bool {
			e := new(ProtocolError)
			return errors.As(err, &e) && e.Addr == "10.0.0.1" && e.Rule == "no name" && e.Code == 7 && errors.Is(e, ErrMessageTooLarge)
		}},
		{full, ErrAgain, func(err error) bool {
			e := new(PeerFullError)
			return errors.As(err, &e) && string(e.RoutingID) == "worker"
		}},
		{&zerr.LossError{Source: "s", Packets: 3}, nil, func(err error) bool {
			e := new(LossError)
			return errors.As(err, &e) && e.Source == "s" && e.Packets == 3
		}},
		{op, syscall.ECONNREFUSED, func(err error) bool {
			e := new(Error)
			return errors.As(err, &e) && e.Op == "dial" && e.Endpoint == "tcp://a:1" && !e.Timeout() && !e.Temporary()
		}},
	} {
		for _, err := range []error{c.err, fmt.Errorf("wrapped: %w", c.err), zerr.Errorf(ErrRefused, "wrapped: %w", c.err)} {
			got := public(err)
			if got.Error() != err.Error() || c.is != nil && !errors.Is(got, c.is) || !c.find(got) || Errno(got) != Errno(err) {
				t.Errorf("%v becomes %#v", err, got)
			}
		}
		if failed := fail("try", "X#1", c.err); c.is != nil && !errors.Is(failed, c.is) || !c.find(errors.Unwrap(failed)) {
			t.Errorf("%v", failed)
		}
	}
	for _, err := range []error{nil, ErrClosed, syscall.EPIPE} {
		if public(err) != err {
			t.Errorf("%v has changed", err)
		}
	}
}

// TestErrorsOfSettingsAreOfThisPackage: a setting that is parsed has no socket, whose calls
// convert errors.
func TestErrorsOfSettingsAreOfThisPackage(t *testing.T) {
	e := new(Error)
	if _, err := ParseSetting("CURVE_SERVERKEY", strings.Repeat("~", 40)); !errors.As(err, &e) || !errors.Is(err, ErrInvalid) {
		t.Errorf("%#v", err)
	}
}

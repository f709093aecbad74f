// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// WaitError is the error of a call that gave up waiting because its context's deadline
// passed or SendTimeout or RecvTimeout expired. It says what is known of the socket's
// endpoints, which mostly explains why nothing came:
//
//	zmq: request on REQ#1: context deadline exceeded; tcp://10.0.0.7:5555: connection refused, 14 attempts, next in 3.2s; see docs/troubleshooting.md#connection-refused
//
// The last words name the section of the documents that says what to do.
//
// It matches context.DeadlineExceeded or ErrTimeout, whichever ended the call, and its
// Timeout method returns true. A context that is cancelled has no WaitError: the call
// returns context.Canceled as it is.
type WaitError struct {
	Op        string     // what was tried: "send", "receive", "request"
	Socket    string     // as Socket.String has it
	Hint      string     // what the program has probably forgotten; empty if nothing
	Endpoints []Endpoint // as they were when the call gave up
	Err       error      // context.DeadlineExceeded or ErrTimeout
}

// maxNamedEndpoints bounds the text of a socket with many endpoints. The field
// Endpoints has all of them.
const maxNamedEndpoints = 8

// Error names the call, why it ended, and each endpoint that is not ready before those
// that are.
func (e *WaitError) Error() string {
	parts := []string{fmt.Sprintf("zmq: %s on %s: %s", e.Op, e.Socket, reason(e.Err))}
	if e.Hint != "" {
		parts = append(parts, e.Hint)
	}
	named := 0
	for _, ready := range []bool{false, true} {
		for _, p := range e.Endpoints {
			if p.wellOff() == ready && named < maxNamedEndpoints {
				parts = append(parts, p.String())
				named++
			}
		}
	}
	if more := len(e.Endpoints) - named; more > 0 {
		parts = append(parts, "and "+count(more, "more endpoint"))
	}
	parts = append(parts, "see "+string(e.section()))
	return strings.Join(parts, "; ")
}

// section returns the section of the documents about what the text says first.
func (e *WaitError) section() zerr.Section {
	switch e.Hint {
	case hintFull:
		return zerr.SendBlocks
	case hintUnattached, hintUnsubscribed, hintJoinedNone:
		return zerr.NothingArrives
	}
	for _, p := range e.Endpoints {
		if !p.wellOff() {
			return p.section()
		}
	}
	return zerr.DeadlineExceeded
}

// section returns the section about an endpoint that has no peer.
func (e Endpoint) section() zerr.Section {
	section := zerr.SectionOf(e.LastError)
	switch {
	case e.State == EndpointHandshaking && section != zerr.Denied: // a peer that was refused is refused again
		return zerr.HandshakeFailed
	case section != "":
		return section
	}
	if e.State == EndpointConnecting && e.LastError == nil {
		return zerr.ConnectionRefused
	}
	return zerr.NothingArrives
}

// wellOff reports whether the endpoint has a peer.
func (e Endpoint) wellOff() bool { return e.State == EndpointReady && e.Peers > 0 }

// Unwrap returns why the call ended.
func (e *WaitError) Unwrap() error { return e.Err }

// Timeout returns true, as net.Error asks.
func (e *WaitError) Timeout() bool { return true }

// Temporary returns true, as net.Error asks: the same call may succeed later.
func (e *WaitError) Temporary() bool { return true }

// As lets errors.As find an *Error, which is what other failed calls return.
func (e *WaitError) As(target any) bool {
	if t, ok := target.(**Error); ok {
		*t = &Error{Op: e.Op, Endpoint: e.Socket, Err: e.Err}
		return true
	}
	return false
}

// failWaiting is fail for calls that wait for peers.
func (s *Socket) failWaiting(op string, err error) error {
	if err == nil {
		return nil
	}
	if err != ErrTimeout && !errors.Is(err, context.DeadlineExceeded) {
		return s.fail(op, err)
	}
	w := &WaitError{Op: op, Socket: s.s.String(), Endpoints: s.Endpoints(), Err: err}
	w.Hint = s.forgotten(op, w.Endpoints)
	return w
}

// What a program may have forgotten.
const (
	hintUnattached   = "the socket is neither bound nor connected"
	hintJoinedNone   = "the socket has joined no group (Join)"
	hintUnsubscribed = "the socket has subscribed to nothing (Subscribe)"
	hintFull         = "the queues of its peers are full"
)

// forgotten returns what explains a call that waits for ever, whatever the peers do.
func (s *Socket) forgotten(op string, list []Endpoint) string {
	switch {
	case len(list) == 0:
		return hintUnattached
	case op == "receive" && s.s.AsksForNothing():
		if s.s.Kind().Groups {
			return hintJoinedNone
		}
		return hintUnsubscribed
	case op == "send" && s.s.PeerCount() > 0:
		return hintFull
	}
	return ""
}

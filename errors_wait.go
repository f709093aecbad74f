// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// WaitError is the error of a call that gave up waiting because its context's deadline
// passed or SendTimeout or RecvTimeout expired. It says what is known of the socket's
// endpoints, which mostly explains why nothing came:
//
//	zmq: request on REQ#1: context deadline exceeded; tcp://10.0.0.7:5555: connection refused, 14 attempts, next in 3.2s
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
	return strings.Join(parts, "; ")
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

// forgotten returns what explains a call that waits for ever, whatever the peers do.
func (s *Socket) forgotten(op string, list []Endpoint) string {
	switch {
	case len(list) == 0:
		return "the socket is neither bound nor connected"
	case op == "receive" && s.s.AsksForNothing():
		if s.s.Kind().Groups {
			return "the socket has joined no group (Join)"
		}
		return "the socket has subscribed to nothing (Subscribe)"
	case op == "send" && s.s.PeerCount() > 0:
		return "the queues of its peers are full"
	}
	return ""
}

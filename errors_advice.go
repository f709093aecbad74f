// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/zerr"
)

// The layers below return codes alone for calls that a socket type does not have or that
// come out of turn, because the code is compared there and the C library needs no more. What
// the program has to do instead is added here.

// fail wraps an error of a call on the socket; see the function.
func (s *Socket) fail(op string, err error) error {
	if err == nil || err == ErrAgain {
		return err
	}
	return fail(op, s.s.String(), s.advise(op, err))
}

// advise returns err with what to do about it, if that is known.
func (s *Socket) advise(op string, err error) error {
	switch err {
	case ErrState:
		if text := outOfTurn[turn{s.t, op}]; text != "" {
			return zerr.Errorf(ErrState, "%s", text)
		}
	case ErrNotSupported:
		if text := s.unsupported(op); text != "" {
			return zerr.Errorf(ErrNotSupported, "%s", text)
		}
	case ErrHostUnreachable:
		return zerr.Errorf(ErrHostUnreachable, "its connection has ended")
	}
	return err
}

// turn is a call on a socket type that lets calls alternate.
type turn struct {
	t  SocketType
	op string
}

// outOfTurn says what has to come before a call.
var outOfTurn = map[turn]string{
	{REQ, "send"}:    "receive the reply to the last request first, or use Request",
	{REQ, "receive"}: "send a request first",
	{REP, "send"}:    "receive a request first",
	{REP, "receive"}: "send the reply to the last request first",
}

// unsupported says which sockets have a call that this one has not.
func (s *Socket) unsupported(op string) string {
	switch op {
	case "send":
		return fmt.Sprintf("a %s only receives", s.t)
	case "receive":
		return fmt.Sprintf("a %s only sends", s.t)
	case "request":
		return fmt.Sprintf("a request is made on a REQ, and this is a %s", s.t)
	case "join", "leave":
		return fmt.Sprintf("only a DISH has groups, and this is a %s", s.t)
	case "wait for subscribers":
		return fmt.Sprintf("a PUB, XPUB or RADIO has subscribers, and this is a %s", s.t)
	case "disconnect peer":
		return fmt.Sprintf("a SERVER or PEER numbers its peers, and this is a %s", s.t)
	}
	return ""
}

// failSend wraps an error of sending frames, to the peer of the given number on types that
// have numbers.
func (s *Socket) failSend(err error, frames [][]byte, number uint32) error {
	if err == ErrHostUnreachable {
		err = zerr.Errorf(ErrHostUnreachable, "%s", s.unknownPeer(frames, number))
	}
	return s.failWaiting("send", err)
}

// unknownPeer says which peer a message was for that the socket does not have.
func (s *Socket) unknownPeer(frames [][]byte, number uint32) string {
	numbered := s.s.Kind().RoutingIDs
	switch {
	case numbered && number == 0:
		return "the message names no peer, use WithRoutingID or send back a message that was received"
	case numbered:
		return fmt.Sprintf("to peer %d, which has left or never was", number)
	case len(frames) > 0 && len(frames[0]) > maxRoutingID:
		return fmt.Sprintf("the first frame has to be the routing id of a peer, and this one has %d bytes", len(frames[0]))
	case len(frames) > 0:
		return fmt.Sprintf("to %q, which has left or never was", string(frames[0]))
	}
	return "the message is empty"
}

// maxRoutingID is the longest routing id (RFC 28, The ROUTER Socket Type: 1 to 255 bytes).
const maxRoutingID = 255

// failEndpoint wraps an error of Unbind or Disconnect.
func (s *Socket) failEndpoint(op, endpoint string, err error) error {
	if err == ErrNoEndpoint {
		err = zerr.Errorf(ErrNoEndpoint, "%s", s.endpointsFor(op))
	}
	return fail(op, endpoint, err)
}

// endpointsFor says which endpoints there are to unbind or to disconnect.
func (s *Socket) endpointsFor(op string) string {
	bound, word := op == "unbind", "connected"
	if bound {
		word = "bound"
	}
	var names []string
	for _, e := range s.Endpoints() {
		if e.Bound == bound {
			names = append(names, e.Address)
		}
	}
	more := ""
	if n := len(names) - maxNamedEndpoints; n > 0 {
		names, more = names[:maxNamedEndpoints], " and "+count(n, "more endpoint")
	}
	if len(names) == 0 {
		return fmt.Sprintf("%s is not %s", s, word)
	}
	return fmt.Sprintf("%s is %s to %s%s", s, word, strings.Join(names, ", "), more)
}

// failSubscribe wraps an error of Subscribe or Unsubscribe.
func (s *Socket) failSubscribe(op string, err error) error {
	if sp, _ := opt.Lookup(opt.Subscribe); errors.Is(err, ErrInvalid) && !sp.Accepts(s.t.String()) {
		instead := "only a SUB subscribes"
		switch t := s.s.Kind(); {
		case t.TopicsIn:
			instead = "an XSUB subscribes by a message of byte 1 and the topic, and unsubscribes by byte 0"
		case t.Groups && t.Receives:
			instead = "a DISH joins groups, see Join"
		}
		err = zerr.Errorf(ErrInvalid, "%s", instead)
	}
	return s.fail(op, err)
}

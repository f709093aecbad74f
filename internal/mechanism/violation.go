// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// Numbers of the protocol errors that the monitor reports (libzmq's
// ZMQ_PROTOCOL_ERROR_ZMTP constants).
const (
	Unspecified       = 0x10000000
	UnexpectedCommand = 0x10000001
	InvalidSequence   = 0x10000002
	KeyExchange       = 0x10000003
	MalformedCommand  = 0x10000011
	MalformedMessage  = 0x10000012
	MalformedHello    = 0x10000013
	MalformedInitiate = 0x10000014
	MalformedError    = 0x10000015
	MalformedReady    = 0x10000016
	MalformedWelcome  = 0x10000017
	InvalidMetadata   = 0x10000018
	Cryptographic     = 0x11000001
	MechanismMismatch = 0x11000002

	// ZMQ_PROTOCOL_ERROR_ZAP: the handler's metadata do not suit; package zap has
	// the other numbers.
	ZAPInvalidMetadata = 0x20000005
)

// Names of the mechanisms, as greetings and the requests of RFC 27 have them.
const (
	Null  = "NULL"
	Plain = "PLAIN"
	Curve = "CURVE"
)

// Rules that both mechanisms with roles have.
const (
	ruleNotNow      = "a command came in a state in which none is expected"
	ruleServerSteps = "a server sends WELCOME, then READY, or ERROR in the place of either"
)

func violation(code uint32, rule string) error {
	return &zerr.ProtocolError{Rule: rule, Code: code}
}

// parse splits a command. What has no name is malformed, as libzmq's servers have
// it.
func parse(body []byte) (name string, data []byte, err error) {
	n, data, err := wire.ParseCommand(body)
	if err != nil {
		return "", nil, &zerr.ProtocolError{Rule: "a command has a name", Code: MalformedCommand, Err: err}
	}
	return string(n), data, nil
}

// RefusedError is an ERROR command: the peer does not want us. Status is 300,
// 400 or 500 where the reason is one of these, and 0 otherwise.
type RefusedError struct {
	Reason string
	Status int
}

// Error puts a status in words, and quotes any other reason.
func (e *RefusedError) Error() string {
	reason := quoteReason(e.Reason)
	switch e.Status {
	case Temporary:
		reason = "try again later (300)"
	case Denied:
		reason = "authentication denied (400)"
	case Failed:
		reason = "its authentication handler failed (500)"
	}
	return "zmq: the peer refused the connection: " + reason
}

// Unwrap makes the refusal a protocol error: such a connection is not tried
// again by libzmq's rules.
func (e *RefusedError) Unwrap() error { return zerr.ErrProtocol }

// Is makes it zerr.ErrRefused as well.
func (e *RefusedError) Is(target error) bool { return target == error(zerr.ErrRefused) }

// ZAPStatus returns 300, 400 or 500 where the peer gave that as its reason.
func (e *RefusedError) ZAPStatus() int { return e.Status }

func refusal(data []byte) error {
	reason, err := wire.ParseError(data)
	if err != nil {
		return &zerr.ProtocolError{Rule: "ERROR carries a reason", Code: MalformedError, Err: err}
	}
	e := &RefusedError{Reason: reason}
	if len(reason) == 3 && reason[0] >= '3' && reason[0] <= '5' && reason[1:] == "00" {
		e.Status = int(reason[0]-'0') * 100
	}
	return e
}

// errorCommand is the body of an ERROR. The reason is cut to what fits, and what
// RFC 37 does not allow in it is replaced.
func errorCommand(reason string) []byte {
	return wire.AppendError(nil, printable(reason))
}

// quoteReason makes a peer's text safe to print.
func quoteReason(s string) string { return `"` + printable(s) + `"` }

func printable(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c >= 0x7F {
			b[i] = '?'
		}
	}
	return string(b)
}

// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// Numbers of the protocol errors that the monitor reports (libzmq's
// ZMQ_PROTOCOL_ERROR constants).
const (
	UnexpectedCommand = 0x10000001
	MalformedError    = 0x10000015
	InvalidMetadata   = 0x10000018
	MechanismMismatch = 0x11000002
)

// null is the NULL mechanism (RFC 37): both sides send READY at once, without
// waiting for each other.
type null struct {
	metadata []byte
	peer     []byte
	sent     bool
	received bool
}

// NewNull returns the NULL mechanism; metadata is what our READY carries.
func NewNull(metadata []byte) Machine { return &null{metadata: metadata} }

func (m *null) Name() string   { return "NULL" }
func (m *null) AsServer() bool { return false }

func (m *null) Next() ([]byte, error) {
	if m.sent {
		return nil, nil
	}
	m.sent = true
	return wire.AppendCommand(nil, "READY", m.metadata), nil
}

func (m *null) Receive(body []byte) error {
	name, data, err := wire.ParseCommand(body)
	if err != nil {
		return &zerr.ProtocolError{Rule: "a command needs a name", Code: UnexpectedCommand, Err: err}
	}
	switch {
	case m.received:
		return &zerr.ProtocolError{Rule: "READY comes once", Code: UnexpectedCommand}
	case string(name) == "READY":
		m.peer, m.received = append([]byte{}, data...), true
		return nil
	case string(name) == "ERROR":
		return refusal(data)
	}
	return &zerr.ProtocolError{Rule: "the first command of NULL is READY or ERROR", Code: UnexpectedCommand}
}

// RefusedError is an ERROR command: the peer does not want us. Status is 300,
// 400 or 500 where the reason is one of these, and 0 otherwise.
type RefusedError struct {
	Reason string
	Status int
}

// Error quotes the peer's reason.
func (e *RefusedError) Error() string {
	return "zmq: the peer refused the connection: " + quoteReason(e.Reason)
}

// Unwrap makes the refusal a protocol error: such a connection is not tried
// again by libzmq's rules.
func (e *RefusedError) Unwrap() error { return zerr.ErrProtocol }

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

// quoteReason makes a peer's text safe to print.
func quoteReason(s string) string {
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for i := range len(s) {
		if c := s[i]; c >= ' ' && c < 0x7F {
			b = append(b, c)
		} else {
			b = append(b, '?')
		}
	}
	return string(append(b, '"'))
}

func (m *null) Ready() bool      { return m.sent && m.received }
func (m *null) Metadata() []byte { return m.peer }

// ZAPStatus returns 300, 400 or 500 where the peer gave that as its reason.
func (e *RefusedError) ZAPStatus() int { return e.Status }

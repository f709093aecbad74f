// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// null is the NULL mechanism (RFC 37): both sides send READY at once, without
// waiting for each other. The handler is asked before ours goes out.
type null struct {
	metadata []byte
	peer     []byte
	admitted bool
	sent     bool
	received bool
}

// NewNull returns the NULL mechanism; metadata is what our READY carries.
func NewNull(metadata []byte) Machine { return &null{metadata: metadata} }

func (m *null) Name() string   { return Null }
func (m *null) AsServer() bool { return false }
func (m *null) Longest() int   { return 0 }

func (m *null) Question() *Question {
	if m.admitted {
		return nil
	}
	return &nullQuestion
}

// nullQuestion is shared, since a question is never changed.
var nullQuestion = Question{Mechanism: Null}

func (m *null) Admit() { m.admitted = true }

func (m *null) Next() ([]byte, error) {
	if m.sent {
		return nil, nil
	}
	m.sent = true
	return wire.AppendCommand(make([]byte, 0, 1+len(wire.CommandReady)+len(m.metadata)), wire.CommandReady, m.metadata), nil
}

func (m *null) Receive(body []byte) error {
	name, data, err := wire.ParseCommand(body)
	if err != nil {
		return &zerr.ProtocolError{Rule: "a command has a name", Code: UnexpectedCommand, Err: err}
	}
	switch {
	case m.received:
		return violation(UnexpectedCommand, "READY comes once")
	case string(name) == wire.CommandReady:
		m.peer, m.received = append([]byte{}, data...), true
		return nil
	case string(name) == wire.CommandError:
		return refusal(data)
	}
	return violation(UnexpectedCommand, "the first command of NULL is READY or ERROR")
}

func (m *null) Refusal(reason string, _ wire.Version) []byte {
	if m.sent {
		return nil
	}
	m.sent = true
	return errorCommand(reason)
}

func (m *null) Ready() bool      { return m.sent && m.received }
func (m *null) Metadata() []byte { return m.peer }
func (m *null) Traffic() Traffic { return nil }
func (m *null) Wipe()            {}

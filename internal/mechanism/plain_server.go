// SPDX-License-Identifier: Apache-2.0

package mechanism

import "github.com/gozmq/zmq/internal/wire"

// plainServer is the server's side of PLAIN (RFC 24), in clear text:
//
//	HELLO (name, password) → handler asked → WELCOME → INITIATE → READY
type plainServer struct {
	metadata []byte
	state    plainServerState
	question *Question
	peer     []byte
}

type plainServerState uint8

const (
	plainAwaitHello plainServerState = iota
	plainAsked
	plainSendWelcome
	plainAwaitInitiate
	plainSendReady
	plainServerReady
	plainRefused
)

// NewPlainServer returns the server's side of PLAIN; metadata is what our READY
// carries.
func NewPlainServer(metadata []byte) Machine { return &plainServer{metadata: metadata} }

func (m *plainServer) Name() string        { return Plain }
func (m *plainServer) AsServer() bool      { return true }
func (m *plainServer) Question() *Question { return m.question }

func (m *plainServer) Admit() {
	m.question.wipe()
	m.question, m.state = nil, plainSendWelcome
}

func (m *plainServer) Next() ([]byte, error) {
	switch m.state {
	case plainSendWelcome:
		m.state = plainAwaitInitiate
		return wire.AppendCommand(nil, wire.CommandWelcome, nil), nil
	case plainSendReady:
		m.state = plainServerReady
		return wire.AppendCommand(nil, wire.CommandReady, m.metadata), nil
	}
	return nil, nil
}

func (m *plainServer) Longest() int {
	if m.state == plainAwaitHello {
		return longestFirst
	}
	return 0
}

func (m *plainServer) Receive(body []byte) error {
	name, data, err := parse(body)
	if err != nil {
		return err
	}
	switch m.state {
	case plainAwaitHello:
		if name != wire.CommandHello {
			return violation(UnexpectedCommand, "a client of PLAIN begins with HELLO")
		}
		user, rest, ok := cutShort(data)
		password, rest, ok2 := cutShort(rest)
		if !ok || !ok2 || len(rest) > 0 {
			return violation(MalformedHello, "HELLO carries a name and a password, and nothing else")
		}
		m.question = &Question{Plain, [][]byte{append([]byte{}, user...), append([]byte{}, password...)}}
		m.state = plainAsked
		return nil
	case plainAwaitInitiate:
		if name != wire.CommandInitiate {
			return violation(UnexpectedCommand, "a client of PLAIN answers WELCOME with INITIATE")
		}
		m.peer, m.state = append([]byte{}, data...), plainSendReady
		return nil
	}
	return violation(Unspecified, ruleNotNow)
}

// Refusal is possible as long as READY has not gone out.
func (m *plainServer) Refusal(reason string, v wire.Version) []byte {
	if m.state != plainAsked && m.state != plainSendReady {
		return nil
	}
	m.state = plainRefused
	if v < wire.V31 { // not libzmq 4.3
		return errorCommand(reason)
	}
	return plainError(reason)
}

func (m *plainServer) Ready() bool      { return m.state == plainServerReady }
func (m *plainServer) Metadata() []byte { return m.peer }
func (m *plainServer) Traffic() Traffic { return nil }
func (m *plainServer) Wipe()            { m.question.wipe() }

func (q *Question) wipe() {
	if q == nil {
		return
	}
	for _, c := range q.Credentials {
		clear(c)
	}
}

// cutShort splits a string with one byte of length off b.
func cutShort(b []byte) (s, rest []byte, ok bool) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return nil, nil, false
	}
	n := 1 + int(b[0])
	return b[1:n], b[n:], true
}

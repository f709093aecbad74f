// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"bytes"

	"github.com/gozmq/zmq/internal/wire"
)

// plainClient is the client's side of PLAIN (RFC 24), in clear text:
//
//	HELLO (name, password) → WELCOME → INITIATE → READY
type plainClient struct {
	metadata       []byte
	user, password []byte
	state          plainClientState
	peer           []byte
}

type plainClientState uint8

const (
	plainSendHello plainClientState = iota
	plainAwaitWelcome
	plainSendInitiate
	plainAwaitReady
	plainClientReady
)

// NewPlainClient returns the client's side of PLAIN. Name and password have at
// most 255 bytes; metadata is what our INITIATE carries.
func NewPlainClient(user, password, metadata []byte) Machine {
	return &plainClient{metadata: metadata, user: user, password: password}
}

func (m *plainClient) Name() string        { return Plain }
func (m *plainClient) AsServer() bool      { return false }
func (m *plainClient) Question() *Question { return nil }
func (m *plainClient) Admit()              {}

func (m *plainClient) Next() ([]byte, error) {
	switch m.state {
	case plainSendHello:
		m.state = plainAwaitWelcome
		b := wire.AppendCommand(nil, wire.CommandHello, []byte{byte(len(m.user))})
		b = append(append(b, m.user...), byte(len(m.password)))
		return append(b, m.password...), nil
	case plainSendInitiate:
		m.state = plainAwaitReady
		return wire.AppendCommand(nil, wire.CommandInitiate, m.metadata), nil
	}
	return nil, nil
}

func (m *plainClient) Longest() int {
	if m.state == plainAwaitWelcome {
		return longestFirst
	}
	return 0
}

func (m *plainClient) Receive(body []byte) error {
	waits := m.state == plainAwaitWelcome || m.state == plainAwaitReady
	if reason, ok := bytes.CutPrefix(body, []byte(libzmqPlainError)); ok && waits {
		return refusal(reason)
	}
	name, data, err := wire.ParseCommand(body)
	if err != nil {
		return violation(UnexpectedCommand, ruleServerSteps)
	}
	switch {
	case string(name) == wire.CommandError && waits:
		return refusal(data)
	case string(name) == wire.CommandWelcome && m.state == plainAwaitWelcome:
		if len(data) > 0 {
			return violation(MalformedWelcome, "WELCOME of PLAIN carries nothing")
		}
		m.state = plainSendInitiate
		return nil
	case string(name) == wire.CommandReady && m.state == plainAwaitReady:
		m.peer, m.state = append([]byte{}, data...), plainClientReady
		return nil
	}
	return violation(UnexpectedCommand, ruleServerSteps)
}

func (m *plainClient) Refusal(string, wire.Version) []byte { return nil } // a client has no ERROR
func (m *plainClient) Ready() bool                         { return m.state == plainClientReady }
func (m *plainClient) Metadata() []byte                    { return m.peer }
func (m *plainClient) Traffic() Traffic                    { return nil }

// Wipe leaves name and password alone: they belong to the options.
func (m *plainClient) Wipe() {}

// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"encoding/binary"
	"io"

	"golang.org/x/crypto/nacl/secretbox"

	"github.com/gozmq/zmq/internal/wire"
)

// CurveClient is what a client of CURVE is made of. The connections of an endpoint share
// one, so that the secret key is in memory once.
type CurveClient struct {
	Public, Secret CurveKey  // its own, for long
	ServerKey      CurveKey  // the server's public key
	Metadata       []byte    // what INITIATE carries
	Random         io.Reader // of cryptographic quality
}

// curveClient is the client's side of CURVE: HELLO → WELCOME → INITIATE → READY,
// in this order and no other.
type curveClient struct {
	cfg   *CurveClient
	state curveClientState

	public, secret curveKey // C', c'
	helloKey       curveKey // of boxes between c' and S
	sessionKey     curveKey // of boxes between c' and S'
	serverPublic   curveKey // S'
	cookie         [cookieSize]byte
	sent           counter
	received       uint64 // short nonce of READY

	peer    []byte
	traffic *curveTraffic
}

type curveClientState uint8

const (
	curveSendHello curveClientState = iota
	curveAwaitWelcome
	curveSendInitiate
	curveAwaitReady
	curveClientReady
)

// NewCurveClient returns the client's side of CURVE.
func NewCurveClient(cfg *CurveClient) Machine { return &curveClient{cfg: cfg} }

func (m *curveClient) Name() string                        { return Curve }
func (m *curveClient) AsServer() bool                      { return false }
func (m *curveClient) Question() *Question                 { return nil }
func (m *curveClient) Admit()                              {}
func (m *curveClient) Refusal(string, wire.Version) []byte { return nil } // a client has no ERROR
func (m *curveClient) Ready() bool                         { return m.state == curveClientReady }
func (m *curveClient) Metadata() []byte                    { return m.peer }

func (m *curveClient) Traffic() Traffic {
	if m.traffic == nil {
		return nil
	}
	return m.traffic
}

func (m *curveClient) Wipe() {
	wipe(&m.secret, &m.helloKey, &m.sessionKey)
}

func (m *curveClient) Next() ([]byte, error) {
	switch m.state {
	case curveSendHello:
		m.state = curveAwaitWelcome
		return m.hello()
	case curveSendInitiate:
		m.state = curveAwaitReady
		return m.initiate()
	}
	return nil, nil
}

func (m *curveClient) hello() ([]byte, error) {
	if err := newKeyPair(&m.public, &m.secret, m.cfg.Random); err != nil {
		return nil, err
	}
	if err := precompute(&m.helloKey, &m.cfg.ServerKey, &m.secret); err != nil {
		return nil, err
	}
	tail, err := m.sent.next()
	if err != nil {
		return nil, err
	}
	// Version 1.0, then zeros that make HELLO longer than its answer, so that
	// an attacker cannot use the server to amplify traffic (RFC 26).
	b := wire.AppendCommand(make([]byte, 0, helloSize), wire.CommandHello, []byte{1, 0})
	b = append(b[:helloKey], m.public[:]...)
	b = append(b, tail[:]...)
	n := nonceOf(nonceHello, tail[:])
	return secretbox.Seal(b, make([]byte, 64), &n, &m.helloKey), nil
}

func (m *curveClient) initiate() ([]byte, error) {
	vouch, err := m.vouch()
	if err != nil {
		return nil, err
	}
	tail, err := m.sent.next()
	if err != nil {
		return nil, err
	}
	plain := append(append(append([]byte{}, m.cfg.Public[:]...), vouch...), m.cfg.Metadata...)
	b := wire.AppendCommand(make([]byte, 0, initiateSize+len(m.cfg.Metadata)), wire.CommandInitiate, m.cookie[:])
	b = append(b, tail[:]...)
	n := nonceOf(nonceInitiate, tail[:])
	return secretbox.Seal(b, plain, &n, &m.sessionKey), nil
}

// vouch binds the connection's key to the long-term one, and to this server:
// C' and S, in a box from C to S'.
func (m *curveClient) vouch() ([]byte, error) {
	var key curveKey
	defer wipe(&key)
	if err := precompute(&key, &m.serverPublic, &m.cfg.Secret); err != nil {
		return nil, err
	}
	v := make([]byte, longNonce, vouchSize)
	if _, err := io.ReadFull(m.cfg.Random, v); err != nil {
		return nil, err
	}
	n := nonceOf(nonceVouch, v)
	return secretbox.Seal(v, append(append([]byte{}, m.public[:]...), m.cfg.ServerKey[:]...), &n, &key), nil
}

func (m *curveClient) Longest() int {
	if m.state == curveAwaitWelcome {
		return longestFirst
	}
	return 0
}

func (m *curveClient) Receive(body []byte) error {
	name, data, err := wire.ParseCommand(body)
	if err != nil {
		return violation(UnexpectedCommand, ruleServerSteps)
	}
	waits := m.state == curveAwaitWelcome || m.state == curveAwaitReady
	switch {
	case string(name) == wire.CommandError && waits:
		return refusal(data)
	case string(name) == wire.CommandWelcome && m.state == curveAwaitWelcome:
		return m.welcome(body)
	case string(name) == wire.CommandReady && m.state == curveAwaitReady:
		return m.ready(body)
	}
	return violation(UnexpectedCommand, ruleServerSteps)
}

func (m *curveClient) welcome(body []byte) error {
	if len(body) != welcomeSize { // libzmq tells that by this number
		return violation(Cryptographic, "WELCOME of CURVE has 168 bytes")
	}
	n := nonceOf(nonceWelcome, body[welcomeNonce:welcomeBox])
	plain, ok := secretbox.Open(nil, body[welcomeBox:], &n, &m.helloKey)
	if !ok {
		return violation(Cryptographic, "WELCOME does not open with the server's key")
	}
	copy(m.cookie[:], plain[copy(m.serverPublic[:], plain):])
	if err := precompute(&m.sessionKey, &m.serverPublic, &m.secret); err != nil {
		return err
	}
	wipe(&m.helloKey)
	m.state = curveSendInitiate
	return nil
}

func (m *curveClient) ready(body []byte) error {
	if len(body) < readySize {
		return violation(MalformedReady, "READY of CURVE has 30 bytes and metadata")
	}
	n := nonceOf(nonceReady, body[readyNonce:readyBox])
	plain, ok := secretbox.Open([]byte{}, body[readyBox:], &n, &m.sessionKey)
	if !ok {
		return violation(Cryptographic, "READY does not open")
	}
	m.received = binary.BigEndian.Uint64(body[readyNonce:])
	m.peer, m.state = plain, curveClientReady
	m.traffic = newCurveTraffic(&m.sessionKey, nonceFromClient, nonceFromServer, m.sent, m.received)
	return nil
}

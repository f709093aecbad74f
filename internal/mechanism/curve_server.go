// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"io"

	"golang.org/x/crypto/nacl/secretbox"

	"github.com/gozmq/zmq/internal/wire"
)

// CurveServer is what a server of CURVE is made of.
// The connections of an endpoint share one.
type CurveServer struct {
	Key      *CurvePair // its own, for long; nil: the machine is a KeySeeker that asks for each client
	Metadata []byte     // what READY carries
	Random   io.Reader  // of cryptographic quality
}

// curveServer is the server's side of CURVE: HELLO → WELCOME → INITIATE → handler
// asked → READY. It keeps what the cookie would allow it to forget: a connection
// has a state anyway, and so the cookie is valid on the connection that it was
// made for alone.
type curveServer struct {
	cfg   *CurveServer
	state curveServerState

	key          *CurvePair // S, s
	hello        []byte     // short nonce and box of a HELLO that waits for keys
	public       curveKey   // S', s'
	secret       curveKey
	clientPublic curveKey // C'
	client       curveKey // C
	helloKey     curveKey // of boxes between s and C'
	sessionKey   curveKey // of boxes between s' and C'
	cookie       [cookieSize]byte
	sent         counter
	received     uint64 // short nonce of HELLO, then of INITIATE
	question     *Question
	peer         []byte
	traffic      *curveTraffic
}

type curveServerState uint8

const (
	curveAwaitHello curveServerState = iota
	curveSeekKeys
	curveSendWelcome
	curveAwaitInitiate
	curveAsked
	curveSendReady
	curveServerReady
	curveRefused
)

// NewCurveServer returns the server's side of CURVE.
func NewCurveServer(cfg *CurveServer) Machine { return &curveServer{cfg: cfg, key: cfg.Key} }

func (m *curveServer) Name() string        { return Curve }
func (m *curveServer) AsServer() bool      { return true }
func (m *curveServer) Question() *Question { return m.question }
func (m *curveServer) Ready() bool         { return m.state == curveServerReady }
func (m *curveServer) Metadata() []byte    { return m.peer }

func (m *curveServer) Admit() { m.question, m.state = nil, curveSendReady }

func (m *curveServer) Traffic() Traffic {
	if m.traffic == nil {
		return nil
	}
	return m.traffic
}

func (m *curveServer) Wipe() {
	wipe(&m.secret, &m.helloKey, &m.sessionKey)
}

// Refusal is in clear text and so proves nothing (RFC 26). It is possible from the
// time at which the client has proved its identity until READY has gone out.
func (m *curveServer) Refusal(reason string, _ wire.Version) []byte {
	if m.state != curveAsked && m.state != curveSendReady {
		return nil
	}
	m.state = curveRefused
	return errorCommand(reason)
}

func (m *curveServer) Next() ([]byte, error) {
	switch m.state {
	case curveSendWelcome:
		m.state = curveAwaitInitiate
		return m.welcome()
	case curveSendReady:
		m.state = curveServerReady
		return m.ready()
	}
	return nil, nil
}

func (m *curveServer) Longest() int {
	if m.state == curveAwaitHello {
		return longestFirst
	}
	return 0
}

func (m *curveServer) Receive(body []byte) error {
	name, _, err := parse(body)
	if err != nil {
		return err
	}
	switch m.state {
	case curveAwaitHello:
		if name != wire.CommandHello {
			return violation(UnexpectedCommand, "a client of CURVE begins with HELLO")
		}
		return m.takeHello(body)
	case curveAwaitInitiate:
		if name != wire.CommandInitiate {
			return violation(UnexpectedCommand, "a client of CURVE answers WELCOME with INITIATE")
		}
		return m.initiate(body)
	}
	return violation(Unspecified, ruleNotNow)
}

func (m *curveServer) takeHello(body []byte) error {
	if len(body) != helloSize {
		return violation(MalformedHello, "HELLO of CURVE has 200 bytes")
	}
	if body[6] != 1 || body[7] != 0 {
		return violation(MalformedHello, "CURVE is spoken in version 1.0")
	}
	copy(m.clientPublic[:], body[helloKey:])
	if m.key == nil {
		m.hello, m.state = bytes.Clone(body[helloNonce:]), curveSeekKeys
		return nil
	}
	return m.open(body[helloNonce:], m.key.secret)
}

func (m *curveServer) welcome() ([]byte, error) {
	if err := newKeyPair(&m.public, &m.secret, m.cfg.Random); err != nil {
		return nil, err
	}
	var cookieKey curveKey
	defer wipe(&cookieKey)
	if _, err := io.ReadFull(m.cfg.Random, cookieKey[:]); err != nil {
		return nil, err
	}
	var nonces [2 * longNonce]byte
	if _, err := io.ReadFull(m.cfg.Random, nonces[:]); err != nil {
		return nil, err
	}
	tail, cookieTail := nonces[:longNonce], nonces[longNonce:]
	copy(m.cookie[:], cookieTail)
	n := nonceOf(nonceCookie, cookieTail)
	secrets := append(append(make([]byte, 0, 2*CurveKeySize), m.clientPublic[:]...), m.secret[:]...)
	defer clear(secrets)
	secretbox.Seal(m.cookie[:longNonce], secrets, &n, &cookieKey)

	b := wire.AppendCommand(make([]byte, 0, welcomeSize), wire.CommandWelcome, tail)
	n = nonceOf(nonceWelcome, tail)
	b = secretbox.Seal(b, append(append([]byte{}, m.public[:]...), m.cookie[:]...), &n, &m.helloKey)
	wipe(&m.helloKey)
	return b, nil
}

// initiate checks in the order in which libzmq does. That the cookie is, byte by
// byte, the one that was given says more than that it opens.
func (m *curveServer) initiate(body []byte) error {
	if len(body) < initiateSize {
		return violation(MalformedInitiate, "INITIATE of CURVE has 257 bytes and metadata")
	}
	if subtle.ConstantTimeCompare(body[initiateCookie:initiateNonce], m.cookie[:]) != 1 {
		return violation(Cryptographic, "INITIATE brings back another cookie")
	}
	if err := precompute(&m.sessionKey, &m.clientPublic, &m.secret); err != nil {
		return err
	}
	n := nonceOf(nonceInitiate, body[initiateNonce:initiateBox])
	plain, ok := secretbox.Open(nil, body[initiateBox:], &n, &m.sessionKey)
	if !ok {
		return violation(Cryptographic, "INITIATE does not open")
	}
	at := binary.BigEndian.Uint64(body[initiateNonce:])
	if at <= m.received { // which libzmq does not check
		return violation(InvalidSequence, "the nonce of INITIATE is above that of HELLO")
	}
	m.received = at
	copy(m.client[:], plain)
	plain = plain[CurveKeySize:]
	if err := m.checkVouch(plain[:vouchSize]); err != nil {
		return err
	}
	m.peer = append([]byte{}, plain[vouchSize:]...)
	m.question = &Question{Curve, [][]byte{append([]byte{}, m.client[:]...)}}
	m.state = curveAsked
	return nil
}

// checkVouch makes sure that the client that holds the key c has made this connection
// and meant this server. libzmq does not check the latter, which keeps a server from
// using a client's vouch at another server.
func (m *curveServer) checkVouch(vouch []byte) error {
	var key curveKey
	defer wipe(&key)
	if err := precompute(&key, &m.client, &m.secret); err != nil {
		return err
	}
	n := nonceOf(nonceVouch, vouch[:longNonce])
	plain, ok := secretbox.Open(nil, vouch[longNonce:], &n, &key)
	if !ok {
		return violation(Cryptographic, "the vouch does not open: the client does not hold its secret key")
	}
	if subtle.ConstantTimeCompare(plain[:CurveKeySize], m.clientPublic[:]) != 1 {
		return violation(KeyExchange, "the vouch is for another connection")
	}
	if subtle.ConstantTimeCompare(plain[CurveKeySize:], m.key.public[:]) != 1 {
		return violation(KeyExchange, "the vouch is for another server")
	}
	return nil
}

func (m *curveServer) ready() ([]byte, error) {
	tail, err := m.sent.next()
	if err != nil {
		return nil, err
	}
	b := wire.AppendCommand(make([]byte, 0, readySize+len(m.cfg.Metadata)), wire.CommandReady, tail[:])
	n := nonceOf(nonceReady, tail[:])
	m.traffic = newCurveTraffic(&m.sessionKey, nonceFromServer, nonceFromClient, m.sent, m.received)
	return secretbox.Seal(b, m.cfg.Metadata, &n, &m.sessionKey), nil
}

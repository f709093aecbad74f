// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"encoding/binary"

	"golang.org/x/crypto/nacl/secretbox"
)

// CurvePair is a long-term key pair of a server. The connections of an endpoint share
// one, so that the secret key is in memory once.
type CurvePair struct {
	secret *curveKey
	public curveKey
}

// NewCurvePair derives the public key. The pair refers to secret.
func NewCurvePair(secret *CurveKey) (*CurvePair, error) {
	p := &CurvePair{secret: secret}
	return p, CurvePublic(&p.public, secret)
}

// KeySeeker is a Machine that learns the secret keys of its own side only when the peer
// has spoken. RFC 26 does not tell a server which of its public keys a client has, so
// it tries several.
type KeySeeker interface {
	Machine
	// Seeks returns the short-term key of the client that waits, nil if none does.
	Seeks() *CurveKey
	// Try goes on with the first key that fits the client, which it keeps a reference to.
	Try(secrets []*CurveKey) error
}

func (m *curveServer) Seeks() *CurveKey {
	if m.state != curveSeekKeys {
		return nil
	}
	return &m.clientPublic
}

// Try costs one multiplication of the curve for each key, and one more for the key that
// fits. The caller limits their number.
func (m *curveServer) Try(secrets []*CurveKey) error {
	hello := m.hello
	m.hello = nil
	for _, secret := range secrets {
		err := m.open(hello, secret)
		if err == nil {
			m.key, err = NewCurvePair(secret)
			return err
		}
		if err != errForeignHello {
			return err
		}
	}
	return errForeignHello
}

// open decides whether the box of a HELLO is one for the holder of a secret key.
func (m *curveServer) open(hello []byte, secret *curveKey) error {
	if err := precompute(&m.helloKey, &m.clientPublic, secret); err != nil {
		return err
	}
	n := nonceOf(nonceHello, hello[:shortNonce])
	if _, ok := secretbox.Open(nil, hello[shortNonce:], &n, &m.helloKey); !ok {
		return errForeignHello
	}
	m.received = binary.BigEndian.Uint64(hello)
	m.state = curveSendWelcome
	return nil
}

var errForeignHello = violation(Cryptographic, "HELLO does not open: the client has another server's key")

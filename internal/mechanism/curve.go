// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"encoding/binary"
	"io"
	"math"

	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/nacl/secretbox"
)

// CURVE (RFC 25, RFC 26). Long-term keys are C and c of the client, S and s of
// the server; those of one connection C', c', S', s'. A box from a to B opens with
// the key that A and b give as well as with that of a and B: one precomputed key
// serves both directions, kept apart by the nonces.
//
//	client                                    server
//	HELLO     C', box of zeros (C'→S)      →
//	                                       ←  WELCOME  box of S', cookie (S→C')
//	INITIATE  cookie, box of C, vouch,     →
//	          metadata (C'→S')                (handler asked about C)
//	                                       ←  READY    box of metadata (S'→C')
//	MESSAGE   box of flags, payload       ↔  MESSAGE

// CurveKeySize is the length of each key.
const CurveKeySize = 32

// Sizes of command bodies (RFC 26), and of what is in them.
const (
	boxOverhead = secretbox.Overhead // the authenticator of a box
	shortNonce  = 8
	longNonce   = 16

	helloSize    = 200
	helloKey     = 80  // where C' is
	helloNonce   = 112 // where the short nonce is
	helloBox     = 120
	cookieSize   = longNonce + boxOverhead + 2*CurveKeySize
	welcomeNonce = 8
	welcomeBox   = welcomeNonce + longNonce
	welcomeSize  = welcomeBox + boxOverhead + CurveKeySize + cookieSize
	vouchSize    = longNonce + boxOverhead + 2*CurveKeySize

	initiateCookie = 9
	initiateNonce  = initiateCookie + cookieSize
	initiateBox    = initiateNonce + shortNonce
	initiateSize   = initiateBox + boxOverhead + CurveKeySize + vouchSize // without metadata
	readyNonce     = 6
	readyBox       = readyNonce + shortNonce
	readySize      = readyBox + boxOverhead // without metadata
)

// Beginnings of nonces (RFC 26). What follows is a counter where they have 16
// bytes, random where they have 8.
const (
	nonceHello    = "CurveZMQHELLO---"
	nonceInitiate = "CurveZMQINITIATE"
	nonceReady    = "CurveZMQREADY---"
	nonceWelcome  = "WELCOME-"
	nonceCookie   = "COOKIE--"
	nonceVouch    = "VOUCH---"
)

// CurveKey is a key, public or secret.
type CurveKey = [CurveKeySize]byte

type curveKey = CurveKey

// nonceOf joins a beginning and the tail that travels.
func nonceOf(begin string, tail []byte) (n [24]byte) {
	copy(n[copy(n[:], begin):], tail)
	return n
}

// precompute sets k to the key of boxes between a public and a secret key:
// crypto_box_beforenm. It refuses public keys of low order, whose result every
// observer would know.
func precompute(k, public, secret *curveKey) error {
	shared, err := curve25519.X25519(secret[:], public[:])
	if err != nil {
		return violation(Cryptographic, "a public key of low order")
	}
	defer clear(shared)
	deriveKey(k, (*curveKey)(shared), "")
	return nil
}

// newKeyPair makes the keys of one connection.
func newKeyPair(public, secret *curveKey, random io.Reader) error {
	if _, err := io.ReadFull(random, secret[:]); err != nil {
		return err
	}
	return CurvePublic(public, secret)
}

// CurvePublic sets public to the public key of a secret one.
func CurvePublic(public, secret *curveKey) error {
	p, err := curve25519.X25519(secret[:], curve25519.Basepoint)
	if err == nil {
		copy(public[:], p)
	}
	return err
}

// counter is the last short nonce that was used in one direction.
type counter uint64

// next returns the next short nonce. The connection ends before one would be used
// twice.
func (c *counter) next() (tail [shortNonce]byte, err error) {
	if *c == math.MaxUint64 {
		return tail, violation(InvalidSequence, "the nonces of the connection are used up")
	}
	*c++
	binary.BigEndian.PutUint64(tail[:], uint64(*c))
	return tail, nil
}

// wipe overwrites keys. The garbage collector does not move what machines hold.
func wipe(keys ...*curveKey) {
	for _, k := range keys {
		clear(k[:])
	}
}

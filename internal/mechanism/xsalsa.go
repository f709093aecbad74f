// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"crypto/subtle"

	"github.com/gozmq/zmq/internal/mechanism/salsa20"

	//lint:ignore SA1019 it is what a box of NaCl is made of, and used as secretbox uses it
	"golang.org/x/crypto/poly1305"
	//lint:ignore SA1019 likewise
	"golang.org/x/crypto/salsa20/salsa"
)

// stream makes the boxes of one direction of a connection: what secretbox does,
// message by message, with what all of them have in common done once. The first 16
// bytes of their nonces are the same, and so is the key that XSalsa20 derives from
// them. The nonces count, so that the key streams of the next small boxes can be made
// together with that of the box at hand: eight blocks cost little more than one.
//
// TestBoxesAreThoseOfNaCl and TestBoxesInARowAreThoseOfNaCl compare the two at every
// length that matters.
type stream struct {
	key   curveKey // XSalsa20's, of this direction
	nonce uint64   // of the box at hand, big-endian as it travels

	// ahead is the beginning of the key streams of nonces in a row from first on,
	// so many blocks each. It is there from the first small box on.
	ahead *[salsa20.GroupSize]byte
	first uint64
	each  int
}

// newStream derives the key of a direction from that of the connection.
func newStream(key *curveKey, prefix string) stream {
	var s stream
	deriveKey(&s.key, key, prefix)
	return s
}

// deriveKey is HSalsa20: of a key and what a nonce begins with, and without that of
// what two parties share (crypto_box_beforenm).
func deriveKey(to, from *curveKey, prefix string) {
	var begin [16]byte
	copy(begin[:], prefix)
	salsa.HSalsa20(to, &begin, from, &salsa.Sigma)
}

// authKey is how many bytes of a key stream are the key of the authenticator. The text
// begins behind them, in the middle of the first block.
const authKey = 32

// smallText is the longest text whose key stream is made ahead, of two boxes or more.
const smallText = salsa20.GroupSize/2 - authKey

// begin returns the key stream of the box at hand for a text of n bytes, smallText at
// most.
func (s *stream) begin(n int) []byte {
	each := 1
	for each*salsa20.BlockSize < authKey+n {
		each *= 2
	}
	if s.ahead == nil || each > s.each || s.nonce-s.first >= uint64(salsa20.Group/s.each) {
		if s.ahead == nil {
			s.ahead = new([salsa20.GroupSize]byte)
		}
		clear(s.ahead[:])
		salsa20.Beginnings(s.ahead, s.nonce, each, &s.key)
		s.first, s.each = s.nonce, each
	}
	size := s.each * salsa20.BlockSize
	return s.ahead[int(s.nonce-s.first)*size:][:size]
}

// seal writes the box of flags and payload to dst, which has room for exactly it and
// does not overlap payload.
func (s *stream) seal(dst []byte, flags byte, payload []byte) {
	if n := 1 + len(payload); n <= smallText {
		s.sealWith(s.begin(n), dst, flags, payload)
		return
	}
	var ks [salsa20.GroupSize]byte
	salsa20.Beginnings(&ks, s.nonce, salsa20.Group, &s.key)
	s.sealWith(ks[:], dst, flags, payload)
}

// sealWith is seal with the beginning of the key stream.
func (s *stream) sealWith(ks, dst []byte, flags byte, payload []byte) {
	text := dst[boxOverhead:]
	text[0] = flags ^ ks[authKey]
	s.xor(text[1:], payload, ks)
	poly1305.Sum((*[boxOverhead]byte)(dst), text, (*[authKey]byte)(ks))
}

// open verifies a box, which holds flags at least, and writes its payload to dst,
// which has room for exactly it and is the payload's place in the box or does not
// overlap the box. Nothing is decrypted that is not authentic.
func (s *stream) open(dst, box []byte) (flags byte, ok bool) {
	if n := len(box) - boxOverhead; n <= smallText {
		return s.openWith(s.begin(n), dst, box)
	}
	var ks [salsa20.GroupSize]byte
	salsa20.Beginnings(&ks, s.nonce, salsa20.Group, &s.key)
	return s.openWith(ks[:], dst, box)
}

// openWith is open with the beginning of the key stream.
func (s *stream) openWith(ks, dst, box []byte) (flags byte, ok bool) {
	text := box[boxOverhead:]
	if !poly1305.Verify((*[boxOverhead]byte)(box), text, (*[authKey]byte)(ks)) {
		return 0, false
	}
	flags = text[0] ^ ks[authKey]
	s.xor(dst, text[1:], ks)
	return flags, true
}

// xor encrypts or decrypts a payload. ks is the beginning of its key stream: all of it,
// or a group of blocks.
func (s *stream) xor(dst, src, ks []byte) {
	n := subtle.XORBytes(dst, src, ks[authKey+1:])
	if n < len(src) {
		salsa20.XOR(dst[n:], src[n:], s.nonce, salsa20.Group, &s.key)
	}
}

// wipe forgets the key and what was made of it.
func (s *stream) wipe() {
	wipe(&s.key)
	if s.ahead != nil {
		clear(s.ahead[:])
		s.ahead = nil
	}
}

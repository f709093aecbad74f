// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"crypto/subtle"
	"encoding/binary"

	//lint:ignore SA1019 it is what a box of NaCl is made of, and used as secretbox uses it
	"golang.org/x/crypto/poly1305"
	//lint:ignore SA1019 likewise
	"golang.org/x/crypto/salsa20/salsa"
)

// stream makes the boxes of one direction of a connection: what secretbox does,
// message by message, with what all of them have in common done once. The first 16
// bytes of their nonces are the same, and so is the key that XSalsa20 derives from
// them. Salsa20 makes four blocks together nearly as fast as one alone, if they are
// asked for together. Both make small messages a quarter to a half faster.
//
// TestBoxesAreThoseOfNaCl compares the two at every length that matters.
type stream struct {
	key   curveKey // XSalsa20's, of this direction
	nonce uint64   // of the box at hand, big-endian as it travels
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

// Salsa20 makes blocks of 64 bytes. The first 32 of a box's key the authenticator,
// the text begins in the middle of the block.
const (
	block     = 64
	authKey   = 32
	fourBlock = 4 * block
)

// begin makes the first bytes of the key stream: a block where that is enough for
// a text of n bytes, otherwise four.
func (s *stream) begin(ks *[fourBlock]byte, n int) []byte {
	size := fourBlock
	if authKey+n <= block {
		size = block
	}
	s.keyStream(ks[:size], 0)
	return ks[:size]
}

// keyStream fills ks, which is all zeros, from a block on.
func (s *stream) keyStream(ks []byte, from uint64) {
	var counter [16]byte
	binary.BigEndian.PutUint64(counter[:], s.nonce)
	binary.LittleEndian.PutUint64(counter[8:], from)
	salsa.XORKeyStream(ks, ks, &counter, &s.key)
}

// xor encrypts or decrypts what follows the first four blocks; dst and src are the
// same or do not overlap.
func (s *stream) xor(dst, src []byte) {
	var counter [16]byte
	binary.BigEndian.PutUint64(counter[:], s.nonce)
	next := uint64(4)
	if whole := len(src) / fourBlock * fourBlock; whole > 0 {
		binary.LittleEndian.PutUint64(counter[8:], next)
		salsa.XORKeyStream(dst[:whole], src[:whole], &counter, &s.key)
		dst, src = dst[whole:], src[whole:]
		next += uint64(whole / block)
	}
	if len(src) == 0 {
		return
	}
	var ks [fourBlock]byte
	size := fourBlock
	if len(src) <= block {
		size = block
	}
	s.keyStream(ks[:size], next)
	subtle.XORBytes(dst, src, ks[:size])
}

// seal writes the box of flags and payload to dst, which has room for exactly it and
// does not overlap payload.
func (s *stream) seal(dst []byte, flags byte, payload []byte) {
	var zeros [fourBlock]byte
	ks := s.begin(&zeros, 1+len(payload))
	text := dst[boxOverhead:]
	text[0] = flags ^ ks[authKey]
	n := subtle.XORBytes(text[1:], payload, ks[authKey+1:])
	if n < len(payload) {
		s.xor(text[1+n:], payload[n:])
	}
	poly1305.Sum((*[boxOverhead]byte)(dst), text, (*[authKey]byte)(ks))
}

// open verifies a box, which holds flags at least, and writes its payload to dst,
// which has room for exactly it and is the payload's place in the box or does not
// overlap the box. Nothing is decrypted that is not authentic.
func (s *stream) open(dst, box []byte) (flags byte, ok bool) {
	var zeros [fourBlock]byte
	text := box[boxOverhead:]
	ks := s.begin(&zeros, len(text))
	if !poly1305.Verify((*[boxOverhead]byte)(box), text, (*[authKey]byte)(ks)) {
		return 0, false
	}
	flags = text[0] ^ ks[authKey]
	payload := text[1:]
	n := subtle.XORBytes(dst, payload, ks[authKey+1:])
	if n < len(payload) {
		s.xor(dst[n:], payload[n:])
	}
	return flags, true
}

// SPDX-License-Identifier: Apache-2.0

// Package salsa20 makes key streams of Salsa20 eight blocks at a time, on processors
// with AVX2 or AVX-512; on others it leaves them to golang.org/x/crypto, whose own
// assembly makes four with SSE2. Eight blocks cost little more than one does alone, and
// need not be of one message: Beginnings makes those that the next small messages of a
// connection will need.
//
// The assembly is written by the program in _asm.
package salsa20

import (
	"crypto/subtle"
	"encoding/binary"
	"math"

	//lint:ignore SA1019 the cipher of NaCl's boxes
	"golang.org/x/crypto/salsa20/salsa"
)

const (
	// BlockSize is the number of bytes of a block.
	BlockSize = 64
	// Group is how many blocks are made at a time.
	Group = 8
	// GroupSize is the number of their bytes.
	GroupSize = Group * BlockSize
)

// input is the state before the rounds: 16 words, of which those of nonce and counter
// are not used here, and then the two words of the nonce and the two of the counter for
// each of eight blocks.
type input = [48]uint32

// Where the words of eight blocks are in an input.
const (
	nonceLanes   = 16
	counterLanes = 32
)

// XOR encrypts or decrypts src to dst, which are the same or do not overlap, with the
// key stream of a nonce from a block on. A nonce is big-endian as it travels. dst has
// room for src.
func XOR(dst, src []byte, nonce, block uint64, key *[32]byte) {
	if !wide() {
		narrow(dst, src, nonce, block, key)
		return
	}
	var in input
	prepare(&in, key)
	for len(src) >= GroupSize {
		// Within one call the lower halves of counters must not overflow, unless
		// they do in a group of its own.
		groups := min(len(src)/GroupSize, max(1, int((math.MaxUint32-uint32(block))/Group)))
		lanes(&in, nonce, block)
		xorGroups(&dst[0], &src[0], groups, &in)
		n := groups * GroupSize
		dst, src, block = dst[n:], src[n:], block+uint64(groups*Group)
	}
	if len(src) == 0 {
		return
	}
	var ks [GroupSize]byte
	lanes(&in, nonce, block)
	xorGroups(&ks[0], &ks[0], 1, &in)
	subtle.XORBytes(dst, src, ks[:])
}

// Beginnings fills to, which is all zeros, with the first blocks of nonces in a row: so
// many each, 1, 2, 4 or 8, so that there are 8, 4, 2 or 1 nonces.
func Beginnings(to *[GroupSize]byte, nonce uint64, each int, key *[32]byte) {
	if !wide() {
		for at := 0; at < GroupSize; at += each * BlockSize {
			narrow(to[at:at+each*BlockSize], to[at:at+each*BlockSize], nonce, 0, key)
			nonce++
		}
		return
	}
	var in input
	prepare(&in, key)
	for i := range Group {
		lane(&in, i, nonce+uint64(i/each), uint64(i%each))
	}
	xorGroups(&to[0], &to[0], 1, &in)
}

// prepare fills in what all blocks of a key have in common: the constants and the key.
func prepare(in *input, key *[32]byte) {
	in[0], in[5], in[10], in[15] = 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 // "expand 32-byte k"
	for i := range 4 {
		in[1+i] = binary.LittleEndian.Uint32(key[4*i:])
		in[11+i] = binary.LittleEndian.Uint32(key[16+4*i:])
	}
}

// lanes are eight blocks of one nonce in a row.
func lanes(in *input, nonce, block uint64) {
	for i := range Group {
		lane(in, i, nonce, block+uint64(i))
	}
}

// lane is one block of the eight.
func lane(in *input, i int, nonce, block uint64) {
	var travels [8]byte
	binary.BigEndian.PutUint64(travels[:], nonce)
	in[nonceLanes+i] = binary.LittleEndian.Uint32(travels[:])
	in[nonceLanes+Group+i] = binary.LittleEndian.Uint32(travels[4:])
	in[counterLanes+i] = uint32(block)
	in[counterLanes+Group+i] = uint32(block >> 32)
}

// narrow is XOR by golang.org/x/crypto, which makes up to four blocks together as long as
// they are asked for together and whole.
func narrow(dst, src []byte, nonce, block uint64, key *[32]byte) {
	const four = 4 * BlockSize
	var counter [16]byte
	binary.BigEndian.PutUint64(counter[:], nonce)
	binary.LittleEndian.PutUint64(counter[8:], block)
	if whole := len(src) / four * four; whole > 0 {
		salsa.XORKeyStream(dst[:whole], src[:whole], &counter, key)
		dst, src = dst[whole:], src[whole:]
		binary.LittleEndian.PutUint64(counter[8:], block+uint64(whole/BlockSize))
	}
	if len(src) == 0 {
		return
	}
	var ks [four]byte
	size := four
	if len(src) <= BlockSize {
		size = BlockSize
	}
	salsa.XORKeyStream(ks[:size], ks[:size], &counter, key)
	subtle.XORBytes(dst, src, ks[:size])
}

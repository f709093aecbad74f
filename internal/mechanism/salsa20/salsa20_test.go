// SPDX-License-Identifier: Apache-2.0

package salsa20

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	//lint:ignore SA1019 what the key stream is compared with
	"golang.org/x/crypto/salsa20/salsa"
)

// reference is the key stream of a nonce from a block on, by golang.org/x/crypto a block
// at a time.
func reference(n int, nonce, block uint64, key *[32]byte) []byte {
	var counter [16]byte
	binary.BigEndian.PutUint64(counter[:], nonce)
	stream := make([]byte, (n+BlockSize-1)/BlockSize*BlockSize)
	for at := 0; at < len(stream); at += BlockSize {
		binary.LittleEndian.PutUint64(counter[8:], block)
		salsa.XORKeyStream(stream[at:at+BlockSize], stream[at:at+BlockSize], &counter, key)
		block++
	}
	return stream[:n]
}

func xored(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range a {
		out[i] = a[i] ^ b[i]
	}
	return out
}

func random(rnd *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

// TestKeyStreamIsThatOfSalsa20: with random keys, nonces, counters and texts, at every
// length up to four groups and around larger ones, in place and beside it; nothing
// behind the text is written.
func TestKeyStreamIsThatOfSalsa20(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		rnd := rand.New(rand.NewPCG(1, 2))
		var sizes []int
		for n := range 4*GroupSize + 2 {
			sizes = append(sizes, n)
		}
		sizes = append(sizes, 65536-31, 65536, 65537, 1<<20+5)
		for _, n := range sizes {
			key, nonce, block := [32]byte(random(rnd, 32)), rnd.Uint64(), rnd.Uint64()
			checkXOR(t, random(rnd, n), nonce, block, &key)
		}
	})
}

func checkXOR(t *testing.T, text []byte, nonce, block uint64, key *[32]byte) {
	t.Helper()
	n := len(text)
	want := xored(text, reference(n, nonce, block, key))
	beside := bytes.Repeat([]byte{0xa5}, n+1)
	XOR(beside[:n], text, nonce, block, key)
	if !bytes.Equal(beside[:n], want) || beside[n] != 0xa5 {
		t.Fatalf("%d bytes, nonce %#x, block %#x: not the key stream of Salsa20", n, nonce, block)
	}
	inPlace := append(bytes.Clone(text), 0xa5)
	XOR(inPlace[:n], inPlace[:n], nonce, block, key)
	if !bytes.Equal(inPlace[:n], want) || inPlace[n] != 0xa5 {
		t.Fatalf("%d bytes, nonce %#x, block %#x: in place not the key stream of Salsa20", n, nonce, block)
	}
}

// TestCountersCarry: blocks around the places where halves of a counter overflow.
func TestCountersCarry(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		rnd := rand.New(rand.NewPCG(3, 4))
		key := [32]byte(random(rnd, 32))
		for _, at := range []uint64{1 << 32, 7 << 32, 0} { // 0 is behind the last
			for before := range uint64(4 * Group) {
				checkXOR(t, random(rnd, 5*GroupSize+1), rnd.Uint64(), at-before, &key)
			}
		}
	})
}

// TestBeginningsAreOfNoncesInARow also where their halves overflow.
func TestBeginningsAreOfNoncesInARow(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		rnd := rand.New(rand.NewPCG(5, 6))
		for _, first := range []uint64{0, 1, 254, math.MaxUint32 - 3, math.MaxUint64 - 3, rnd.Uint64()} {
			for _, each := range []int{1, 2, 4, 8} {
				key := [32]byte(random(rnd, 32))
				var got [GroupSize]byte
				Beginnings(&got, first, each, &key)
				var want []byte
				for i := range Group / each {
					want = append(want, reference(each*BlockSize, first+uint64(i), 0, &key)...)
				}
				if !bytes.Equal(got[:], want) {
					t.Fatalf("%d blocks each from nonce %#x: not the key streams of Salsa20", each, first)
				}
			}
		}
	})
}

func FuzzKeyStream(f *testing.F) {
	f.Add([]byte("text"), uint64(1), uint64(0), []byte("key"))
	f.Add(make([]byte, 3*GroupSize+1), uint64(math.MaxUint64), uint64(math.MaxUint32-9), make([]byte, 32))
	f.Fuzz(func(t *testing.T, text []byte, nonce, block uint64, key []byte) {
		var k [32]byte
		copy(k[:], key)
		for _, use := range kernels() {
			use(func() { checkXOR(t, text, nonce, block, &k) })
		}
	})
}

func eachKernel(t *testing.T, test func(*testing.T)) {
	for name, use := range kernels() {
		t.Run(name, func(t *testing.T) { use(func() { test(t) }) })
	}
}

func BenchmarkXOR(b *testing.B) {
	for name, use := range kernels() {
		for _, n := range []int{64, 512, 1025, 65536} {
			b.Run(fmt.Sprint(name, "/", n), func(b *testing.B) {
				use(func() {
					text, key := make([]byte, n), new([32]byte)
					b.SetBytes(int64(n))
					for b.Loop() {
						XOR(text, text, 1, 0, key)
					}
				})
			})
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/crypto/nacl/secretbox"
)

// TestBoxesAreThoseOfNaCl: at every length up to some blocks, and around those of
// large frames, a box is byte by byte what secretbox makes, and opens to what it
// was made of; with any byte changed it does not.
func TestBoxesAreThoseOfNaCl(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var key curveKey
	for i := range key {
		key[i] = byte(rnd.Uint32())
	}
	var sizes []int
	for n := range 1200 {
		sizes = append(sizes, n)
	}
	sizes = append(sizes, 4095, 4096, 65535, 65536, 65537, 65536+31, 65536+32, 1<<20)
	s := newStream(&key, nonceFromClient)
	for _, n := range sizes {
		payload := make([]byte, n)
		for i := range payload {
			payload[i] = byte(rnd.Uint32())
		}
		flags, at := byte(n), rnd.Uint64()
		nonce := nonceOf(nonceFromClient, binary.BigEndian.AppendUint64(nil, at))
		want := secretbox.Seal(nil, append([]byte{flags}, payload...), &nonce, &key)
		s.nonce = at
		box := make([]byte, len(want))
		s.seal(box, flags, payload)
		same(t, fmt.Sprintf("box of %d bytes", n), box, want)

		got := make([]byte, n)
		if f, ok := s.open(got, box); !ok || f != flags || !bytes.Equal(got, payload) {
			t.Fatalf("box of %d bytes does not open", n)
		}
		for range 5 {
			bad := mutated(box, rnd.IntN(len(box)))
			clear(got)
			if _, ok := s.open(got, bad); ok || !bytes.Equal(got, make([]byte, n)) {
				t.Fatalf("box of %d bytes opens, changed", n)
			}
		}
		if f, ok := s.open(box[boxOverhead+1:], box); !ok || f != flags || !bytes.Equal(box[boxOverhead+1:], payload) {
			t.Fatalf("box of %d bytes does not open in place", n)
		}
	}
}

// TestBoxesInARowAreThoseOfNaCl: boxes of one connection, whose key streams are made
// ahead, of sizes that change in any way. One that was changed on the way does not open,
// and does not keep the real one from opening.
func TestBoxesInARowAreThoseOfNaCl(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var key curveKey
	for i := range key {
		key[i] = byte(rnd.Uint32())
	}
	sizes := []func(i int) int{
		func(int) int { return 16 },
		func(i int) int { return i % 2 * 40 },
		func(i int) int { return i },
		func(i int) int { return 400 - i },
		func(int) int { return rnd.IntN(smallText + 100) },
		func(int) int { return rnd.IntN(authKey) * rnd.IntN(authKey) },
	}
	for mix, size := range sizes {
		out, in := newStream(&key, nonceFromClient), newStream(&key, nonceFromClient)
		nonce := math.MaxUint32 - rnd.Uint64N(400)
		for i := range 400 {
			nonce++
			payload := make([]byte, size(i))
			for j := range payload {
				payload[j] = byte(rnd.Uint32())
			}
			flags := byte(i)
			full := nonceOf(nonceFromClient, binary.BigEndian.AppendUint64(nil, nonce))
			want := secretbox.Seal(nil, append([]byte{flags}, payload...), &full, &key)
			out.nonce, in.nonce = nonce, nonce
			box := make([]byte, len(want))
			out.seal(box, flags, payload)
			same(t, fmt.Sprintf("mix %d, box %d, of %d bytes", mix, i, len(payload)), box, want)
			got := make([]byte, len(payload))
			if _, ok := in.open(got, mutated(box, rnd.IntN(len(box)))); ok || !bytes.Equal(got, make([]byte, len(got))) {
				t.Fatalf("mix %d, box %d opens, changed", mix, i)
			}
			if f, ok := in.open(got, box); !ok || f != flags || !bytes.Equal(got, payload) {
				t.Fatalf("mix %d, box %d of %d bytes does not open", mix, i, len(payload))
			}
		}
	}
}

// TestWipeForgetsKeyStreams: what was made ahead is as secret as the key.
func TestWipeForgetsKeyStreams(t *testing.T) {
	c, s := curveUpTo(t, "")
	message, err := c.traffic.Seal(nil, 0, []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.traffic.Open(nil, message); err != nil {
		t.Fatal(err)
	}
	out, in := c.traffic.out.ahead, s.traffic.in.ahead
	if out == nil || in == nil || *out != *in {
		t.Fatal("no key streams were made ahead, or not the same")
	}
	c.traffic.Wipe()
	s.traffic.Wipe()
	if *out != *new([len(out)]byte) || *in != *new([len(in)]byte) {
		t.Fatal("key streams are in memory after Wipe")
	}
}

func BenchmarkSealAndOpen(b *testing.B) {
	for _, n := range []int{16, 100, 1024, 65536} {
		c, s := curveUpTo(b, "")
		payload, opened := make([]byte, n), make([]byte, 0, n)
		first, messages := uint64(c.traffic.sealed), make([][]byte, 64)
		for i := range messages {
			messages[i], _ = c.traffic.Seal(nil, 0, payload)
		}
		sealed := make([]byte, 0, n+100)
		b.Run(fmt.Sprint("seal/", n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				if _, err := c.traffic.Seal(sealed, 0, payload); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("open/", n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for i := 0; b.Loop(); i++ {
				i %= len(messages)
				s.traffic.opened = first + uint64(i)
				if _, _, err := s.traffic.Open(opened, messages[i]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package mechanism

import (
	"bytes"
	"encoding/binary"
	"fmt"
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

func BenchmarkSealAndOpen(b *testing.B) {
	for _, n := range []int{16, 100, 1024, 65536} {
		c, s := curveUpTo(b, "")
		payload, sealed, opened := make([]byte, n), make([]byte, 0, n+100), make([]byte, 0, n)
		b.Run(fmt.Sprint("seal/", n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				if _, err := c.traffic.Seal(sealed, 0, payload); err != nil {
					b.Fatal(err)
				}
			}
		})
		message, _ := c.traffic.Seal(sealed, 0, payload)
		b.Run(fmt.Sprint("open/", n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				s.traffic.opened = 0
				if _, _, err := s.traffic.Open(opened, message); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

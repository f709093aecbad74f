// SPDX-License-Identifier: Apache-2.0

package udp

import (
	"bytes"
	"net/netip"
	"testing"
)

// TestFramesAreReadAtEveryCut: frames come in pieces of any size.
func TestFramesAreReadAtEveryCut(t *testing.T) {
	for _, size := range []int{0, 1, 255, 256, MaxDatagram} {
		body := bytes.Repeat([]byte{'x'}, size)
		b := appendFrame(appendFrame(nil, more, []byte("g")), 0, body)
		for cut := range b {
			if n, _, _, ok := message(b[:cut]); n != 0 || ok {
				t.Fatalf("a body of %d bytes, cut at %d: %d, %v", size, cut, n, ok)
			}
		}
		if n, head, got, ok := message(append(b, 7)); n != len(b) || string(head) != "g" || !bytes.Equal(got, body) || !ok {
			t.Fatalf("a body of %d bytes: %d, %q, %d bytes, %v", size, n, head, len(got), ok)
		}
	}
	for what, b := range map[string][]byte{
		"a command":    appendFrame(nil, command, []byte("\x04JOINg")),
		"one frame":    appendFrame(nil, 0, []byte("g")),
		"three frames": appendFrame(appendFrame(nil, more, nil), more, nil),
	} {
		if n, _, _, ok := message(b); n == 0 || ok {
			t.Errorf("%s: %d, %v", what, n, ok)
		}
	}
}

// FuzzDatagram: a datagram is dropped and counted, or is a message of a group.
func FuzzDatagram(f *testing.F) {
	for _, seed := range []string{"", "\x00", "\x01", "\x07weatherrain", "\xffx", "\x02a\x00x"} {
		f.Add([]byte(seed), seed == "")
	}
	from := netip.MustParseAddrPort("192.0.2.1:5")
	f.Fuzz(func(t *testing.T, b []byte, dgram bool) {
		dropped := 0
		c := &Conn{role: Dish, malformed: func() { dropped++ }}
		if dgram {
			c.role = Dgram
		}
		c.take(b, from)
		if dropped > 0 {
			if len(c.out) > 0 {
				t.Fatalf("%q was dropped and is there", b)
			}
			return
		}
		n, head, body, ok := message(c.out)
		switch {
		case !ok || n != len(c.out):
			t.Fatalf("%q became %q", b, c.out)
		case dgram && (string(head) != "192.0.2.1:5" || !bytes.Equal(body, b)):
			t.Fatalf("%q became %q, %q", b, head, body)
		case !dgram && !bytes.Equal(append(append([]byte{byte(len(head))}, head...), body...), b):
			t.Fatalf("%q became %q, %q", b, head, body)
		}
	})
}

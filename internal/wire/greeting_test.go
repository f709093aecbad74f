// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"testing"
)

const (
	null31 = `FF 00 00 00 00 00 00 00 01 7F 03 01 4E 55 4C 4C
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`
	curveServer31 = `FF 00 00 00 00 00 00 00 00 7F 03 01 43 55 52 56
		45 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
		00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00`
	sub20 = "FF 00 00 00 00 00 00 00 01 7F 01 02"
)

func TestSignatureAnnouncesIdentityLength(t *testing.T) {
	tests := []struct {
		length int
		wire   string
	}{
		{0, "FF 00 00 00 00 00 00 00 01 7F"},
		{5, "FF 00 00 00 00 00 00 00 06 7F"},
		{255, "FF 00 00 00 00 00 00 01 00 7F"},
	}
	for _, tt := range tests {
		got := prefixed(t, func(dst []byte) []byte { return AppendSignature(dst, tt.length) })
		wantOctets(t, "signature", got, unhex(t, tt.wire))
	}
}

func TestNullGreetingExample(t *testing.T) {
	g := Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}
	got := prefixed(t, func(dst []byte) []byte { return AppendGreeting(dst, g) })
	wantOctets(t, "greeting", got, unhex(t, null31))
	if len(got) != GreetingSize {
		t.Errorf("%d octets", len(got))
	}
	if parsed, err := ParseGreeting(got); parsed != g || err != nil {
		t.Errorf("%+v, %v", parsed, err)
	}
}

func TestCurveServerGreetingExample(t *testing.T) {
	want := Greeting{Major: 3, Minor: 1, Mechanism: "CURVE", AsServer: true}
	wire := unhex(t, curveServer31)
	if g, err := ParseGreeting(wire); g != want || err != nil {
		t.Errorf("%+v, %v", g, err)
	}
	wantOctets(t, "after the major version", AppendGreetingRest(nil, want), wire[11:])
}

func TestV2GreetingExample(t *testing.T) {
	g := Greeting{Major: 1, SocketType: 2}
	got := prefixed(t, func(dst []byte) []byte { return AppendGreeting(dst, g) })
	wantOctets(t, "greeting", got, unhex(t, sub20))
	if len(got) != GreetingV2Size {
		t.Errorf("%d octets", len(got))
	}
	if parsed, err := ParseGreeting(got); parsed != g || err != nil {
		t.Errorf("%+v, %v", parsed, err)
	}
	whole := AppendFrame(got, 0, nil)
	wantOctets(t, "with identity", whole, unhex(t, sub20+"00 00"))
}

func TestSignatureMajorAndRestAreTheGreeting(t *testing.T) {
	for _, g := range []Greeting{
		{Major: 3, Minor: 1, Mechanism: "PLAIN", AsServer: true},
		{Major: 3, Minor: 0, Mechanism: "NULL"},
		{Major: 1, SocketType: 9},
		{Major: 0, SocketType: 5},
	} {
		parts := AppendGreetingRest(append(AppendSignature(nil, 0), g.Major), g)
		wantOctets(t, "greeting", parts, AppendGreeting(nil, g))
	}
	if rest := AppendGreetingRest(nil, Greeting{Major: 3}); len(rest) != 53 {
		t.Errorf("rest has %d octets", len(rest))
	}
}

func TestGreetingIsRefusedAtEveryPrefix(t *testing.T) {
	for _, s := range []string{null31, curveServer31, sub20} {
		wire := unhex(t, s)
		for i := range wire {
			if g, err := ParseGreeting(wire[:i]); g != (Greeting{}) || err != NotGreeting {
				t.Errorf("%d octets: %+v, %v", i, g, err)
			}
		}
	}
}

func TestGreetingWithoutSignatureIsRefused(t *testing.T) {
	for _, octet := range []int{0, 9} {
		wire := unhex(t, null31)
		wire[octet] &^= 1
		if _, err := ParseGreeting(wire); err != NotGreeting {
			t.Errorf("octet %d: %v", octet, err)
		}
	}
}

func TestSignatureLengthAndFillerAreIgnored(t *testing.T) {
	want, err := ParseGreeting(unhex(t, null31))
	if err != nil {
		t.Fatal(err)
	}
	wire := unhex(t, null31)
	copy(wire[1:9], bytes.Repeat([]byte{0xA5}, 8))
	copy(wire[33:], bytes.Repeat([]byte{0x5A}, 31))
	wire[9] = 0xFF
	if g, err := ParseGreeting(wire); g != want || err != nil {
		t.Errorf("%+v, %v", g, err)
	}
}

// The mechanism is compared as a block of 20 octets: names that differ only
// behind a zero octet must not be equal.
func TestMechanismIsAllTwentyOctets(t *testing.T) {
	tests := []struct {
		octets, want string
	}{
		{"NULL", "NULL"},
		{"NULL\x00X", "NULL\x00X"},
		{"", ""},
		{"\x00NULL", "\x00NULL"},
		{"ABCDEFGHIJKLMNOPQRST", "ABCDEFGHIJKLMNOPQRST"},
	}
	for _, tt := range tests {
		wire := unhex(t, null31)
		clear(wire[12:32])
		copy(wire[12:32], tt.octets)
		if g, err := ParseGreeting(wire); g.Mechanism != tt.want || err != nil {
			t.Errorf("%q: %q, %v", tt.octets, g.Mechanism, err)
		}
	}
}

func TestLongMechanismStaysInItsField(t *testing.T) {
	got := AppendGreeting(nil, Greeting{Major: 3, Mechanism: "ABCDEFGHIJKLMNOPQRSTU"})
	if len(got) != GreetingSize || got[32] != 0 {
		t.Errorf("% X", got)
	}
}

func FuzzParseGreeting(f *testing.F) {
	for _, s := range []string{null31, curveServer31, sub20} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := ParseGreeting(b)
		if err != nil {
			if g != (Greeting{}) {
				t.Fatalf("%+v with error %v", g, err)
			}
			return
		}
		again, err := ParseGreeting(AppendGreeting(nil, g))
		if again != g || err != nil {
			t.Fatalf("%+v is %+v after a round trip, %v", g, again, err)
		}
		d := Detect(b)
		if d.Version == V1Unversioned || !d.Done(len(b)) || d.Versioned2 != (g.Major <= 1) {
			t.Fatalf("greeting %+v is detected as %+v", g, d)
		}
	})
}

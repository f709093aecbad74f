// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"testing"
)

const signature = "FF 00 00 00 00 00 00 00 01 7F"

// greetingOf is a whole greeting with the octets 10 and 11 as given.
func greetingOf(major, minor byte) []byte {
	b := AppendGreeting(nil, Greeting{Major: 3, Mechanism: "NULL"})
	b[10], b[11] = major, minor
	return b
}

func TestVersionSelection(t *testing.T) {
	tests := []struct {
		major, minor byte
		version      Version
		size         int
	}{
		{0, 5, V1, GreetingV2Size},
		{1, 2, V2, GreetingV2Size},
		{1, 255, V2, GreetingV2Size},
		{3, 0, V30, GreetingSize},
		{3, 1, V31, GreetingSize},
		{3, 2, V31, GreetingSize},
		{3, 255, V31, GreetingSize},
		{4, 0, V31, GreetingSize},
		{127, 0, V31, GreetingSize},
		{255, 255, V31, GreetingSize},
	}
	for _, tt := range tests {
		d := Detect(greetingOf(tt.major, tt.minor))
		want := Detection{Version: tt.version, Need: tt.size, SawSignature: true, SawMajor: true,
			Versioned2: tt.major < 2}
		if d != want || !d.Done(GreetingSize) {
			t.Errorf("%d.%d: %+v, want %+v", tt.major, tt.minor, d, want)
		}
	}
}

// RFC 37 counts 1 and 2 as ZMTP 2.0. libzmq does not, and no known peer sends 2.
func TestMajorTwoIsTreatedAs31(t *testing.T) {
	if d := Detect(greetingOf(2, 0)); d.Version != V31 || d.Versioned2 || d.Need != GreetingSize {
		t.Errorf("%+v", d)
	}
}

func TestFirstOctetOtherThanFFIsUnversioned(t *testing.T) {
	for first := range 255 {
		want := Detection{Need: 2}
		if first == 0 {
			want = Detection{Version: V1Unversioned, Foreign: true}
		}
		if d := Detect([]byte{byte(first)}); d != want {
			t.Errorf("%02X: %+v, want %+v", first, d, want)
		}
		for flags := range 256 {
			d := Detect([]byte{byte(first), byte(flags)})
			if want := (Detection{Version: V1Unversioned, Foreign: first == 0 || flags > 1}); d != want || !d.Done(2) {
				t.Errorf("%02X %02X: %+v, want %+v", first, flags, d, want)
			}
		}
	}
	for _, s := range []string{"01 00", "06 00 70 65 65 72 31"} {
		if d := Detect(unhex(t, s)); d != (Detection{Version: V1Unversioned}) {
			t.Errorf("%s: %+v", s, d)
		}
	}
}

func TestOtherProtocolsAreNotZMTP(t *testing.T) {
	for _, b := range []string{"GET / HTTP/1.1\r\n", "\x16\x03\x01\x02\x00\x01", "SSH-2.0-x\r\n", "\x00\x00", "\x01\x02",
		"\xFF\x00\x00\x00\x00\x00\x00\x01\x00\x02"} {
		if d := Detect([]byte(b)); !d.Foreign {
			t.Errorf("%q: %+v", b, d)
		}
	}
}

// A ZMTP 1.0 peer with an identity of 254 octets or more begins with FF, too.
func TestLongIdentityIsUnversioned(t *testing.T) {
	b := append(AppendHeaderV1(nil, 0, 254), bytes.Repeat([]byte{'i'}, 254)...)
	for n := 1; n < SignatureSize; n++ {
		if d := Detect(b[:n]); d != (Detection{Need: SignatureSize}) {
			t.Errorf("%d octets: %+v", n, d)
		}
	}
	for n := SignatureSize; n <= len(b); n++ {
		if d := Detect(b[:n]); d != (Detection{Version: V1Unversioned}) {
			t.Errorf("%d octets: %+v", n, d)
		}
	}
}

func TestDetectionOctetByOctet(t *testing.T) {
	tests := []struct {
		name         string
		major, minor byte
		at           map[int]Detection // what changes at this many octets
	}{
		{"ZMTP 3.1", 3, 1, map[int]Detection{
			0:  {Need: 1},
			1:  {Need: 10},
			10: {Need: 11, SawSignature: true},
			11: {Need: 64, SawSignature: true, SawMajor: true},
			12: {Version: V31, Need: 64, SawSignature: true, SawMajor: true},
		}},
		{"ZMTP 3.0", 3, 0, map[int]Detection{
			0:  {Need: 1},
			1:  {Need: 10},
			10: {Need: 11, SawSignature: true},
			11: {Need: 64, SawSignature: true, SawMajor: true},
			12: {Version: V30, Need: 64, SawSignature: true, SawMajor: true},
		}},
		{"ZMTP 4.0", 4, 0, map[int]Detection{
			0:  {Need: 1},
			1:  {Need: 10},
			10: {Need: 11, SawSignature: true},
			11: {Version: V31, Need: 64, SawSignature: true, SawMajor: true},
		}},
		{"ZMTP 2.0", 1, 2, map[int]Detection{
			0:  {Need: 1},
			1:  {Need: 10},
			10: {Need: 11, SawSignature: true},
			11: {Version: V2, Need: 12, SawSignature: true, SawMajor: true, Versioned2: true},
		}},
		{"ZMTP 1.0 with revision", 0, 2, map[int]Detection{
			0:  {Need: 1},
			1:  {Need: 10},
			10: {Need: 11, SawSignature: true},
			11: {Version: V1, Need: 12, SawSignature: true, SawMajor: true, Versioned2: true},
		}},
	}
	for _, tt := range tests {
		b := append(greetingOf(tt.major, tt.minor), "and frames"...)
		var want Detection
		for n := range len(b) + 1 {
			if d, ok := tt.at[n]; ok {
				want = d
			}
			if got := Detect(b[:n]); got != want {
				t.Errorf("%s, %d octets: %+v, want %+v", tt.name, n, got, want)
			}
		}
	}
}

// libzmq 3.2 and the RFC's alternative send more than the signature at once.
func TestSignatureAndMajorTogether(t *testing.T) {
	d := Detect(unhex(t, signature+"03"))
	if !d.SawSignature || !d.SawMajor || d.Versioned2 || d.Version != 0 || d.Done(11) {
		t.Errorf("%+v", d)
	}
}

// A reader that waits for Need octets each time, and answers in between, must
// neither take octets of a frame nor wait for what a peer sends only later.
func TestNeedNeverPassesTheGreeting(t *testing.T) {
	tests := []struct {
		name string
		b    []byte
		size int // of the greeting; 0 for none
	}{
		{"unversioned", unhex(t, "01 00"), 0},
		{"revision 0", unhex(t, signature+"00 05"), 12},
		{"2.0", unhex(t, sub20), 12},
		{"3.1", unhex(t, null31), 64},
	}
	for _, tt := range tests {
		got := 0
		for range 10 {
			d := Detect(tt.b[:got])
			if d.Done(got) {
				if d.Need != tt.size {
					t.Errorf("%s: greeting of %d octets", tt.name, d.Need)
				}
				break
			}
			if d.Need <= got || d.Need > len(tt.b) {
				t.Fatalf("%s: needs %d after %d of %d octets", tt.name, d.Need, got, len(tt.b))
			}
			got = d.Need
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{null31, curveServer31, sub20, "01 00", signature, "FF 00 00 00 00 00 00 00 FF 00"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before Detection
		for n := range min(len(b), GreetingSize+1) + 1 {
			d := Detect(b[:n])
			switch {
			case before.Version != 0 && d != before:
				t.Fatalf("%d octets: %+v was decided, now %+v", n, before, d)
			case before.SawSignature && !d.SawSignature, before.SawMajor && !d.SawMajor,
				before.Versioned2 && !d.Versioned2, d.SawMajor && !d.SawSignature:
				t.Fatalf("%d octets: %+v after %+v", n, d, before)
			case d.Version == 0 && d.Need <= n, d.Need > GreetingSize:
				t.Fatalf("%d octets: needs %d", n, d.Need)
			case d.Version == 0 && n > offsetMinor:
				t.Fatalf("%d octets: undecided", n)
			}
			before = d
		}
	})
}

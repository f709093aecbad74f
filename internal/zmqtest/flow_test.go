// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"bytes"
	"testing"
)

func TestOctets(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "",
		"FF 7f":               "\xFF\x7F",
		"FF7F | 00":           "\xFF\x7F\x00",
		"3*00 01":             "\x00\x00\x00\x01",
		`05 "READY" 0*11 "."`: "\x05READY.",
		"\t01\n02":            "\x01\x02",
	} {
		if got, err := Octets(text); err != nil || string(got) != want {
			t.Errorf("Octets(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"F", "GG", "x*00", "-1*00", "2*0", `"open`} {
		if got, err := Octets(text); err == nil {
			t.Errorf("Octets(%q) = %q, want an error", text, got)
		}
	}
}

func TestParseFlow(t *testing.T) {
	f, err := ParseFlow("# a REP\nsocket REP\nidentity \"me\"\n\n> FF # all\nrecv \"a\" / / 00\n")
	if err != nil || f.Socket != "REP" || string(f.Identity) != "me" || len(f.Steps) != 2 {
		t.Fatalf("flow %+v, %v", f, err)
	}
	if s := f.Steps[0]; s.Verb != ">" || s.Line != 5 || !bytes.Equal(s.Octets, []byte{0xFF}) {
		t.Errorf("step %+v", s)
	}
	if s := f.Steps[1]; s.Verb != "recv" || len(s.Frames) != 3 || len(s.Frames[1]) != 0 {
		t.Errorf("step %+v", s)
	}
	for _, text := range []string{"", "> 00", "socket PUB\n> xx", "socket PUB\nhop 00"} {
		if _, err := ParseFlow(text); err == nil {
			t.Errorf("ParseFlow(%q): no error", text)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// unhex reads octets as the specification prints them: in hexadecimal, spaced
// at will.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatalf("test data %q: %v", s, err)
	}
	return b
}

// wantOctets compares octets and prints both sides as the specification does.
func wantOctets(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got % X\nwant % X", what, got, want)
	}
}

// prefixed calls append with a dst that holds octets already, proves that they
// are kept, and returns what was appended.
func prefixed(t testing.TB, appendTo func(dst []byte) []byte) []byte {
	t.Helper()
	got := appendTo([]byte("kept"))
	rest, ok := bytes.CutPrefix(got, []byte("kept"))
	if !ok {
		t.Fatalf("octets before the appended ones are gone: % X", got)
	}
	return rest
}

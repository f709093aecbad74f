// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
)

// TestFingerprintAsOpensslPrintsIt: with colons, and in either case.
func TestFingerprintAsOpensslPrintsIt(t *testing.T) {
	f := FingerprintOf([]byte("abc")) // FIPS 180-2, B.1
	const digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if f.String() != digits {
		t.Errorf("the hash is %s", f)
	}
	var pairs []string
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	for _, text := range []string{digits, strings.ToUpper(digits), strings.ToUpper(strings.Join(pairs, ":"))} {
		if got, err := ParseFingerprint(text); err != nil || got != f {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", digits[2:], digits + "00", "SHA256 Fingerprint=" + digits} {
		if _, err := ParseFingerprint(text); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestFingerprintSet: the user, or the fingerprint where it has no name.
func TestFingerprintSet(t *testing.T) {
	set := FingerprintSet{FingerprintOf([]byte("a")): {ID: "alice"}, FingerprintOf([]byte("b")): {}}
	for der, want := range map[string]string{"a": "alice", "b": FingerprintOf([]byte("b")).String()} {
		if u, err := set.CheckCertificate(context.Background(), Request{Certificate: []byte(der)}); err != nil || u.ID != want {
			t.Errorf("%s: %q, %v", der, u.ID, err)
		}
	}
	if _, err := set.CheckCertificate(context.Background(), Request{Certificate: []byte("c")}); !errors.Is(err, ErrDenied) {
		t.Errorf("%v", err)
	}
}

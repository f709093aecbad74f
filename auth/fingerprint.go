// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/gozmq/zmq"
)

// Certificates judges peers by their certificates of TLS. The handshake of TLS has proved
// before that the peer has the private key, and that an authority of the server has issued
// the certificate.
type Certificates interface {
	// CheckCertificate returns the user that r.Certificate belongs to. An error that
	// wraps ErrDenied or ErrTryLater refuses the peer. Any other error is an internal
	// one, and refuses it too. CheckCertificate is called concurrently, and should return
	// when its context ends.
	CheckCertificate(ctx context.Context, r Request) (User, error)
}

// CertificateFunc is a function that judges peers by their certificates.
type CertificateFunc func(ctx context.Context, r Request) (User, error)

// CheckCertificate calls f.
func (f CertificateFunc) CheckCertificate(ctx context.Context, r Request) (User, error) {
	return f(ctx, r)
}

// Fingerprint is the SHA-256 hash of a certificate in DER form.
type Fingerprint [sha256.Size]byte

// FingerprintOf returns the fingerprint of a certificate in DER form.
func FingerprintOf(der []byte) Fingerprint { return sha256.Sum256(der) }

// ParseFingerprint reads a fingerprint: 64 hexadecimal digits, with or without colons
// between the bytes, as "openssl x509 -fingerprint -sha256" prints it. It fails with
// zmq.ErrInvalid.
func ParseFingerprint(text string) (Fingerprint, error) {
	var f Fingerprint
	b, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil || len(b) != len(f) {
		return f, fmt.Errorf("auth: a fingerprint has %d hexadecimal digits: %w", 2*len(f), zmq.ErrInvalid)
	}
	return Fingerprint(b), nil
}

// String returns the hexadecimal digits.
func (f Fingerprint) String() string { return hex.EncodeToString(f[:]) }

// FingerprintSet maps the fingerprints of accepted certificates to their users. It must
// not be changed while a handler uses it.
type FingerprintSet map[Fingerprint]User

// CheckCertificate looks the certificate up. A user without an ID has the fingerprint.
func (s FingerprintSet) CheckCertificate(_ context.Context, r Request) (User, error) {
	f := FingerprintOf(r.Certificate)
	u, ok := s[f]
	if !ok {
		return User{}, fmt.Errorf("the certificate is not known: %w", ErrDenied)
	}
	if u.ID == "" {
		u.ID = f.String()
	}
	return u, nil
}

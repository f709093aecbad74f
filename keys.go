// SPDX-License-Identifier: Apache-2.0

// The types of CURVE's keys. A public and a secret key cannot be confused with each
// other, nor with their text, and a secret key is never printed.

package zmq

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"log/slog"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/z85"
	"github.com/gozmq/zmq/internal/zerr"
)

const (
	keySize     = 32              // bytes of a Curve25519 key
	keyTextSize = keySize / 4 * 5 // its characters in Z85
)

// PublicKey is the public half of a CURVE key pair, which identifies a peer. It is
// comparable and can be the key of a map. The zero PublicKey means that there is no
// key.
type PublicKey [32]byte

// NewPublicKey copies a key of 32 bytes, the form in authentication requests. It fails
// with ErrInvalid for any other length.
func NewPublicKey(b []byte) (PublicKey, error) {
	if len(b) != keySize {
		return PublicKey{}, zerr.Errorf(zerr.ErrInvalid, "a public key has %d bytes, not %d", keySize, len(b))
	}
	return PublicKey(b), nil
}

// ParsePublicKey reads the 40 characters of Z85 (RFC 32) that String writes. It
// fails with ErrInvalid for anything else, white space included.
func ParsePublicKey(text string) (PublicKey, error) {
	var k PublicKey
	if err := parseKey(k[:0], text, "public"); err != nil {
		return PublicKey{}, err
	}
	return k, nil
}

// String returns the key in Z85, 40 characters.
func (k PublicKey) String() string { return keyText(k[:]) }

// Bytes returns a copy of the key's 32 bytes.
func (k PublicKey) Bytes() []byte { return append([]byte(nil), k[:]...) }

// IsZero reports whether there is no key.
func (k PublicKey) IsZero() bool { return k == PublicKey{} }

// MarshalText writes the key in Z85, and the zero key as an empty text.
func (k PublicKey) MarshalText() ([]byte, error) {
	if k.IsZero() {
		return []byte{}, nil
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (k *PublicKey) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*k = PublicKey{}
		return nil
	}
	read, err := ParsePublicKey(string(text))
	if err == nil {
		*k = read
	}
	return err
}

// SecretKey is the secret half of a CURVE key pair. Printing it with fmt, log/slog or
// encoding/json shows no part of it: fmt and slog write "[secret key]", and encoding it
// as text is an error. Only Z85 and Bytes reveal it. The zero SecretKey means that
// there is no key. Copies share the key, which never changes. Equal compares two keys.
type SecretKey struct {
	_ [0]func() // not comparable: == would compare pointers, and not in constant time
	// k points to a pointer because fmt prints an unexported field of a caller's struct
	// without calling its methods, and follows one pointer for a bad verb.
	k **[keySize]byte
}

func newSecretKey(k *[keySize]byte) SecretKey { return SecretKey{k: &k} }

// NewSecretKey copies a key of 32 bytes, any bytes. It fails with
// ErrInvalid for another length.
func NewSecretKey(b []byte) (SecretKey, error) {
	if len(b) != keySize {
		return SecretKey{}, zerr.Errorf(zerr.ErrInvalid, "a secret key has %d bytes, not %d", keySize, len(b))
	}
	k := [keySize]byte(b)
	return newSecretKey(&k), nil
}

// ParseSecretKey reads the 40 characters of Z85 (RFC 32) that SecretKey.Z85
// writes. It fails with ErrInvalid for anything else; the error does not quote
// the text.
func ParseSecretKey(text string) (SecretKey, error) {
	var k [keySize]byte
	if err := parseKey(k[:0], text, "secret"); err != nil {
		return SecretKey{}, err
	}
	return newSecretKey(&k), nil
}

// Public returns the public key that belongs to the secret key. For the zero key it is
// the zero PublicKey.
func (k SecretKey) Public() PublicKey {
	if k.k == nil {
		return PublicKey{}
	}
	private, err := ecdh.X25519().NewPrivateKey((*k.k)[:])
	if err != nil { // for another length only
		return PublicKey{}
	}
	return PublicKey(private.PublicKey().Bytes())
}

// Z85 returns the secret key itself as text, 40 characters. It is empty for the zero
// key.
func (k SecretKey) Z85() string {
	if k.k == nil {
		return ""
	}
	return keyText((*k.k)[:])
}

// Bytes returns a copy of the secret key's 32 bytes. It is nil for the zero key.
func (k SecretKey) Bytes() []byte {
	if k.k == nil {
		return nil
	}
	return append([]byte(nil), (*k.k)[:]...)
}

// IsZero reports whether there is no key.
func (k SecretKey) IsZero() bool { return k.k == nil }

// Equal reports whether two keys are the same, in constant time.
func (k SecretKey) Equal(other SecretKey) bool {
	if k.k == nil || other.k == nil {
		return k.k == other.k
	}
	return subtle.ConstantTimeCompare((*k.k)[:], (*other.k)[:]) == 1
}

const hiddenKey = "[secret key]"

// String returns "[secret key]", or an empty text for the zero key.
func (k SecretKey) String() string {
	if k.k == nil {
		return ""
	}
	return hiddenKey
}

// Format writes what String returns, whatever the verb.
func (k SecretKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.String()) }

// LogValue is what String returns.
func (k SecretKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText fails with ErrInvalid, so that a secret key never gets into a file
// because it is a field of an encoded struct. The zero key gives an empty text.
func (k SecretKey) MarshalText() ([]byte, error) {
	if k.k == nil {
		return []byte{}, nil
	}
	return nil, zerr.Errorf(zerr.ErrInvalid, "a secret key is not written in passing; SecretKey.Z85 is its text")
}

// UnmarshalText reads a key in Z85. The empty text is the zero key.
func (k *SecretKey) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*k = SecretKey{}
		return nil
	}
	read, err := ParseSecretKey(string(text))
	if err == nil {
		*k = read
	}
	return err
}

// CurveKeypair is a long-term key pair of CURVE. If Public is zero, it is derived from
// Secret.
type CurveKeypair struct {
	Public PublicKey // may be published
	Secret SecretKey // must be kept secret
}

// NewCurveKeypair makes a key pair from the system's source of randomness.
func NewCurveKeypair() CurveKeypair {
	var k [keySize]byte
	_, _ = rand.Read(k[:]) // never fails: it ends the process instead
	secret := newSecretKey(&k)
	return CurveKeypair{Public: secret.Public(), Secret: secret}
}

// AsServer returns the setting that makes a socket, or the endpoint of one Bind or
// Connect, a CURVE server with this key pair. Clients need the public key. An
// authentication handler decides which clients may connect; see package auth. Without
// one, every client that knows the public key may connect. If the pair has no secret
// key, or its halves do not belong together, the call that uses the setting fails with
// ErrInvalid. WithCurveServerKeys makes a server with several keys, which may change.
func (p CurveKeypair) AsServer() Setting {
	return p.setting(core.Setting{Num: opt.CurveServer, Value: opt.Value{I: 1}})
}

// AsClient returns the setting that makes a socket, or the endpoint of one Bind or
// Connect, a CURVE client with this key pair. It exchanges messages only with the
// server that has the given public key. It fails like AsServer, and also without a
// server key.
func (p CurveKeypair) AsClient(server PublicKey) Setting {
	if server.IsZero() {
		return Setting{err: zerr.Errorf(zerr.ErrInvalid, "a CURVE client needs the public key of its server")}
	}
	return p.setting(core.Setting{Num: opt.CurveServerKey, Value: opt.Value{B: server.Bytes()}})
}

// setting puts the role last, because storing keys does not choose one.
func (p CurveKeypair) setting(role core.Setting) Setting {
	if p.Secret.IsZero() {
		return Setting{err: zerr.Errorf(zerr.ErrInvalid, "CURVE needs a secret key; NewCurveKeypair makes a pair")}
	}
	public := p.Secret.Public()
	if !p.Public.IsZero() && p.Public != public {
		return Setting{err: zerr.Errorf(zerr.ErrInvalid, "the secret key belongs to public key %s, not to %s", public, p.Public)}
	}
	return newSetting(
		core.Setting{Num: opt.CurvePublicKey, Value: opt.Value{B: public.Bytes()}},
		core.Setting{Num: opt.CurveSecretKey, Value: opt.Value{B: p.Secret.Bytes()}},
		role,
	)
}

// parseKey appends a key to dst, which has the capacity.
func parseKey(dst []byte, text, which string) error {
	if len(text) != keyTextSize {
		return zerr.Errorf(zerr.ErrInvalid, "a %s key has %d characters of Z85, not %d", which, keyTextSize, len(text))
	}
	if _, err := z85.AppendDecoded(dst, text); err != nil {
		return &Error{Op: "parse a " + which + " key", Err: err}
	}
	return nil
}

// keyText is z85.Encode for a length that is always valid.
func keyText(b []byte) string {
	text, _ := z85.Encode(b)
	return text
}

// EncodeZ85 encodes bytes in Z85 (RFC 32), five characters for four bytes. It fails
// with ErrInvalid if their number is not a multiple of four. (zmq_z85_encode)
func EncodeZ85(b []byte) (string, error) {
	text, err := z85.Encode(b)
	return text, fail("encode Z85", "", err)
}

// DecodeZ85 decodes the output of EncodeZ85. It fails with ErrInvalid for an empty
// text, a length that is not a multiple of five, characters that Z85 does not have, and
// groups whose value is too large. The error does not quote the text. (zmq_z85_decode)
func DecodeZ85(text string) ([]byte, error) {
	b, err := z85.Decode(text)
	return b, fail("decode Z85", "", err)
}

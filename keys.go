// SPDX-License-Identifier: Apache-2.0

// The keys of CURVE as types. A public and a secret key cannot be mistaken for
// each other, nor for their text, and a secret one does not get printed.

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
	keySize     = 32              // octets of a Curve25519 key
	keyTextSize = keySize / 4 * 5 // its characters in Z85
)

// PublicKey is the public half of a CURVE key pair: who a peer is. It can be
// compared and be the key of a map. The zero PublicKey stands for none.
type PublicKey [32]byte

// NewPublicKey copies a key of 32 octets, as an authentication request has
// it. It fails with ErrInvalid for any other length.
func NewPublicKey(octets []byte) (PublicKey, error) {
	if len(octets) != keySize {
		return PublicKey{}, zerr.Errorf(zerr.ErrInvalid, "a public key has %d octets, not %d", keySize, len(octets))
	}
	return PublicKey(octets), nil
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

// Bytes returns a copy of the key's 32 octets.
func (k PublicKey) Bytes() []byte { return append([]byte(nil), k[:]...) }

// IsZero reports whether there is no key.
func (k PublicKey) IsZero() bool { return k == PublicKey{} }

// MarshalText writes the key in Z85, the zero key as nothing.
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

// SecretKey is the secret half of a CURVE key pair. Printing it in any way, with
// fmt, log/slog or encoding/json, shows no part of it: fmt and slog write
// "[secret key]", and encoding it as text is an error. Only Z85 and Bytes give it
// away. The zero SecretKey stands for none. Copies share the key, which never
// changes; Equal compares.
type SecretKey struct {
	_ [0]func() // not comparable: == would compare pointers, and not in constant time
	// k points to a pointer because fmt prints an unexported field of a caller's
	// struct without asking its methods, and follows one pointer for a bad verb.
	k **[keySize]byte
}

func newSecretKey(k *[keySize]byte) SecretKey { return SecretKey{k: &k} }

// NewSecretKey copies a key of 32 octets, any octets. It fails with
// ErrInvalid for another length.
func NewSecretKey(octets []byte) (SecretKey, error) {
	if len(octets) != keySize {
		return SecretKey{}, zerr.Errorf(zerr.ErrInvalid, "a secret key has %d octets, not %d", keySize, len(octets))
	}
	k := [keySize]byte(octets)
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

// Public returns the public key that belongs to the secret one; the zero key
// belongs to the zero key.
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

// Z85 returns the key as text, 40 characters: the secret itself. It is empty for
// the zero key.
func (k SecretKey) Z85() string {
	if k.k == nil {
		return ""
	}
	return keyText((*k.k)[:])
}

// Bytes returns a copy of the key's 32 octets: the secret itself. It is nil
// for the zero key.
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

// String returns "[secret key]", or nothing for the zero key.
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
// because a struct around it did. The zero key is nothing.
func (k SecretKey) MarshalText() ([]byte, error) {
	if k.k == nil {
		return []byte{}, nil
	}
	return nil, zerr.Errorf(zerr.ErrInvalid, "a secret key is not written in passing; SecretKey.Z85 is its text")
}

// UnmarshalText reads a key in Z85, and the zero key from nothing.
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

// CurveKeypair is a long-term key pair of CURVE. If Public is zero, the one that
// belongs to Secret is used.
type CurveKeypair struct {
	Public PublicKey // may be known to everybody
	Secret SecretKey // stays where it was made
}

// NewCurveKeypair makes a key pair from the system's source of randomness.
func NewCurveKeypair() CurveKeypair {
	var k [keySize]byte
	_, _ = rand.Read(k[:]) // never fails: it ends the process instead
	secret := newSecretKey(&k)
	return CurveKeypair{Public: secret.Public(), Secret: secret}
}

// AsServer returns the setting that makes a socket, or what one Bind or Connect
// makes, a CURVE server with this key pair. Clients need the public key. Who may
// connect is up to an authentication handler, see package auth: without one, it
// is everybody who knows the public key. A pair without a secret key, or whose
// halves do not belong together, fails with ErrInvalid where the setting is used.
func (p CurveKeypair) AsServer() Setting {
	return p.setting(core.Setting{Num: opt.CurveServer, Value: opt.Value{I: 1}})
}

// AsClient returns the setting that makes a socket, or what one Bind or Connect
// makes, a CURVE client with this key pair, which talks to the server with the
// given public key and to no other. It fails like AsServer, and without a server
// key.
func (p CurveKeypair) AsClient(server PublicKey) Setting {
	if server.IsZero() {
		return Setting{err: zerr.Errorf(zerr.ErrInvalid, "a CURVE client needs the public key of its server")}
	}
	return p.setting(core.Setting{Num: opt.CurveServerKey, Value: opt.Value{B: server.Bytes()}})
}

// setting puts the role last: storing keys does not choose one.
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

// parseKey writes a key behind dst, which has the room.
func parseKey(dst []byte, text, which string) error {
	if len(text) != keyTextSize {
		return zerr.Errorf(zerr.ErrInvalid, "a %s key has %d characters of Z85, not %d", which, keyTextSize, len(text))
	}
	if _, err := z85.AppendDecoded(dst, text); err != nil {
		return &zerr.Error{Op: "parse a " + which + " key", Err: err}
	}
	return nil
}

// keyText is z85.Encode for a length that it always takes.
func keyText(octets []byte) string {
	text, _ := z85.Encode(octets)
	return text
}

// EncodeZ85 writes octets in Z85 (RFC 32), five characters for four octets. It
// fails with ErrInvalid if their number is not a multiple of four.
// (zmq_z85_encode)
func EncodeZ85(octets []byte) (string, error) {
	text, err := z85.Encode(octets)
	return text, fail("encode Z85", "", err)
}

// DecodeZ85 reads what EncodeZ85 writes. It fails with ErrInvalid, without
// quoting the text, for the empty text, a length that is not a multiple of five,
// other characters than those of Z85, and groups that are too large.
// (zmq_z85_decode)
func DecodeZ85(text string) ([]byte, error) {
	octets, err := z85.Decode(text)
	return octets, fail("decode Z85", "", err)
}

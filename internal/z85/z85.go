// SPDX-License-Identifier: Apache-2.0

// Package z85 is the text form of RFC 32 for bytes, five printable characters
// for four bytes. People exchange CURVE keys in it.
//
// Decoding is strict: what it takes, it would write in the same way. Errors say
// where a text is wrong, never what stands there, since it may be a secret.
package z85

import (
	"encoding/binary"

	"github.com/gozmq/zmq/internal/zerr"
)

const (
	group     = 4 // bytes in a group
	groupText = 5 // characters that stand for them
)

// alphabet holds the digits 0 to 84 (RFC 32, Reference code).
const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

// digits is the reverse of alphabet; noDigit is what the others have.
var digits = func() (t [256]byte) {
	for i := range t {
		t[i] = noDigit
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	return t
}()

const noDigit = 0xFF

// Append appends the text of data, whose length must be a multiple of four. The text
// of no bytes is empty.
func Append(dst, data []byte) ([]byte, error) {
	if len(data)%group != 0 {
		return nil, zerr.Errorf(zerr.ErrInvalid, "Z85 takes a multiple of %d bytes, not %d", group, len(data))
	}
	for ; len(data) > 0; data = data[group:] {
		v := binary.BigEndian.Uint32(data)
		for div := uint32(85 * 85 * 85 * 85); div > 0; div /= 85 {
			dst = append(dst, alphabet[v/div%85])
		}
	}
	return dst, nil
}

// Encode returns the text of data, as Append makes it.
func Encode(data []byte) (string, error) {
	b, err := Append(make([]byte, 0, len(data)/group*groupText), data)
	return string(b), err
}

// AppendDecoded appends the bytes that a text stands for. Like libzmq it takes
// no empty text. On an error dst may have been written to beyond its length.
func AppendDecoded[T string | []byte](dst []byte, text T) ([]byte, error) {
	if n := len(text); n == 0 || n%groupText != 0 {
		return nil, zerr.Errorf(zerr.ErrInvalid, "Z85 has a multiple of %d characters and at least these, not %d", groupText, n)
	}
	for at := 0; at < len(text); at += groupText {
		var v uint64
		for i := at; i < at+groupText; i++ {
			d := digits[text[i]]
			if d == noDigit {
				return nil, zerr.Errorf(zerr.ErrInvalid, "character %d is none of Z85", i+1)
			}
			v = v*85 + uint64(d)
		}
		if v > 1<<32-1 { // 85^5 is more than 2^32
			return nil, zerr.Errorf(zerr.ErrInvalid, "characters %d to %d stand for more than %d bytes hold", at+1, at+groupText, group)
		}
		dst = binary.BigEndian.AppendUint32(dst, uint32(v))
	}
	return dst, nil
}

// Decode returns the bytes that a text stands for, as AppendDecoded does.
func Decode[T string | []byte](text T) ([]byte, error) {
	return AppendDecoded(make([]byte, 0, len(text)/groupText*group), text)
}

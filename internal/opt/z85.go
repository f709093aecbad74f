// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"encoding/binary"
	"strings"
)

const (
	keySize     = 32 // a Curve25519 key
	keyTextSize = 40 // the same in Z85, five characters for four octets
)

// alphabet is that of RFC 32, Z85.
const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

// decodeKey reads the 40 characters of a key. A group of five may express more
// than 32 bits hold; such a text is no Z85.
func decodeKey(text []byte) (key []byte, ok bool) {
	key = make([]byte, 0, keySize)
	for ; len(text) >= 5; text = text[5:] {
		var group uint64
		for _, c := range text[:5] {
			digit := strings.IndexByte(alphabet, c)
			if digit < 0 {
				return nil, false
			}
			group = group*85 + uint64(digit)
		}
		if group > 1<<32-1 {
			return nil, false
		}
		key = binary.BigEndian.AppendUint32(key, uint32(group))
	}
	return key, len(text) == 0
}

// encodeKey writes a key in Z85.
func encodeKey(key []byte) []byte {
	text := make([]byte, 0, keyTextSize)
	for ; len(key) >= 4; key = key[4:] {
		group := binary.BigEndian.Uint32(key)
		for div := uint32(85 * 85 * 85 * 85); div > 0; div /= 85 {
			text = append(text, alphabet[group/div%85])
		}
	}
	return text
}

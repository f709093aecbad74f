// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"github.com/gozmq/zmq/internal/z85"
	"github.com/gozmq/zmq/internal/zerr"
)

const (
	keySize     = 32 // a Curve25519 key
	keyTextSize = 40 // the same in Z85, five characters for four bytes
)

// checkKey takes the three forms of zmq_setsockopt. A text of 41 bytes is the
// one that C programs hold: 40 characters and the NUL behind them.
func (sp *Spec) checkKey(b []byte) (Value, error) {
	switch len(b) {
	case keySize:
		return Value{B: b}, nil
	case keyTextSize + 1:
		if b[keyTextSize] != 0 {
			return Value{}, sp.invalid("a key of 41 bytes must end with NUL")
		}
		b = b[:keyTextSize]
	case keyTextSize:
	default:
		return Value{}, sp.invalid("a key has 32 bytes or 40 characters of Z85, not %d", len(b))
	}
	key, err := z85.Decode(b)
	if err != nil {
		return Value{}, &zerr.Error{Op: "option " + sp.Name, Err: err}
	}
	return Value{B: key}, nil
}

// keyText writes a key of keySize bytes in Z85, which such a length always has.
func keyText(key []byte) []byte {
	text, _ := z85.Append(make([]byte, 0, keyTextSize), key)
	return text
}

// SPDX-License-Identifier: Apache-2.0

// The notation in which tests and recorded byte flows are written.

package zmqtest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Octets reads bytes from text: pairs of hexadecimal digits ("FF 7F" or
// "FF7F"), repetitions of one byte ("16*00"), and quoted ASCII ("\"READY\"",
// without spaces or escapes). White space separates; "|" is ignored.
func Octets(text string) ([]byte, error) {
	var b []byte
	for _, word := range strings.Fields(text) {
		if word == "|" {
			continue
		}
		octets, err := oneWord(word)
		if err != nil {
			return nil, fmt.Errorf("octets %q: %w", word, err)
		}
		b = append(b, octets...)
	}
	return b, nil
}

func oneWord(word string) ([]byte, error) {
	if len(word) >= 2 && word[0] == '"' && word[len(word)-1] == '"' {
		return []byte(word[1 : len(word)-1]), nil
	}
	count, digits, repeated := strings.Cut(word, "*")
	if !repeated {
		return hex.DecodeString(word)
	}
	n, err := strconv.ParseUint(count, 10, 24)
	if err != nil {
		return nil, err
	}
	one, err := hex.DecodeString(digits)
	return bytes.Repeat(one, int(n)), err
}

// MustOctets is Octets for text that is part of a test: it panics where that
// makes no sense.
func MustOctets(text string) []byte {
	b, err := Octets(text)
	if err != nil {
		panic(err)
	}
	return b
}

// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Parse reads the value of an option from the text of a command line and
// checks it: a number, decimal or with 0x; true, yes, on or 1 and their
// opposites; a number in the option's unit or a duration such as 250ms; text,
// or for bytes 0x and hex digits; Z85 for a key. An option that can be
// cleared is cleared by the empty text. A List takes one entry. What Format
// writes, Parse reads. The error is zerr.ErrInvalid.
func Parse(sp *Spec, text string) (Value, error) {
	v, err := sp.parse(text)
	if err != nil {
		return Value{}, err
	}
	return sp.Check(v)
}

func (sp *Spec) parse(text string) (Value, error) {
	switch sp.Kind {
	case Bool:
		return sp.parseBool(text)
	case Millis:
		return sp.parseDuration(text, time.Millisecond)
	case Seconds:
		return sp.parseDuration(text, time.Second)
	case Uint64:
		u, err := strconv.ParseUint(base(text))
		if err != nil {
			return Value{}, sp.invalid("%q is not a number of 64 bits", text)
		}
		return Value{I: int64(u)}, nil
	case Int, Int64:
		return sp.parseNumber(text)
	}
	return sp.parseBytes(text)
}

// base returns the arguments for strconv: hexadecimal after 0x, otherwise decimal. The
// prefixes that strconv itself recognises would make 010 eight.
func base(text string) (digits string, base, bits int) {
	if hexDigits, ok := cutHex(text); ok {
		return hexDigits, 16, 64
	}
	return text, 10, 64
}

func cutHex(text string) (digits string, ok bool) {
	if len(text) >= 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		return text[2:], true
	}
	return text, false
}

func (sp *Spec) parseNumber(text string) (Value, error) {
	digits, base, bits := base(text)
	if base == 16 && strings.HasPrefix(digits, "-") { // 0x-1
		return Value{}, sp.invalid("%q is not a number", text)
	}
	i, err := strconv.ParseInt(digits, base, bits)
	if err != nil {
		return Value{}, sp.invalid("%q is not a number of 64 bits", text)
	}
	return Value{I: i}, nil
}

func (sp *Spec) parseBool(text string) (Value, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1":
		return Value{I: 1}, nil
	case "false", "no", "off", "0":
		return Value{}, nil
	}
	return Value{}, sp.invalid("%q is neither true nor false", text)
}

func (sp *Spec) parseDuration(text string, unit time.Duration) (Value, error) {
	if v, err := sp.parseNumber(text); err == nil {
		return v, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return Value{}, sp.invalid("%q is neither a number of %s nor a duration", text, sp.Kind)
	}
	if d%unit != 0 {
		return Value{}, sp.invalid("%s is not a whole number of %s", d, sp.Kind)
	}
	return Value{I: int64(d / unit)}, nil
}

func (sp *Spec) parseBytes(text string) (Value, error) {
	if text == "" && sp.Clears {
		return Value{}, nil
	}
	digits, isHex := cutHex(text)
	switch {
	case sp.Kind != Bytes || !isHex:
	case sp.form == formKey && len(text) == keyTextSize: // Z85 may begin with 0x
	default:
		b, err := hex.DecodeString(digits)
		if err != nil {
			return Value{}, sp.invalid("what follows 0x is not pairs of hex digits")
		}
		return Value{B: b}, nil
	}
	return Value{B: []byte(text)}, nil
}

// Format writes the value of an option so that Parse reads it. Bytes that are not
// printable text are written as 0x and hexadecimal digits, keys as Z85. Values that
// Spec.Secret marks are not hidden.
func Format(sp *Spec, v Value) string {
	switch {
	case sp.Kind == Bool:
		return strconv.FormatBool(v.I != 0)
	case sp.Kind == Uint64:
		return strconv.FormatUint(uint64(v.I), 10)
	case sp.Ints():
		return strconv.FormatInt(v.I, 10)
	case sp.form == formKey && len(v.B) == keySize:
		return string(keyText(v.B))
	case sp.Kind == Bytes && !readable(v.B):
		return "0x" + hex.EncodeToString(v.B)
	}
	return string(v.B)
}

// readable reports whether bytes can be written as text and are not read as hexadecimal
// digits then.
func readable(b []byte) bool {
	if _, isHex := cutHex(string(b)); isHex || !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// SPDX-License-Identifier: Apache-2.0

package format

import (
	"bytes"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Text writes a message as a line, its frames joined by a separator. Control
// characters and bytes that are not UTF-8 are written as \n, \r, \t or \xNN.
//
// Without escape the backslash has no meaning in what is read and is written as
// it is, so that text stays as it was. With escape those four and \\ are read,
// and the backslash and whatever could be taken for the separator are escaped
// too, so that every message is read back as it was written.
type Text struct {
	separator string // empty: messages of one frame are read
	escape    bool
}

// NewText returns a text format. In the separator \n, \r, \t, \xNN and \\ are
// understood; it may be empty, which reads every line as one frame, but it may
// not contain line ends, backslashes or bytes that are not UTF-8.
func NewText(separator string, escape bool) (*Text, error) {
	b, err := unescape(separator)
	if err != nil {
		return nil, fmt.Errorf("separator %q: %w", separator, err)
	}
	if bytes.ContainsAny(b, "\n\r\\") || !utf8.Valid(b) {
		return nil, fmt.Errorf("separator %q: it may not contain line ends, backslashes or bytes that are not UTF-8", separator)
	}
	return &Text{separator: string(b), escape: escape}, nil
}

// Lines implements Format.
func (t *Text) Lines() bool { return true }

// Append implements Format.
func (t *Text) Append(dst []byte, frames [][]byte) []byte {
	for i, f := range frames {
		if i > 0 {
			dst = append(dst, t.separator...)
		}
		dst = t.appendFrame(dst, f)
	}
	return append(dst, '\n')
}

// appendFrame escapes each byte that begins like the separator, not the whole
// separator, because the end of a frame and the separator behind it could form another
// one. The separator is UTF-8, so its first byte is no later part of a rune.
func (t *Text) appendFrame(dst, f []byte) []byte {
	for len(f) > 0 {
		r, n := utf8.DecodeRune(f)
		begins := t.escape && t.separator != "" && f[0] == t.separator[0]
		switch {
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r == '\\' && t.escape:
			dst = append(dst, `\\`...)
		case unicode.IsControl(r), r == utf8.RuneError && n == 1, begins:
			if begins {
				n = 1
			}
			for _, c := range f[:n] {
				dst = fmt.Appendf(dst, `\x%02x`, c)
			}
		default:
			dst = append(dst, f[:n]...)
		}
		f = f[n:]
	}
	return dst
}

// Parse implements Format. An empty line is a message of one empty frame.
func (t *Text) Parse(line []byte) ([][]byte, error) {
	switch {
	case t.escape:
		return t.parseEscaped(line)
	case t.separator == "":
		return [][]byte{bytes.Clone(line)}, nil
	}
	return bytes.Split(bytes.Clone(line), []byte(t.separator)), nil
}

func (t *Text) parseEscaped(line []byte) ([][]byte, error) {
	separator := []byte(t.separator)
	var frames [][]byte
	frame := []byte{}
	for len(line) > 0 {
		switch {
		case line[0] == '\\':
			c, n, err := parseEscape(line)
			if err != nil {
				return nil, err
			}
			frame = append(frame, c)
			line = line[n:]
		case len(separator) > 0 && bytes.HasPrefix(line, separator):
			frames = append(frames, frame)
			frame = []byte{}
			line = line[len(separator):]
		default:
			frame = append(frame, line[0])
			line = line[1:]
		}
	}
	return append(frames, frame), nil
}

// Frame implements Format. The separator has no meaning in it.
func (t *Text) Frame(arg string) ([]byte, error) {
	if !t.escape {
		return []byte(arg), nil
	}
	return unescape(arg)
}

func unescape(s string) ([]byte, error) {
	out := []byte{}
	for b := []byte(s); len(b) > 0; {
		c, n := b[0], 1
		if c == '\\' {
			var err error
			if c, n, err = parseEscape(b); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
		b = b[n:]
	}
	return out, nil
}

// parseEscape reads the escape that b begins with and returns its length.
func parseEscape(b []byte) (c byte, n int, err error) {
	if len(b) < 2 {
		return 0, 0, errors.New(`a backslash ends the text; \\ is a backslash`)
	}
	switch b[1] {
	case '\\':
		return '\\', 2, nil
	case 'n':
		return '\n', 2, nil
	case 'r':
		return '\r', 2, nil
	case 't':
		return '\t', 2, nil
	case 'x':
		if len(b) >= 4 {
			high, ok1 := hexDigit(b[2])
			low, ok2 := hexDigit(b[3])
			if ok1 && ok2 {
				return high<<4 | low, 4, nil
			}
		}
		return 0, 0, errors.New(`\x is not followed by two hex digits`)
	}
	r, _ := utf8.DecodeRune(b[1:])
	return 0, 0, fmt.Errorf(`there is no escape \%c; there are \n, \r, \t, \xNN and \\`, r)
}

func hexDigit(c byte) (v byte, ok bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return (c | 0x20) - 'a' + 10, true
	}
	return 0, false
}

// Painted returns the same format for a terminal: the first of several frames, which is a
// topic or an address mostly, has a colour. It reads as t does.
func (t *Text) Painted() Format { return paintedText{t} }

type paintedText struct{ *Text }

// Append implements Format. The colours are those of ECMA-48 SGR.
func (t paintedText) Append(dst []byte, frames [][]byte) []byte {
	if len(frames) < 2 {
		return t.Text.Append(dst, frames)
	}
	dst = append(dst, "\x1b[36m"...)
	dst = t.appendFrame(dst, frames[0])
	dst = append(dst, "\x1b[0m"...)
	dst = append(dst, t.separator...)
	return t.Text.Append(dst, frames[1:])
}

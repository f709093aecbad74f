// SPDX-License-Identifier: Apache-2.0

package format

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// Shown is a message with what is known of it beside its frames.
type Shown struct {
	Frames   [][]byte  // of the message, with its label in front if it has one
	Number   uint64    // from 1
	Time     time.Time // when it was received
	Peer     string    // where it came from, "tcp://127.0.0.1:41234"; empty if that is not known
	Identity []byte    // the name that the peer gave itself
	Way      string    // in which direction it passed a proxy
}

// Template writes messages as a text with fields says (TemplateHelp).
type Template struct {
	parts  []func(dst []byte, s *Shown) []byte
	format Format
	pad    Text // for fields that are text whatever the format is
}

// TemplateHelp lists the fields of templates.
const TemplateHelp = `  %m  the message in the --format       %t  when it came, 2006-01-02T15:04:05.000+01:00
  %1  its first frame; up to %9         %u  the same in seconds since 1970
  %f  how many frames it has            %p  its peer's address
  %l  how many bytes these have         %i  its peer's identity
  %n  its number, from 1                %%  a percent sign; \n \r \t \xNN \\ are read`

// NewTemplate reads a template. Frames in it are written in a format.
func NewTemplate(text string, f Format) (*Template, error) {
	t := &Template{format: f, pad: Text{separator: "\t"}}
	b, err := unescape(text)
	if err != nil {
		return nil, err
	}
	for len(b) > 0 {
		literal, rest, found := bytes.Cut(b, []byte{'%'})
		if len(literal) > 0 {
			t.parts = append(t.parts, func(dst []byte, _ *Shown) []byte { return append(dst, literal...) })
		}
		if !found {
			break
		}
		if len(rest) == 0 {
			return nil, fmt.Errorf("%q ends with a percent sign; %%%% is one", text)
		}
		field, err := t.field(rest[0])
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, field)
		b = rest[1:]
	}
	return t, nil
}

// field returns what writes the field with a letter.
func (t *Template) field(letter byte) (func(dst []byte, s *Shown) []byte, error) {
	switch letter {
	case '%':
		return func(dst []byte, _ *Shown) []byte { return append(dst, '%') }, nil
	case 'm':
		return func(dst []byte, s *Shown) []byte { return t.frames(dst, s.Frames) }, nil
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		i := int(letter - '1')
		return func(dst []byte, s *Shown) []byte {
			if i >= len(s.Frames) {
				return dst
			}
			return t.frames(dst, s.Frames[i:i+1])
		}, nil
	case 'f':
		return func(dst []byte, s *Shown) []byte { return strconv.AppendInt(dst, int64(len(s.Frames)), 10) }, nil
	case 'l':
		return func(dst []byte, s *Shown) []byte {
			n := 0
			for _, f := range s.Frames {
				n += len(f)
			}
			return strconv.AppendInt(dst, int64(n), 10)
		}, nil
	case 'n':
		return func(dst []byte, s *Shown) []byte { return strconv.AppendUint(dst, s.Number, 10) }, nil
	case 't':
		return func(dst []byte, s *Shown) []byte { return s.Time.AppendFormat(dst, "2006-01-02T15:04:05.000Z07:00") }, nil
	case 'u':
		return func(dst []byte, s *Shown) []byte {
			return fmt.Appendf(dst, "%d.%06d", s.Time.Unix(), s.Time.Nanosecond()/1000)
		}, nil
	case 'p':
		return func(dst []byte, s *Shown) []byte { return append(dst, s.Peer...) }, nil
	case 'i':
		return func(dst []byte, s *Shown) []byte { return t.pad.appendFrame(dst, s.Identity) }, nil
	case 'd':
		return func(dst []byte, s *Shown) []byte { return append(dst, s.Way...) }, nil
	}
	return nil, fmt.Errorf("there is no field %%%c; there are\n%s", letter, TemplateHelp)
}

// frames appends frames in the format, without the end of the line.
func (t *Template) frames(dst []byte, frames [][]byte) []byte {
	start := len(dst)
	dst = t.format.Append(dst, frames)
	if t.format.Lines() && len(dst) > start {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// Append appends a message and the end of its line, which raw messages do not have.
func (t *Template) Append(dst []byte, s *Shown) []byte {
	for _, part := range t.parts {
		dst = part(dst, s)
	}
	if t.format.Lines() {
		dst = append(dst, '\n')
	}
	return dst
}

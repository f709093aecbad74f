// SPDX-License-Identifier: Apache-2.0

package format

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

// Hex writes a message as a line of hex digits, with a space between frames. An
// empty frame is a minus sign, so that it can be seen.
type Hex struct{}

// emptyFrame stands for a frame without bytes.
const emptyFrame = "-"

// Lines implements Format.
func (Hex) Lines() bool { return true }

// Append implements Format.
func (Hex) Append(dst []byte, frames [][]byte) []byte {
	for i, f := range frames {
		if i > 0 {
			dst = append(dst, ' ')
		}
		if len(f) == 0 {
			dst = append(dst, emptyFrame...)
		}
		dst = hex.AppendEncode(dst, f)
	}
	return append(dst, '\n')
}

// Parse implements Format. Any white space separates frames; an empty line is
// a message of one empty frame.
func (h Hex) Parse(line []byte) ([][]byte, error) {
	fields := bytes.Fields(line)
	if len(fields) == 0 {
		return [][]byte{{}}, nil
	}
	frames := make([][]byte, 0, len(fields))
	for _, field := range fields {
		f, err := h.Frame(string(field))
		if err != nil {
			return nil, err
		}
		frames = append(frames, f)
	}
	return frames, nil
}

// Frame implements Format.
func (Hex) Frame(arg string) ([]byte, error) {
	if arg == emptyFrame {
		return []byte{}, nil
	}
	b, err := hex.DecodeString(arg)
	if err != nil {
		return nil, fmt.Errorf("%q is not pairs of hex digits, nor %s for an empty frame", arg, emptyFrame)
	}
	return b, nil
}

// SPDX-License-Identifier: Apache-2.0

package format

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// JSON writes a message as a line with one array. A frame is a string, or the
// object {"base64":"..."} where it is not UTF-8. A string alone is read as
// a message of one frame.
type JSON struct{}

// Lines implements Format.
func (JSON) Lines() bool { return true }

// Append implements Format.
func (JSON) Append(dst []byte, frames [][]byte) []byte {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false) // it is for terminals and programs, not for pages
	for i, f := range frames {
		line.WriteByte("[,"[min(i, 1)])
		if utf8.Valid(f) {
			_ = e.Encode(string(f)) // strings and buffers do not fail
		} else {
			_ = e.Encode(binary{base64.StdEncoding.EncodeToString(f)})
		}
		line.Truncate(line.Len() - 1) // Encode ends the line
	}
	line.WriteString("]\n")
	return append(dst, line.Bytes()...)
}

type binary struct {
	Base64 string `json:"base64"`
}

// Parse implements Format.
func (j JSON) Parse(line []byte) ([][]byte, error) {
	if !utf8.Valid(line) { // the decoder would put replacement characters
		return nil, errors.New(`the line is not UTF-8; other bytes are {"base64":"..."}`)
	}
	var items []json.RawMessage
	if line = bytes.TrimSpace(line); len(line) > 0 && line[0] == '"' {
		items = []json.RawMessage{line}
	} else if err := json.Unmarshal(line, &items); err != nil {
		return nil, fmt.Errorf("the line is not one JSON array of frames: %w", err)
	}
	if len(items) == 0 {
		return nil, errors.New("a message has at least one frame; the empty message is [\"\"]")
	}
	frames := make([][]byte, 0, len(items))
	for _, item := range items {
		f, err := parseItem(item)
		if err != nil {
			return nil, err
		}
		frames = append(frames, f)
	}
	return frames, nil
}

func parseItem(item []byte) ([]byte, error) {
	var text string
	if item[0] == '"' {
		if err := json.Unmarshal(item, &text); err != nil {
			return nil, fmt.Errorf("the line is not JSON: %w", err)
		}
		return []byte(text), nil
	}
	var b struct {
		Base64 *string `json:"base64"`
	}
	d := json.NewDecoder(bytes.NewReader(item))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil || b.Base64 == nil {
		return nil, fmt.Errorf(`%s is no frame: that is a string or {"base64":"..."}`, item)
	}
	data, err := base64.StdEncoding.DecodeString(*b.Base64)
	if err != nil {
		return nil, fmt.Errorf("%q is not base64", *b.Base64)
	}
	return data, nil
}

// Frame implements Format: an argument is text.
func (JSON) Frame(arg string) ([]byte, error) { return []byte(arg), nil }

// SPDX-License-Identifier: Apache-2.0

package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Reader reads messages from a stream.
type Reader struct {
	format Format
	in     *bufio.Reader
	line   int // number of the one read last, from 1
	ended  bool
}

// NewReader returns a reader of messages in a format.
func NewReader(in io.Reader, f Format) *Reader {
	return &Reader{format: f, in: bufio.NewReaderSize(in, 64<<10)}
}

// Next returns the frames of the next message. It returns io.EOF at the end of
// the stream; a last line need not have an end, and a carriage return before
// a line's end belongs to that. Lines may be of any length. Other errors name
// the line.
func (r *Reader) Next() ([][]byte, error) {
	if r.ended {
		return nil, io.EOF
	}
	if !r.format.Lines() {
		return r.all()
	}
	r.line++
	line, err := r.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		head := bytes.Clone(line)
		line, err = r.in.ReadBytes('\n')
		line = append(head, line...)
	}
	if err != nil {
		r.ended = true
		if err != io.EOF || len(line) == 0 {
			return nil, err
		}
	}
	if rest, ok := bytes.CutSuffix(line, []byte("\n")); ok {
		line = bytes.TrimSuffix(rest, []byte("\r"))
	}
	frames, err := r.format.Parse(line)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", r.line, err)
	}
	return frames, nil
}

// all reads the whole stream as one message; nothing at all is none.
func (r *Reader) all() ([][]byte, error) {
	r.ended = true
	data, err := io.ReadAll(r.in)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, io.EOF
	}
	return r.format.Parse(data)
}

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
	// Limit is the most bytes that a message may have in the stream, with the end of its line, so that a stream
	// without an end, or without line ends, does not fill the memory; below zero is no limit.
	Limit int64

	format Format
	in     *bufio.Reader
	line   int // number of the one read last, from 1
	ended  bool
}

// NewReader returns a reader of messages in a format, without a limit.
func NewReader(in io.Reader, f Format) *Reader {
	return &Reader{Limit: -1, format: f, in: bufio.NewReaderSize(in, 64<<10)}
}

// Next returns the frames of the next message. It returns io.EOF at the end of
// the stream; a last line need not have an end, and a carriage return before
// a line's end belongs to that. Other errors name the line, and are a TooLongError
// if it has more bytes than Limit.
func (r *Reader) Next() ([][]byte, error) {
	if r.ended {
		return nil, io.EOF
	}
	if !r.format.Lines() {
		return r.all()
	}
	r.line++
	line, err := r.readLine()
	if err != nil {
		r.ended = true
		switch {
		case errors.As(err, new(TooLongError)):
			return nil, fmt.Errorf("line %d: %w", r.line, err)
		case err != io.EOF || len(line) == 0:
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

// readLine reads a line with its end. It is valid until the next call.
func (r *Reader) readLine() (line []byte, err error) {
	for {
		part, err := r.in.ReadSlice('\n')
		full := errors.Is(err, bufio.ErrBufferFull) // the next part overwrites this one
		if line == nil && !full {
			line = part
		} else {
			line = append(line, part...)
		}
		switch {
		case r.Limit >= 0 && int64(len(line)) > r.Limit:
			return nil, TooLongError{r.Limit}
		case !full:
			return line, err
		}
	}
}

// TooLongError is the error of a message with more bytes than Limit.
type TooLongError struct {
	Limit int64 // of the reader, in bytes
}

// Error implements error.
func (e TooLongError) Error() string {
	return fmt.Sprintf("a message of more than %d bytes", e.Limit)
}

// all reads the whole stream as one message; nothing at all is none.
func (r *Reader) all() ([][]byte, error) {
	r.ended = true
	in := io.Reader(r.in)
	if r.Limit >= 0 {
		in = io.LimitReader(in, max(r.Limit, r.Limit+1)) // one more than the largest number is negative
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	if r.Limit >= 0 && int64(len(data)) > r.Limit {
		return nil, TooLongError{r.Limit}
	}
	if len(data) == 0 {
		return nil, io.EOF
	}
	return r.format.Parse(data)
}

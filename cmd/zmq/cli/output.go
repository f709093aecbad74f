// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"fmt"
	"io"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/format"
)

// output writes messages that were received. They are gathered while more
// messages are there, and flushed before waiting.
type output struct {
	format format.Format
	w      *bufio.Writer
	buf    []byte // of the last message, used again
}

func newOutput(w io.Writer, f format.Format) *output {
	return &output{format: f, w: bufio.NewWriterSize(w, 64<<10)}
}

func (o *output) write(m zmq.Message) error {
	o.buf = o.format.Append(o.buf[:0], m.Frames())
	if _, err := o.w.Write(o.buf); err != nil {
		return fmt.Errorf("write standard output: %w", err)
	}
	return nil
}

func (o *output) flush() error {
	if err := o.w.Flush(); err != nil {
		return fmt.Errorf("write standard output: %w", err)
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/format"
)

// output writes messages that were received. They are gathered while more
// messages are there, and flushed before waiting.
type output struct {
	format   format.Format
	template *format.Template // of --print-format; nil writes frames alone
	sample   uint64           // one of so many messages is written
	count    uint64           // of messages
	w        *bufio.Writer
	buf      []byte // of the last message, used again
}

func newOutput(w io.Writer, f format.Format) *output {
	return &output{format: f, sample: 1, w: bufio.NewWriterSize(w, 64<<10)}
}

// write writes a message as it was received, whose frames may be shown with its label.
func (o *output) write(m zmq.Message, shown [][]byte) error {
	o.count++
	if (o.count-1)%o.sample != 0 {
		return nil
	}
	if o.template == nil {
		o.buf = o.format.Append(o.buf[:0], shown)
	} else {
		p := m.Peer()
		o.buf = o.template.Append(o.buf[:0], &format.Shown{Frames: shown, Number: o.count, Time: time.Now(), Peer: p.Remote, Identity: p.Identity})
	}
	if _, err := o.w.Write(o.buf); err != nil {
		return fmt.Errorf("write standard output: %w", err)
	}
	return nil
}

// pass writes and flushes a message that passes a proxy in the direction of an arrow.
func (o *output) pass(arrow string, m zmq.Message) error {
	o.count++
	p := m.Peer()
	o.buf = o.template.Append(o.buf[:0], &format.Shown{Frames: m.Frames(), Number: o.count, Time: time.Now(), Peer: p.Remote, Identity: p.Identity, Way: arrow})
	if _, err := o.w.Write(o.buf); err != nil {
		return fmt.Errorf("write standard output: %w", err)
	}
	return o.flush()
}

func (o *output) flush() error {
	if err := o.w.Flush(); err != nil {
		return fmt.Errorf("write standard output: %w", err)
	}
	return nil
}

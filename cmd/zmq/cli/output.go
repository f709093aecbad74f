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

// output writes messages to standard output. They are gathered while more messages are
// there.
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

// sink is where messages go that were received. The frames may have a label in front, and
// flush is called before waiting.
type sink interface {
	write(m zmq.Message, frames [][]byte) error
	flush() error
}

// write implements sink.
func (o *output) write(m zmq.Message, frames [][]byte) error {
	if o.template == nil {
		return o.show(&format.Shown{Frames: frames})
	}
	p := m.Peer()
	return o.show(&format.Shown{Frames: frames, Time: time.Now(), Peer: p.Remote, Identity: p.Identity})
}

// show numbers a message and writes it, unless the sample leaves it out.
func (o *output) show(m *format.Shown) error {
	o.count++
	m.Number = o.count
	switch {
	case (o.count-1)%o.sample != 0:
		return nil
	case o.template == nil:
		o.buf = o.format.Append(o.buf[:0], m.Frames)
	default:
		o.buf = o.template.Append(o.buf[:0], m)
	}
	if _, err := o.w.Write(o.buf); err != nil {
		return fmt.Errorf("write standard output: %w", err)
	}
	return nil
}

// pass writes and flushes a message that passes a proxy in the direction of an arrow.
func (o *output) pass(arrow string, m zmq.Message) error {
	p := m.Peer()
	if err := o.show(&format.Shown{Frames: m.Frames(), Time: time.Now(), Peer: p.Remote, Identity: p.Identity, Way: arrow}); err != nil {
		return err
	}
	return o.flush()
}

func (o *output) flush() error {
	if err := o.w.Flush(); err != nil {
		return fmt.Errorf("write standard output: %w", err)
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/gozmq/zmq/cmd/zmq/format"
)

// item is a message that was read, or the error that ended the input.
type item struct {
	frames [][]byte
	err    error
	at     time.Time // when it was recorded
}

// input is where messages to send come from: arguments, or a stream.
type input struct {
	// Immutable after newInput.
	stream *format.Reader
	source io.Reader // below the stream
	given  [][]byte  // the message that the arguments are; nil reads the stream
	times  uint64    // how often that is sent
	repeat uint64    // how often the whole is sent
	keep   int       // bytes of memory at most for what is sent again

	recorded *replayed // nil: there is no recording

	at time.Time // when the message was recorded that next returned; for its caller

	items chan item     // unbuffered, so that the reader is ahead by one message
	ended chan struct{} // closed by the reader when nothing comes any more
	hurry chan struct{} // closed by finish
}

// newInput takes the arguments as the frames of a message, which is sent count
// times, or once where count counts what is received.
func newInput(in io.Reader, f format.Format, args []string, count, repeat uint64, once bool) (*input, error) {
	in = measured(in)
	i := &input{
		stream: format.NewReader(in, f), source: in, times: max(1, count), repeat: max(1, repeat), keep: maxRepeated,
		items: make(chan item), ended: make(chan struct{}), hurry: make(chan struct{}),
	}
	if once {
		i.times = 1
	}
	for _, arg := range args {
		frame, err := f.Frame(arg)
		if err != nil {
			return nil, fmt.Errorf("argument %q: %w", arg, err)
		}
		i.given = append(i.given, frame)
	}
	return i, nil
}

// start begins to read. It is called once, before next.
func (i *input) start(ctx context.Context) {
	go func() {
		defer close(i.ended)
		for it := range i.read() {
			select {
			case i.items <- it:
			case <-ctx.Done():
				return
			}
			if it.err != nil {
				return
			}
		}
	}()
}

// maxRepeated is how much of an input is kept to be sent again. A frame takes some bytes more
// than it has.
const (
	maxRepeated = 256 << 20
	perFrame    = 64
)

// read goes over all messages of the input, as often as they are to be sent.
func (i *input) read() iter.Seq[item] {
	switch {
	case i.recorded != nil:
		return func(yield func(item) bool) {
			goOn := true
			for n := uint64(0); n < i.repeat && goOn; n++ {
				i.recorded.messages(func(it item) bool {
					goOn = yield(it)
					return goOn
				})
			}
		}
	case i.given != nil:
		return i.readGiven
	}
	return func(yield func(item) bool) {
		var kept [][][]byte
		size := 0
		for {
			frames, err := i.stream.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if i.repeat > 1 && err == nil {
				kept = append(kept, frames)
				for _, f := range frames {
					size += len(f) + perFrame
				}
				if size > i.keep {
					err = fmt.Errorf("more than %d MiB of memory, which is too much to be repeated", i.keep>>20)
				}
			}
			if !yield(item{frames: frames, err: err}) {
				return
			}
		}
		for n := uint64(1); n < i.repeat && len(kept) > 0; n++ {
			for _, frames := range kept {
				if !yield(item{frames: frames}) {
					return
				}
			}
		}
	}
}

// describe says what an error that next returned was.
func (i *input) describe(err error) error {
	if i.recorded != nil {
		return err // names the file
	}
	return fmt.Errorf("read standard input: %w", err)
}

// readGiven goes over the message that the arguments are.
func (i *input) readGiven(yield func(item) bool) {
	for n := uint64(0); n < i.times*i.repeat; n++ {
		if !yield(item{frames: i.given}) {
			return
		}
	}
}

// grace is how long the input may be silent after finish before it is taken for
// idle: long for a program that writes, short for a person that waits.
const grace = 250 * time.Millisecond

// finish makes next return io.EOF as soon as the input is idle.
func (i *input) finish() { close(i.hurry) }

// next returns the next message, io.EOF after the last one.
func (i *input) next(ctx context.Context) ([][]byte, error) {
	select {
	case it := <-i.items:
		i.at = it.at
		return it.frames, it.err
	case <-i.ended:
		return nil, io.EOF
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-i.hurry:
	}
	idle := time.NewTimer(grace)
	defer idle.Stop()
	select {
	case it := <-i.items:
		i.at = it.at
		return it.frames, it.err
	case <-i.ended:
	case <-ctx.Done():
	case <-idle.C:
	}
	return nil, io.EOF
}

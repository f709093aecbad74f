// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/format"
)

// replier makes the reply to a request. io.EOF means that there is none, and
// that there will be none.
type replier func(ctx context.Context, request zmq.Message) ([][]byte, error)

// serve is the run of a REP.
func (l *link) serve(ctx context.Context, f *replyFlags) error {
	reply, recvCtx, err := l.replier(ctx, f)
	if err != nil {
		return err
	}
	for n := uint64(0); l.pace.count == 0 || n < l.pace.count; n++ {
		m, err := l.next(recvCtx, "no request came")
		if err != nil {
			return l.ending(ctx, err)
		}
		if err := l.output.write(m, m.Frames()); err != nil {
			return err
		}
		if err := l.output.flush(); err != nil {
			return err
		}
		frames, err := reply(ctx, m)
		if err != nil {
			return l.ending(ctx, err)
		}
		if err := l.sock.Send(ctx, frames...); err != nil {
			return err
		}
	}
	return nil
}

// ending tells the end of the input, after which nothing can be answered, from
// other ends.
func (l *link) ending(ctx context.Context, err error) error {
	if err == io.EOF || errors.Is(err, context.Canceled) && ctx.Err() == nil {
		fmt.Fprintln(l.notes, "the input has ended, and so have the replies; --echo, --reply and --exec go on")
		return nil
	}
	return err
}

// replier returns how to reply, and a context that ends when there are no more
// replies.
func (l *link) replier(ctx context.Context, f *replyFlags) (replier, context.Context, error) {
	switch {
	case f.echo:
		return func(_ context.Context, m zmq.Message) ([][]byte, error) { return m.Frames(), nil }, ctx, nil
	case f.exec != "":
		return l.execute(f.exec), ctx, nil
	case f.given:
		frames, err := l.format.Parse([]byte(f.text))
		if err != nil {
			return nil, nil, usageError{fmt.Errorf("--reply %s: %w", f.text, err)}
		}
		return func(context.Context, zmq.Message) ([][]byte, error) { return frames, nil }, ctx, nil
	}
	l.input.start(ctx)
	recvCtx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		select {
		case <-l.input.ended:
		case <-ctx.Done():
		}
	}()
	return func(ctx context.Context, _ zmq.Message) ([][]byte, error) { return l.input.next(ctx) }, recvCtx, nil
}

// pipeDelay is how long children that a killed shell left behind may keep its
// output open.
const pipeDelay = time.Second

// execute replies with what a shell command makes of the request.
func (l *link) execute(command string) replier {
	return func(ctx context.Context, m zmq.Message) ([][]byte, error) {
		shell, flag := "sh", "-c"
		if runtime.GOOS == "windows" {
			shell, flag = "cmd", "/C"
		}
		running, stop := context.WithCancel(ctx)
		defer stop()
		cmd := exec.CommandContext(running, shell, flag, command)
		cmd.WaitDelay = pipeDelay
		cmd.Stdin = bytes.NewReader(bytes.Join(m.Frames(), nil))
		cmd.Stderr = l.errs
		gathered := &bounded{limit: zmq.MaxMessageSize.Get(l.sock), full: stop}
		cmd.Stdout = gathered
		err := cmd.Run()
		out := gathered.b.Bytes()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case gathered.err != nil:
			fmt.Fprintf(l.errs, "--exec %s: %v\n", command, gathered.err)
			return [][]byte{{}, []byte(gathered.err.Error())}, nil
		case err != nil:
			fmt.Fprintf(l.errs, "--exec %s: %v\n", command, err)
			return [][]byte{{}, []byte(err.Error())}, nil
		}
		if l.format.Lines() {
			if rest, ok := bytes.CutSuffix(out, []byte("\n")); ok {
				out = bytes.TrimSuffix(rest, []byte("\r"))
			}
		}
		return [][]byte{out}, nil
	}
}

// bounded gathers the output of a command, and calls full when it becomes too long.
type bounded struct {
	b     bytes.Buffer
	limit int64 // below zero is none
	full  func()
	err   error
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.limit >= 0 && int64(b.b.Len()+len(p)) > b.limit {
		b.err = format.TooLongError{Limit: b.limit}
		b.full()
		return 0, b.err
	}
	return b.b.Write(p)
}

// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
)

// request is the run of a REQ: one exchange for each message of the input.
func (l *link) request(ctx context.Context) error {
	l.input.start(ctx)
	for n, limit := uint64(0), l.limit(); limit == 0 || n < limit; n++ {
		frames, err := l.input.next(ctx)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("read standard input: %w", err)
		}
		if n == 0 {
			err = l.await(ctx, frames)
		} else {
			err = l.pause(ctx)
		}
		if err == nil {
			err = l.ask(ctx, frames)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *link) ask(ctx context.Context, frames [][]byte) error {
	waitCtx, cancel := within(ctx, l.pace.timeout)
	defer cancel()
	reply, err := l.sock.Request(waitCtx, frames...)
	if err != nil {
		return l.explain(ctx, err, "no reply came", l.pace.timeout)
	}
	if err := l.output.write(reply, reply.Frames()); err != nil {
		return err
	}
	return l.output.flush()
}

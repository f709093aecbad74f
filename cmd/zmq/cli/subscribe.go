// SPDX-License-Identifier: Apache-2.0

// zmq subscribe and zmq store: streams that can be caught up with.

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/replay"
)

const subscribeLong = `Writes the messages of a stream to standard output, each as a line, once and in order: first those that
were published before, as far as the publisher keeps them, then those that come. A TAB separates frames.
What cannot be had any more is told on standard error.

--from says where to begin: 0 for everything that is kept, the number of a message, "new", a time such as
2026-01-31T12:00:00Z, how long ago (10m), or after a position that --positions has written (3f2a-17).`

// parseFrom reads the value of --from.
func parseFrom(text string, now time.Time) (replay.Start, error) {
	switch text {
	case "0", "all":
		return replay.Beginning(), nil
	case "new":
		return replay.Newest(), nil
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return replay.At(n), nil
	}
	if p, err := replay.ParsePosition(text); err == nil {
		return replay.After(p), nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return replay.Since(now.Add(-d)), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return replay.Since(t), nil
	}
	return replay.Start{}, usageError{fmt.Errorf("--from %q is no number, position, time or duration, nor \"new\"", text)}
}

// subscribeFlags are the command line of zmq subscribe.
type subscribeFlags struct {
	stream    streamFlags
	from      string
	count     uint64
	timeout   time.Duration
	positions bool
}

func newSubscribeCommand(s Streams) *cobra.Command {
	var f subscribeFlags
	cmd := &cobra.Command{
		Use:     "subscribe STREAM",
		Short:   "Write a stream from where it was left, without gaps",
		Long:    subscribeLong + "\n\n" + exitHelp,
		Example: "  zmq subscribe log --connect tcp://host:5556 --replay tcp://host:5557 --from 10m\n  zmq subscribe kv-events --wire kv-events --connect tcp://pod:5557 --replay tcp://pod:5558 --from 0",
		GroupID: "more",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || (len(f.stream.bind) == 0) == (len(f.stream.connect) == 0) {
				return usageError{errors.New("it wants the name of a stream, and either --connect or --bind")}
			}
			return runSubscribe(cmd.Context(), s, &f, args[0])
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.stream.add(fs, "receive what is published")
	fs.StringArrayVarP(&f.stream.replay, "replay", "r", nil, "ask for what was missed at `ENDPOINT`, which is connected to; repeatable")
	fs.StringVar(&f.from, "from", "new", "begin with `WHERE`: 0, a number, new, a time, a duration, a position")
	fs.Uint64VarP(&f.count, "count", "n", 0, "end after `N` messages")
	fs.DurationVarP(&f.timeout, "timeout", "t", 0, "end if no message comes for `D`")
	fs.BoolVar(&f.positions, "positions", false, "write the position of each message before it")
	return cmd
}

func runSubscribe(ctx context.Context, s Streams, f *subscribeFlags, stream string) error {
	from, err := parseFrom(f.from, time.Now())
	if err != nil {
		return err
	}
	format, zctx, settings, closing, err := f.stream.open(s)
	if err != nil {
		return err
	}
	defer closing()
	sub, err := replay.NewSubscriber(replay.SubscriberConfig{
		Format: format, Context: zctx, Settings: settings,
		Sources: []replay.Source{{
			Stream: stream, From: from, Bind: len(f.stream.bind) > 0,
			Live: append(f.stream.bind, f.stream.connect...), Replay: f.stream.replay,
		}},
	})
	if err != nil {
		return setupError(err)
	}
	defer func() { _ = sub.Close() }()
	for n := uint64(0); f.count == 0 || n < f.count; {
		waitCtx, cancel := within(ctx, f.timeout)
		m, err := sub.Recv(waitCtx)
		cancel()
		lost, restart := (*replay.LostError)(nil), (*replay.RestartError)(nil)
		switch {
		case errors.As(err, &lost), errors.As(err, &restart):
			fmt.Fprintln(s.Err, err)
			continue
		case err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
			return timeoutError{"no message came", f.timeout}
		case errors.Is(err, zmq.ErrClosed), ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return err
		}
		n++
		if err := writeStreamed(s.Out, m.Position, m.Frames(), f.positions); err != nil {
			return err
		}
	}
	return nil
}

func writeStreamed(out io.Writer, p replay.Position, frames [][]byte, positions bool) error {
	var line []byte
	if positions {
		line = fmt.Appendf(line, "%v\t", p)
	}
	line = append(append(line, bytes.Join(frames, []byte("\t"))...), '\n')
	_, err := out.Write(line)
	return err
}

func newStoreCommand(s Streams) *cobra.Command {
	store := &cobra.Command{Use: "store", Short: "Look into the file of 'zmq publish --store'", GroupID: "more", Args: cobra.NoArgs}
	var messages bool
	inspect := &cobra.Command{
		Use:     "inspect FILE",
		Short:   "Tell what a store has",
		Example: "  zmq store inspect log.db\n  zmq store inspect log.db --messages",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("it wants the name of a file")}
			}
			return inspectStore(cmd.Context(), s, args[0], messages)
		},
	}
	inspect.Flags().BoolVar(&messages, "messages", false, "write all messages, with their positions")
	store.AddCommand(inspect)
	return store
}

func inspectStore(ctx context.Context, s Streams, file string, messages bool) error {
	store, err := openDiskStore(file, replay.Retention{}, 0, true)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	st, err := store.State(ctx)
	if err != nil {
		return err
	}
	if !messages {
		fmt.Fprintf(s.Out, "epoch     %x\nfirst     %d\nnext      %d\nmessages  %d\nbytes     %d\n", st.Epoch, st.First, st.Next, st.Messages, st.Bytes)
		for r, err := range store.Read(ctx, st.First) {
			if err != nil {
				return err
			}
			fmt.Fprintf(s.Out, "since     %s\n", r.Time.UTC().Format(time.RFC3339Nano))
			break
		}
		return nil
	}
	for r, err := range store.Read(ctx, st.First) {
		if err != nil {
			return err
		}
		if err := writeStreamed(s.Out, replay.Position{Epoch: st.Epoch, Number: r.Number}, r.Frames, true); err != nil {
			return err
		}
	}
	return nil
}

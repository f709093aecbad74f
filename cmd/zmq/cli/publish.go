// SPDX-License-Identifier: Apache-2.0

// zmq publish: lines as messages of a stream that can be caught up with.

package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/replay"
)

const publishLong = `Publishes each line of standard input as a message of a stream, numbers it, and keeps it for subscribers
that have missed it ('zmq subscribe'). A TAB separates frames. Messages are kept in memory, or with --store in
a file, where a later 'zmq publish' goes on with the numbers.

After the end of the input it goes on answering subscribers until a signal ends it, unless --exit is given.`

// streamFlags are what publish and subscribe have in common.
type streamFlags struct {
	bind, connect, replay []string
	format                string
	secure                securityFlags
	set                   []string
	quiet                 bool
}

func (f *streamFlags) add(fs *pflag.FlagSet, live string) {
	fs.StringArrayVarP(&f.bind, "bind", "b", nil, live+" at `ENDPOINT`, which is bound; repeatable")
	fs.StringArrayVarP(&f.connect, "connect", "c", nil, live+" at `ENDPOINT`, which is connected to; repeatable")
	fs.StringVar(&f.format, "wire", "native", "speak that `FORMAT`: native, kv-events, kv-events-topic")
	f.secure.add(fs)
	fs.StringArrayVar(&f.set, "set", nil, "set any option, `OPTION=VALUE`, of the sockets; repeatable; see 'zmq options'")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "write only errors to standard error")
}

// open returns the format and a context with everything that the sockets need.
func (f *streamFlags) open(s Streams) (format replay.Format, zctx *zmq.Context, settings []zmq.Setting, closing func(), err error) {
	format, err = replay.ParseFormat(f.format)
	if err = errors.Join(err, f.secure.check()); err != nil {
		return 0, nil, nil, nil, usageError{err}
	}
	notes, level := s.Err, slog.LevelWarn
	if f.quiet {
		notes, level = io.Discard, slog.LevelError
	}
	socket := socketFlags{set: f.set}
	given, err := socket.settings()
	if err != nil {
		return 0, nil, nil, nil, usageError{err}
	}
	logger := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: level}))
	zctx, err = zmq.NewContext(zmq.ContextConfig{Logger: logger, Settings: given})
	if err != nil {
		return 0, nil, nil, nil, setupError(err)
	}
	closing = func() { _ = zctx.Close() }
	if f.secure.asks() {
		handler, err := f.secure.handler(zctx, logger)
		if err != nil {
			closing()
			return 0, nil, nil, nil, err
		}
		closing = func() { _, _ = handler.Close(), zctx.Close() }
	}
	if settings, err = f.secure.settings(notes); err != nil {
		closing()
		return 0, nil, nil, nil, err
	}
	return format, zctx, settings, closing, nil
}

// keepFlags say where and how long messages are kept.
type keepFlags struct {
	file string
	sync time.Duration
	keep replay.Retention
}

func (f *keepFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.file, "store", "", "keep messages in `FILE`; without it in memory, 10000 messages and 64 MiB at most")
	fs.DurationVar(&f.sync, "sync", 0, "with --store, force messages to the disk every `D` rather than before each is published; a power failure may lose the last ones")
	fs.Uint64Var(&f.keep.Messages, "keep", 0, "keep the newest `N` messages")
	fs.Int64Var(&f.keep.Bytes, "keep-bytes", 0, "keep at most `N` bytes")
	fs.DurationVar(&f.keep.Age, "keep-age", 0, "keep messages for `D`")
}

func (f *keepFlags) open() (replay.Store, error) {
	if f.file == "" {
		return replay.NewMemory(f.keep), nil
	}
	return openDiskStore(f.file, f.keep, f.sync, false)
}

func newPublishCommand(s Streams) *cobra.Command {
	var f streamFlags
	var k keepFlags
	var exit bool
	cmd := &cobra.Command{
		Use:     "publish STREAM",
		Short:   "Publish lines so that subscribers can catch up with them",
		Long:    publishLong + "\n\n" + exitHelp,
		Example: "  tail -F app.log | zmq publish log --bind 'tcp://*:5556' --replay 'tcp://*:5557' --store log.db --keep-age 24h",
		GroupID: "more",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || len(f.bind)+len(f.connect) == 0 {
				return usageError{errors.New("it wants the name of a stream, and --bind or --connect")}
			}
			return runPublish(cmd.Context(), s, &f, &k, args[0], exit)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.add(fs, "publish")
	fs.StringArrayVarP(&f.replay, "replay", "r", nil, "answer subscribers at `ENDPOINT`, which is bound; repeatable")
	k.add(fs)
	fs.BoolVar(&exit, "exit", false, "end with the input")
	return cmd
}

func runPublish(ctx context.Context, s Streams, f *streamFlags, k *keepFlags, stream string, exit bool) error {
	format, zctx, settings, closing, err := f.open(s)
	if err != nil {
		return err
	}
	defer closing()
	store, err := k.open()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	p, err := replay.NewPublisher(replay.PublisherConfig{Stream: stream, Format: format, Store: store, Context: zctx, Settings: settings})
	if err != nil {
		return setupError(err)
	}
	defer func() { _ = p.Close() }()
	for _, endpoint := range f.bind {
		err = errors.Join(err, p.Bind(endpoint))
		f.tell(s, "publishing", p.LiveSocket().LastEndpoint())
	}
	for _, endpoint := range f.connect {
		err = errors.Join(err, p.Connect(endpoint))
	}
	for _, endpoint := range f.replay {
		err = errors.Join(err, p.BindReplay(endpoint))
		f.tell(s, "answering", p.ReplaySocket().LastEndpoint())
	}
	if err != nil {
		return setupError(err)
	}
	if err := publishLines(ctx, s.In, p, format); err != nil {
		return err
	}
	if !exit {
		<-ctx.Done()
	}
	return nil
}

func (f *streamFlags) tell(s Streams, what, endpoint string) {
	if !f.quiet && endpoint != "" {
		fmt.Fprintln(s.Err, what, "at", endpoint)
	}
}

// publishLines publishes lines until the input or the context ends. The goroutine that
// reads ends with the input.
func publishLines(ctx context.Context, in io.Reader, p *replay.Publisher, format replay.Format) error {
	lines, failed := make(chan []byte), make(chan error, 1)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(in)
		scanner.Buffer(nil, 64<<20)
		for scanner.Scan() {
			select {
			case lines <- bytes.Clone(scanner.Bytes()):
			case <-ctx.Done():
				return
			}
		}
		failed <- scanner.Err()
	}()
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				select {
				case err := <-failed:
					return err
				default: // the context has ended
					return nil
				}
			}
			frames := [][]byte{line}
			if format == replay.Native {
				frames = bytes.Split(line, []byte("\t"))
			}
			if _, err := p.Publish(ctx, frames...); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

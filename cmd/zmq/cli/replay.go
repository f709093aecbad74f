// SPDX-License-Identifier: Apache-2.0

// zmq replay: the messages of a recording, at the times that they came.

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/format"
	"github.com/gozmq/zmq/cmd/zmq/recording"
)

const replayLong = `Sends the messages of a recording by a PUB, PUSH, RADIO or SCATTER, with the pauses that were between them.
--speed 10 is ten times as fast, --speed 0 as fast as they go. Filters choose messages: their topic, the
beginning of the first frame, and their time, as a duration since the first message or as a point in time.

With --print it writes them to standard output at once, and needs no endpoint. A recording that was cut
off is replayed up to its last whole message; the exit code is 1 then.`

// replayTypes are the types that send without being asked.
var replayTypes = []zmq.SocketType{zmq.PUB, zmq.PUSH, zmq.RADIO, zmq.SCATTER}

// replayed is a recording that is an input.
type replayed struct {
	name         string
	topics       [][]byte
	from, until  string
	speed        float64
	first, begin time.Time // of the recording, and when the first message went
}

func newReplayCommand(s Streams) *cobra.Command {
	var f flags
	r := new(replayed)
	var typ string
	var topics []string
	var toOutput bool
	cmd := &cobra.Command{
		Use:     "replay FILE [ENDPOINT...]",
		Short:   "Send the messages of a recording again",
		Long:    replayLong + "\n\nFields of --print-format:\n" + format.TemplateHelp + "\n\n" + exitHelp,
		Example: "  zmq replay prices.zmqrec --bind 'tcp://*:5556' --speed 10\n  zmq replay prices.zmqrec --print --print-format '%t %m' --from 1m --until 2m",
		GroupID: "more",
		Args:    wantsFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := chooseType(typ, replayTypes)
			if err != nil {
				return err
			}
			r.name = args[0]
			if r.speed < 0 {
				return usageError{errors.New("--speed is above zero, or 0 for no pauses")}
			}
			form, err := f.text.parse()
			if err != nil {
				return usageError{err}
			}
			for _, topic := range topics {
				frame, err := form.Frame(topic)
				if err != nil {
					return usageError{fmt.Errorf("--subscribe %s: %w", topic, err)}
				}
				r.topics = append(r.topics, frame)
			}
			if toOutput {
				return r.print(s, &f, form)
			}
			args, err = f.begin(cmd, s, args[1:])
			switch {
			case err != nil:
				return err
			case len(args) > 0:
				return usageError{fmt.Errorf("it takes a file and endpoints, and got %q", args)}
			}
			return runSocket(cmd.Context(), s, t, &f, nil, nil, r)
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&typ, "type", "pub", "send by a socket of that `TYPE`: pub, push, radio, scatter")
	fl.Float64Var(&r.speed, "speed", 1, "`FACTOR` by which it is faster than it was; 0: without pauses")
	fl.StringArrayVarP(&topics, "subscribe", "s", nil, "only messages that begin with `TOPIC`; repeatable")
	fl.StringVar(&r.from, "from", "", "only messages from `TIME` on: 90s or 1m30s after the first one, or 2006-01-02T15:04:05Z")
	fl.StringVar(&r.until, "until", "", "only messages before `TIME`")
	fl.BoolVar(&toOutput, "print", false, "write the messages to standard output instead")
	fl.StringVar(&f.text.template, "print-format", "", "with --print, write each message as `TEXT` with fields, such as '%t %m'; see above")
	f.text.add(fl)
	f.add(fl, zmq.PUB, false)
	must(cmd.RegisterFlagCompletionFunc("type", proposeTypes(replayTypes)))
	return cmd
}

// messages goes over the messages that the filters let through.
func (r *replayed) messages(yield func(item) bool) {
	f, err := os.Open(r.name)
	if err != nil {
		yield(item{err: err})
		return
	}
	defer f.Close()
	rec, err := recording.NewReader(f)
	if err != nil {
		yield(item{err: fmt.Errorf("%s: %w", r.name, err)})
		return
	}
	var window [2]time.Time
	for n := 0; ; n++ {
		m, err := rec.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil && n == 0 {
			window, err = r.window(m.Time)
		}
		if err != nil {
			yield(item{err: fmt.Errorf("%s: %w", r.name, err)})
			return
		}
		if m.Time.Before(window[0]) || !window[1].IsZero() && !m.Time.Before(window[1]) || !r.wants(m.Frames[0]) {
			continue
		}
		if !yield(item{frames: m.Frames, at: m.Time}) {
			return
		}
	}
}

// wants reports whether a message with that first frame is let through.
func (r *replayed) wants(first []byte) bool {
	for _, topic := range r.topics {
		if bytes.HasPrefix(first, topic) {
			return true
		}
	}
	return len(r.topics) == 0
}

// window is the time from and until which messages are let through; zero is no limit.
func (r *replayed) window(first time.Time) (w [2]time.Time, err error) {
	for i, x := range []struct{ flag, text string }{{"--from", r.from}, {"--until", r.until}} {
		if x.text == "" {
			continue
		}
		if d, err := parseDuration(x.text); err == nil {
			w[i] = first.Add(d)
		} else if w[i], err = time.Parse(time.RFC3339Nano, x.text); err != nil {
			return w, usageError{fmt.Errorf("%s %s: it wants a duration such as 90s, or a time such as 2006-01-02T15:04:05Z", x.flag, x.text)}
		}
	}
	return w, nil
}

// wait returns how long to wait before a message of that time goes.
func (r *replayed) wait(at, now time.Time) time.Duration {
	switch {
	case r.speed == 0:
		return 0
	case r.first.IsZero() || at.Before(r.first): // the beginning, of a repetition too
		r.first, r.begin = at, now
		return 0
	}
	return r.begin.Add(time.Duration(float64(at.Sub(r.first)) / r.speed)).Sub(now)
}

// print writes the messages to standard output.
func (r *replayed) print(s Streams, f *flags, form format.Format) error {
	o, err := f.output(s, form)
	if err != nil {
		return usageError{err}
	}
	for it := range r.messages {
		if it.err != nil {
			return errors.Join(o.flush(), it.err)
		}
		if err := o.show(&format.Shown{Frames: it.frames, Time: it.at}); err != nil {
			return err
		}
	}
	return o.flush()
}

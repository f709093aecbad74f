// SPDX-License-Identifier: Apache-2.0

// zmq record: what a socket receives, with its times, into a file.

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/recording"
)

const recordLong = `Writes what a SUB, PULL, DISH or GATHER receives into a file, with the time of each message, until
--count, --timeout or a signal. 'zmq replay' sends it again. To see what passes between two sockets, let
'zmq proxy --capture' publish it.

What has come is in the file a moment later. If the machine or the command dies, the file can be read up
to its last whole message, and --append goes on behind that. The file is for its owner alone.`

// recordTypes are the types that receive without being asked.
var recordTypes = []zmq.SocketType{zmq.SUB, zmq.PULL, zmq.DISH, zmq.GATHER}

// wantsFile is about the arguments of commands that have a recording as their first.
func wantsFile(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageError{errors.New("it wants the name of a file")}
	}
	return nil
}

func newRecordCommand(s Streams) *cobra.Command {
	var f flags
	var typ string
	var again, replace bool
	cmd := &cobra.Command{
		Use:     "record FILE [ENDPOINT...]",
		Short:   "Write what is received into a file, with times",
		Long:    recordLong + "\n\n" + exitHelp,
		Example: "  zmq record prices.zmqrec tcp://host:5556 --subscribe EUR\n  zmq record jobs.zmqrec --type pull --bind 'tcp://*:5557' --append",
		GroupID: "more",
		Args:    wantsFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := chooseType(typ, recordTypes)
			if err != nil {
				return err
			}
			name := args[0]
			args, err = f.begin(cmd, s, args[1:])
			switch {
			case err != nil:
				return err
			case len(args) > 0:
				return usageError{fmt.Errorf("it takes a file and endpoints, and got %q", args)}
			case again && replace:
				return usageError{errors.New("--append and --replace exclude each other")}
			}
			w, err := openRecording(name, again, replace, f.header(t), s.Err)
			if err != nil {
				return err
			}
			err = runSocket(cmd.Context(), s, t, &f, nil, w, nil)
			if closeErr := w.close(); err == nil {
				err = closeErr
			}
			if !f.socket.quiet {
				fmt.Fprintf(s.Err, "%d messages in %s\n", w.count, name)
			}
			return err
		},
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&typ, "type", "sub", "receive as a socket of that `TYPE`: sub, pull, dish, gather")
	fl.BoolVar(&again, "append", false, "go on in the file if it is there")
	fl.BoolVar(&replace, "replace", false, "replace the file if it is there")
	fl.StringArrayVarP(&f.socket.join, "join", "j", nil, "dish: receive the messages of `GROUP`; repeatable (default: the empty group)")
	f.add(fl, zmq.SUB, false)
	must(cmd.RegisterFlagCompletionFunc("type", proposeTypes(recordTypes)))
	return cmd
}

// chooseType returns the type with a name, which must be one of a list.
func chooseType(name string, list []zmq.SocketType) (zmq.SocketType, error) {
	t, err := zmq.ParseSocketType(name)
	if err != nil || !slices.Contains(list, t) {
		return 0, usageError{fmt.Errorf("--type %s: there are %v", name, list)}
	}
	return t, nil
}

// header describes what is recorded.
func (f *flags) header(t zmq.SocketType) recording.Header {
	return recording.Header{Type: t.String(), Endpoints: slices.Concat(f.socket.bind, f.socket.connect),
		Topics: slices.Concat(f.socket.subscribe, f.socket.join), Started: time.Now().UTC()}
}

// recorder is the sink of a recording.
type recorder struct {
	file  *os.File
	w     *recording.Writer
	count int // of messages that were written
}

// openRecording creates a file, or goes on in one.
func openRecording(name string, again, replace bool, h recording.Header, notes io.Writer) (*recorder, error) {
	mode := os.O_RDWR | os.O_CREATE
	if !again && !replace {
		mode |= os.O_EXCL
	}
	f, err := os.OpenFile(name, mode, 0o600) // messages may be secrets
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s is there: --append goes on in it, --replace begins anew", name)
	}
	if err != nil {
		return nil, err
	}
	r := &recorder{file: f}
	if err := r.begin(replace, h, notes); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// begin makes the file ready for the next message. Nothing of it is read or removed before
// it is certain that no other program writes to it.
func (r *recorder) begin(replace bool, h recording.Header, notes io.Writer) error {
	if err := recording.Lock(r.file); err != nil {
		return err
	}
	if replace {
		if err := r.file.Truncate(0); err != nil {
			return err
		}
	}
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		if r.w, err = recording.NewWriter(r.file, h); err != nil {
			return err
		}
		return errors.Join(r.w.Flush(), r.file.Sync()) // without the header nothing can be read
	}
	removed, err := recording.Recover(r.file)
	if removed > 0 {
		fmt.Fprintf(notes, "%s did not end with a whole message: %d bytes were removed\n", r.file.Name(), removed)
	}
	r.w = recording.Continue(r.file)
	return err
}

// write implements sink.
func (r *recorder) write(_ zmq.Message, frames [][]byte) error {
	r.count++
	return r.w.Write(time.Now(), frames)
}

// flush implements sink.
func (r *recorder) flush() error { return r.w.Flush() }

// close brings everything to the disk.
func (r *recorder) close() error { return errors.Join(r.w.Flush(), r.file.Sync(), r.file.Close()) }

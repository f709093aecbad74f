// SPDX-License-Identifier: Apache-2.0

// Package cli is the zmq command: a subcommand for each socket type, which
// moves messages between standard streams and the socket, and a few more.
//
//	zmq push --connect tcp://host:5555      input -> format -> socket
//	zmq pull --bind tcp://*:5555            socket -> format -> output
//
// Goroutines: Run moves messages itself in one direction. For sockets that go
// both ways link.exchange starts a second one, for the input, and waits for it.
// input.start has one that reads standard input ahead by a message; it ends
// with its stream or its context, but a read that is blocked cannot be stopped
// and is left to the end of the process. newReach starts one that tells why there is no
// peer, for which runSocket waits. device.run starts one for the proxy and
// waits for it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gozmq/zmq"
)

// Streams are what the command reads and writes. None may be nil.
type Streams struct {
	In  io.Reader // messages to send
	Out io.Writer // messages that were received, and what other commands tell
	Err io.Writer // everything else: where it listens, warnings, errors
}

// Run runs the command with the given arguments, without the program's name,
// and returns its exit code. The end of the context, which stands for a signal,
// ends it in good order.
func (s Streams) Run(ctx context.Context, args []string) int {
	s.Err = &lockedWriter{w: s.Err}
	args = lowerType(args)
	root := newRoot(s)
	root.SetArgs(args)
	name := root.Name()
	err := checkCommand(root, args)
	if err == nil {
		var cmd *cobra.Command
		cmd, err = root.ExecuteContextC(ctx)
		name = cmd.CommandPath()
	}
	if err == nil {
		return exitOK
	}
	painted, _ := paints(s.Err, "auto")
	fmt.Fprintf(s.Err, "%s: %s\n", red(name, painted), strings.TrimPrefix(err.Error(), "zmq: "))
	if h := hint(err); h != "" {
		fmt.Fprintf(s.Err, "%s\n", h)
	}
	code := exitCode(err)
	if code == exitUsage {
		fmt.Fprintf(s.Err, "Run '%s --help' for usage.\n", name)
	}
	return code
}

// lockedWriter lets goroutines share a writer.
type lockedWriter struct {
	mu sync.Mutex // guards w
	w  io.Writer
}

// Write implements io.Writer.
func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

const rootLong = `zmq sends and receives ZeroMQ messages from the command line.

zmq TYPE opens a socket of that type, binds and connects it, sends what comes
from standard input and writes what it receives to standard output. A message
is a line, and a TAB separates its frames; --format and --separator change that.`

const rootExamples = `  zmq pull --bind 'tcp://*:5555'
  seq 10 | zmq push --connect tcp://localhost:5555
  zmq rep --bind 'tcp://*:5556' --exec 'tr a-z A-Z'
  zmq req --connect tcp://localhost:5556 --timeout 2s hello
  zmq sub --connect tcp://localhost:5557 --subscribe weather. --format json`

func newRoot(s Streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "zmq",
		Short:         "Send and receive ZeroMQ messages",
		Long:          rootLong + "\n\n" + exitHelp,
		Version:       versionText(),
		Example:       rootExamples,
		SilenceErrors: true, // Run reports them
		SilenceUsage:  true,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(flagError)
	root.AddGroup(&cobra.Group{ID: "sockets", Title: "Socket types:"}, &cobra.Group{ID: "security", Title: "Keys and passwords:"}, &cobra.Group{ID: "more", Title: "More:"})
	root.SetHelpCommandGroupID("more")
	root.SetCompletionCommandGroupID("more")
	for _, t := range zmq.SocketTypes() {
		root.AddCommand(newSocketCommand(s, t))
	}
	root.AddCommand(newKeygenCommand(s), newPublicCommand(s), newZ85Command(s), newPasswordCommand(s))
	root.AddCommand(newContextCommand(s), newManCommand(s))
	root.AddCommand(newPingCommand(s), newProbeCommand(s), newRecordCommand(s), newReplayCommand(s), newProxyCommand(s), newBenchCommand(s), newTopCommand(s), newDemoCommand(s), newOptionsCommand(s), newVersionCommand(s))
	root.AddCommand(newPublishCommand(s), newSubscribeCommand(s), newStoreCommand(s))
	proposeValues(root)
	root.InitDefaultHelpCmd() // cobra would add it after checkCommand
	root.InitDefaultCompletionCmd("completion")
	return root
}

// checkCommand finds a command that does not exist before cobra does, whose
// suggestions are made for prefixes rather than for slips of the finger.
func checkCommand(root *cobra.Command, args []string) error {
	if _, _, err := root.Find(args); err == nil || strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return nil
	}
	word := args[0]
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			word = a
			break
		}
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return usageError{fmt.Errorf("there is no socket type or command %q%s", word, didYouMean(word, names))}
}

// lowerType lets socket types be spelled in any way that the library knows. The
// result is never nil, which cobra would take for the arguments of the process.
func lowerType(args []string) []string {
	args = append([]string{}, args...)
	if len(args) > 0 {
		if t, err := zmq.ParseSocketType(args[0]); err == nil {
			args[0] = strings.ToLower(t.String())
		}
	}
	return args
}

// flagError adds a suggestion to a flag that does not exist.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || len(unknown.GetSpecifiedName()) < 2 {
		return usageError{err}
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return usageError{fmt.Errorf("%w%s", err, didYouMean("--"+unknown.GetSpecifiedName(), names))}
}

// noArguments is cobra.NoArgs as a usage error.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("it takes no arguments, but got %q", args)}
	}
	return nil
}

var errInterrupted = errors.New("interrupted before the end")

// SPDX-License-Identifier: Apache-2.0

// zmq top: the sockets of running programs.

package cli

import (
	"errors"
	"io"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/top"
)

const topLong = `Shows the sockets of running programs: peers, messages and bytes a second, queues and losses, anew every
--interval. A program offers its statistics by a line of Go, in its web server or at an endpoint:

  http.Handle("/debug/zmq/", zmqstats.Handler(zmq.DefaultContext()))
  server, err := zmqstats.Listen(zmq.DefaultContext(), "ipc:///run/myprogram.stats")

The first has a page for browsers, too. On a terminal keys choose what is shown; elsewhere, or with
--lines, it writes lines. Losses do not count what the program has asked for: messages without
a subscriber, or that newer ones replaced. Enter shows these, too.`

func newTopCommand(s Streams) *cobra.Command {
	var interval time.Duration
	var count int
	var lines, peers bool
	var secure securityFlags
	var tls tlsFlags
	var connect []string
	cmd := &cobra.Command{
		Use:     "top [PLACE...]",
		Short:   "Show the sockets of running programs",
		Long:    topLong + "\n\n" + plainExitHelp,
		Example: "  zmq top http://localhost:8080/debug/zmq/\n  zmq top ipc:///run/a.stats ipc:///run/b.stats\n  zmq top --count 1 --peers http://localhost:8080/debug/zmq/ | less",
		GroupID: "more",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := applyNamedContext(cmd, s.Err); err != nil {
				return err
			}
			if len(args) == 0 {
				args = connect
			}
			if len(args) == 0 {
				return usageError{errors.New("it wants where statistics are: http://HOST:PORT/PATH/, tcp://HOST:PORT or ipc://PATH, or a --context that connects to such")}
			}
			if interval <= 0 || count < 0 {
				return usageError{errors.New("--interval is above zero, and --count is no less")}
			}
			settings, err := benchSettings(&secure, &tls, new(socketFlags), s.Err)
			if err != nil {
				return err
			}
			zctx, err := zmq.NewContext(zmq.ContextConfig{})
			if err != nil {
				return err
			}
			defer zctx.Close()
			programs := &top.Programs{Places: args}
			defer programs.Close()
			for _, place := range args {
				source, err := top.NewSource(zctx, place, settings...)
				if err != nil {
					return setupError(err)
				}
				programs.Sources = append(programs.Sources, source)
			}
			view := &top.View{Peers: peers}
			if lines || count > 0 || terminal(s.Out) == nil {
				return top.Print(cmd.Context(), programs, view, interval, count, func(text string) error {
					_, err := io.WriteString(s.Out, text)
					return err
				})
			}
			screen, err := tcell.NewScreen()
			if err != nil {
				return err
			}
			return (&top.Screen{Terminal: screen, Programs: programs, View: view, Interval: interval}).Run(cmd.Context())
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	durationVar(fs, &interval, "interval", "i", time.Second, "ask every `D`")
	fs.IntVarP(&count, "count", "n", 0, "write `N` times and end")
	fs.BoolVar(&lines, "lines", false, "write lines, on a terminal too")
	fs.BoolVar(&peers, "peers", false, "show endpoints, peers and losses by cause")
	secure.add(fs)
	tls.addClient(fs)
	addNamedContextFlag(fs)
	addHiddenConnect(fs, &connect)
	return cmd
}

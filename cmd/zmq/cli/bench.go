// SPDX-License-Identifier: Apache-2.0

// zmq bench: throughput and round trips, alone or between two machines.

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/bench"
)

const benchLong = `Measures how many messages a second pass, as the receiver counts them, and how long replies take. Without
--connect both ends are in this process, over TCP. Between two machines:

  server$ zmq bench serve 'tcp://*:5560'
  client$ zmq bench --connect tcp://server:5560

Patterns: push-pull, pub-sub, pair, scatter-gather and radio-dish send one way; req-rep, dealer-router and
client-server wait for replies, --window requests at a time. Data goes over a second port of the server, a
free one or that of 'serve --data'. --curve encrypts with keys that are made up; 'serve --curve-server'
and --server-key do it between two machines. Endpoints of ws, wss and tls work too: 'serve' has --cert and
--key then, and this end --ca. With both ends here and no --cert a certificate is made up.

A line on a terminal shows the rate while it is measured. At the end comes a table.`

// benchFlags are the command line of a measurement.
type benchFlags struct {
	connect  string
	bind     string
	patterns []string
	sizes    []string
	time     time.Duration
	count    uint64
	timeout  time.Duration
	window   int
	curve    bool
	json     string
	svg      string
	secure   securityFlags
	tls      tlsFlags
	set      socketFlags
}

func newBenchCommand(s Streams) *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Measure throughput and round trips",
		Long:    benchLong + "\n\n" + plainExitHelp,
		Example: "  zmq bench --pattern push-pull --size 16,1KiB,64KiB\n  zmq bench --connect tcp://server:5560 --pattern req-rep --json result.json --svg result.svg\n  zmq bench --curve --time 5",
		GroupID: "more",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := applyNamedContext(cmd, s.Err); err != nil {
				return err
			}
			return f.run(cmd.Context(), s)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVarP(&f.connect, "connect", "c", "", "measure with the 'zmq bench serve' at `ENDPOINT`")
	fs.StringVarP(&f.bind, "bind", "b", "tcp://127.0.0.1:*", "without --connect, `ENDPOINT` by which the two ends meet: tcp, ipc, inproc, ws, wss or tls")
	fs.StringSliceVarP(&f.patterns, "pattern", "p", []string{"push-pull", "req-rep"}, "`PATTERN` to measure; repeatable, or 'all'")
	fs.StringSliceVar(&f.sizes, "size", []string{"16", "1KiB", "64KiB"}, "`SIZE` of messages: bytes, or with KiB or MiB; repeatable")
	durationVar(fs, &f.time, "time", "T", 2*time.Second, "send for `D` with each pattern and size")
	fs.Uint64VarP(&f.count, "count", "n", 0, "send `N` messages with each pattern and size, whatever --time is")
	durationVar(fs, &f.timeout, "timeout", "t", 10*time.Second, "wait for `D` at most for the server")
	fs.IntVar(&f.window, "window", 1, "`N` requests at a time, with dealer-router and client-server")
	fs.BoolVar(&f.curve, "curve", false, "without --connect, encrypt with keys that are made up")
	fs.StringVar(&f.json, "json", "", "write the results as JSON into `FILE`, - for standard output instead of the table")
	fs.StringVar(&f.svg, "svg", "", "draw the results into `FILE`")
	f.secure.add(fs)
	f.tls.add(fs)
	addNamedContextFlag(fs)
	addSet(fs, &f.set)
	must(cmd.RegisterFlagCompletionFunc("pattern", cobra.FixedCompletions(bench.PatternNames(), cobra.ShellCompDirectiveNoFileComp)))
	cmd.AddCommand(newBenchServe(s))
	return cmd
}

func addSet(fs *pflag.FlagSet, f *socketFlags) {
	fs.StringArrayVar(&f.set, "set", nil, "set any option of the sockets that are measured, `OPTION=VALUE`; repeatable; see 'zmq options'")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "show no progress")
}

func newBenchServe(s Streams) *cobra.Command {
	var secure securityFlags
	var tls tlsFlags
	var set socketFlags
	var bind []string
	var data string
	cmd := &cobra.Command{
		Use:     "serve [ENDPOINT]",
		Short:   "Be the other end of measurements, until a signal",
		Long:    "Is the other end of 'zmq bench --connect' of another machine, for one client at a time, until a signal.\n\n" + plainExitHelp,
		Example: "  zmq bench serve 'tcp://*:5560'\n  zmq bench serve 'tcp://*:5560' --data 'tcp://*:5561' --curve-server server.key_secret --insecure-any-key",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{errors.New("it wants one endpoint, such as tcp://*:5560")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := applyNamedContext(cmd, s.Err); err != nil {
				return err
			}
			if args = append(args, bind...); len(args) == 0 {
				return usageError{errors.New("it wants one endpoint, such as tcp://*:5560, or a --context that binds to one")}
			}
			settings, err := benchSettings(&secure, &tls, &set, s.Err)
			if err != nil {
				return err
			}
			logger := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
			zctx, err := zmq.NewContext(zmq.ContextConfig{Logger: logger})
			if err != nil {
				return err
			}
			defer zctx.Close()
			handler, err := secure.handler(zctx, logger)
			if err != nil {
				return err
			}
			if handler != nil {
				defer handler.Close()
			}
			notes := s.Err
			if set.quiet {
				notes = io.Discard
			}
			server := &bench.Server{Context: zctx, Settings: settings, Data: data, Log: notes}
			at, err := server.Bind(strings.TrimPrefix(args[0], "@"))
			if err != nil {
				return setupError(err)
			}
			fmt.Fprintf(notes, "listening on %s\n", at)
			if err := server.Serve(cmd.Context()); !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "bind data sockets to `ENDPOINT` (default: a free port)")
	secure.add(cmd.Flags())
	tls.add(cmd.Flags())
	addNamedContextFlag(cmd.Flags())
	cmd.Flags().StringArrayVar(&bind, "bind", nil, "") // what a context has
	must(cmd.Flags().MarkHidden("bind"))
	addSet(cmd.Flags(), &set)
	return cmd
}

// benchSettings are the options of all sockets of one end.
func benchSettings(secure *securityFlags, tls *tlsFlags, set *socketFlags, notes io.Writer) ([]zmq.Setting, error) {
	if err := errors.Join(secure.check(), tls.check()); err != nil {
		return nil, usageError{err}
	}
	security, err := secure.settings(notes)
	if err != nil {
		return nil, err
	}
	transports, err := tls.transports()
	if err != nil {
		return nil, err
	}
	settings, err := set.settings()
	if err != nil {
		return nil, usageError{err}
	}
	return append(append(security, transports), settings...), nil
}

// runs are all patterns with all sizes.
func (f *benchFlags) runs() (list []bench.Run, err error) {
	names := f.patterns
	if len(names) == 1 && names[0] == "all" {
		names = bench.PatternNames()
	}
	for _, name := range names {
		p, err := bench.FindPattern(name)
		if err != nil {
			return nil, fmt.Errorf("%w%s", err, didYouMean(name, bench.PatternNames()))
		}
		for _, text := range f.sizes {
			size, err := parseSize(text)
			if err != nil {
				return nil, err
			}
			list = append(list, bench.Run{Pattern: p, Size: size, Time: f.time, Count: f.count, Window: f.window})
		}
	}
	return list, nil
}

// parseSize reads a number of bytes.
func parseSize(text string) (int, error) {
	factor, digits := 1, text
	for unit, n := range map[string]int{"KiB": 1 << 10, "MiB": 1 << 20} {
		if rest, ok := strings.CutSuffix(text, unit); ok {
			factor, digits = n, strings.TrimSpace(rest)
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n > bench.MaxSize/factor {
		return 0, fmt.Errorf("--size %s: it wants a number of bytes up to %s, such as 100 or 64KiB", text, bench.Bytes(bench.MaxSize))
	}
	return n * factor, nil
}

func (f *benchFlags) run(ctx context.Context, s Streams) error {
	runs, err := f.runs()
	switch {
	case err != nil:
		return usageError{err}
	case f.time <= 0 || f.timeout <= 0 || f.window < 1:
		return usageError{errors.New("--time and --timeout are above zero, and --window is 1 or more")}
	case f.curve && (f.connect != "" || f.secure.mechanism() != "NULL"):
		return usageError{errors.New("--curve makes up keys for both ends: between two machines it is --server-key here, and --curve-server there")}
	}
	settings, err := benchSettings(&f.secure, &f.tls, &f.set, s.Err)
	if err != nil {
		return err
	}
	if f.connect == "" && f.tls.cert == "" {
		// In the place of what was read from files.
		made, err := madeUpCertificate(f.bind)
		if err != nil {
			return err
		}
		settings = append(settings, made...)
	}
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		return err
	}
	defer zctx.Close()
	client := &bench.Client{Context: zctx, Settings: settings, Endpoint: f.connect, Patience: f.timeout}
	if f.connect == "" {
		stop, err := f.serveHere(ctx, client)
		if err != nil {
			return setupError(err)
		}
		defer stop()
	}
	if err := client.Open(); err != nil {
		return setupError(err)
	}
	defer client.Close()
	if f.connect != "" && !f.set.quiet {
		following, cancel := context.WithCancel(ctx)
		// What happens before this line happens again with the next attempt.
		r := newReach(following, client.Control(), s.Err)
		defer r.wait()
		defer cancel()
	}
	results, err := f.measure(ctx, s, client, runs)
	if err != nil {
		return err
	}
	return f.report(s, client.Endpoint, results)
}

// serveHere starts the other end in this process, and tells the client where it is. stop
// ends it.
func (f *benchFlags) serveHere(ctx context.Context, client *bench.Client) (stop func(), err error) {
	server := &bench.Server{Context: client.Context, Settings: client.Settings, Log: io.Discard}
	if f.curve {
		keys := zmq.NewCurveKeypair()
		server.Settings = append([]zmq.Setting{keys.AsServer()}, server.Settings...)
		client.Settings = append([]zmq.Setting{zmq.NewCurveKeypair().AsClient(keys.Public)}, client.Settings...)
	}
	if client.Endpoint, err = server.Bind(f.bind); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ctx)
	}()
	return func() {
		cancel()
		<-done
	}, nil
}

// measure makes all runs, one after the other.
func (f *benchFlags) measure(ctx context.Context, s Streams, client *bench.Client, runs []bench.Run) (list []bench.Result, err error) {
	line := newStatusLine(s.Err, f.set.quiet)
	defer line.end()
	for i, r := range runs {
		head := fmt.Sprintf("%d/%d %s %s", i+1, len(runs), r.Pattern.Name, bench.Bytes(r.Size))
		line.write(head)
		client.Live = func(_ bench.Run, n uint64, rate float64) {
			line.write(fmt.Sprintf("%s: %s, %s, %d messages", head, amount(rate, "msg/s"), amount(rate*float64(r.Size), "B/s"), n))
		}
		x, err := client.Run(ctx, r)
		if err != nil {
			if ctx.Err() != nil {
				return nil, errInterrupted
			}
			return nil, fmt.Errorf("%s, %s: %w", r.Pattern.Name, bench.Bytes(r.Size), err)
		}
		list = append(list, x)
	}
	return list, nil
}

// benchReport is what --json writes. Its names are promised to scripts.
type benchReport struct {
	Version  string         `json:"version"`
	Go       string         `json:"go"`
	System   string         `json:"system"`
	CPUs     int            `json:"cpus"`
	Endpoint string         `json:"endpoint"`
	Time     time.Time      `json:"time"`
	Results  []bench.Result `json:"results"`
}

// report writes the table, the JSON and the chart.
func (f *benchFlags) report(s Streams, endpoint string, results []bench.Result) error {
	major, minor, patch := zmq.Version()
	r := benchReport{Version: fmt.Sprintf("%d.%d.%d", major, minor, patch), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		CPUs: runtime.NumCPU(), Endpoint: endpoint, Time: time.Now().UTC(), Results: results}
	if f.json != "" {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		text = append(text, '\n')
		if f.json == "-" {
			_, err = s.Out.Write(text)
		} else {
			err = os.WriteFile(f.json, text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	if f.svg != "" {
		picture, err := bench.Chart(fmt.Sprintf("zmq %s, %s, %d CPUs, %s", r.Version, r.System, r.CPUs, endpoint), results)
		if err != nil {
			return err
		}
		if err := os.WriteFile(f.svg, picture, 0o644); err != nil {
			return err
		}
	}
	if f.json == "-" {
		return nil
	}
	return writeBenchTable(s.Out, results)
}

func writeBenchTable(w io.Writer, results []bench.Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "pattern\tsize\tmessages\trate\tbandwidth\tlost\tmedian\t99 %\tmost\t")
	for _, x := range results {
		name := x.Pattern
		if x.Mechanism != "NULL" {
			name += " " + x.Mechanism
		}
		if x.Window > 1 {
			name += fmt.Sprintf(" x%d", x.Window)
		}
		median, p99, most := "-", "-", "-"
		if l := x.RoundTrip; l != nil {
			median, p99, most = seconds(l.Median), seconds(l.P99), seconds(l.Max)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%d\t%s\t%s\t%s\t\n", name, bench.Bytes(x.Size), x.Messages,
			amount(x.Rate, "msg/s"), amount(x.Bytes, "B/s"), x.Lost, median, p99, most)
	}
	return t.Flush()
}

// seconds writes a time with three digits.
func seconds(v float64) string { return brief(time.Duration(v * float64(time.Second))) }

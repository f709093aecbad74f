// SPDX-License-Identifier: Apache-2.0

// Command bench measures this library beside libzmq, other libraries and plain Go,
// in rounds that alternate between them. Run it in the folder of the bench module:
//
//	go run ./cmd/bench [-quick] [-rounds N] [-only TEXT] [-transport tcp|ipc|inproc|ws|wss] [-against KEY,KEY] [-out DIR]
//
// It prints a table and writes bench.json and charts. What cannot be built or fails
// is reported as such. README.md explains scenarios and figures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gozmq/zmq/bench/internal/report"
	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/scenario"
	"github.com/gozmq/zmq/bench/internal/trial"
)

// config is what the command line asks for.
type config struct {
	effort    scenario.Effort
	rounds    int
	only      string
	transport string
	against   string
	out       string
	budget    time.Duration // no further round is begun after it; 0 is no limit
	trialTime time.Duration
	mostPeers int
}

func main() {
	c := config{rounds: 5, trialTime: time.Minute}
	quick := flag.Bool("quick", false, "fewer scenarios and messages, three rounds, rivals other than libzmq once; under three minutes")
	flag.IntVar(&c.rounds, "rounds", c.rounds, "rounds of each scenario")
	flag.StringVar(&c.only, "only", "", "measure only the scenarios whose names contain this")
	flag.StringVar(&c.transport, "transport", "", "measure only this transport: tcp, ipc, inproc, ws or wss")
	flag.StringVar(&c.against, "against", "", "compare with these only, separated by commas: libzmq, tcp (plain Go), into (ours by RecvInto), fresh (plain Go with new memory for each message), bytcp (ours by tcp, beside ws), pebbe, gozeromq, mangos, draft (our types of the thread-safe family)")
	flag.StringVar(&c.out, "out", filepath.Join("..", "build", "bench"), "folder for bench.json and the charts")
	flag.Parse()
	if *quick {
		c.effort, c.trialTime, c.budget = scenario.Quick, 12*time.Second, 140*time.Second
		if !isSet("rounds") {
			c.rounds = 3
		}
	}
	c.mostPeers = trial.MostPeers()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, c, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func isSet(name string) (set bool) {
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

func bench(ctx context.Context, c config, table, progress io.Writer) error {
	if c.rounds < 1 || flag.NArg() > 0 {
		return errors.New("usage: bench [-quick] [-rounds N] [-only TEXT] [-transport tcp|ipc|inproc|ws|wss] [-against KEY,KEY] [-out DIR]")
	}
	rivals, err := choose(c.against)
	if err != nil {
		return err
	}
	list := scenario.List(c.effort, c.mostPeers)
	list = slices.DeleteFunc(list, func(s scenario.Scenario) bool {
		return !strings.Contains(s.Name, c.only) || c.transport != "" && s.Transport != c.transport
	})
	if len(list) == 0 {
		return fmt.Errorf("no scenario has %q in its name and uses %q", c.only, c.transport)
	}
	started := time.Now()
	run, err := measure(ctx, c, rivals, list, progress)
	if err != nil {
		return err
	}
	run.Started, run.Took, run.Command = started, time.Since(started).Seconds(), os.Args[1:]
	for _, s := range list {
		if s.Note != "" {
			run.Notes = append(run.Notes, s.Note)
		}
	}
	if c.mostPeers < scenario.MostConnections {
		run.Notes = append(run.Notes, fmt.Sprintf("the growth of connections ends at %d, which is what the limit of open files allows (ulimit -n)", c.mostPeers))
	}
	if err := run.WriteTable(table); err != nil {
		return err
	}
	return write(run, c.out, table)
}

// measure builds the programs and runs all rounds.
func measure(ctx context.Context, c config, rivals []*rival.Rival, list []scenario.Scenario, out io.Writer) (*report.Run, error) {
	dir, err := os.MkdirTemp("", "zmqbench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	module, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Module.Dir}}", "github.com/gozmq/zmq/bench/internal/rival").Output()
	if err != nil {
		return nil, fmt.Errorf("the sources of the programs were not found; run this in the folder of the bench module: %w", err)
	}
	fmt.Fprintln(out, "building the programs of", len(rivals), "libraries")
	o := &order{config: c, rivals: rivals, list: list, began: time.Now()}
	load, err := rival.Build(ctx, strings.TrimSpace(string(module)), dir, rivals)
	if err != nil {
		return nil, err
	}
	for _, r := range rivals {
		if r.Program == "" {
			o.notes = append(o.notes, fmt.Sprintf("NO COMPARISON with %s, which was not built: %s", r.Title, r.Missing))
		}
	}
	o.bench = &trial.Bench{Load: load, Dir: dir, Time: c.trialTime}
	o.progress = newProgress(out, o.trials())
	outcomes := o.run(ctx)
	o.progress.end()
	run := report.New(rivals, list, outcomes, c.rounds)
	run.Notes = o.notes
	return run, nil
}

// choose returns ours and the rivals asked for, all of them by default.
func choose(against string) ([]*rival.Rival, error) {
	all := rival.All()
	if against == "" {
		return all, nil
	}
	chosen := all[:1:1]
	for key := range strings.SplitSeq(against, ",") {
		i := slices.IndexFunc(all, func(r *rival.Rival) bool { return r.Key == key })
		if i < 1 {
			return nil, fmt.Errorf("there is no rival %q", key)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// write writes the files of a run.
func write(run *report.Run, dir string, says io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, "bench.json"))
	if err != nil {
		return err
	}
	if err := errors.Join(run.WriteJSON(file), file.Close()); err != nil {
		return err
	}
	charts, err := run.WriteCharts(dir)
	fmt.Fprintf(says, "\nwritten to %s: bench.json, %s\n", dir, strings.Join(charts, ", "))
	return err
}

// SPDX-License-Identifier: Apache-2.0

// Command bench measures this library beside libzmq: two processes over TCP
// loopback, rounds that alternate between the two libraries, medians and the
// ratio of each round. Run it in the folder of the bench module:
//
//	go run ./cmd/bench [-quick] [-transport tcp|ipc]
//
// It needs a C compiler and libzmq's headers for the other side, and measures
// ours alone without them. README.md explains the figures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
)

// workload is one line of the table.
type workload struct {
	name         string
	send, recv   string // modes of the peers; recv binds; without send it is all there is
	endpoint     string // in place of that of the run
	size         int
	count, quick int // messages a round, in full and with -quick
	// value takes the figure of the table out of a round's result.
	value func(result) float64
	unit  string
	// higher says that more is better.
	higher bool
}

// The counts make a round last about a second on two 2.5 GHz cores.
var workloads = []workload{
	throughput(16, 4_000_000),
	throughput(256, 2_000_000),
	throughput(1024, 1_000_000),
	throughput(65536, 50_000),
	latency("median", func(r result) float64 { return r.Median }),
	latency("p99", func(r result) float64 { return r.P99 }),
	encrypted(16, 2_000_000),
	encrypted(1024, 300_000),
	encrypted(65536, 12_000),
	proxied("proxy inproc", "inproc://proxy"),
	proxied("proxy", ""),
}

func proxied(name, endpoint string) workload {
	return workload{
		name: name, recv: "proxy-thr", endpoint: endpoint,
		size: 16, count: 3_000_000, quick: 750_000,
		value: result.rate, unit: "msg/s", higher: true,
	}
}

func throughput(size, count int) workload {
	return workload{
		name: "throughput", send: "push-thr", recv: "pull-thr",
		size: size, count: count, quick: count / 4,
		value: result.rate, unit: "msg/s", higher: true,
	}
}

// encrypted is throughput over CURVE.
func encrypted(size, count int) workload {
	w := throughput(size, count)
	w.name, w.send, w.recv = "curve throughput", "curve-"+w.send, "curve-"+w.recv
	return w
}

func latency(name string, value func(result) float64) workload {
	return workload{
		name: "latency " + name, send: "req-lat", recv: "rep-lat",
		size: 1, count: 20_000, quick: 5_000,
		value: value, unit: "us",
	}
}

func main() {
	quick := flag.Bool("quick", false, "three short rounds instead of five")
	rounds := flag.Int("rounds", 5, "rounds of each workload")
	transport := flag.String("transport", "tcp", "tcp or ipc")
	only := flag.String("only", "", "measure only the lines whose names begin with this")
	flag.Parse()
	if *quick {
		*rounds = 3
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Stdout, *quick, *rounds, *transport, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, w io.Writer, quick bool, rounds int, transport, only string) error {
	if rounds < 1 || transport != "tcp" && transport != "ipc" || flag.NArg() > 0 {
		return errors.New("usage: bench [-quick] [-rounds N] [-transport tcp|ipc] [-only NAME]")
	}
	dir, err := os.MkdirTemp("", "zmqbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	ours, err := buildOurs(ctx, dir)
	if err != nil {
		return err
	}
	programs := []string{ours}
	if libzmq, err := buildLibzmq(ctx, dir); err != nil {
		fmt.Fprintf(w, "NO COMPARISON: libzmq's side was not built: %v\n", err)
	} else {
		programs = append(programs, libzmq)
	}
	fmt.Fprintf(w, "%s\n%d rounds, alternating; medians; ratio = median of ours/libzmq round by round\n\n", machine(), rounds)
	printHead(w)
	endpoint := "tcp://127.0.0.1:*"
	if transport == "ipc" {
		endpoint = "ipc://" + dir + "/socket"
	}
	// Workloads that differ only in the figure that they show share their rounds.
	var shared rows
	for i, l := range workloads {
		if !strings.HasPrefix(l.name, only) {
			continue
		}
		if shared == nil || i == 0 || l.recv != workloads[i-1].recv || l.endpoint != workloads[i-1].endpoint || l.size != workloads[i-1].size {
			if shared, err = measure(ctx, l, programs, endpoint, quick, rounds); err != nil {
				return err
			}
		}
		printRow(w, l, shared)
	}
	if shared == nil {
		return fmt.Errorf("no line begins with %q", only)
	}
	printLibraries(w, shared)
	return nil
}

// rows holds the results of a workload: rows[program][round].
type rows [][]result

func measure(ctx context.Context, l workload, programs []string, endpoint string, quick bool, rounds int) (rows, error) {
	count := l.count
	if quick {
		count = l.quick
	}
	run := runPair
	if l.send == "" {
		run = runAlone
	}
	if l.endpoint != "" {
		endpoint = l.endpoint
	}
	all := make(rows, len(programs))
	for range rounds {
		for i, program := range programs {
			r, err := run(ctx, program, l, endpoint, count)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], r)
		}
	}
	return all, nil
}

// machine describes what the figures were measured on.
func machine() string {
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", cpuModel(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

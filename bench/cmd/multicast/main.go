// SPDX-License-Identifier: Apache-2.0

//go:build linux

// Command multicast measures epgm beside libzmq with OpenPGM: one publisher and one
// subscriber of either library, at the same rate, on machines that are network namespaces.
// Run it as root in the folder of the bench module:
//
//	go run ./cmd/multicast [-rounds N] [-seconds N] [-only PAIRS] [-rates KBIT,KBIT] [-loss PERCENT]
//
// It prints a table. README.md explains the figures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// plan is what the command line asks for.
type plan struct {
	rounds, seconds, size int
	rates                 []int // kbit/s, over a pair of virtual Ethernet devices
	lossRate              int   // kbit/s of the trials with losses
	loss                  float64
	only                  string // a part of the name of pairs
}

func main() {
	p := plan{}
	var rates string
	flag.IntVar(&p.rounds, "rounds", 3, "rounds of each trial")
	flag.IntVar(&p.seconds, "seconds", 3, "for how long a trial has data at its rate")
	flag.IntVar(&p.size, "size", 1000, "bytes of a message")
	flag.StringVar(&rates, "rates", "100000,1000000", "rates without losses, in kbit/s, separated by commas")
	flag.IntVar(&p.lossRate, "loss-rate", 100_000, "rate with losses, in kbit/s")
	flag.Float64Var(&p.loss, "loss", 1, "packets that are lost, in percent")
	flag.StringVar(&p.only, "only", "", "measure only the pairs whose names contain this, as \"ours to libzmq\"")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, p, rates); err != nil {
		fmt.Fprintln(os.Stderr, "multicast:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p plan, rates string) error {
	if p.rounds < 1 || p.seconds < 1 || p.size < 2 || flag.NArg() > 0 {
		return errors.New("usage: multicast [-rounds N] [-seconds N] [-size BYTES] [-only PAIRS] [-rates KBIT,KBIT] [-loss-rate KBIT] [-loss PERCENT]")
	}
	for text := range strings.FieldsFuncSeq(rates, func(c rune) bool { return c == ',' }) {
		rate, err := strconv.Atoi(text)
		if err != nil || rate < 1 {
			return fmt.Errorf("%q is no rate in kbit/s", text)
		}
		p.rates = append(p.rates, rate)
	}
	dir, err := os.MkdirTemp("", "zmqmulticast")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	programs, err := build(ctx, dir)
	if err != nil {
		return err
	}
	var rows []row
	for _, rate := range p.rates {
		list, err := p.measure(ctx, programs, rate, newPair, "none")
		if err != nil {
			return err
		}
		rows = append(rows, list...)
	}
	lossy := func() (network, error) { return newRouter(p.loss / 100) }
	list, err := p.measure(ctx, programs, p.lossRate, lossy, fmt.Sprintf("%g %%", p.loss))
	if err != nil {
		return err
	}
	write(os.Stdout, append(rows, list...))
	return nil
}

// build makes the programs of both libraries.
func build(ctx context.Context, dir string) (map[string]string, error) {
	programs := map[string]string{ours: filepath.Join(dir, ours), libzmq: filepath.Join(dir, libzmq)}
	for _, c := range []*exec.Cmd{
		exec.CommandContext(ctx, "go", "build", "-o", programs[ours], "./peers/group/ours"),
		exec.CommandContext(ctx, "gcc", "-O2", "-o", programs[libzmq], "peers/group/libzmq/main.c", "-lzmq"),
	} {
		if text, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s(run this in the folder of the bench module; it needs gcc and libzmq3-dev)", strings.Join(c.Args, " "), err, text)
		}
	}
	return programs, nil
}

// The libraries.
const ours, libzmq = "ours", "libzmq"

// pairs are the libraries of publisher and subscriber.
var pairs = [][2]string{{ours, ours}, {libzmq, libzmq}, {ours, libzmq}, {libzmq, ours}}

// measure runs all rounds at a rate: the pairs of libraries follow each other in each round.
func (p plan) measure(ctx context.Context, programs map[string]string, rate int, open func() (network, error), loss string) ([]row, error) {
	chosen := slices.DeleteFunc(slices.Clone(pairs), func(x [2]string) bool { return !strings.Contains(x[0]+" to "+x[1], p.only) })
	rows := make([]row, len(chosen))
	for round := range p.rounds {
		for i, pair := range chosen {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s to %s at %d kbit/s, losses %s\n", round+1, p.rounds, pair[0], pair[1], rate, loss)
			net, err := open()
			if err != nil {
				return nil, fmt.Errorf("NOT MEASURED: the machines are network namespaces, which take root, Linux, iproute2 and /dev/net/tun: %w", err)
			}
			x, err := p.trial(ctx, net, programs[pair[0]], programs[pair[1]], rate)
			net.close()
			if err != nil {
				return nil, fmt.Errorf("%s to %s at %d kbit/s: %w", pair[0], pair[1], rate, err)
			}
			fmt.Fprintf(os.Stderr, "\t%d of %d messages in %.2f s\n", x.received, x.sent, x.seconds)
			rows[i].pair, rows[i].rate, rows[i].loss = pair, rate, loss
			rows[i].trials = append(rows[i].trials, x)
		}
	}
	return rows, nil
}

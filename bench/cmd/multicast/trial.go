// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// figures are those of one trial.
type figures struct {
	sent, received int     // messages
	seconds        float64 // from the first message to the last
	size           int
	pubCPU, subCPU float64
	wire           traffic // while messages came, where packets are counted
}

// traffic is how many packets of repair went over the network, and their bytes.
type traffic struct {
	counted                bool
	naks, confirms, repeat int
	bytes                  int // of these three
}

// patience is how long a step of a trial may take beside its data.
const patience = 2 * time.Minute

// report is what a program says at the end.
type report struct {
	Messages     int
	Seconds, CPU float64
}

// trial has a publisher on the first machine of a network send to a subscriber on the second.
func (p plan) trial(ctx context.Context, net network, pub, sub string, rate int) (figures, error) {
	ctx, stop := context.WithTimeout(ctx, patience+5*time.Duration(p.seconds)*time.Second)
	defer stop()
	f := figures{sent: rate * 125 * p.seconds / (p.size + p.size/20), size: p.size}
	args := []string{net.endpoint(), strconv.Itoa(rate), strconv.Itoa(f.sent), strconv.Itoa(p.size)}
	s, err := startProgram(ctx, net, 1, sub, append([]string{"sub"}, args...))
	if err != nil {
		return f, err
	}
	defer s.end()
	q, err := startProgram(ctx, net, 0, pub, append([]string{"pub"}, args...))
	if err != nil {
		return f, err
	}
	defer q.end()
	if _, err := s.next(); err != nil { // it hears the publisher
		return f, fmt.Errorf("the subscriber: %w", err)
	}
	before := net.traffic()
	if _, err := io.WriteString(q.in, "go\n"); err != nil {
		return f, err
	}
	got, err := s.next()
	if err != nil {
		return f, fmt.Errorf("the subscriber: %w", err)
	}
	f.wire = net.traffic().minus(before)
	_ = q.in.Close()
	sent, err := q.next()
	if err != nil {
		return f, fmt.Errorf("the publisher: %w", err)
	}
	f.received, f.seconds, f.subCPU, f.pubCPU = got.Messages, got.Seconds, got.CPU, sent.CPU
	return f, nil
}

func (a traffic) minus(b traffic) traffic {
	return traffic{a.counted, a.naks - b.naks, a.confirms - b.confirms, a.repeat - b.repeat, a.bytes - b.bytes}
}

// program is a publisher or subscriber that runs.
type program struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

func startProgram(ctx context.Context, net network, machine int, path string, args []string) (*program, error) {
	x := &program{cmd: net.command(ctx, machine, path, args)}
	x.cmd.Stderr = os.Stderr
	var err error
	if x.in, err = x.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := x.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	x.lines = bufio.NewScanner(out)
	return x, x.cmd.Start()
}

// next waits for a line.
func (x *program) next() (r report, err error) {
	if !x.lines.Scan() {
		return r, fmt.Errorf("it ended without a result: %w", io.ErrUnexpectedEOF)
	}
	return r, json.Unmarshal(x.lines.Bytes(), &r)
}

func (x *program) end() {
	_ = x.in.Close()
	_ = x.cmd.Process.Kill()
	_ = x.cmd.Wait()
}

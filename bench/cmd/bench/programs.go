// SPDX-License-Identifier: Apache-2.0

// Building the two programs and running one against itself.

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// roundTime ends a round that hangs; a round takes seconds.
const roundTime = 2 * time.Minute

// result is what the measuring end of a pair prints.
type result struct {
	Library  string  `json:"library"`
	Messages int     `json:"messages"`
	Size     int     `json:"size"`
	Seconds  float64 `json:"seconds"`
	Median   float64 `json:"median_us"`
	P99      float64 `json:"p99_us"`
}

// rate is in messages a second. The clock starts when the first message has
// arrived, so that one does not count.
func (r result) rate() float64 { return float64(r.Messages-1) / r.Seconds }

func buildOurs(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "peer"+exe())
	return program, build(ctx, "go", "build", "-o", program, "github.com/gozmq/zmq/bench/cmd/peer")
}

func buildLibzmq(ctx context.Context, dir string) (string, error) {
	compiler := os.Getenv("CC")
	if compiler == "" {
		compiler = "cc"
	}
	flags := []string{"-lzmq"}
	if out, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", "libzmq").Output(); err == nil {
		flags = strings.Fields(string(out))
	}
	for _, name := range []string{"libzmq_perf", "libzmq_proxy"} {
		args := []string{"-O2", "-Wall", "-pthread", "-o", filepath.Join(dir, name+exe()), filepath.Join("peers", name+".c")}
		if err := build(ctx, compiler, append(args, flags...)...); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "libzmq_perf"+exe()), nil
}

func build(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	// Ours needs no C, and must not need the compiler that may be missing.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// runPair runs the two ends of a workload, both by one program, and returns
// what they print.
func runPair(ctx context.Context, program string, l workload, endpoint string, count int) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	args := func(mode, endpoint string) []string {
		return []string{mode, endpoint, strconv.Itoa(count), strconv.Itoa(l.size)}
	}
	var complaints bytes.Buffer
	binds := exec.CommandContext(ctx, program, args(l.recv, endpoint)...)
	binds.Stderr = &complaints
	out, err := binds.StdoutPipe()
	if err != nil {
		return result{}, err
	}
	if err := binds.Start(); err != nil {
		return result{}, err
	}
	lines := bufio.NewReader(out)
	first, readErr := lines.ReadBytes('\n')
	var bound struct{ Endpoint string }
	if err := errors.Join(readErr, json.Unmarshal(first, &bound)); err != nil {
		cancel()
		binds.Wait()
		return result{}, fmt.Errorf("%s %s: %w: %s", program, l.recv, err, complaints.Bytes())
	}
	connects := exec.CommandContext(ctx, program, args(l.send, bound.Endpoint)...)
	sent, sendErr := connects.Output()
	if sendErr != nil {
		cancel() // the other end would wait for ever
	}
	received, _ := lines.ReadBytes('\n') // only one of the two prints a result
	if err := errors.Join(sendErr, binds.Wait()); err != nil {
		return result{}, fmt.Errorf("%s %s: %w: %s", program, l.name, err, complaints.Bytes())
	}
	var r result
	err = json.Unmarshal(append(sent, received...), &r)
	return r, err
}

// runAlone runs a workload that is one process.
func runAlone(ctx context.Context, program string, l workload, endpoint string, count int) (r result, err error) {
	ctx, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	program = strings.Replace(program, "libzmq_perf", "libzmq_proxy", 1) // beside it
	cmd := exec.CommandContext(ctx, program, l.recv, endpoint, strconv.Itoa(count), strconv.Itoa(l.size))
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	if err != nil {
		return r, fmt.Errorf("%s %s: %w", program, l.name, err)
	}
	return r, nil
}

// cpuModel is the processor's own name where the system tells it.
func cpuModel() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

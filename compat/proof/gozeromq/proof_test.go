// SPDX-License-Identifier: Apache-2.0

// Package gozeromq proves that programs for github.com/go-zeromq/zmq4 do on
// github.com/gozmq/zmq what they did on the original, and talk to those that have
// stayed with it. One program is built twice, the second time with the replace
// line that compat/gozeromq documents.
package gozeromq

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// build returns the program on the original and on ours. The build that takes ours
// may add what our modules require to its copy of ours.mod, as a user's does.
func build(t *testing.T) (original, ours string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"ours.mod", "ours.sum"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	original, ours = filepath.Join(dir, "original"), filepath.Join(dir, "ours")
	for out, modfile := range map[string]string{original: "go.mod", ours: filepath.Join(dir, "ours.mod")} {
		cmd := exec.Command("go", "build", "-mod=mod", "-modfile="+modfile, "-o", out, "./program")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build with %s: %v\n%s", modfile, err, text)
		}
	}
	return original, ours
}

func run(t *testing.T, program string, args ...string) []string {
	t.Helper()
	lines, err := try(t, program, args...)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// try returns what the program printed, and why it failed.
func try(t *testing.T, program string, args ...string) ([]string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).Output()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil {
		end := lines[max(0, len(lines)-10):]
		return nil, fmt.Errorf("%s %q: %w; its last lines:\n%s", filepath.Base(program), args, err, strings.Join(end, "\n"))
	}
	return lines, nil
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "", ""
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("line %d: %q, the original has %q", i+1, g, w)
		}
	}
}

// TestTheSameProgramPrintsTheSame runs the program once on ours. The original loses a
// race with itself now and then on a busy machine (a connection that ends in its
// handshake, a message between two goroutines), so it may have several runs until one
// of them gets through.
func TestTheSameProgramPrintsTheSame(t *testing.T) {
	original, ours := build(t)
	got := run(t, ours, "transcript")
	if len(got) < 100 {
		t.Errorf("%d lines only", len(got))
	}
	for n := 1; ; n++ {
		want, err := try(t, original, "transcript")
		switch {
		case err == nil && (slices.Equal(got, want) || n == 5):
			compare(t, got, want)
			return
		case n == 5:
			t.Fatal(err)
		case err != nil:
			t.Logf("run %d of the original: %v", n, err)
		default:
			t.Logf("run %d of the original printed something else", n)
		}
	}
}

// TestOldAndNewTalkToEachOther has each side serve the other one, over TCP.
func TestOldAndNewTalkToEachOther(t *testing.T) {
	original, ours := build(t)
	want := askServer(t, original, original)
	compare(t, askServer(t, ours, original), want)
	compare(t, askServer(t, original, ours), want)
	compare(t, askServer(t, ours, ours), want)
}

func askServer(t *testing.T, server, client string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), server, "serve")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	args := []string{"ask"}
	for len(args) < 6 && lines.Scan() {
		args = append(args, lines.Text())
	}
	answers := run(t, client, args...)
	in.Close()
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		t.Errorf("server: %v", err)
	}
	return answers
}

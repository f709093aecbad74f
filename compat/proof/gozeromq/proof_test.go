// SPDX-License-Identifier: Apache-2.0

// Package gozeromq proves that programs for github.com/go-zeromq/zmq4 do on
// github.com/gozmq/zmq what they did on the original, and talk to those that have
// stayed with it. One program is built twice, the second time with the replace
// line that compat/gozeromq documents.
package gozeromq

import (
	"bufio"
	"context"
	"errors"
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

// attempts is how often programs run until they agree. The original loses a race with
// itself now and then on a busy machine (a connection that ends in its handshake, a
// message between two goroutines). The programs pause where the original has no other way
// to know of something, which is too short on a machine that is held up.
const attempts = 5

// agree runs two programs, or two pairs of them, until both print the same.
func agree(t *testing.T, ours, original func() ([]string, error)) {
	t.Helper()
	for n := 1; ; n++ {
		got, err := ours()
		var want []string
		if err == nil {
			want, err = original()
		}
		switch {
		case err == nil && (slices.Equal(got, want) || n == attempts):
			compare(t, got, want)
			return
		case n == attempts:
			t.Fatal(err)
		case err != nil:
			t.Logf("run %d: %v", n, err)
		default:
			t.Logf("run %d: they print different things", n)
		}
	}
}

func TestTheSameProgramPrintsTheSame(t *testing.T) {
	original, ours := build(t)
	agree(t, func() ([]string, error) {
		lines, err := try(t, ours, "transcript")
		if err == nil && len(lines) < 100 {
			t.Errorf("%d lines only", len(lines))
		}
		return lines, err
	}, func() ([]string, error) { return try(t, original, "transcript") })
}

// TestOldAndNewTalkToEachOther has each side serve the other one, over TCP.
func TestOldAndNewTalkToEachOther(t *testing.T) {
	original, ours := build(t)
	for _, x := range [][2]string{{ours, original}, {original, ours}, {ours, ours}} {
		agree(t, func() ([]string, error) { return askServer(t, x[0], x[1]) },
			func() ([]string, error) { return askServer(t, original, original) })
	}
}

// askServer returns what a client prints of what a server answers.
func askServer(t *testing.T, server, client string) ([]string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), server, "serve")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	args := []string{"ask"}
	for len(args) < 6 && lines.Scan() {
		args = append(args, lines.Text())
	}
	answers, err := try(t, client, args...)
	in.Close()
	if err != nil { // a server that waits for the rest of the questions does not end
		_ = cmd.Process.Kill()
	}
	_, _ = io.Copy(io.Discard, out)
	return answers, errors.Join(err, cmd.Wait())
}

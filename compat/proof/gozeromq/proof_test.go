// SPDX-License-Identifier: Apache-2.0

// Package gozeromq proves that programs for github.com/go-zeromq/zmq4 do on
// github.com/gozmq/zmq what they did on the original, and talk to those that have
// stayed with it. One program is built twice, the second time with the replace
// line that compat/gozeromq documents.
package gozeromq

import (
	"bufio"
	"context"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// build returns the program on the original and on ours.
func build(t *testing.T) (original, ours string) {
	t.Helper()
	dir := t.TempDir()
	original, ours = filepath.Join(dir, "original"), filepath.Join(dir, "ours")
	for out, modfile := range map[string]string{original: "go.mod", ours: "ours.mod"} {
		cmd := exec.Command("go", "build", "-modfile="+modfile, "-o", out, "./program")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build with %s: %v\n%s", modfile, err, text)
		}
	}
	return original, ours
}

func run(t *testing.T, program string, args ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", filepath.Base(program), args, err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
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

func TestTheSameProgramPrintsTheSame(t *testing.T) {
	original, ours := build(t)
	want := run(t, original, "transcript")
	if len(want) < 100 {
		t.Errorf("%d lines only", len(want))
	}
	compare(t, run(t, ours, "transcript"), want)
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

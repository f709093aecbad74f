// SPDX-License-Identifier: Apache-2.0

//go:build !js

package cli

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/replay"
)

// said returns what follows a word in the notes of a command, up to the end of the line.
func (p *process) said(t *testing.T, word string) string {
	t.Helper()
	text := p.waitFor(t, p.errs, word+" ", "\n")
	_, rest, _ := strings.Cut(text, word+" ")
	where, _, _ := strings.Cut(rest, "\n")
	return where
}

// A stream in a file is published, received from the beginning, from a number and while
// it grows, goes on in another process, and can be looked into.
func TestStreamIsPublishedAndCaughtUpWith(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.db")
	args := []string{"publish", "log", "--bind", "tcp://127.0.0.1:*", "--replay", "tcp://127.0.0.1:*", "--store", file}
	in, write := io.Pipe()
	p := startReading(t, in, args...)
	live, again := p.said(t, "publishing at"), p.said(t, "answering at")
	say := func(text string) {
		if _, err := io.WriteString(write, text); err != nil {
			t.Error(err)
		}
	}
	say("one\ntwo\tframes\nthree\n")
	from := func(from, count string) *process {
		return start(t, "", "subscribe", "log", "--connect", live, "--replay", again, "--from", from, "--count", count)
	}
	grows := from("0", "4")
	p2 := from("1", "2")
	p2.ends(t, 0)
	if got := p2.out.String(); got != "two\tframes\nthree\n" {
		t.Errorf("from 1: %q", got)
	}
	grows.waitFor(t, grows.out, "one\n", "three\n")
	say("four\n")
	grows.ends(t, 0)
	if got := grows.out.String(); got != "one\ntwo\tframes\nthree\nfour\n" {
		t.Errorf("from 0: %q", got)
	}
	_ = write.Close()
	p.interrupt()
	p.ends(t, 0)

	again2 := start(t, "five\n", append(args, "--exit")...)
	again2.ends(t, 0)
	look := start(t, "", "store", "inspect", file)
	look.ends(t, 0)
	if got := look.out.String(); !strings.Contains(got, "next      5\n") || !strings.Contains(got, "messages  5\n") {
		t.Errorf("inspect: %q", got)
	}
	look = start(t, "", "store", "inspect", file, "--messages")
	look.ends(t, 0)
	if got := look.out.String(); strings.Count(got, "\n") != 5 || !strings.Contains(got, "-4\tfive\n") {
		t.Errorf("inspect --messages: %q", got)
	}
}

func TestSubscribeTimesOut(t *testing.T) {
	p := start(t, "", "subscribe", "log", "--connect", "inproc://nowhere", "--timeout", "10ms")
	p.ends(t, exitTimeout)
}

func TestStreamUsage(t *testing.T) {
	for _, args := range []string{
		"publish", "publish log", "publish log --bind inproc://a --wire x", "subscribe log", "subscribe log --connect inproc://a --from never",
		"subscribe log --connect inproc://a --bind inproc://b", "store inspect",
	} {
		start(t, "", strings.Fields(args)...).ends(t, exitUsage)
	}
}

func TestParseFrom(t *testing.T) {
	now := time.Unix(1000, 0)
	for text, want := range map[string]replay.Start{
		"0": replay.Beginning(), "17": replay.At(17), "new": replay.Newest(), "10s": replay.Since(time.Unix(990, 0)),
		"feed-3": replay.After(replay.Position{Epoch: 0xfeed, Number: 3}), "1970-01-01T00:00:05Z": replay.Since(time.Unix(5, 0)),
	} {
		if got, err := parseFrom(text, now); err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
}

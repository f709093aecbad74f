// SPDX-License-Identifier: Apache-2.0

// What bounds the memory of commands.

package cli

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/format"
)

// A message of the input is as large as MAXMSGSIZE at most.
func TestInputHasALimit(t *testing.T) {
	for _, form := range []string{"text", "raw"} {
		pull := start(t, "", "pull", "--bind", anyPort)
		push := start(t, strings.Repeat("x", 5000), "push", "--connect", pull.endpoint(t), "--format", form, "--set", "MAXMSGSIZE=1000")
		push.ends(t, exitError)
		if text := push.errs.String(); !strings.Contains(text, "read standard input: ") || !strings.Contains(text, "a message of more than 1000 bytes") {
			t.Errorf("%s: it says %q", form, text)
		}
	}
}

// What is kept for --repeat counts with what a message without content takes.
func TestRepeatedInputHasALimit(t *testing.T) {
	in, err := newInput(strings.NewReader(strings.Repeat("\n", 1000)), format.Hex{}, nil, 0, 2, false)
	if err != nil {
		t.Fatal(err)
	}
	in.keep = 10 * perFrame
	n := 0
	for it := range in.read() {
		if n++; it.err != nil {
			err = it.err
			break
		}
	}
	if err == nil || n != 11 {
		t.Errorf("%d messages, %v", n, err)
	}
}

func TestProbeReadsSoManyEndpoints(t *testing.T) {
	const line = "tcp://127.0.0.1:1\n"
	if list, err := readEndpoints(strings.NewReader(strings.Repeat(line, maxEndpoints/len(line)))); err != nil || len(list) != maxEndpoints/len(line) {
		t.Errorf("%d endpoints, %v", len(list), err)
	}
	if list, err := readEndpoints(strings.NewReader(strings.Repeat(line, maxEndpoints/len(line)+2))); err == nil {
		t.Errorf("%d endpoints are taken", len(list))
	}
}

// No budget of the library counts what waits for an endpoint that has had no peer.
func TestQueuesHaveAMarkInBytes(t *testing.T) {
	for _, c := range []struct {
		set  []string
		want int64
	}{{nil, maxQueued}, {[]string{"SNDHWM_BYTES=5"}, 5}, {[]string{"SNDHWM_BYTES=0"}, 0}} {
		in, err := newInput(strings.NewReader(""), format.Hex{}, nil, 0, 1, false)
		if err != nil {
			t.Fatal(err)
		}
		l := &link{closed: make(chan struct{}), format: format.Hex{}, input: in, notes: io.Discard, errs: io.Discard}
		f := &flags{socket: socketFlags{connect: []string{nowhere(t)}, set: c.set}}
		if err := l.open(context.Background(), Streams{Err: io.Discard}, zmq.PUSH, f); err != nil {
			t.Fatal(err)
		}
		if got := zmq.SendHWMBytes.Get(l.sock); got != c.want {
			t.Errorf("%v: %d bytes, want %d", c.set, got, c.want)
		}
		_ = l.sock.Close()
		l.reach.wait()
	}
}

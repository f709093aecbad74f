// SPDX-License-Identifier: Apache-2.0

// Commands of a test run in its process, and are as far apart as processes are:
// they share streams and a network.

package cli

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// process is a command that runs.
type process struct {
	args      []string
	ctx       context.Context
	out, errs *watched
	interrupt context.CancelFunc
	done      chan struct{} // closed after code is set
	code      int
}

// start runs a command with the given text as its input.
func start(t *testing.T, input string, args ...string) *process {
	t.Helper()
	return startReading(t, strings.NewReader(input), args...)
}

func startReading(t *testing.T, in io.Reader, args ...string) *process {
	t.Helper()
	deadline := zmqtest.Deadline(t)
	ctx, interrupt := context.WithCancel(deadline)
	p := &process{args: args, ctx: deadline, out: newWatched(), errs: newWatched(), interrupt: interrupt, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.code = Streams{In: in, Out: p.out, Err: p.errs}.Run(ctx, args)
	}()
	t.Cleanup(func() {
		interrupt()
		<-p.done
	})
	return p
}

// idle is an input that says nothing until the test is over.
func idle(t *testing.T) io.Reader {
	r, w := io.Pipe()
	t.Cleanup(func() { w.Close() })
	return r
}

// endpoint waits until the command listens and returns where.
func (p *process) endpoint(t *testing.T) string {
	t.Helper()
	text := p.waitFor(t, p.errs, "listening on ", "\n")
	_, rest, _ := strings.Cut(text, "listening on ")
	where, _, _ := strings.Cut(rest, "\n")
	return where
}

// waitFor waits until a stream has all of the fragments, one after the other.
func (p *process) waitFor(t *testing.T, w *watched, fragments ...string) string {
	t.Helper()
	for ended := false; ; {
		text, changed := w.look()
		rest, found := text, true
		for _, f := range fragments {
			_, after, ok := strings.Cut(rest, f)
			rest, found = after, found && ok
		}
		switch {
		case found:
			return text
		case ended:
			t.Fatalf("%q ended with %d and without %q: %q, %q", p.args, p.code, fragments, p.out, p.errs)
		}
		select {
		case <-changed:
		case <-p.done:
			ended = true
		case <-p.ctx.Done():
			t.Fatalf("%q: no %q: %q, %q", p.args, fragments, p.out, p.errs)
		}
	}
}

// result waits for the command and returns its status and all that it has said.
func (p *process) result(t *testing.T) (code int, said string) {
	t.Helper()
	select {
	case <-p.done:
	case <-p.ctx.Done():
		t.Fatalf("%q goes on: %q, %q", p.args, p.out, p.errs)
	}
	return p.code, p.out.String() + p.errs.String()
}

// ends waits for the command and checks how it ended.
func (p *process) ends(t *testing.T, code int) {
	t.Helper()
	if got, _ := p.result(t); got != code {
		t.Fatalf("%q ended with %d, want %d: %q, %q", p.args, p.code, code, p.out, p.errs)
	}
}

// wrote waits for a good end and checks the output.
func (p *process) wrote(t *testing.T, want string) {
	t.Helper()
	p.ends(t, exitOK)
	if got := p.out.String(); got != want {
		t.Errorf("%q wrote %q, want %q; %s", p.args, got, want, p.errs)
	}
}

// watched is a buffer that tells when it changes.
type watched struct {
	mu      sync.Mutex // guards the rest
	buf     bytes.Buffer
	changed chan struct{} // closed and made anew by Write
}

func newWatched() *watched { return &watched{changed: make(chan struct{})} }

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.changed)
	w.changed = make(chan struct{})
	return w.buf.Write(b)
}

func (w *watched) look() (string, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String(), w.changed
}

func (w *watched) String() string {
	text, _ := w.look()
	return text
}

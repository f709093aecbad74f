// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// childVariable makes this test binary a process with one socket of ours, which
// can be killed: what it holds is a childSpec.
const childVariable = "ZMQ_INTEROP_CHILD"

// childSpec describes the socket of a child.
type childSpec struct {
	Type    string
	Options peer.Opts // numbers and text only
	Bind    string
	Connect string
	Topic   string // to subscribe to
}

// child is that process. What its socket receives comes out of it.
type child struct {
	t      testing.TB
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	pipe   interface{ SetReadDeadline(time.Time) error }
}

// startChild starts a process and returns when its socket is there.
func startChild(t testing.TB, spec childSpec) *child {
	t.Helper()
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	c.cmd.Stderr = os.Stderr
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stdout, c.pipe = bufio.NewReader(stdout), stdout.(*os.File)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	c.expect("ready")
	return c
}

// kill ends the process as if its machine were gone.
func (c *child) kill() {
	if c.cmd.ProcessState == nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
}

// pause stops the process where it is.
func (c *child) pause() {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		c.t.Fatal(err)
	}
}

// send has the child's socket send one frame.
func (c *child) send(frame string) {
	c.t.Helper()
	if _, err := io.WriteString(c.stdin, frame+"\n"); err != nil {
		c.t.Fatal(err)
	}
}

// expect waits for a message of one frame that the child's socket received.
func (c *child) expect(want string) {
	c.t.Helper()
	if got := c.next(); got != want {
		c.t.Fatalf("our process received %q, want %q", got, want)
	}
}

func (c *child) next() string {
	c.t.Helper()
	if err := c.pipe.SetReadDeadline(time.Now().Add(patience)); err != nil {
		c.t.Fatal(err)
	}
	line, err := c.stdout.ReadString('\n')
	if err != nil {
		c.t.Fatalf("our process: %v", err)
	}
	return strings.TrimSuffix(line, "\n")
}

// childMain is the program of the child: lines are messages, both ways. It ends
// with its standard input.
func childMain() {
	var spec childSpec
	must(json.Unmarshal([]byte(os.Getenv(childVariable)), &spec))
	typ, err := zmq.ParseSocketType(spec.Type)
	must(err)
	s, err := zmq.NewSocket(typ)
	must(err)
	for name, value := range spec.Options {
		x, err := zmq.ParseSetting(name, strings.TrimSuffix(string(mustJSON(value)), ".0"))
		must(err)
		must(s.Set(x))
	}
	if spec.Topic != "" {
		must(s.Subscribe(spec.Topic))
	}
	if spec.Bind != "" {
		must(s.Bind(spec.Bind))
	}
	if spec.Connect != "" {
		must(s.Connect(spec.Connect))
	}
	out := bufio.NewWriter(os.Stdout)
	out.WriteString("ready\n")
	out.Flush()
	go func() {
		for m, err := range s.Messages(context.Background()) {
			if err != nil {
				return // a type that does not receive
			}
			out.WriteString(m.String() + "\n")
			out.Flush()
		}
	}()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		must(s.SendString(context.Background(), in.Text()))
	}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	must(err)
	return b
}

func must(err error) {
	if err != nil {
		os.Stderr.WriteString("interop child: " + err.Error() + "\n")
		os.Exit(1)
	}
}

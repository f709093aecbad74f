// SPDX-License-Identifier: Apache-2.0

// Package peer runs real libzmq in another process and lets a Go test steer it:
//
//	p := peer.Start(t)
//	push := p.Socket("PUSH", peer.Opts{"SNDHWM": 5})
//	endpoint := push.Bind("tcp://127.0.0.1:*")
//	…connect ours to endpoint…
//	report, err := push.SendMany(peer.Batch{Count: 100_000, Size: 16})
//
// The other process is a Python program over pyzmq, Debian's python3-zmq. Where
// that is missing, Start skips the test, or fails it when ZMQ_INTEROP_REQUIRED
// is 1 in the environment, as it is in CI.
//
// Setting a peer up (Socket, Bind, Connect, Set, …) must succeed and ends the
// test otherwise, so it belongs into the test's own goroutine. Traffic (Send,
// Recv, SendMany, RecvMany, Echo) returns errors and may run in any goroutine.
// Calls on one socket run one after the other in the order in which they were
// made; calls on different sockets overlap.
//
// Goroutines: one readLoop for each process, started by Start and Restart; it
// ends with its process, at the latest when the test is over.
package peer

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

//go:embed peer.py
var script string

// defaultPython is Debian's own interpreter: python3-zmq belongs to it, whatever
// other one is on the PATH. ZMQ_INTEROP_PYTHON names another.
const defaultPython = "/usr/bin/python3"

// Required says whether a missing libzmq fails tests, which is when
// ZMQ_INTEROP_REQUIRED is 1 in the environment.
func Required() bool { return os.Getenv("ZMQ_INTEROP_REQUIRED") == "1" }

// Error is what libzmq, or the program around it, answered to a command.
// errors.Is works with the syscall.Errno of the same number.
type Error struct {
	Op    string // the command, such as "bind"
	Text  string // libzmq's own text
	Errno int    // libzmq's number, 0 when the program itself failed
}

// Error returns command, text and number.
func (e *Error) Error() string {
	return fmt.Sprintf("libzmq peer: %s: %s (errno %d)", e.Op, e.Text, e.Errno)
}

// Unwrap returns the syscall.Errno, or nil when there is no number.
func (e *Error) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return syscall.Errno(e.Errno)
}

// Process is libzmq in another process.
type Process struct {
	t       testing.TB
	program func() *exec.Cmd
	begin   func(*exec.Cmd) error

	// Libzmq and Pyzmq are the versions that run there, such as "4.3.4".
	Libzmq, Pyzmq string

	mu  sync.Mutex
	run *process
}

// Start starts a process for the time of the test. It skips or fails the test
// when there is no libzmq to run.
func Start(t testing.TB) *Process {
	t.Helper()
	return StartWith(t, (*exec.Cmd).Start)
}

// StartWith is Start for a process that start starts: in a namespace, for example.
func StartWith(t testing.TB, start func(*exec.Cmd) error) *Process {
	t.Helper()
	program := python(t)
	return startBy(t, func() *exec.Cmd { return exec.Command(program, "-u", "-c", script) }, start)
}

// python returns the Python that has pyzmq. It skips or fails the test when there is none.
func python(t testing.TB) string {
	t.Helper()
	program := os.Getenv("ZMQ_INTEROP_PYTHON")
	if program == "" {
		program = defaultPython
	}
	if err := available(program); err != nil {
		missing(t, err)
	}
	return program
}

// startProgram starts a program that answers commands, for the time of the test.
func startProgram(t testing.TB, program func() *exec.Cmd) *Process {
	t.Helper()
	return startBy(t, program, (*exec.Cmd).Start)
}

func startBy(t testing.TB, program func() *exec.Cmd, start func(*exec.Cmd) error) *Process {
	t.Helper()
	p := &Process{t: t, program: program, begin: start}
	p.start()
	t.Cleanup(func() {
		t.Helper()
		p.Kill()
		if text := p.process().complaints(); text != "" {
			t.Logf("standard error of the libzmq peer:\n%s", text)
		}
	})
	return p
}

// probed remembers for each interpreter whether it has pyzmq.
var probed sync.Map // string to func() error

func available(python string) error {
	probe, _ := probed.LoadOrStore(python, sync.OnceValue(func() error {
		out, err := exec.Command(python, "-c", "import zmq").CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s with pyzmq: %w: %s", python, err, lastLine(out))
		}
		return nil
	}))
	return probe.(func() error)()
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// saySkipped prints the loud line once, however many tests it skips.
var saySkipped sync.Once

func missing(t testing.TB, err error) {
	t.Helper()
	const advice = "install Debian's python3-zmq"
	if Required() {
		t.Fatalf("ZMQ_INTEROP_REQUIRED=1, but there is no libzmq to test against (%s): %v", advice, err)
	}
	saySkipped.Do(func() {
		fmt.Fprintf(os.Stderr, "!!! NOT TESTED AGAINST LIBZMQ (%s): %v\n", advice, err)
	})
	t.Skipf("no libzmq (%s): %v", advice, err)
}

func (p *Process) start() {
	p.t.Helper()
	run, versions, err := startProcess(p.program(), p.begin)
	if err != nil {
		p.t.Fatalf("libzmq peer: %v", err)
	}
	p.Libzmq, p.Pyzmq = versions.Libzmq, versions.Pyzmq
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run = run
}

func (p *Process) process() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.run
}

// Kill ends the process at once, without a word to its peers, and returns when
// it is gone. Calls that wait in other goroutines return an error.
func (p *Process) Kill() { p.process().kill() }

// Restart kills the process and starts another, without any sockets: those of
// before are dead, and the ports that they had bound can be bound again.
func (p *Process) Restart() {
	p.t.Helper()
	p.Kill()
	p.start()
}

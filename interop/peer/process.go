// SPDX-License-Identifier: Apache-2.0

package peer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
)

// errGone is what calls to a process that has ended return.
var errGone = errors.New("peer: the process has ended")

// process is one run of peer.py and the calls that wait for its answers.
type process struct {
	// Immutable after startProcess.
	cmd   *exec.Cmd
	stdin io.WriteCloser
	done  chan struct{} // closed by readLoop when the process has ended

	lastID atomic.Int64

	// Guarded by writeMu: one command line at a time on stdin.
	writeMu sync.Mutex

	// Guarded by mu.
	mu      sync.Mutex
	waiting map[int64]chan json.RawMessage // each of capacity 1
	ended   bool
	stderr  strings.Builder
}

// greeting is the first line that the process writes.
type greeting struct {
	Pyzmq, Libzmq string
}

// startProcess starts the script and waits for its first line.
func startProcess(cmd *exec.Cmd, begin func(*exec.Cmd) error) (*process, greeting, error) {
	p := &process{done: make(chan struct{}), waiting: map[int64]chan json.RawMessage{}}
	p.cmd = cmd
	p.cmd.Stderr = (*stderrWriter)(p)
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, greeting{}, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, greeting{}, err
	}
	p.stdin = stdin
	hello := make(chan json.RawMessage, 1)
	p.waiting[0] = hello
	if err := begin(p.cmd); err != nil {
		return nil, greeting{}, err
	}
	go p.readLoop(stdout)
	var g greeting
	line, ok := <-hello
	if !ok {
		return nil, g, fmt.Errorf("%s ended at once: %s", cmd.Path, p.complaints())
	}
	return p, g, json.Unmarshal(line, &g)
}

// readLoop hands each answer to the call that waits for it, until the process
// closes its output; then it reaps the process and ends all calls.
func (p *process) readLoop(stdout io.Reader) {
	r := bufio.NewReader(stdout)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			break
		}
		var head struct{ ID int64 }
		if err := json.Unmarshal(line, &head); err != nil {
			break
		}
		p.mu.Lock()
		answer := p.waiting[head.ID]
		delete(p.waiting, head.ID)
		p.mu.Unlock()
		if answer != nil {
			answer <- line
		}
	}
	p.cmd.Process.Kill()
	p.cmd.Wait()
	p.mu.Lock()
	p.ended = true
	for id, answer := range p.waiting {
		delete(p.waiting, id)
		close(answer)
	}
	p.mu.Unlock()
	close(p.done)
}

// call sends one command and decodes its answer into result, unless nil. What
// libzmq refused comes back as *Error.
func (p *process) call(op string, fields map[string]any, result any) error {
	id := p.lastID.Add(1)
	command := map[string]any{"id": id, "op": op}
	for name, value := range fields {
		command[name] = value
	}
	line, err := json.Marshal(command)
	if err != nil {
		return err
	}
	answer := make(chan json.RawMessage, 1)
	p.mu.Lock()
	if p.ended {
		p.mu.Unlock()
		return fmt.Errorf("%s: %w", op, errGone)
	}
	p.waiting[id] = answer
	p.mu.Unlock()

	p.writeMu.Lock()
	// A write fails only when the process is gone; then answer gets closed.
	p.stdin.Write(append(line, '\n'))
	p.writeMu.Unlock()

	reply, ok := <-answer
	if !ok {
		return fmt.Errorf("%s: %w", op, errGone)
	}
	if result != nil {
		if err := json.Unmarshal(reply, result); err != nil {
			return fmt.Errorf("peer: %s: answer %.200s: %w", op, reply, err)
		}
	}
	var refused struct {
		Error string
		Errno int
	}
	if err := json.Unmarshal(reply, &refused); err != nil || refused.Error == "" {
		return err
	}
	return &Error{Op: op, Text: refused.Error, Errno: refused.Errno}
}

// kill ends the process as if the machine had lost it, and waits for its end.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.done
	p.stdin.Close()
}

// complaints returns what the process wrote to its standard error.
func (p *process) complaints() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.TrimSpace(p.stderr.String())
}

// stderrWriter gathers the standard error of a process.
type stderrWriter process

func (w *stderrWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stderr.Write(b)
}

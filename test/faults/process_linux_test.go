// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"github.com/gozmq/zmq/internal/zmqtest/namespace"
)

// process is a peer that runs.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
	ended  bool
}

// kind is the library that a peer uses.
type kind string

const (
	ours   kind = "zmq"
	libzmq kind = "libzmq"
)

// python is the interpreter that has Debian's python3-zmq.
const python = "/usr/bin/python3"

// haveLibzmq reports whether a peer with libzmq can be started.
var haveLibzmq = sync.OnceValue(func() bool { return exec.Command(python, "-c", "import zmq").Run() == nil })

// startPeer starts a peer in a namespace and waits until it has its socket.
func startPeer(n *namespace.Namespace, k kind, j job, resolver string) (*process, error) {
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), jobVariable+"="+string(text))
	if k == libzmq {
		p.cmd = exec.Command(python, "testdata/peer.py", string(text))
	}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	p.cmd.Stderr = &p.stderr
	if err := n.Start(p.cmd, resolver); err != nil {
		return nil, err
	}
	if _, err := p.out.ReadBytes('\n'); err != nil {
		_ = p.kill()
		return nil, fmt.Errorf("it does not begin: %w: %s", err, &p.stderr)
	}
	return p, nil
}

// order has the peer do something, and returns what it answers.
func (p *process) order(what string) (x report, err error) {
	if _, err := fmt.Fprintln(p.in, what); err != nil {
		return x, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return x, err
	}
	return x, json.Unmarshal(line, &x)
}

// signal sends the process a signal.
func (p *process) signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// kill ends the process as the system does.
func (p *process) kill() error {
	if p.ended {
		return nil
	}
	p.ended = true
	_ = p.signal(syscall.SIGKILL)
	_ = p.in.Close()
	if err := p.cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		return err
	}
	return nil
}

// readJournal returns the numbers that a peer has written so far. A file that is not
// there is empty.
func readJournal(file string) ([]uint64, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	list := make([]uint64, len(b)/8)
	for i := range list {
		list[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return list, err
}

// lines returns how many numbers are in a journal.
func lines(file string) int {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return int(info.Size() / 8)
}

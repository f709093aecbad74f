// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"

	"github.com/gozmq/zmq/bench/internal/role"
)

// process is a process of a trial. Its fields but the first are the trial's.
type process struct {
	name   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *bytes.Buffer // not to be read before the end

	said  role.Line // all lines together
	ended bool
	err   error
	cost  Process
}

// launch starts a program whose events go to a channel, the end as the last.
func launch(ctx context.Context, name, program string, args []string, events chan<- event) (*process, error) {
	p := &process{name: name, cmd: exec.CommandContext(ctx, program, args...), stderr: new(bytes.Buffer)}
	p.cmd.Stderr = &head{to: p.stderr}
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go p.watch(out, events)
	return p, nil
}

func (p *process) watch(out io.Reader, events chan<- event) {
	lines := bufio.NewScanner(out)
	var wrong error
	for lines.Scan() {
		var l role.Line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			wrong = fmt.Errorf("%s printed %q: %w", p.name, lines.Bytes(), err)
			continue
		}
		events <- event{from: p, line: l}
	}
	err := p.cmd.Wait()
	if err == nil {
		err = wrong
	}
	events <- event{from: p, ended: true, err: err}
}

// note takes an event into the process's record.
func (p *process) note(e event) {
	if !e.ended {
		p.said.Endpoint = cmp.Or(e.line.Endpoint, p.said.Endpoint)
		p.said.Messages = cmp.Or(e.line.Messages, p.said.Messages)
		p.said.Seconds = cmp.Or(e.line.Seconds, p.said.Seconds)
		p.said.Median = cmp.Or(e.line.Median, p.said.Median)
		p.said.P99 = cmp.Or(e.line.P99, p.said.P99)
		p.said.Unsupported = cmp.Or(e.line.Unsupported, p.said.Unsupported)
		p.said.Library = cmp.Or(e.line.Library, p.said.Library)
		p.said.Peak = cmp.Or(e.line.Peak, p.said.Peak)
		p.said.Allocated = cmp.Or(e.line.Allocated, p.said.Allocated)
		p.said.Collections = cmp.Or(e.line.Collections, p.said.Collections)
		return
	}
	p.ended = true
	if e.err != nil {
		p.err = fmt.Errorf("%s: %w%s", p.name, e.err, p.complaint())
	}
	state := p.cmd.ProcessState
	p.cost = Process{Role: p.name, CPU: (state.UserTime() + state.SystemTime()).Seconds(), Peak: p.said.Peak, Allocated: p.said.Allocated, Collections: p.said.Collections}
	if p.cost.Peak == 0 {
		p.cost.Peak = peakOf(state)
	}
}

// complaint is what an ended process said on standard error.
func (p *process) complaint() string {
	if text := bytes.TrimSpace(p.stderr.Bytes()); p.ended && len(text) > 0 {
		return ": " + string(text)
	}
	return ""
}

// head keeps the beginning of what a process complains of.
type head struct{ to *bytes.Buffer }

const most = 2000 // bytes of complaints: the first lines of a panic

func (h *head) Write(b []byte) (int, error) {
	if room := most - h.to.Len(); room > 0 {
		h.to.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}

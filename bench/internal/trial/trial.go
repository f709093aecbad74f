// SPDX-License-Identifier: Apache-2.0

// Package trial runs a scenario with one library once: it starts the processes,
// gathers what they print, and notes what they cost.
//
// Goroutines: one for each process, which reads what it prints and waits for its
// end; it ends with the process.
package trial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/role"
	"github.com/gozmq/zmq/bench/internal/scenario"
)

// usualGrace is how long a process may take to end once everything is measured, before
// it is killed and a note is made of it.
const usualGrace = 3 * time.Second

// Outcome is what came of a trial. It has an Error, or is Unsupported, or has
// figures.
type Outcome struct {
	Scenario string  `json:"scenario"`
	Rival    string  `json:"rival"`
	Round    int     `json:"round"`
	Library  string  `json:"library,omitempty"`
	Messages int     `json:"messages,omitempty"`
	Seconds  float64 `json:"seconds,omitempty"`
	Median   float64 `json:"median_us,omitempty"`
	P99      float64 `json:"p99_us,omitempty"`

	Processes   []Process `json:"processes,omitempty"` // the one that binds first
	Unsupported string    `json:"unsupported,omitempty"`
	Error       string    `json:"error,omitempty"`
	// TimedOut says that the error is that it took too long.
	TimedOut bool   `json:"timed_out,omitempty"`
	Note     string `json:"note,omitempty"`
}

// Process is what an ended process has cost. Neutral peers are not listed.
type Process struct {
	Role string  `json:"role"`
	CPU  float64 `json:"cpu_seconds"` // user and system
	Peak int64   `json:"peak_bytes"`  // most resident memory

	// What the collector had to do; 0 for a program in C.
	Allocated   uint64 `json:"allocated_bytes,omitempty"`
	Collections uint32 `json:"collections,omitempty"`
}

// Bench is where trials are run, one after the other.
type Bench struct {
	Load string        // program of the neutral peers
	Dir  string        // for ipc sockets
	Time time.Duration // the most that a trial of a main rival may take; others a third

	grace time.Duration // usualGrace if 0
	names int           // of ipc sockets that were used: a killed process leaves its own
}

// Run runs one trial.
func (b *Bench) Run(ctx context.Context, s scenario.Scenario, r *rival.Rival) (o Outcome) {
	o = Outcome{Scenario: s.Name, Rival: r.Key}
	switch {
	case r.Program == "":
		o.Error = "not built: " + r.Missing
		return o
	case s.Shape == scenario.Load && !r.ZMTP:
		o.Unsupported = "does not speak ZMTP, as the peers of this scenario do"
		return o
	case s.Layer() && !slices.Contains(r.Layers, s.Transport):
		o.Unsupported = "has no " + s.Transport
		return o
	case s.Shape == scenario.Load && r.Draft && draftModes[s.Other] == "":
		o.Unsupported = "does here what the other types do"
		return o
	}
	limit := b.Time
	if !r.Main {
		limit /= 3
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	t := &trial{ctx: ctx, bench: b, s: s, r: r, o: &o, events: make(chan event)}
	if s.Stream {
		t.s.Count = max(s.Count/r.Slow, min(s.Count, 100))
	}
	err := t.run()
	t.kill()
	if err != nil && o.Unsupported == "" {
		o.Error = err.Error()
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			o.Error, o.TimedOut = fmt.Sprintf("no result after %v: %s", limit, o.Error), true
		}
	}
	return o
}

// trial is one that is under way; its goroutine owns all of it.
type trial struct {
	ctx       context.Context
	bench     *Bench
	s         scenario.Scenario
	r         *rival.Rival
	o         *Outcome
	events    chan event
	processes []*process
}

func (t *trial) run() error {
	switch t.s.Shape {
	case scenario.Pair:
		return t.pair()
	case scenario.Together:
		return t.single(t.s.Other + "+" + t.s.Binds)
	case scenario.Load:
		return t.load()
	case scenario.Alone:
		return t.single(t.s.Binds)
	default:
		return t.again()
	}
}

func (t *trial) pair() error {
	binds, err := t.start(t.s.Binds, t.endpoint())
	if err != nil {
		return err
	}
	at, err := t.endpointOf(binds)
	if err != nil {
		return err
	}
	if _, err := t.start(t.s.Other, at); err != nil {
		return err
	}
	return t.measured()
}

func (t *trial) single(name string) error {
	if _, err := t.start(name, t.endpoint()); err != nil {
		return err
	}
	return t.measured()
}

// draftModes are the modes of neutral peers that are of draft types. What is about
// accepting connections alone is the same for all types.
var draftModes = map[string]string{"sub": "dish", "push": "scatter", "dealer": "client"}

func (t *trial) load() error {
	s := t.s
	if s.Binds == "router" {
		t.s.Extra = 0 // no round trips before the clock starts
	}
	if t.r.Draft {
		s.Other = draftModes[s.Other]
	}
	binds, err := t.start(s.Binds, t.endpoint())
	if err != nil {
		return err
	}
	at, err := t.endpointOf(binds)
	if err != nil {
		return err
	}
	if err := t.launch("load "+s.Other, t.bench.Load, s.Other, at, s.Extra, s.Count, s.Size); err != nil {
		return err
	}
	return t.measured()
}

// again measures the whole life of a process, several times.
func (t *trial) again() error {
	var micros []float64
	var cpu float64
	for range t.s.Count {
		begin := time.Now()
		p, err := t.start(t.s.Binds, t.endpoint())
		if err != nil {
			return err
		}
		p.stdin.Close()
		if err := t.ended(p); err != nil {
			return err
		}
		micros = append(micros, float64(time.Since(begin).Nanoseconds())/1e3)
		if p.said.Unsupported != "" {
			return t.unsupported(p)
		}
		cpu += p.cost.CPU
		p.cost.CPU = cpu
		t.o.Processes, t.o.Library = []Process{p.cost}, p.said.Library
		t.processes = t.processes[:0]
	}
	slices.Sort(micros)
	n := len(micros)
	t.o.Messages, t.o.Median, t.o.P99 = n, micros[n/2], micros[n*99/100]
	return nil
}

// measured waits for the figures of any process, and then for the end of all.
func (t *trial) measured() error {
	var p *process
	for p == nil {
		e, err := t.next()
		if err != nil {
			return err
		}
		switch {
		case e.line.Unsupported != "":
			return t.unsupported(e.from)
		case e.line.Seconds > 0 || e.line.Median > 0:
			p = e.from
		case e.ended && e.err != nil:
			return e.from.err
		}
	}
	t.o.Messages, t.o.Seconds, t.o.Median, t.o.P99 = p.said.Messages, p.said.Seconds, p.said.Median, p.said.P99
	return t.finish()
}

// finish lets the processes end, in the order in which they were started.
func (t *trial) finish() error {
	grace := cmp.Or(t.bench.grace, usualGrace)
	for _, p := range t.processes {
		p.stdin.Close()
		late := time.AfterFunc(grace, func() { _ = p.cmd.Process.Kill() })
		err := t.ended(p)
		if !late.Stop() {
			t.o.Note = fmt.Sprintf("%s did not end within %v of its last message and was killed", p.name, grace)
			err = nil
		}
		if t.ctx.Err() != nil {
			return err
		}
		if err != nil { // everything has arrived: it is about how it ended
			t.o.Note = err.Error()
		}
		if !strings.HasPrefix(p.name, "load ") {
			t.o.Processes = append(t.o.Processes, p.cost)
			t.o.Library = cmp.Or(t.o.Library, p.said.Library)
		}
	}
	return nil
}

func (t *trial) unsupported(p *process) error {
	t.o.Unsupported = p.said.Unsupported
	return errors.New(p.said.Unsupported)
}

// endpointOf waits until a process has bound.
func (t *trial) endpointOf(p *process) (string, error) {
	for p.said.Endpoint == "" {
		e, err := t.next()
		if err != nil {
			return "", err
		}
		if e.line.Unsupported != "" {
			return "", t.unsupported(e.from)
		}
		if e.ended && e.from.err != nil {
			return "", e.from.err
		}
		if e.ended {
			return "", fmt.Errorf("%s ended before it had bound", e.from.name)
		}
	}
	return p.said.Endpoint, nil
}

// ended waits for the end of one process.
func (t *trial) ended(p *process) error {
	for !p.ended {
		if _, err := t.next(); err != nil {
			return err
		}
	}
	return p.err
}

func (t *trial) next() (event, error) {
	select {
	case e := <-t.events:
		e.from.note(e)
		return e, nil
	case <-t.ctx.Done():
		return event{}, fmt.Errorf("%w; %s", t.ctx.Err(), t.state())
	}
}

// state says which processes still run, for the report of a trial that hangs.
func (t *trial) state() string {
	var says []string
	for _, p := range t.processes {
		what := "is running"
		if p.ended {
			what = "has ended"
		}
		says = append(says, p.name+" "+what+p.complaint())
	}
	return strings.Join(says, ", ")
}

func (t *trial) endpoint() string {
	switch t.s.Transport {
	case "ipc":
		t.bench.names++
		return "ipc://" + filepath.Join(t.bench.Dir, strconv.Itoa(t.bench.names))
	case "inproc":
		return "inproc://bench"
	case "ws", "wss":
		return t.s.Transport + "://127.0.0.1:*"
	}
	return "tcp://127.0.0.1:*"
}

// start starts a process of the library.
func (t *trial) start(role, endpoint string) (*process, error) {
	program := t.r.Program
	if t.s.Layer() {
		program = t.r.Layered
	}
	if err := t.launch(role, program, role, endpoint, t.s.Count, t.s.Size, t.s.Extra); err != nil {
		return nil, err
	}
	return t.processes[len(t.processes)-1], nil
}

func (t *trial) launch(name, program, mode, endpoint string, numbers ...int) error {
	args := []string{mode, endpoint}
	for _, n := range numbers {
		args = append(args, strconv.Itoa(n))
	}
	p, err := launch(t.ctx, name, program, args, t.events)
	if err == nil {
		t.processes = append(t.processes, p)
	}
	return err
}

// kill ends what is still there, and waits for it.
func (t *trial) kill() {
	for _, p := range t.processes {
		if !p.ended {
			_ = p.cmd.Process.Kill()
		}
	}
	for _, p := range t.processes {
		for !p.ended {
			e := <-t.events
			e.from.note(e)
		}
	}
}

// event is a line that a process printed, or its end.
type event struct {
	from  *process
	line  role.Line
	ended bool
	err   error
}

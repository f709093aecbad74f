// SPDX-License-Identifier: Apache-2.0

package pipe

import (
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// Each message counts once as sent, whichever way it takes into a queue, and whatever
// becomes of it there.
func TestSentCountsEveryWay(t *testing.T) {
	m := message("m")
	run := func() *Item {
		r := NewRun([]byte("\x00\x011\x00\x012"), 2, nil, nil)
		return &r
	}
	for name, c := range map[string]struct {
		pipe func() *Pipe
		send func(p *Pipe)
		want uint64
	}{
		"one by one":           {remotePipe, func(p *Pipe) { p.Write(m); p.Write(m) }, 2},
		"a run":                {remotePipe, func(p *Pipe) { p.WriteRun(run()) }, 2},
		"to a sole peer":       {remotePipe, func(p *Pipe) { p.BeginSole(); p.WriteSole(m); p.EndSole(); p.Write(m) }, 2},
		"to one that has gone": {remotePipe, func(p *Pipe) { p.CloseOut(); p.Write(m); p.WriteRun(run()) }, 3},
		"by broadcast": {remotePipe, func(p *Pipe) {
			b := NewBroadcast(nil)
			b.Join(p)
			b.Add(m, nil)
			b.Add(m, nil)
			b.Leave(p)
			p.Write(m)
		}, 3},
		"by broadcast, and not yet taken": {remotePipe, func(p *Pipe) {
			b := NewBroadcast(nil)
			b.Join(p)
			b.Add(m, nil)
		}, 1},
		"by broadcast, and dropped": {remotePipe, func(p *Pipe) {
			b := NewBroadcast(nil)
			b.Join(p)
			b.Add(m, nil)
			p.CloseOut()
		}, 1},
		"in process":                       {localPipe, func(p *Pipe) { p.Write(m); p.WriteRun(run()) }, 3},
		"in process, to a sole peer":       {localPipe, func(p *Pipe) { p.BeginSole(); p.WriteSole(m); p.EndSole() }, 1},
		"in process, to one that has gone": {localPipe, func(p *Pipe) { p.Other().CloseIn(false); p.Write(m); p.WriteRun(run()) }, 3},
		"in process, to a sink":            {sinkPipe, func(p *Pipe) { p.Write(m) }, 1},
		"replaced by a newer one": {func() *Pipe {
			return New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers), Conflate: true})
		}, func(p *Pipe) { p.Write(m); p.Write(m) }, 2},
		"refused": {remotePipe, func(p *Pipe) {
			p.SetHWM(1, 1)
			p.Write(m)
			p.Write(m)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.pipe()
			c.send(p)
			if n := p.Sent(); n != c.want {
				t.Errorf("%d messages were sent, want %d", n, c.want)
			}
		})
	}
}

func remotePipe() *Pipe {
	p := New(Config{Mailbox: &Mailbox{}, Buffers: new(Buffers)})
	p.Out().Attach(idleLink{}, wire.V31)
	return p
}

func localPipe() *Pipe {
	p, _ := joined(Config{Mailbox: &Mailbox{}}, Config{Mailbox: &Mailbox{Readers: true}})
	return p
}

func sinkPipe() *Pipe {
	all := func(_ *Pipe, ms []Message) int { return len(ms) }
	p, _ := joined(Config{Mailbox: &Mailbox{}}, Config{Mailbox: &Mailbox{}, Sink: all})
	return p
}

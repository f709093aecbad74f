// SPDX-License-Identifier: Apache-2.0

//go:build !race

// The race detector lets pools forget.

package pipe

import (
	"runtime/debug"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

// TestHotPathsAllocateExactly counts with the collector off, so that pools keep
// what they have and the counts are exact.
func TestHotPathsAllocateExactly(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, h := range hot {
		round := h.path(t)
		for range 10 {
			round()
		}
		if n := testing.AllocsPerRun(20, round); n != h.allocs {
			t.Errorf("%s: %v allocations for %d messages, want %v", h.name, n, burst, h.allocs)
		}
	}
}

// A stream that is received into one message takes its memory from what came back,
// also where the mark cuts runs.
func TestStreamOfRunsComesBack(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	p := New(Config{Mailbox: new(Mailbox), Buffers: new(Buffers), RecvHWM: 700})
	body := []byte("sixteen bytes...")
	var m Message
	round := func() {
		run := slabRun(p)
		for cap(run.Head)-len(run.Head) >= len(body)+2 {
			run.Head = wire.AppendFrame(run.Head, 0, body)
			run.count++
		}
		for ms := []Item{run}; len(ms) > 0; {
			ms = ms[p.Deliver(ms):]
			for m.Into = true; p.Read(&m); m.Into = true {
			}
		}
	}
	for range 10 {
		round()
	}
	if n := testing.AllocsPerRun(100, round); n > 1 {
		t.Errorf("%v allocations a run", n)
	}
}

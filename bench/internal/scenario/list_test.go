// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/bench/internal/rival"
)

func find(t *testing.T, list []Scenario, name string) Scenario {
	t.Helper()
	i := slices.IndexFunc(list, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no scenario %q", name)
	}
	return list[i]
}

func TestNamesAreUniqueAndTargetsNameRivals(t *testing.T) {
	list := List(Full, 20_000)
	keys := []string{""}
	for _, r := range rival.All() {
		keys = append(keys, r.Key)
	}
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s.Name] {
			t.Errorf("%q is there twice", s.Name)
		}
		seen[s.Name] = true
		if s.Note != "" {
			t.Errorf("with room for everything: %s", s.Note)
		}
		if (len(s.Lines) == 0) != (s.Series != "") {
			t.Errorf("%q has %d lines and series %q", s.Name, len(s.Lines), s.Series)
		}
		for _, l := range s.Lines {
			for _, target := range l.Targets {
				if !slices.Contains(keys, target.Against) || (target.Factor == 0) == (target.AtMost == 0) {
					t.Errorf("%q: target %+v", s.Name, target)
				}
			}
		}
	}
}

// TestEveryTargetIsThere compares with the figures that the project has set itself.
func TestEveryTargetIsThere(t *testing.T) {
	var got []string
	list := List(Full, 20_000)
	for _, s := range list {
		for _, l := range s.Lines {
			for _, g := range l.Targets {
				got = append(got, fmt.Sprintf("%s%s: %s %s", s.Name, l.Suffix, g.Says, g.Against))
			}
		}
	}
	want := strings.Split(strings.TrimSpace(`
throughput tcp 16 B: 3x libzmq
throughput tcp 16 B: 50x gozeromq
throughput tcp 16 B: 50x mangos
throughput tcp 256 B: 3x libzmq
throughput tcp 1 KiB: 2x libzmq
throughput tcp 64 KiB: 1.3x libzmq
throughput tcp 1 MiB: 1x libzmq
throughput ipc 16 B: 3x libzmq
throughput ipc 256 B: 3x libzmq
throughput ipc 1 KiB: 2x libzmq
throughput ipc 64 KiB: 1.3x libzmq
throughput ipc 1 MiB: 1x libzmq
throughput inproc 16 B: 1.5x libzmq
throughput ws 16 B: 0.5x bytcp
throughput wss 64 KiB: 0.6x tcp
latency REQ-REP tcp 1 B: at most 0.45 of it libzmq
latency REQ-REP tcp 1 B: at most 1.25 of it tcp
latency REQ-REP tcp 1 B p99: no worse libzmq
latency REQ-REP inproc 1 B: at most 0.15 of it libzmq
latency DEALER-ROUTER tcp 1 B: at most 0.45 of it libzmq
latency DEALER-ROUTER tcp 1 B: at most 1.25 of it tcp
latency DEALER-ROUTER tcp 1 B p99: no worse libzmq
latency DEALER-ROUTER inproc 1 B: at most 0.15 of it libzmq
fan-out PUB to 100: 4x libzmq
fan-out PUB to 1000: 4x libzmq
fan-in PULL from 1000: 3x libzmq
ROUTER with 1000 DEALERs: 2x libzmq
connection set-up: 1.5x libzmq
10,000 idle connections: under 100 MB 
10,000 idle connections: at most 0.5 of it libzmq
CURVE 16 B: 2x libzmq
CURVE 64 KiB: 1.2x libzmq
proxy inproc: 3x libzmq
proxy tcp: 3x libzmq`), "\n")
	if !slices.Equal(got, want) {
		t.Errorf("targets:\n%s", strings.Join(got, "\n"))
	}
}

func TestFewerPeersThanWantedAreSaidAndReachNoTarget(t *testing.T) {
	list := List(Full, 500)
	s := find(t, list, "fan-out PUB to 1000 (with 500)")
	if s.Extra != 500 || len(s.Lines) != 1 || s.Lines[0].Targets != nil || !strings.Contains(s.Note, "500 connections instead of 1000") {
		t.Errorf("%+v", s)
	}
	find(t, list, "10,000 idle connections (with 500)")
	if s := find(t, list, "a million subscriptions"); s.Extra != 1_000_000 || s.Note != "" {
		t.Errorf("%d subscriptions: they are no connections", s.Extra)
	}
	for _, s := range list {
		if s.Series == Connections && s.X > 500 {
			t.Errorf("%s is there", s.Name)
		}
	}
}

func TestTinyPlaysEveryScenario(t *testing.T) {
	full := List(Full, 20_000)
	tiny := List(Tiny, 20_000)
	if len(full) != len(tiny) {
		t.Fatalf("%d of %d scenarios", len(tiny), len(full))
	}
	for _, s := range tiny {
		if s.Count > 100 || s.Count < 2 || s.Extra > 6 {
			t.Errorf("%q: %d messages, extra %d", s.Name, s.Count, s.Extra)
		}
	}
}

// TestQuickHasEveryKindOfTarget: what it leaves out are sizes and transports whose
// like is in.
func TestQuickHasEveryKindOfTarget(t *testing.T) {
	quick := List(Quick, 20_000)
	full := List(Full, 20_000)
	if len(quick) >= len(full) {
		t.Error("nothing is left out")
	}
	for _, s := range full {
		for _, l := range s.Lines {
			if len(l.Targets) > 0 && s.Transport != "ipc" {
				find(t, quick, s.Name)
			}
		}
	}
}

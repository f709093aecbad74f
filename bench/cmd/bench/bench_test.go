// SPDX-License-Identifier: Apache-2.0

// The whole instrument with next to no messages: that it measures, not what.

package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/bench/internal/report"
	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/scenario"
)

// tiny runs scenarios once with next to no messages and returns what was written.
func tiny(t *testing.T, c config) (run report.Run, table, dir string) {
	t.Helper()
	c.effort, c.rounds, c.trialTime, c.mostPeers, c.out = scenario.Tiny, 1, 20*time.Second, 1<<20, t.TempDir()
	var text, progress strings.Builder
	if err := bench(t.Context(), c, &text, &progress); err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	written, err := os.ReadFile(filepath.Join(c.out, "bench.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(written, &run); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(progress.String(), "round 1/1, ") {
		t.Errorf("progress %q", progress.String())
	}
	return run, text.String(), c.out
}

// TestEveryScenario plays everything with ours, our draft types, libzmq and plain Go.
// Where libzmq cannot be built, that has to be said.
func TestEveryScenario(t *testing.T) {
	run, table, dir := tiny(t, config{against: strings.Join([]string{rival.Libzmq, rival.Limit, rival.Draft, rival.ByTCP}, ",")})
	list := scenario.List(scenario.Tiny, 1<<20)
	seen := map[string]bool{}
	for _, o := range run.Trials {
		if o.Error != "" && !strings.HasPrefix(o.Error, "not built") || o.Note != "" {
			t.Errorf("%s, %s: %s%s", o.Rival, o.Scenario, o.Error, o.Note)
		}
		if o.Error != "" || o.Unsupported != "" {
			continue
		}
		seen[o.Rival+"/"+o.Scenario] = true
		if o.Messages < 1 || o.Seconds <= 0 && o.Median <= 0 || len(o.Processes) == 0 || o.Library == "" {
			t.Errorf("%s, %s: half an outcome: %+v", o.Rival, o.Scenario, o)
		}
		for _, p := range o.Processes {
			if p.Peak < 1<<20 {
				t.Errorf("%s, %s: %s had %d bytes of memory at most", o.Rival, o.Scenario, p.Role, p.Peak)
			}
		}
	}
	libzmq := run.Libraries[rival.Libzmq] != ""
	if !libzmq && !strings.Contains(table, "NO COMPARISON with libzmq") {
		t.Error("libzmq was not measured, and nothing says so")
	}
	for _, s := range list {
		if !seen["ours/"+s.Name] || libzmq && !s.Layer() && !seen["libzmq/"+s.Name] {
			t.Errorf("%s was not measured with ours and libzmq", s.Name)
		}
	}
	for _, both := range []string{rival.ByTCP + "/throughput ws 16 B", rival.Limit + "/throughput wss 64 KiB"} {
		if !seen[both] {
			t.Errorf("%s was not measured", both)
		}
	}
	for _, name := range []string{"throughput tcp 16 B", "latency DEALER-ROUTER tcp 1 B", "fan-out PUB to 1000", "ROUTER with 1000 DEALERs"} {
		if !seen["draft/"+name] {
			t.Errorf("%s was not measured with the draft types", name)
		}
	}
	for _, want := range []string{"throughput tcp 16 B", "start-up, memory", "Targets", "plain Go", "faster than its work?"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table has no %q", want)
		}
	}
	wantCharts(t, dir, "throughput-tcp.svg", "latency-req-rep-inproc.svg", "fan-out.svg", "growth-frames-memory.svg")
}

func wantCharts(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		defer f.Close()
		for d := xml.NewDecoder(f); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
		}
	}
}

// TestOtherRivals plays a few scenarios with the libraries that need nothing but
// Go.
func TestOtherRivals(t *testing.T) {
	run, table, _ := tiny(t, config{against: "gozeromq,mangos", only: "tcp 1"})
	for _, o := range run.Trials {
		noDealer := o.Rival == "mangos" && strings.Contains(o.Scenario, "DEALER")
		if o.Error != "" || (o.Unsupported != "") != noDealer {
			t.Errorf("%s, %s: %s%s", o.Rival, o.Scenario, o.Error, o.Unsupported)
		}
	}
	for _, want := range []string{"throughput tcp 16 B", "go-zeromq: go-zeromq/zmq4 v", "Not supported"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table has no %q:\n%s", want, table)
		}
	}
}

func TestChoose(t *testing.T) {
	if all, err := choose(""); err != nil || len(all) != len(rival.All()) || all[0].Key != rival.Ours {
		t.Errorf("without names: %v, %v", all, err)
	}
	if two, err := choose("mangos"); err != nil || len(two) != 2 || two[0].Key != rival.Ours || two[1].Key != "mangos" {
		t.Errorf("mangos: %v, %v", two, err)
	}
	for _, wrong := range []string{"nobody", "ours", "libzmq,"} {
		if _, err := choose(wrong); err == nil {
			t.Errorf("%q is accepted", wrong)
		}
	}
}

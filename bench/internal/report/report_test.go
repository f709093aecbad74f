// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/scenario"
	"github.com/gozmq/zmq/bench/internal/trial"
)

// outcome is a trial whose processes cost something.
func outcome(name, rival string, round int, o trial.Outcome) trial.Outcome {
	o.Scenario, o.Rival, o.Round, o.Library = name, rival, round, rival+" 1.0"
	o.Processes = []trial.Process{{Role: "pull", CPU: 1, Peak: 50e6, Allocated: 9e6, Collections: 6}, {Role: "push", CPU: 1, Peak: 10e6}}
	return o
}

func rateOf(n int) trial.Outcome { return trial.Outcome{Messages: n, Seconds: 1} }

// reported is a run of ours, libzmq and plain Go with one scenario of rates.
func reported(targets []scenario.Target, trials ...trial.Outcome) *Run {
	rounds := 0
	for _, o := range trials {
		rounds = max(rounds, o.Round+1)
	}
	list := []scenario.Scenario{{Name: "x", Binds: "pull", Other: "push", Lines: []scenario.Line{{Figure: scenario.Rate, Targets: targets}}}}
	return New(rival.All()[:3], list, trials, rounds)
}

func table(t *testing.T, r *Run) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wantRow(t *testing.T, table string, cells ...string) {
	t.Helper()
	want := strings.Join(cells, " ")
	for line := range strings.Lines(table) {
		if strings.Join(strings.Fields(line), " ") == want {
			return
		}
	}
	t.Errorf("no row %q in:\n%s", want, table)
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
		ok   bool
	}{
		{[]float64{3}, 3, true},
		{[]float64{3, 1, 2}, 2, true},
		{[]float64{4, 1, 3, 2}, 2.5, true},
		{[]float64{0, 5, 0}, 5, true}, // rounds that failed do not count
		{[]float64{0}, 0, false},
		{nil, 0, false},
	} {
		if got, ok := median(c.of); got != c.want || ok != c.ok {
			t.Errorf("median(%v) = %v, %v", c.of, got, ok)
		}
	}
}

func TestRatiosPairRoundsAndAreAboveOneWhereOursIsBetter(t *testing.T) {
	if got := ratios([]float64{30, 60, 10}, []float64{10, 15, 0}, true); !slices.Equal(got, []float64{3, 4}) {
		t.Errorf("rates: %v", got)
	}
	if got := ratios([]float64{10}, []float64{40}, false); !slices.Equal(got, []float64{4}) {
		t.Errorf("latencies: %v", got)
	}
}

func TestTableShowsMediansRatiosAndTargets(t *testing.T) {
	text := table(t, reported(
		[]scenario.Target{
			{Against: rival.Libzmq, Factor: 3, Says: "3x"},
			{Against: rival.Libzmq, Factor: 5, Says: "5x"},
			{Against: rival.Limit, Factor: 1, Says: "as fast"},
		},
		outcome("x", rival.Ours, 0, rateOf(3_000_000)), outcome("x", rival.Libzmq, 0, rateOf(1_000_000)),
		outcome("x", rival.Ours, 1, rateOf(6_000_000)), outcome("x", rival.Libzmq, 1, rateOf(1_500_000)),
	))
	wantRow(t, text, "x", "4.50M/s", "1.25M/s", "not", "measured")
	wantRow(t, text, "x", "4.50M/s", "1.25M/s", "-", "3.50", "-", "2.00")
	wantRow(t, text, "x", "3.50", "(3.00", "4.00)", "-")
	wantRow(t, text, "x", "pull", "2.25", "MB", "1.50", "7.50", "MB", "5.00", "-")
	wantRow(t, text, "x", "libzmq", "3x", "3.00", "3.50", "yes")
	wantRow(t, text, "x", "libzmq", "5x", "5.00", "3.50", "NO")
	wantRow(t, text, "x", "plain", "Go", "as", "fast", "1.00", "-", "not", "measured")
	wantRow(t, text, "1", "of", "2", "reached")
	wantRow(t, text, "x", "push", "0.25", "us", "10.0", "MB", "0.83", "us", "10.0", "MB", "-")
}

func TestAbsoluteTargets(t *testing.T) {
	list := []scenario.Scenario{{Name: "x", Binds: "accept", Lines: []scenario.Line{{
		Figure: scenario.Peak, Targets: []scenario.Target{{AtMost: 100e6, Says: "fits"}, {AtMost: 49e6, Says: "does not"}},
	}}}}
	text := table(t, New(rival.All()[:1], list, []trial.Outcome{outcome("x", rival.Ours, 0, rateOf(1))}, 1))
	wantRow(t, text, "x", "fits", "100", "MB", "50.0", "MB", "yes")
	wantRow(t, text, "x", "does", "not", "49.0", "MB", "50.0", "MB", "NO")
}

func TestFailuresAreNeverHidden(t *testing.T) {
	r := reported(nil,
		outcome("x", rival.Ours, 0, rateOf(4)),
		trial.Outcome{Scenario: "x", Rival: rival.Libzmq, Error: "exit status 1: it crashed"},
		trial.Outcome{Scenario: "x", Rival: rival.Limit, Unsupported: "not its thing"},
		trial.Outcome{Scenario: "x", Rival: rival.Libzmq, Round: 1, Error: "exit status 1: it crashed"},
	)
	text := table(t, r)
	wantRow(t, text, "x", "4.00/s", "FAILED", "-")
	wantRow(t, text, "FAILURES")
	wantRow(t, text, "libzmq:", "exit", "status", "1:", "it", "crashed")
	wantRow(t, text, "in", "x", "(round", "1),", "x", "(round", "2)")
	wantRow(t, text, "plain", "Go:", "not", "its", "thing")
	var b strings.Builder
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var again Run
	if err := json.Unmarshal([]byte(b.String()), &again); err != nil || len(again.Trials) != 4 || again.Trials[1].Error == "" {
		t.Errorf("JSON has %d trials, %v", len(again.Trials), err)
	}
}

func TestGrowthFindsTheStepThatCostsMoreThanItsWork(t *testing.T) {
	grow := func(peaks ...int64) Growth {
		var list []scenario.Scenario
		var trials []trial.Outcome
		for i, p := range peaks {
			s := scenario.Scenario{Name: string(rune('a' + i)), Series: scenario.Connections, X: int(math.Pow10(i))}
			list = append(list, s)
			o := outcome(s.Name, rival.Ours, 0, rateOf(1))
			o.Processes = []trial.Process{{CPU: 0.001, Peak: p}}
			trials = append(trials, o)
		}
		all := New(rival.All()[:1], list, trials, 1).Growth
		if len(all) != 1 || len(all[0].Steps) != len(peaks) {
			t.Fatalf("%+v", all)
		}
		return all[0]
	}
	if g := grow(2<<20, 10<<20, 90<<20); g.Memory.Faster() || g.CPU.Faster() {
		t.Errorf("in proportion: %+v %+v", g.Memory, g.CPU)
	}
	if g := grow(2<<20, 4<<20, 60<<20); !g.Memory.Faster() || g.Memory.From != 10 || g.Memory.To != 100 || math.Abs(g.Memory.Factor-1.5) > 1e-9 {
		t.Errorf("15 times the memory for 10 times the work: %+v", g.Memory)
	}
	if g := grow(1, 1<<20, 2<<20); g.Memory.Faster() {
		t.Errorf("next to nothing is noise: %+v", g.Memory)
	}
}

func TestFigure(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{4.5e6, "/s", "4.50M/s"}, {750, "/s", "750/s"}, {99e6, "B", "99.0 MB"},
		{0.4, "us", "0.40 us"}, {35_000, "us", "35.0 ms"}, {2e6, "us", "2.00 s"}, {0, "us", "0 us"},
	} {
		if got := figure(c.v, c.unit); got != c.want {
			t.Errorf("%v: %q, want %q", c.v, got, c.want)
		}
	}
}

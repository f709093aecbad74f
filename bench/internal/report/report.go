// SPDX-License-Identifier: Apache-2.0

// Package report makes of the outcomes of a run what people read: a table, JSON,
// and charts.
package report

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/scenario"
	"github.com/gozmq/zmq/bench/internal/trial"
)

// Run is a run of the bench, and what is written as JSON.
type Run struct {
	Machine   Machine           `json:"machine"`
	Started   time.Time         `json:"started"`
	Took      float64           `json:"took_seconds"`
	Command   []string          `json:"command"`
	Rounds    int               `json:"rounds"`
	Notes     []string          `json:"notes,omitempty"`
	Libraries map[string]string `json:"libraries"`
	Lines     []Line            `json:"lines"`
	Growth    []Growth          `json:"growth"`
	Trials    []trial.Outcome   `json:"trials"`

	rivals []*rival.Rival
}

// Line is a line of the table. The maps are by the key of a rival.
type Line struct {
	Name    string               `json:"name"`
	Unit    string               `json:"unit"`
	Higher  bool                 `json:"higher_is_better"`
	Rounds  map[string][]float64 `json:"rounds"` // 0 where a round failed
	Median  map[string]float64   `json:"median"`
	Ratio   map[string][]float64 `json:"ratio"` // of ours, round by round where both have one; above 1 is better
	Problem map[string]string    `json:"problem,omitempty"`
	Verdict []Verdict            `json:"verdict,omitempty"`

	scenario scenario.Scenario
	figure   scenario.Figure
}

// Verdict says whether a target was reached.
type Verdict struct {
	Against string  `json:"against,omitempty"` // empty for an absolute bound
	Target  string  `json:"target"`
	Wanted  float64 `json:"wanted"` // the least ratio, or the bound
	Got     float64 `json:"got"`    // median ratio, or median; 0 if there is none
	Reached bool    `json:"reached"`
	Known   bool    `json:"known"` // both sides were measured
}

// New puts the outcomes of a run in order. rounds is how many there were of the
// main rivals.
func New(rivals []*rival.Rival, list []scenario.Scenario, trials []trial.Outcome, rounds int) *Run {
	r := &Run{Machine: machine(), Rounds: rounds, Libraries: map[string]string{}, Trials: trials, rivals: rivals}
	for _, o := range trials {
		if o.Library != "" {
			r.Libraries[o.Rival] = o.Library
		}
	}
	for _, s := range list {
		for _, l := range s.Lines {
			r.Lines = append(r.Lines, r.line(s, l))
		}
	}
	r.Growth = r.growths(list)
	return r
}

// WriteJSON writes everything that is known.
func (r *Run) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *Run) line(s scenario.Scenario, l scenario.Line) Line {
	line := Line{
		Name: s.Name + l.Suffix, Unit: l.Figure.Unit(), Higher: l.Figure.Higher(),
		Rounds: map[string][]float64{}, Median: map[string]float64{}, Ratio: map[string][]float64{},
		Problem: map[string]string{}, scenario: s, figure: l.Figure,
	}
	for _, v := range r.rivals {
		line.Rounds[v.Key] = r.values(s.Name, v.Key, l.Figure)
		if m, ok := median(line.Rounds[v.Key]); ok {
			line.Median[v.Key] = m
		} else {
			line.Problem[v.Key] = r.problem(s.Name, v.Key)
		}
	}
	ours := line.Rounds[rival.Ours]
	for _, v := range r.rivals {
		if v.Key != rival.Ours {
			line.Ratio[v.Key] = ratios(ours, line.Rounds[v.Key], line.Higher)
		}
	}
	for _, t := range l.Targets {
		line.Verdict = append(line.Verdict, line.verdict(t))
	}
	return line
}

// values are the figures of each round, 0 where there is none.
func (r *Run) values(scenario, key string, f scenario.Figure) []float64 {
	vs := make([]float64, r.Rounds)
	for _, o := range r.Trials {
		if o.Scenario == scenario && o.Rival == key && o.Round < len(vs) {
			vs[o.Round] = value(o, f)
		}
	}
	return vs
}

// value is a figure of an outcome, 0 if there is none.
func value(o trial.Outcome, f scenario.Figure) float64 {
	if o.Error != "" || o.Unsupported != "" || len(o.Processes) == 0 {
		return 0
	}
	switch f {
	case scenario.Rate:
		if o.Seconds == 0 {
			return 0
		}
		return float64(o.Messages) / o.Seconds
	case scenario.Median:
		return o.Median
	case scenario.P99:
		return o.P99
	case scenario.Peak:
		return float64(o.Processes[0].Peak)
	default:
		sum := 0.0
		for _, p := range o.Processes {
			sum += float64(p.Peak)
		}
		return sum
	}
}

// problem says in a word why a rival has no figure.
func (r *Run) problem(scenario, key string) string {
	says := "not measured"
	for _, o := range r.Trials {
		if o.Scenario != scenario || o.Rival != key {
			continue
		}
		if o.Error != "" {
			return "FAILED"
		}
		says = "-"
	}
	return says
}

func (l *Line) verdict(t scenario.Target) Verdict {
	v := Verdict{Against: t.Against, Target: t.Says, Wanted: t.Factor}
	if t.Against == "" {
		v.Wanted = t.AtMost
		v.Got, v.Known = l.Median[rival.Ours], l.Median[rival.Ours] > 0
		v.Reached = v.Known && v.Got <= t.AtMost
		return v
	}
	v.Got, v.Known = median(l.Ratio[t.Against])
	v.Reached = v.Known && v.Got >= t.Factor
	return v
}

// ratios pairs the rounds, whose conditions were alike: above 1 ours is better,
// also for latencies.
func ratios(ours, theirs []float64, higher bool) (rs []float64) {
	for i := range ours {
		switch {
		case ours[i] == 0 || theirs[i] == 0:
		case higher:
			rs = append(rs, ours[i]/theirs[i])
		default:
			rs = append(rs, theirs[i]/ours[i])
		}
	}
	return rs
}

// median leaves out the rounds without a figure.
func median(vs []float64) (m float64, ok bool) {
	vs = slices.DeleteFunc(slices.Sorted(slices.Values(vs)), func(v float64) bool { return v == 0 })
	n := len(vs)
	if n == 0 {
		return 0, false
	}
	return (vs[(n-1)/2] + vs[n/2]) / 2, true
}

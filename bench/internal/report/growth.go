// SPDX-License-Identifier: Apache-2.0

package report

import (
	"github.com/gozmq/zmq/bench/internal/scenario"
)

// Growth is what the measured processes of a rival cost in the steps of a series.
type Growth struct {
	Series string `json:"series"`
	Title  string `json:"title"`
	X      string `json:"x"` // what the steps count
	Rival  string `json:"rival"`
	Steps  []Step `json:"steps"`
	CPU    Excess `json:"cpu"`
	Memory Excess `json:"memory"`
}

// Step is a step of a series: medians of its rounds.
type Step struct {
	X    int     `json:"x"`
	CPU  float64 `json:"cpu_seconds"`
	Peak float64 `json:"peak_bytes"`
}

// Excess is the step at which a cost grew most in relation to its work.
type Excess struct {
	From, To int
	// Factor is the growth of the cost divided by the growth of the work; up to 1
	// no step grew faster than its work.
	Factor float64
}

// noise is what measurements of the same thing may differ by: CPU time of a short
// run by that much of a second.
const (
	noise    = 1.1
	shortRun = 0.02
	fewBytes = 1 << 20
)

func (r *Run) growths(list []scenario.Scenario) (all []Growth) {
	for _, series := range scenario.AllSeries {
		for _, v := range r.rivals {
			g := Growth{Series: series.Name, Title: series.Title, X: series.X, Rival: v.Key}
			for _, s := range list {
				if s.Series != series.Name {
					continue
				}
				if step, ok := r.step(s, v.Key); ok {
					g.Steps = append(g.Steps, step)
				}
			}
			if len(g.Steps) == 0 {
				continue
			}
			g.CPU = excess(g.Steps, func(s Step) float64 { return s.CPU }, shortRun)
			g.Memory = excess(g.Steps, func(s Step) float64 { return s.Peak }, fewBytes)
			all = append(all, g)
		}
	}
	return all
}

func (r *Run) step(s scenario.Scenario, key string) (Step, bool) {
	var cpu, peak []float64
	for _, o := range r.Trials {
		if o.Scenario != s.Name || o.Rival != key || o.Error != "" || o.Unsupported != "" {
			continue
		}
		c, p := 0.0, 0.0
		for _, proc := range o.Processes {
			c, p = c+proc.CPU, p+float64(proc.Peak)
		}
		cpu, peak = append(cpu, c), append(peak, p)
	}
	c, _ := median(cpu)
	p, ok := median(peak)
	return Step{X: s.X, CPU: c, Peak: p}, ok
}

// excess compares each step with the one before. A cost below the grain counts as
// the grain: its growth is noise.
func excess(steps []Step, cost func(Step) float64, grain float64) (worst Excess) {
	for i := 1; i < len(steps); i++ {
		a, b := steps[i-1], steps[i]
		f := max(cost(b), grain) / max(cost(a), grain) / (float64(b.X) / float64(a.X))
		if f > worst.Factor {
			worst = Excess{From: a.X, To: b.X, Factor: f}
		}
	}
	return worst
}

// Faster says whether the cost grew faster than its work by more than measurements
// of the same thing differ.
func (e Excess) Faster() bool { return e.Factor > noise }

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/scenario"
	"github.com/gozmq/zmq/bench/internal/trial"
)

// order is the order of the trials: in each round every scenario, and of each
// scenario every rival, one right after the other, so that they meet the same
// weather.
type order struct {
	config   config
	rivals   []*rival.Rival
	list     []scenario.Scenario
	bench    *trial.Bench
	progress *progress
	began    time.Time
	notes    []string

	outcomes []trial.Outcome
	given    map[string]bool // up: scenario and rival
}

// growthRounds is how many rounds the series of growth have at most: they are about
// orders of magnitude.
const growthRounds = 3

// wanted says whether a rival takes part in a round of a scenario.
func (o *order) wanted(round int, s scenario.Scenario, r *rival.Rival) bool {
	if r.Only != "" && r.Only != s.Transport || s.Layer() && !slices.Contains(r.Layers, s.Transport) {
		return false
	}
	if s.Series != "" {
		return (r.Key == rival.Ours || r.Key == rival.Libzmq) && round < growthRounds && (o.config.effort != scenario.Quick || round == 0)
	}
	return r.Main || o.config.effort != scenario.Quick || round == 0
}

func (o *order) trials() (n int) {
	for round := range o.config.rounds {
		for _, s := range o.list {
			for _, r := range o.rivals {
				if o.wanted(round, s, r) {
					n++
				}
			}
		}
	}
	return n
}

// run runs all trials, or as many as the budget and the context allow.
func (o *order) run(ctx context.Context) []trial.Outcome {
	o.given = map[string]bool{}
	late := false
	for round := range o.config.rounds {
		for i, s := range o.list {
			if !late && o.config.budget > 0 && time.Since(o.began) > o.config.budget {
				late = true
				o.notes = append(o.notes, fmt.Sprintf("out of time in round %d of %d, after %d of %d scenarios; from there on the first round is finished with libzmq and plain Go only",
					round+1, o.config.rounds, i, len(o.list)))
			}
			if late && round > 0 {
				return o.outcomes
			}
			for _, r := range o.rivals {
				if ctx.Err() != nil {
					o.notes = append(o.notes, "INTERRUPTED: not everything was measured")
					return o.outcomes
				}
				if !o.wanted(round, s, r) {
					continue
				}
				o.progress.step(fmt.Sprintf("round %d/%d, %s: %s", round+1, o.config.rounds, s.Name, r.Title))
				if !late || r.Main {
					o.try(ctx, round, s, r)
				}
			}
		}
	}
	return o.outcomes
}

// try runs a trial unless it is known what will come of it.
func (o *order) try(ctx context.Context, round int, s scenario.Scenario, r *rival.Rival) {
	key := s.Name + "/" + r.Key
	if o.given[key] {
		return
	}
	out := o.bench.Run(ctx, s, r)
	if ctx.Err() != nil {
		return // what it says is about the interruption
	}
	out.Round = round
	o.outcomes = append(o.outcomes, out)
	if out.TimedOut || out.Unsupported != "" || r.Program == "" {
		o.given[key] = true
	}
	if out.TimedOut && o.config.rounds > 1 {
		o.notes = append(o.notes, fmt.Sprintf("%s, %s: not tried again after it took too long", r.Title, s.Name))
	}
}

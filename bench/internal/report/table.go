// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gozmq/zmq/bench/internal/rival"
	"github.com/gozmq/zmq/bench/internal/scenario"
	"github.com/gozmq/zmq/bench/internal/trial"
)

// WriteTable writes what was measured for people.
func (r *Run) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d rounds, alternating; medians; a ratio above 1 means that ours is better, for latencies and memory too\n", r.Machine, r.Rounds)
	for _, v := range r.rivals {
		if name := r.Libraries[v.Key]; name != "" {
			fmt.Fprintf(&b, "%s: %s\n", v.Title, name)
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintln(&b, "NOTE:", n)
	}
	section(&b, "In a hurry", r.summary)
	section(&b, "Figures", r.figures)
	section(&b, "Ratios of ours, round by round", r.ratioTable)
	section(&b, "Targets", r.targets)
	section(&b, "CPU time a message, and most memory, of each process", r.costs)
	section(&b, "Garbage a million messages, and collections, of each process", r.garbage)
	section(&b, "The cost of scale: all measured processes together", r.growthTable)
	r.problems(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// section writes rows of cells separated by tabs under a headline, nothing without
// rows.
func section(b *strings.Builder, title string, rows func(row func(cells ...string))) {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	rows(func(cells ...string) { fmt.Fprintln(t, strings.TrimRight(strings.Join(cells, "\t"), "\t")) })
	_ = t.Flush() // into memory
	if text.Len() > 0 {
		fmt.Fprintf(b, "\n%s\n\n%s", title, text.String())
	}
}

// summary has one line a scenario: what ours and libzmq reach, what plain Go does, the two
// ratios, and how far apart the rounds of ours are.
func (r *Run) summary(row func(...string)) {
	if len(r.Lines) == 0 {
		return
	}
	row("", "ours", "libzmq", "limit", "to libzmq", "to the limit", "best of ours : worst")
	for _, l := range r.Lines {
		limit := rival.Limit
		if _, ok := l.Median[rival.Fresh]; ok {
			limit = rival.Fresh // ours leaves messages to the receiver, as this does
		}
		cells := []string{l.Name}
		for _, key := range []string{rival.Ours, rival.Libzmq, limit} {
			cells = append(cells, l.medianOf(key))
		}
		for _, key := range []string{rival.Libzmq, limit} {
			cells = append(cells, orDash(median(l.Ratio[key])))
		}
		row(append(cells, orDash(spread(l.Rounds[rival.Ours])))...)
	}
}

func (l *Line) medianOf(key string) string {
	if m, ok := l.Median[key]; ok {
		return figure(m, l.Unit)
	}
	return "-"
}

func orDash(v float64, ok bool) string {
	if !ok {
		return "-"
	}
	return number(v)
}

// spread is the largest figure over the smallest, of two rounds or more.
func spread(vs []float64) (v float64, ok bool) {
	vs = slices.DeleteFunc(slices.Clone(vs), func(v float64) bool { return v == 0 })
	if len(vs) < 2 {
		return 0, false
	}
	return slices.Max(vs) / slices.Min(vs), true
}

func (r *Run) figures(row func(...string)) {
	if len(r.Lines) == 0 {
		return // nothing but growth
	}
	row(append([]string{""}, r.titles(func(*rival.Rival) bool { return true })...)...)
	for _, l := range r.Lines {
		cells := []string{l.Name}
		for _, v := range r.rivals {
			if m, ok := l.Median[v.Key]; ok {
				cells = append(cells, figure(m, l.Unit))
			} else {
				cells = append(cells, l.Problem[v.Key])
			}
		}
		row(cells...)
	}
}

func (r *Run) titles(which func(*rival.Rival) bool) (names []string) {
	for _, v := range r.rivals {
		if which(v) {
			names = append(names, v.Title)
		}
	}
	return names
}

func (r *Run) ratioTable(row func(...string)) {
	if len(r.Lines) == 0 {
		return
	}
	notOurs := func(v *rival.Rival) bool { return v.Key != rival.Ours }
	row(append([]string{"to"}, r.titles(notOurs)...)...)
	for _, l := range r.Lines {
		cells := []string{l.Name}
		for _, v := range r.rivals {
			if !notOurs(v) {
				continue
			}
			m, ok := median(l.Ratio[v.Key])
			switch {
			case !ok:
				cells = append(cells, "-")
			case len(l.Ratio[v.Key]) == 1:
				cells = append(cells, number(m))
			default:
				cells = append(cells, number(m)+" ("+numbers(l.Ratio[v.Key])+")")
			}
		}
		row(cells...)
	}
}

func (r *Run) targets(row func(...string)) {
	reached, known, all := 0, 0, 0
	for _, l := range r.Lines {
		for _, v := range l.Verdict {
			if all++; all == 1 {
				row("", "against", "target", "wanted", "got", "reached")
			}
			wanted, got := number(v.Wanted), number(v.Got)
			if v.Against == "" {
				wanted, got = figure(v.Wanted, l.Unit), figure(v.Got, l.Unit)
			}
			says := "NO"
			switch {
			case !v.Known:
				got, says = "-", "not measured"
			case v.Reached:
				says = "yes"
				reached++
			}
			if v.Known {
				known++
			}
			row(l.Name, r.title(v.Against), v.Target, wanted, got, says)
		}
	}
	if all > 0 {
		row(fmt.Sprintf("%d of %d reached", reached, known))
	}
}

func (r *Run) title(key string) string {
	for _, v := range r.rivals {
		if v.Key == key {
			return v.Title
		}
	}
	return key
}

// costs has a row for each process of a scenario that is in the table.
func (r *Run) costs(row func(...string)) {
	r.processes(row, func(o trial.Outcome, p trial.Process) (float64, float64, bool) {
		return p.CPU * 1e6 / float64(o.Messages), float64(p.Peak), true
	}, func(cpu, peak float64) string { return figure(cpu, "us") + " " + figure(peak, "B") })
}

// garbage is costs for what the collector of Go had to do.
func (r *Run) garbage(row func(...string)) {
	r.processes(row, func(o trial.Outcome, p trial.Process) (float64, float64, bool) {
		million := float64(o.Messages) / 1e6
		return float64(p.Allocated) / million, float64(p.Collections) / million, p.Allocated > 0
	}, func(bytes, collections float64) string { return figure(bytes, "B") + " " + number(collections) })
}

// processes has a row for each process, whose cells are two values of its trials.
func (r *Run) processes(row func(...string), of func(trial.Outcome, trial.Process) (a, b float64, ok bool), cell func(a, b float64) string) {
	if len(r.Lines) == 0 {
		return
	}
	row(append([]string{"", "process"}, r.titles(func(*rival.Rival) bool { return true })...)...)
	last := ""
	for _, l := range r.Lines {
		if l.scenario.Name == last {
			continue
		}
		last = l.scenario.Name
		for _, name := range rolesOf(l.scenario) {
			cells := []string{last, name}
			for _, v := range r.rivals {
				cells = append(cells, r.process(last, v.Key, name, of, cell))
			}
			row(cells...)
		}
	}
}

// rolesOf are the processes of a scenario that are measured.
func rolesOf(s scenario.Scenario) []string {
	switch s.Shape {
	case scenario.Together:
		return []string{s.Other + "+" + s.Binds}
	case scenario.Load, scenario.Alone, scenario.Again:
		return []string{s.Binds}
	}
	return []string{s.Binds, s.Other}
}

// process is the medians of two values of a process.
func (r *Run) process(scenario, key, role string, of func(trial.Outcome, trial.Process) (a, b float64, ok bool), cell func(a, b float64) string) string {
	var as, bs []float64
	for _, o := range r.Trials {
		if o.Scenario != scenario || o.Rival != key || o.Error != "" || o.Messages == 0 {
			continue
		}
		for _, p := range o.Processes {
			if a, b, ok := of(o, p); ok && p.Role == role {
				as, bs = append(as, a), append(bs, b)
			}
		}
	}
	a, known := median(as)
	if b, _ := median(bs); known {
		return cell(a, b)
	}
	return "-"
}

func (r *Run) growthTable(row func(...string)) {
	for _, g := range r.Growth {
		row(r.title(g.Rival)+": "+g.Title, "CPU", "a step more costs", "memory", "a step more costs")
		for i, s := range g.Steps {
			cells := []string{fmt.Sprintf("  %d %s", s.X, g.X), figure(s.CPU*1e6, "us"), "", figure(s.Peak, "B"), ""}
			if i > 0 {
				more := float64(s.X - g.Steps[i-1].X)
				cells[2] = figure((s.CPU-g.Steps[i-1].CPU)*1e6/more, "us") + " each"
				cells[4] = figure((s.Peak-g.Steps[i-1].Peak)/more, "B") + " each"
			}
			row(cells...)
		}
		row("  faster than its work?", says(g.CPU), "", says(g.Memory))
	}
}

func says(e Excess) string {
	if e.Faster() {
		return fmt.Sprintf("YES, %.2f times, from %d to %d", e.Factor, e.From, e.To)
	}
	return fmt.Sprintf("no (%.2f)", e.Factor)
}

// problems lists what failed, what is odd and what does not exist, each reason with
// the scenarios that it holds for.
func (r *Run) problems(b *strings.Builder) {
	r.list(b, "FAILURES", func(o trial.Outcome) string { return o.Error })
	r.list(b, "Oddities", func(o trial.Outcome) string { return o.Note })
	r.list(b, "Not supported", func(o trial.Outcome) string { return o.Unsupported })
}

func (r *Run) list(b *strings.Builder, title string, of func(trial.Outcome) string) {
	var reasons []string
	where := map[string][]string{}
	for _, o := range r.Trials {
		if why := of(o); why != "" {
			reason := r.title(o.Rival) + ": " + why
			if where[reason] == nil {
				reasons = append(reasons, reason)
			}
			where[reason] = append(where[reason], fmt.Sprintf("%s (round %d)", o.Scenario, o.Round+1))
		}
	}
	if len(reasons) > 0 {
		fmt.Fprintf(b, "\n%s\n\n", title)
	}
	for _, reason := range reasons {
		fmt.Fprintf(b, "  %s\n    in %s\n", reason, strings.Join(where[reason], ", "))
	}
}

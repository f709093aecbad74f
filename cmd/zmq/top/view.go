// SPDX-License-Identifier: Apache-2.0

package top

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/gozmq/zmq/metrics/zmqstats"
)

// Style says how a line looks on a terminal.
type Style uint8

// The styles of lines.
const (
	Plain   Style = iota // Plain is that of most lines
	Head                 // Head is that of the heads of tables
	Program              // Program is that of the names of programs
	Bad                  // Bad is that of what is wrong
	Faint                // Faint is that of details
)

// Line is a line of a view.
type Line struct {
	Text   string // without its end
	Style  Style  // of all of it
	Socket string // the key of the socket that it is about; empty for others
}

// Order is by what sockets are sorted.
type Order int

// The orders, in which the key s goes through them.
const (
	ByName   Order = iota // ByName sorts by the name of the socket
	ByRate                // ByRate sorts by messages a second, most first
	ByQueue               // ByQueue sorts by messages that wait, most first
	ByLosses              // ByLosses sorts by messages lost, most first
	orders
)

// String names the order.
func (o Order) String() string { return [...]string{"name", "rate", "queue", "losses"}[o] }

// View is what is shown of two answers of each program, one after the other.
type View struct {
	Order  Order           // of the sockets of a program
	Peers  bool            // details of every socket are shown
	Opened map[string]bool // sockets whose details are shown
	Quiet  bool            // sockets at which nothing happens are left out

	before, now []Answer
}

// Add takes the next answers.
func (v *View) Add(list []Answer) { v.before, v.now = v.now, list }

// row is one socket with what it does a second.
type row struct {
	key, name          string
	s                  zmqstats.Socket
	sent, received     float64
	out, in            float64 // bytes
	lost               uint64  // so far
	lostRate           float64
	elapsed            time.Duration // 0: there is nothing to compare with
	queuedIn, queuedTo int
}

// harmless are the causes of drops that are no losses, because the program has asked for them.
var harmless = []string{"conflated", "filtered", "no_subscriber", "stale"}

func losses(s zmqstats.Socket) (n uint64) {
	for cause, count := range s.Drops {
		if !slices.Contains(harmless, cause) {
			n += count
		}
	}
	return n
}

// rows are the sockets of one program.
func (v *View) rows(i int) []row {
	a := v.now[i]
	var was map[string]zmqstats.Socket
	var elapsed time.Duration
	if i < len(v.before) && v.before[i].Err == nil && v.before[i].Snapshot.PID == a.Snapshot.PID {
		was, elapsed = v.before[i].Snapshot.Sockets, a.Snapshot.Time.Sub(v.before[i].Snapshot.Time)
	}
	var list []row
	for _, name := range slices.Sorted(maps.Keys(a.Snapshot.Sockets)) {
		s := a.Snapshot.Sockets[name]
		r := row{key: a.Place + " " + name, name: name, s: s, lost: losses(s), queuedIn: s.QueuedIn, queuedTo: s.QueuedOut}
		if old, known := was[name]; known && elapsed > 0 {
			rate := func(now, before uint64) float64 { return float64(now-min(before, now)) / elapsed.Seconds() }
			r.elapsed = elapsed
			r.sent, r.received = rate(s.Sent, old.Sent), rate(s.Received, old.Received)
			r.out, r.in = rate(s.SentBytes, old.SentBytes), rate(s.ReceivedBytes, old.ReceivedBytes)
			r.lostRate = rate(r.lost, losses(old))
		}
		if v.Quiet && r.sent+r.received+r.lostRate == 0 && r.queuedIn+r.queuedTo == 0 {
			continue
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, v.compare)
	return list
}

func (v *View) compare(a, b row) int {
	switch v.Order {
	case ByRate:
		return cmp.Compare(b.sent+b.received, a.sent+a.received)
	case ByQueue:
		return cmp.Compare(b.queuedIn+b.queuedTo, a.queuedIn+a.queuedTo)
	case ByLosses:
		return cmp.Compare(b.lost, a.lost)
	}
	return compareNames(a.name, b.name)
}

// compareNames puts DEALER#2 before DEALER#10.
func compareNames(a, b string) int {
	typeA, numberA, _ := strings.Cut(a, "#")
	typeB, numberB, _ := strings.Cut(b, "#")
	return cmp.Or(cmp.Compare(typeA, typeB), cmp.Compare(len(numberA), len(numberB)), cmp.Compare(numberA, numberB))
}

const rowFormat = "%-16s %5s %9s %9s %9s %9s %8s %8s %8s"

// Lines returns what is to be shown.
func (v *View) Lines() []Line {
	var lines []Line
	for i, a := range v.now {
		if a.Err != nil {
			lines = append(lines, Line{Text: a.Place + ": " + clean(a.Err.Error()), Style: Bad})
			continue
		}
		x := a.Snapshot
		lines = append(lines,
			Line{Text: clean(fmt.Sprintf("%s (%d) on %s, %d sockets, %s", x.Program, x.PID, x.Host, len(x.Sockets), x.Time.Local().Format(time.TimeOnly))), Style: Program},
			Line{Text: fmt.Sprintf(rowFormat, "socket", "peers", "sent/s", "recv/s", "out B/s", "in B/s", "to send", "to recv", "lost"), Style: Head})
		for _, r := range v.rows(i) {
			lines = append(lines, r.line())
			if v.Peers || v.Opened[r.key] {
				lines = append(lines, r.details()...)
			}
		}
	}
	return lines
}

func (r *row) line() Line {
	rate := func(x float64) string {
		if r.elapsed == 0 {
			return "-"
		}
		return short(x)
	}
	l := Line{Socket: r.key, Text: fmt.Sprintf(rowFormat, clean(r.name), fmt.Sprint(len(r.s.Peers)), rate(r.sent), rate(r.received),
		rate(r.out), rate(r.in), short(float64(r.queuedTo)), short(float64(r.queuedIn)), short(float64(r.lost)))}
	if r.lostRate > 0 || len(r.s.Peers) == 0 && len(r.s.Endpoints) > 0 && !r.s.Endpoints[0].Bound {
		l.Style = Bad
	}
	return l
}

// details are the endpoints, the peers and the losses by cause.
func (r *row) details() (lines []Line) {
	add := func(style Style, text string) {
		lines = append(lines, Line{Text: "  " + clean(text), Style: style, Socket: r.key})
	}
	for _, e := range r.s.Endpoints {
		way, style := "connect", Faint
		if e.Bound {
			way = "bound"
		}
		text := fmt.Sprintf("%s %s: %s", way, e.Address, e.State)
		if e.LastError != "" && e.State != "ready" {
			text, style = text+", "+e.LastError, Bad
		}
		add(style, text)
	}
	for _, p := range r.s.Peers {
		text := strings.Join(strings.Fields(strings.Join([]string{p.Remote, p.Type, p.Protocol, p.Mechanism, p.User}, " ")), " ")
		text += fmt.Sprintf("  sent %s, received %s, to send %s, to receive %s", short(float64(p.Sent)), short(float64(p.Received)), mark(p.QueuedOut, p.SendHWM), mark(p.QueuedIn, p.RecvHWM))
		style := Faint
		if p.Dropped > 0 {
			text, style = text+fmt.Sprintf(", dropped %d", p.Dropped), Bad
		}
		if p.RoundTrip > 0 {
			text += ", round trip " + time.Duration(p.RoundTrip*float64(time.Second)).Round(time.Microsecond).String()
		}
		add(style, text)
	}
	for _, m := range r.s.Multicast {
		for _, l := range multicast(&m) {
			add(l.Style, l.Text)
		}
	}
	for _, cause := range slices.Sorted(maps.Keys(r.s.Drops)) {
		if n := r.s.Drops[cause]; n > 0 {
			style := Bad
			if slices.Contains(harmless, cause) {
				style = Faint
			}
			add(style, fmt.Sprintf("%s %d", cause, n))
		}
	}
	return lines
}

// multicast shows an endpoint over pgm or epgm: what a publisher has sent, or each publisher
// that a subscriber follows.
func multicast(m *zmqstats.Multicast) []Line {
	line := func(s string, bad uint64) Line {
		if bad > 0 {
			return Line{Text: s, Style: Bad}
		}
		return Line{Text: s, Style: Faint}
	}
	if m.Source != "" {
		return []Line{line(fmt.Sprintf("source %s  %s packets, %s asked for, %s sent again, %s too late, %s not sent", m.Source,
			short(float64(m.Packets)), short(float64(m.Asked)), short(float64(m.Repaired)), short(float64(m.TooLate)), short(float64(m.Unsent))), m.TooLate+m.Unsent)}
	}
	lines := make([]Line, 0, len(m.Sources)+1)
	add := func(name string, s *zmqstats.PublisherSums) {
		lines = append(lines, line(fmt.Sprintf("%s  %s packets, %s asked for, %s repaired, %s lost, %s messages torn", name,
			short(float64(s.Packets)), short(float64(s.Asked)), short(float64(s.Repaired)), short(float64(s.Lost)), short(float64(s.Torn))), s.Lost+s.Torn))
	}
	for _, s := range m.Sources {
		add("source "+s.Source+" at "+s.Address, &s.PublisherSums)
	}
	if m.Received != nil && len(m.Sources) != 1 {
		add("all sources", m.Received)
	}
	return lines
}

// mark shows a queue with what it can hold.
func mark(n, hwm int) string {
	if hwm == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d/%d", n, hwm)
}

// short writes a number with three digits.
func short(v float64) string {
	for _, unit := range []string{"", "k", "M", "G", "T"} {
		if v < 999.5 {
			switch {
			case unit == "" && v == float64(int(v)), v >= 99.95:
				return fmt.Sprintf("%.0f%s", v, unit)
			case v >= 9.995:
				return fmt.Sprintf("%.1f%s", v, unit)
			}
			return fmt.Sprintf("%.2f%s", v, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.0fP", v)
}

// clean replaces what a terminal might obey, because the text comes from another program, and from
// its peers.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

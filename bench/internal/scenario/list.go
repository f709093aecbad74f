// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"

	"github.com/gozmq/zmq/bench/internal/rival"
)

// Effort is how much is measured.
type Effort int

const (
	// Full rounds of a rival take about a second each.
	Full Effort = iota
	// Quick leaves scenarios out whose like is in, and takes an eighth of the
	// messages.
	Quick
	// Tiny is for tests of the instrument: every scenario, next to no messages.
	Tiny
)

// warmUp is how many round trips come before the clock starts.
const warmUp = 1000

var transports = []string{"tcp", "ipc", "inproc"}

// List returns the scenarios. No scenario has more than mostPeers connections: what
// wants more gets fewer, and no targets then.
func List(effort Effort, mostPeers int) (all []Scenario) {
	all = append(all, throughputs()...)
	all = append(all, layers()...)
	all = append(all, latencies()...)
	all = append(all, crowds()...)
	all = append(all, others()...)
	all = append(all, growth()...)
	kept := all[:0]
	for _, s := range all {
		if effort == Quick && !s.Quick {
			continue
		}
		if s.Shape == Load && s.Binds != "topics" && s.Extra > mostPeers {
			if s.Series != "" {
				continue
			}
			s.fewer(mostPeers)
		}
		s.shrink(effort)
		kept = append(kept, s)
	}
	return kept
}

// fewer takes the connections down to what the system allows.
func (s *Scenario) fewer(peers int) {
	s.Note = fmt.Sprintf("%s: %d connections instead of %d, which is what the limit of open files allows (ulimit -n); its targets do not apply", s.Name, peers, s.Extra)
	s.Name += fmt.Sprintf(" (with %d)", peers)
	s.Extra, s.X = peers, peers
	lines := make([]Line, len(s.Lines))
	for i, l := range s.Lines {
		lines[i] = Line{Suffix: l.Suffix, Figure: l.Figure}
	}
	s.Lines = lines
}

// shrink takes the counts down for less effort.
func (s *Scenario) shrink(effort Effort) {
	switch effort {
	case Quick:
		s.Count = max(s.Count/8, min(s.Count, 20), s.least())
		if s.answers() {
			s.Extra /= 4
		}
	case Tiny:
		s.Count = min(s.Count, 40)
		s.Extra = min(s.Extra, 6)
		if s.Shape == Again {
			s.Count = 2
		}
		s.Count = max(s.Count, s.least())
	}
}

// least is one message for each peer and one more, so that there is something to
// measure.
func (s *Scenario) least() int {
	if s.Shape == Load && s.Other == "dealer" || s.Other == "push" {
		return s.Extra + 2
	}
	return 2
}

func (s *Scenario) answers() bool {
	return s.Shape != Load && (s.Other == "req" || s.Other == "dealer")
}

func rate(targets ...Target) []Line { return []Line{{Figure: Rate, Targets: targets}} }

func times(factor float64, against string) Target {
	return Target{Against: against, Factor: factor, Says: fmt.Sprintf("%gx", factor)}
}

// share asks for a time or a size of at most this much of the rival's.
func share(of float64, against string) Target {
	return Target{Against: against, Factor: 1 / of, Says: fmt.Sprintf("at most %g of it", of)}
}

func throughputs() (all []Scenario) {
	factors := map[int]float64{16: 3, 256: 3, 1024: 2, 64 << 10: 1.3, 1 << 20: 1}
	counts := map[int]int{16: 4_000_000, 256: 2_000_000, 1024: 1_000_000, 64 << 10: 50_000, 1 << 20: 3_000}
	for _, transport := range transports {
		for _, size := range []int{16, 256, 1024, 64 << 10, 1 << 20} {
			s := Scenario{
				Name: fmt.Sprintf("throughput %s %s", transport, Bytes(size)), Shape: Pair, Other: "push", Binds: "pull",
				Transport: transport, Size: size, Count: counts[size], Stream: size <= 1024,
				Quick: transport == "tcp" || size == 16 || size == 64<<10,
				Chart: "throughput " + transport, X: size,
			}
			var targets []Target
			switch {
			case transport != "inproc":
				targets = append(targets, times(factors[size], rival.Libzmq))
			case size == 16:
				targets = append(targets, times(1.5, rival.Libzmq))
			}
			if transport == "tcp" && size == 16 {
				targets = append(targets, times(50, "gozeromq"), times(50, "mangos"))
			}
			s.Lines = rate(targets...)
			if transport == "inproc" {
				s.Shape = Together
			}
			all = append(all, s)
		}
	}
	return all
}

// layers are ws beside this library's tcp, and wss beside TLS in plain Go.
func layers() []Scenario {
	return []Scenario{
		{
			Name: "throughput ws 16 B", Other: "push", Binds: "pull", Transport: "ws",
			Size: 16, Count: 4_000_000, Quick: true, Lines: rate(times(0.5, rival.ByTCP)),
		}, {
			Name: "throughput wss 64 KiB", Other: "push", Binds: "pull", Transport: "wss",
			Size: 64 << 10, Count: 20_000, Quick: true, Lines: rate(times(0.6, rival.Limit)),
		},
	}
}

func latencies() (all []Scenario) {
	patterns := []struct{ name, asks, answers string }{{"REQ-REP", "req", "rep"}, {"DEALER-ROUTER", "dealer", "router"}}
	for _, pattern := range patterns {
		for _, transport := range transports {
			for _, size := range []int{1, 1024, 64 << 10} {
				s := Scenario{
					Name: fmt.Sprintf("latency %s %s %s", pattern.name, transport, Bytes(size)), Shape: Pair,
					Other: pattern.asks, Binds: pattern.answers, Transport: transport, Size: size,
					Count: 20_000, Extra: warmUp, Quick: size == 1 || transport == "tcp" && pattern.asks == "req",
					Chart: "latency " + pattern.name + " " + transport, X: size,
				}
				if size > 1024 {
					s.Count = 5_000
				}
				var median, p99 []Target
				switch {
				case size == 1 && transport == "tcp":
					median = []Target{share(0.45, rival.Libzmq), share(1.25, rival.Limit)}
					p99 = []Target{{Against: rival.Libzmq, Factor: 1, Says: "no worse"}}
				case size == 1 && transport == "inproc":
					median = []Target{share(0.15, rival.Libzmq)}
				}
				s.Lines = []Line{{Figure: Median, Targets: median}, {Suffix: " p99", Figure: P99, Targets: p99}}
				if transport == "inproc" {
					s.Shape = Together
				}
				all = append(all, s)
			}
		}
	}
	return all
}

// crowds are the scenarios with neutral peers.
func crowds() (all []Scenario) {
	load := func(name, binds, mode string, peers, count, size int, lines []Line) *Scenario {
		all = append(all, Scenario{
			Name: name, Shape: Load, Binds: binds, Other: mode, Transport: "tcp",
			Extra: peers, Count: count, Size: size, Stream: mode != "connect" && mode != "idle",
			Quick: peers != 10, Lines: lines, X: peers,
		})
		return &all[len(all)-1]
	}
	for _, n := range []int{1, 10, 100, 1000} {
		var targets []Target
		if n >= 100 {
			targets = append(targets, times(4, rival.Libzmq))
		}
		load(fmt.Sprintf("fan-out PUB to %d", n), "xpub", "sub", n, 3_000_000/n, 16, rate(targets...)).Chart = "fan-out"
	}
	load("a million subscriptions", "topics", "topics", 1_000_000, 300_000, 32, rate())
	for _, n := range []int{1, 100, 1000} {
		var targets []Target
		if n == 1000 {
			targets = append(targets, times(3, rival.Libzmq))
		}
		load(fmt.Sprintf("fan-in PULL from %d", n), "pull", "push", n, 3_000_000, 16, rate(targets...)).Chart = "fan-in"
	}
	load("ROUTER with 1000 DEALERs", "router", "dealer", 1000, 200_000, 16, rate(times(2, rival.Libzmq)))
	load("connection set-up", "accept", "connect", 8, 4_000, 0, rate(times(1.5, rival.Libzmq)))
	load("10,000 idle connections", "accept", "idle", 10_000, 1, 0, []Line{{Figure: Peak, Targets: []Target{
		{AtMost: 100e6, Says: "under 100 MB"}, share(0.5, rival.Libzmq),
	}}})
	return all
}

func others() []Scenario {
	return []Scenario{
		{
			Name: "CURVE 16 B", Other: "curve-push", Binds: "curve-pull", Transport: "tcp",
			Size: 16, Count: 600_000, Quick: true, Lines: rate(times(2, rival.Libzmq)),
		}, {
			Name: "CURVE 1 KiB", Other: "curve-push", Binds: "curve-pull", Transport: "tcp",
			Size: 1024, Count: 200_000, Lines: rate(),
		}, {
			Name: "CURVE 64 KiB", Other: "curve-push", Binds: "curve-pull", Transport: "tcp",
			Size: 64 << 10, Count: 8_000, Quick: true, Lines: rate(times(1.2, rival.Libzmq)),
		}, {
			Name: "proxy inproc", Shape: Alone, Binds: "proxy", Transport: "inproc",
			Size: 16, Count: 3_000_000, Stream: true, Quick: true, Lines: rate(times(3, rival.Libzmq)),
		}, {
			Name: "proxy tcp", Shape: Alone, Binds: "proxy", Transport: "tcp",
			Size: 16, Count: 3_000_000, Stream: true, Quick: true, Lines: rate(times(3, rival.Libzmq)),
		}, {
			Name: "64 senders on one socket", Other: "push-many", Binds: "pull", Transport: "tcp",
			Size: 16, Extra: 64, Count: 2_000_000, Stream: true, Quick: true, Lines: rate(),
		}, {
			Name: "multipart 10 frames of 16 B", Other: "push-parts", Binds: "pull-parts", Transport: "tcp",
			Size: 16, Extra: 10, Count: 400_000, Stream: true, Quick: true, Lines: rate(),
		}, {
			Name: "slow consumer", Other: "push", Binds: "pull-slow", Transport: "tcp",
			Size: 1024, Extra: 10, Count: 80_000, Quick: true,
			Lines: []Line{{Figure: Rate}, {Suffix: ", memory of both", Figure: Both}},
		}, {
			Name: "start-up", Shape: Again, Binds: "start", Transport: "tcp",
			Size: 16, Count: 20, Quick: true, Lines: []Line{{Figure: Median}, {Suffix: ", memory", Figure: Peak}},
		},
	}
}

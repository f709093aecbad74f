// SPDX-License-Identifier: Apache-2.0

// Package scenario says what is measured, what of it goes into the table, and
// which figures ours has to reach. README.md explains each scenario.
package scenario

// Shape is which processes a scenario consists of.
type Shape int

const (
	// Pair is two processes of one library: role Other connects to role Binds.
	Pair Shape = iota
	// Together is one process with both roles, which meet by inproc.
	Together
	// Load is one process of the library, role Binds, and neutral peers, whose mode
	// is Other.
	Load
	// Alone is one process with a whole topology.
	Alone
	// Again is one process that is started COUNT times, one after the other; the
	// time of each is taken from outside.
	Again
)

// Scenario is one measurement.
type Scenario struct {
	Name      string
	Shape     Shape
	Binds     string
	Other     string
	Transport string // tcp, ipc, inproc, ws or wss
	Count     int
	Size      int
	Extra     int  // as the roles understand it; of Load, how many peers
	Stream    bool // slow libraries get fewer messages
	Quick     bool // part of a quick run
	Lines     []Line
	Note      string // what the reader has to know
	// Chart is the chart that the lines belong to, Series the series of growth; X is
	// where in it. Of a series there are no lines, and X is what the work is
	// proportional to.
	Chart, Series string
	X             int
}

// Layer reports whether the transport is one over another.
func (s *Scenario) Layer() bool { return s.Transport == "ws" || s.Transport == "wss" }

// Line is a figure of a scenario in the table.
type Line struct {
	Suffix  string // after the scenario's name
	Figure  Figure
	Targets []Target
}

// Figure is what a line shows.
type Figure string

// The figures.
const (
	Rate   Figure = "rate"   // messages, or connections, a second
	Median Figure = "median" // one way, or a start, in microseconds
	P99    Figure = "p99"
	Peak   Figure = "peak" // most memory of the process that binds, in bytes
	Both   Figure = "both" // most memory of both processes together
)

// Higher says whether more is better.
func (f Figure) Higher() bool { return f == Rate }

// Unit is the unit of a figure in tables.
func (f Figure) Unit() string {
	switch f {
	case Rate:
		return "/s"
	case Median, P99:
		return "us"
	default:
		return "B"
	}
}

// Target is what a figure of ours has to be.
type Target struct {
	// Against is the key of the rival to compare with, empty for an absolute bound.
	Against string
	// Factor is the least ratio to the rival; above 1 is always better than it.
	Factor float64
	// AtMost is the absolute bound, in the figure's unit.
	AtMost float64
	// Says is the target in its own words.
	Says string
}

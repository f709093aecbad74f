// SPDX-License-Identifier: Apache-2.0

package scenario

import "fmt"

// The series of the cost of scale.
const (
	Connections   = "connections"
	Conversations = "conversations"
	Subscriptions = "subscriptions"
	Frames        = "frames"
)

// AllSeries lists the series, with what X counts and what a step costs.
var AllSeries = []struct{ Name, Title, X string }{
	{Connections, "idle connections", "connections"},
	{Conversations, "connections that ask and are answered ten times each", "connections"},
	{Subscriptions, "subscriptions of one peer, then 50,000 messages", "subscriptions"},
	{Frames, "100,000 messages of frames of 16 bytes", "frames a message"},
}

// MostConnections is how far the series of connections go.
const MostConnections = 10_000

// growth is the same work done more and more often.
func growth() (all []Scenario) {
	add := func(s Scenario, series string, x int, quick bool) {
		s.Name = fmt.Sprintf("growth %s %d", series, x)
		s.Series, s.X, s.Extra, s.Transport, s.Quick = series, x, x, "tcp", quick
		all = append(all, s)
	}
	for _, n := range []int{1, 10, 100, 1000, MostConnections} {
		add(Scenario{Shape: Load, Binds: "accept", Other: "idle", Count: 1}, Connections, n, n == 1 || n == 1000 || n == 10_000)
	}
	for _, n := range []int{1, 10, 100, 1000, MostConnections} {
		add(Scenario{Shape: Load, Binds: "router", Other: "dealer", Count: 10 * n, Size: 16}, Conversations, n, n == 1 || n == 1000)
	}
	for _, n := range []int{1, 100, 1000, 10_000, 100_000, 1_000_000} {
		add(Scenario{Shape: Load, Binds: "topics", Other: "topics", Count: 50_000, Size: 32}, Subscriptions, n, n == 1 || n == 10_000 || n == 1_000_000)
	}
	for _, n := range []int{1, 2, 4, 8, 16} {
		add(Scenario{Other: "push-parts", Binds: "pull-parts", Count: 100_000, Size: 16}, Frames, n, n == 1 || n == 4 || n == 16)
	}
	return all
}

// Bytes writes a size as people do.
func Bytes(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

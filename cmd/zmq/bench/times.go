// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"math/rand/v2"
	"slices"
	"time"
)

// maxTimes is how many times are kept. Of more it is a sample, in which each has the same
// chance to be (Vitter's algorithm R).
const maxTimes = 1 << 20

// times gathers durations.
type times struct {
	kept     []time.Duration
	seen     int
	min, max time.Duration // of all
}

func (t *times) add(d time.Duration) {
	if t.seen == 0 || d < t.min {
		t.min = d
	}
	t.max = max(t.max, d)
	t.seen++
	if len(t.kept) < maxTimes {
		t.kept = append(t.kept, d)
	} else if i := rand.IntN(t.seen); i < maxTimes {
		t.kept[i] = d
	}
}

// latency returns the distribution; nil if there are no times.
func (t *times) latency() *Latency {
	if t.seen == 0 {
		return nil
	}
	slices.Sort(t.kept)
	at := func(share float64) float64 {
		return t.kept[min(int(share*float64(len(t.kept))), len(t.kept)-1)].Seconds()
	}
	return &Latency{Min: t.min.Seconds(), Median: at(0.5), P90: at(0.9), P99: at(0.99), P999: at(0.999), Max: t.max.Seconds()}
}

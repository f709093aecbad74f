// SPDX-License-Identifier: Apache-2.0

//go:build !race

// The race detector lets pools forget.

package pattern

import (
	"runtime/debug"
	"testing"
)

// TestHotPathsAllocateExactly counts with the collector off, so that pools keep
// what they have and the counts are exact.
func TestHotPathsAllocateExactly(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, h := range hot {
		round := h.path(t, h.typ, h.peers)
		for range 10 {
			round()
		}
		if n := testing.AllocsPerRun(20, round); n != h.allocs {
			t.Errorf("%s: %v allocations for %d messages, want %v", h.name, n, burst, h.allocs)
		}
	}
}

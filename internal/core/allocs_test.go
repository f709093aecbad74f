// SPDX-License-Identifier: Apache-2.0

//go:build !race

// The race detector lets pools forget.

package core

import (
	"runtime/debug"
	"testing"
)

// TestSendAndRecvAllocateNothing counts with the collector off, so that pools keep
// what they have and the counts are exact.
func TestSendAndRecvAllocateNothing(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for name, round := range map[string]func(){"Send": sending(t), "Recv": receiving(t)} {
		for range 10 {
			round()
		}
		if n := testing.AllocsPerRun(20, round); n != 0 {
			t.Errorf("%s: %v allocations for %d messages", name, n, burst)
		}
	}
}

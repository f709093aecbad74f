// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// StressVariable names the environment variable that says how long each stress test
// goes on, as time.ParseDuration reads it: ZMQ_STRESS=1h. Without it a stress test is
// as short as the others.
const StressVariable = "ZMQ_STRESS"

// Stress runs a randomised test once, and again as long as StressVariable says, each
// time with another seed, which it prints when the test fails.
func Stress(t *testing.T, round func(t *testing.T, random *rand.Rand)) {
	t.Helper()
	var limit time.Duration
	if text := os.Getenv(StressVariable); text != "" {
		var err error
		if limit, err = time.ParseDuration(text); err != nil {
			t.Fatalf("%s: %v", StressVariable, err)
		}
	}
	for began := time.Now(); ; {
		attempt(t, rand.Uint64(), round)
		if t.Failed() || time.Since(began) >= limit {
			return
		}
	}
}

// attempt makes one round. A round that fails may end the test's goroutine.
func attempt(t *testing.T, seed uint64, round func(t *testing.T, random *rand.Rand)) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	round(t, rand.New(rand.NewPCG(seed, 0)))
}

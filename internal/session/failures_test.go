// SPDX-License-Identifier: Apache-2.0

package session

import (
	"fmt"
	"testing"
	"time"
)

// TestFailuresMakeASourceWait longer each time, up to a limit, and no other source; a
// success or a minute ends it.
func TestFailuresMakeASourceWait(t *testing.T) {
	const limit = time.Second
	var f failures
	now := time.Unix(1e9, 0)
	for n, want := range []time.Duration{0, 0, 0, 0, 0, 100, 200, 400, 800, 1000, 1000, 1000} {
		want *= time.Millisecond
		if d := f.delay("hostile", now, limit); d != want {
			t.Errorf("after %d failures: %v, want %v", n, d, want)
		}
		if d := f.delay("honest", now, limit); d != 0 {
			t.Errorf("another source waits %v", d)
		}
		f.failed("hostile", now)
		now = now.Add(time.Second)
	}
	if d := f.delay("hostile", now, 0); d != 0 {
		t.Errorf("%v although there is to be no delay", d)
	}
	if d := f.delay("hostile", now.Add(2*time.Minute), limit); d != 0 {
		t.Errorf("two minutes later: %v", d)
	}
	f.failed("hostile", now.Add(2*time.Minute))
	if x := f.sources["hostile"]; x.times != 1 {
		t.Errorf("two minutes later the count goes on at %d", x.times)
	}
	for range 20 {
		f.failed("hostile", now)
	}
	f.succeeded("hostile")
	if d := f.delay("hostile", now, limit); d != 0 || len(f.sources) != 0 {
		t.Errorf("after a success: %v, %d sources are kept", d, len(f.sources))
	}
}

// TestFailuresAreBounded: a stranger with many addresses takes no more memory.
func TestFailuresAreBounded(t *testing.T) {
	var f failures
	now := time.Unix(1e9, 0)
	for i := range 3 * mostSources {
		f.failed(fmt.Sprint(i), now)
	}
	if len(f.sources) != mostSources {
		t.Errorf("%d sources", len(f.sources))
	}
	now = now.Add(time.Hour)
	f.failed("late", now)
	if x := f.sources["late"]; x.times != 1 || len(f.sources) != mostSources {
		t.Errorf("%d sources, the last of which failed %d times", len(f.sources), x.times)
	}
}

// TestSourceThatFailsAllTheTimeIsNotForgotten for those that fail once.
func TestSourceThatFailsAllTheTimeIsNotForgotten(t *testing.T) {
	var f failures
	now := time.Unix(1e9, 0)
	const n = 5 * mostSources
	for i := range n {
		f.failed("hostile", now)
		now = now.Add(time.Millisecond)
		f.failed(fmt.Sprint(i), now)
		now = now.Add(time.Millisecond)
	}
	if x := f.sources["hostile"]; x.times != n {
		t.Errorf("%d failures in a row are noted, of %d", x.times, n)
	}
}

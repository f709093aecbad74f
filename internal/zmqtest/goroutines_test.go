// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { CheckGoroutines(m) }

func TestLeftBehindNamesWhatIsLeft(t *testing.T) {
	release, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		<-release
	}()
	left := leftBehind(0)
	if !slices.ContainsFunc(left, func(s string) bool { return strings.Contains(s, t.Name()+".func1") }) {
		t.Errorf("left behind: %q, want the goroutine of this test", left)
	}
	close(release)
	<-gone
	if left := leftBehind(leakDeadline); len(left) != 0 {
		t.Errorf("left behind after its end: %q", left)
	}
}

func TestLeftBehindWaits(t *testing.T) {
	release := make(chan struct{})
	go func() { <-release }()
	timer := time.AfterFunc(20*time.Millisecond, func() { close(release) })
	defer timer.Stop()
	if left := leftBehind(leakDeadline); len(left) != 0 {
		t.Errorf("left behind: %q, want none: it ends soon", left)
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// modulePath is in the stack of every goroutine that our code started or runs.
const modulePath = "github.com/gozmq/zmq"

// leakDeadline is how long goroutines may take to end after the last test. It only
// matters when one of them is left, unless the machine stands still for so long.
const leakDeadline = time.Minute

// CheckGoroutines runs the tests of a package and ends the process. When all
// tests passed but goroutines with this module in their stack are still there
// a minute later, it prints their stacks and exits with status 1. It is the
// whole body of a TestMain:
//
//	func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }
//
// What the tests of a package share is ended first, by functions.
func CheckGoroutines(m *testing.M, ends ...func()) {
	code := m.Run()
	for _, end := range ends {
		end()
	}
	if code == 0 {
		if left := leftBehind(leakDeadline); len(left) > 0 {
			fmt.Fprintf(os.Stderr, "zmqtest: %d goroutines are left behind:\n\n%s\n",
				len(left), strings.Join(left, "\n\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// leftBehind returns the stacks of our goroutines that are still there after
// at most the given time, none as soon as there are none.
func leftBehind(atMost time.Duration) []string {
	end := time.Now().Add(atMost)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		left := ourGoroutines()
		if len(left) == 0 || time.Now().After(end) {
			return left
		}
		<-tick.C
	}
}

// ourGoroutines returns the stacks of all goroutines of this module but the
// caller's and the one that runs the tests.
func ourGoroutines() []string {
	var ours []string
	// runtime.Stack puts the caller first.
	for _, stack := range strings.Split(allStacks(), "\n\n")[1:] {
		if strings.Contains(stack, modulePath) && !strings.Contains(stack, "testing.(*M).Run(") {
			ours = append(ours, strings.TrimSpace(stack))
		}
	}
	return ours
}

func allStacks() string {
	for size := 64 << 10; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return string(buf[:n])
		}
	}
}

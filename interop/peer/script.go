// SPDX-License-Identifier: Apache-2.0

package peer

import (
	"os/exec"
	"testing"
)

// Script runs a program in the Python that has pyzmq, with arguments, and returns
// what it writes. It skips or fails the test as Start does.
func Script(t testing.TB, program string, args ...string) string {
	t.Helper()
	out, err := Program(t, append([]string{"-c", program}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// Program returns a command of the Python that has pyzmq, which ends with the test. It
// skips or fails the test as Start does.
func Program(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), python(t), args...)
}

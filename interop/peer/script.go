// SPDX-License-Identifier: Apache-2.0

package peer

import (
	"os"
	"os/exec"
	"testing"
)

// Script runs a program in the Python that has pyzmq, with arguments, and returns
// what it writes. It skips or fails the test as Start does.
func Script(t testing.TB, program string, args ...string) string {
	t.Helper()
	python := os.Getenv("ZMQ_INTEROP_PYTHON")
	if python == "" {
		python = defaultPython
	}
	if err := available(python); err != nil {
		missing(t, err)
	}
	out, err := exec.CommandContext(t.Context(), python, append([]string{"-c", program}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"os"
	"testing"
)

// ShortDir returns a folder of the test whose name leaves room for that of a socket file,
// which t.TempDir does not on all systems.
func ShortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "z")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestEveryNameOfTheOriginalIsThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "api.txt"))
	must(t, err)
	ours, err := zmqtest.Exported(".")
	must(t, err)
	n := 0
	for line := range strings.Lines(string(text)) {
		name := strings.TrimSpace(line)
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		n++
		if runtime.GOOS == "windows" && strings.Contains(name, " GetFd(") {
			name = "method (*Socket) GetFd() (uintptr, error)"
		}
		if !slices.Contains(ours, name) {
			t.Errorf("there is no %s", name)
		}
	}
	if n < 300 {
		t.Errorf("the list has %d names only", n)
	}
}

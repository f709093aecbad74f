// SPDX-License-Identifier: Apache-2.0

package role

import (
	"os"
	"strconv"
	"strings"
)

// peak is the most resident memory of this process in bytes, 0 where the system
// does not tell. What the system tells a parent of its ended child will not do:
// Linux counts in it what the parent had when it started the child.
func peak() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

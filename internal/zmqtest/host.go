// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"fmt"
	"os"
	"runtime"
)

// Host returns an address of the loopback interface that no other process uses, so that a
// port of it stays free while no socket of this one has it: a test can bind it again, and
// finds nothing there meanwhile. Systems other than Linux and Windows have 127.0.0.1
// alone, whose ports any program may take.
func Host() string {
	if runtime.GOOS != "linux" && runtime.GOOS != "windows" {
		return "127.0.0.1"
	}
	pid := os.Getpid()
	return fmt.Sprintf("127.%d.%d.%d", 64|pid>>16&63, pid>>8&255, pid&255)
}

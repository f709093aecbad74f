// SPDX-License-Identifier: Apache-2.0

//go:build unix

package trial

import (
	"os"
	"runtime"
	"syscall"
)

// peakOf is the most resident memory of an ended process that does not know it
// itself. It is no less than ours when we started it, on Linux at least.
func peakOf(s *os.ProcessState) int64 {
	u, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss) // bytes there, KiB everywhere else
	}
	return int64(u.Maxrss) << 10
}

// MostPeers raises the limit of open files as far as it goes, for us and for the
// processes that we start, and returns how many connections a process can have.
func MostPeers() int {
	const others = 100 // descriptors that are no connections
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 1000
	}
	l.Cur = l.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l)
	}
	return int(min(uint64(l.Cur), 1<<20)) - others
}

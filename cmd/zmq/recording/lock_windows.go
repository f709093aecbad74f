// SPDX-License-Identifier: Apache-2.0

package recording

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes a lock of one byte behind every recording, because Windows lets no process read
// the bytes that are locked. The system ends it with the open file, or with the process.
func lock(f *os.File) error {
	const behind = 1 << 30 // in units of 4 GiB
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: behind})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrInUse
	}
	return err
}

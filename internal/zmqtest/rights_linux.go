// SPDX-License-Identifier: Apache-2.0

package zmqtest

import (
	"runtime"
	"syscall"
	"unsafe"
)

// WithoutRights calls f on a thread that has given up its capabilities (capset(2)), and
// returns its error. The thread ends with the call.
func WithoutRights(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocks
		const version3 = 0x20080522
		header := struct {
			version uint32
			pid     int32 // 0: this thread
		}{version: version3}
		var none [2]struct{ effective, permitted, inheritable uint32 }
		if _, _, e := syscall.RawSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0); e != 0 {
			done <- e
			return
		}
		done <- f()
	}()
	return <-done
}

// SPDX-License-Identifier: Apache-2.0

//go:build cgo && linux

package main

import (
	"sync"
	"syscall"
	"unsafe"
)

// bell is the descriptor of a socket, an eventfd that the C side waits on and
// owns. It is rung from any goroutine and never after mute has returned: the
// number may belong to something else then.
type bell struct {
	mu sync.Mutex
	fd int // -1: muted
}

func (b *bell) ring() {
	b.mu.Lock()
	if b.fd >= 0 {
		ring(b.fd)
	}
	b.mu.Unlock()
}

func (b *bell) mute() {
	b.mu.Lock()
	b.fd = -1
	b.mu.Unlock()
}

// ring makes an eventfd readable. It does not block: the counter has room for
// more than can ever be rung.
func ring(fd int) {
	one := uint64(1)
	_, _, _ = syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
}

// SPDX-License-Identifier: Apache-2.0

//go:build unix

package transport

import "syscall"

// CanPoll says that sockets can be tried without blocking.
const CanPoll = true

// Receive reads from a descriptor without blocking. again means that nothing is there.
func Receive(fd uintptr, b []byte) (n int, again bool, err error) { return try(syscall.Read, fd, b) }

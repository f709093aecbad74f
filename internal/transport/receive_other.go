// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package transport

import "syscall"

// CanPoll is false where sockets are not file descriptors that can be tried
// without blocking: reads and writes block in goroutines of their own there.
const CanPoll = false

// Receive is not to be had here.
func Receive(uintptr, []byte) (n int, again bool, err error) { return 0, false, syscall.EINVAL }

// Send is not to be had here.
func Send(int, []byte) (int, error) { return 0, syscall.EINVAL }

// SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux && !darwin

package transport

import "syscall"

// CanSendVector is false where the system call is not to be had: several buffers
// are left to a goroutine of their own.
const CanSendVector = false

// MaxVector is how many buffers go into one call.
const MaxVector = 1

// SendVector is not to be had here.
func SendVector(int, [][]byte) (int, error) { return 0, syscall.ENOSYS }

// Send writes to a descriptor without blocking.
func Send(fd int, b []byte) (int, error) { return syscall.Write(fd, b) }

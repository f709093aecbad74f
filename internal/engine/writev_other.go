// SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux && !darwin

package engine

import "syscall"

// canWritev is false where the system call is not to be had: several buffers
// are left to a goroutine of their own.
const canWritev = false

// maxVector is how many buffers go into one call.
const maxVector = 1

func writev(int, [][]byte) (int, error) { return 0, syscall.ENOSYS }

func write(fd int, b []byte) (int, error) { return syscall.Write(fd, b) }

// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package zerr

import "syscall"

// number is what errno holds in C for e: here syscall has the same numbers.
func number(e syscall.Errno) int { return int(e) }

// Posix is e: the system reports what the syscall package has names for.
func Posix(e syscall.Errno) syscall.Errno { return e }

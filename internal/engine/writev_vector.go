// SPDX-License-Identifier: Apache-2.0

//go:build linux || darwin

package engine

import "golang.org/x/sys/unix"

// canWritev says that several buffers can be tried in one call.
const canWritev = true

func writev(fd int, bufs [][]byte) (int, error) { return unix.Writev(fd, bufs) }

// SPDX-License-Identifier: Apache-2.0

package engine

import "golang.org/x/sys/unix"

// canWritev says that several buffers can be tried in one call.
const canWritev = true

// maxVector is how many buffers go into one call: 128 KiB at least of frames that
// are queued by reference.
const maxVector = 64

func writev(fd int, bufs [][]byte) (int, error) { return unix.Writev(fd, bufs) }

func write(fd int, b []byte) (int, error) { return unix.Write(fd, b) }

// SPDX-License-Identifier: Apache-2.0

package transport

import "golang.org/x/sys/unix"

// CanSendVector says that several buffers can be tried in one call.
const CanSendVector = true

// MaxVector is how many buffers go into one call: 128 KiB at least of frames that
// are queued by reference.
const MaxVector = 64

// SendVector writes several buffers in one call, without blocking.
func SendVector(fd int, bufs [][]byte) (int, error) { return unix.Writev(fd, bufs) }

// Send writes to a descriptor without blocking.
func Send(fd int, b []byte) (int, error) { return unix.Write(fd, b) }

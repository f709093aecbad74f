// SPDX-License-Identifier: Apache-2.0

//go:build unix

package transport

import "golang.org/x/sys/unix"

// PrepareDatagrams lets several receivers of one machine have the same group and port, and a
// sender broadcast.
func PrepareDatagrams(fd uintptr, receives, shares bool) error {
	if receives {
		if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return err
		}
	}
	if shares {
		if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
			return err
		}
	}
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1)
}

// IsCut is about Windows: here a datagram is cut without an error.
func IsCut(error) bool { return false }

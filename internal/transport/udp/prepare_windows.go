// SPDX-License-Identifier: Apache-2.0

package udp

import (
	"errors"

	"golang.org/x/sys/windows"
)

// prepare lets several receivers of one machine have the same group and port, and a
// sender broadcast.
func prepare(fd uintptr, receives, _ bool) error {
	if receives {
		if err := windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_REUSEADDR, 1); err != nil {
			return err
		}
	}
	return windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_BROADCAST, 1)
}

// isCut reports whether an error says that a datagram was larger than the memory for it.
func isCut(err error) bool { return errors.Is(err, windows.WSAEMSGSIZE) }

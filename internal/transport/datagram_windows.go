// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"errors"

	"golang.org/x/sys/windows"
)

// PrepareDatagrams lets several receivers of one machine have the same group and port, and a
// sender broadcast.
func PrepareDatagrams(fd uintptr, receives, _ bool) error {
	if receives {
		if err := windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_REUSEADDR, 1); err != nil {
			return err
		}
	}
	return windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_BROADCAST, 1)
}

// IsCut reports whether an error says that a datagram was larger than the memory for it.
func IsCut(err error) bool { return errors.Is(err, windows.WSAEMSGSIZE) }

// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"net"

	"golang.org/x/sys/unix"
)

// unacked returns how many bytes of a connection the system still holds, because the
// peer's has not acknowledged them. After a reset the system has dropped them.
func (s *source) unacked() (n int) {
	if _, tcp := s.bottom.(*net.TCPConn); tcp && s.raw != nil {
		_ = s.raw.Control(func(fd uintptr) { n, _ = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_NWRITE) }) // 0 if it fails
	}
	return n
}

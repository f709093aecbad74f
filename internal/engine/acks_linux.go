// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// lostProbes is how many probes of a closed window in a row are more than a bad line
// or a slow answer: Linux answers the second of two that come within half a second
// not at all (tcp_invalid_ratelimit), and sends them two minutes apart in the end.
const lostProbes = 3

// acks asks the system what the peer's has acknowledged.
func (s *source) acks() (a acks, known bool) {
	if _, tcp := s.bottom.(*net.TCPConn); !tcp || s.raw == nil {
		return acks{}, false
	}
	err := s.raw.Control(func(fd uintptr) {
		i, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return
		}
		a.owed = i.Unacked > 0 || i.Probes >= lostProbes
		a.last = time.Duration(i.Last_ack_recv) * time.Millisecond
		known = true
	})
	return a, known && err == nil
}

// unacked returns how many bytes of a connection the system still holds, because the
// peer's has not acknowledged them. It is known after a reset too.
func (s *source) unacked() (n int) {
	if _, tcp := s.bottom.(*net.TCPConn); tcp && s.raw != nil {
		_ = s.raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }) // 0 if it fails
	}
	return n
}

// HungUp reports whether the peer has ended the connection, in which case the system has
// all that it sent.
func (c *Conn) HungUp() (yes bool) {
	if c.src.raw == nil {
		return false
	}
	_ = c.src.raw.Control(func(fd uintptr) {
		p := []unix.PollFd{{Fd: int32(fd), Events: unix.EPOLLRDHUP}}
		n, err := unix.Poll(p, 0)
		yes = err == nil && n > 0
	})
	return yes
}

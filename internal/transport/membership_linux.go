// SPDX-License-Identifier: Apache-2.0

package transport

import "golang.org/x/sys/unix"

// OnlyItsGroups keeps what other sockets of this machine have joined from a receiver:
// without it Linux hands a socket every group's datagrams for its port, whatever the
// group and the interface that it has joined (ip(7), ipv6(7)).
func OnlyItsGroups(fd uintptr, v6 bool) error {
	if v6 {
		return unix.SetsockoptInt(int(fd), unix.SOL_IPV6, unix.IPV6_MULTICAST_ALL, 0)
	}
	return unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_MULTICAST_ALL, 0)
}

// SPDX-License-Identifier: Apache-2.0

package multicast

import "golang.org/x/sys/unix"

// batches is whether many packets are read by one call.
const batches = true

// alertRouters has the packets of a socket carry the Router Alert option (RFC 2113, RFC
// 2711), with which routers that know PGM look at them (RFC 3208, section 4).
func alertRouters(fd uintptr, v6 bool) error {
	if v6 { // a header of hop-by-hop options: next header, length, option, padding
		return unix.SetsockoptString(int(fd), unix.IPPROTO_IPV6, unix.IPV6_HOPOPTS, "\x00\x00\x05\x02\x00\x00\x01\x00")
	}
	return unix.SetsockoptString(int(fd), unix.IPPROTO_IP, unix.IP_OPTIONS, "\x94\x04\x00\x00")
}

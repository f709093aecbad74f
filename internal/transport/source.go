// SPDX-License-Identifier: Apache-2.0

package transport

import (
	"net/netip"
	"strings"
)

// SourceOf reduces a peer's address to the part that one stranger cannot vary: an IPv4
// address, an IPv6 network of 64 bits, or the user of a peer over ipc.
func SourceOf(address string) string {
	if a, err := netip.ParseAddr(address); err == nil {
		a = a.WithZone("").Unmap()
		if a.Is6() {
			p, _ := a.Prefix(64) // fails for more bits than an address has
			return p.Addr().String()
		}
		return a.String()
	}
	if host, rest, ok := strings.Cut(address, ":"); ok { // localhost:uid:gid:pid
		user, _, _ := strings.Cut(rest, ":")
		return host + ":" + user
	}
	return address
}

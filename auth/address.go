// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ParseAddresses reads addresses ("192.0.2.1", "2001:db8::1") and ranges
// ("10.0.0.0/8") for Rules. Host names are an error: an address is checked when a
// peer connects, and names change.
func ParseAddresses(list ...string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range list {
		p, err := parseAddress(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("auth: %q is no IP address and no range like 10.0.0.0/8", text)
		}
		prefixes = append(prefixes, p)
	}
	return prefixes, nil
}

// MustParseAddresses is ParseAddresses for constants: it panics on an error.
func MustParseAddresses(list ...string) []netip.Prefix {
	prefixes, err := ParseAddresses(list...)
	if err != nil {
		panic(err)
	}
	return prefixes
}

func parseAddress(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		return unmap(p).Masked(), err
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, fmt.Errorf("%q", text)
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// unmap turns ::ffff:10.0.0.0/104 into 10.0.0.0/8, the form in which peers' addresses
// arrive.
func unmap(p netip.Prefix) netip.Prefix {
	const mapped = 96
	if p.Addr().Is4In6() && p.Bits() >= mapped {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
	}
	return p
}

// checkAddress returns the reason why a peer's address is refused, or nil if it is not.
func (r *Rules) checkAddress(text string) error {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return r.checkLocal(text)
	}
	addr = addr.WithZone("").Unmap()
	in := func(p netip.Prefix) bool { return unmap(p).Contains(addr) }
	switch {
	case slices.ContainsFunc(r.Deny, in):
		return fmt.Errorf("address %s is denied: %w", addr, ErrDenied)
	case len(r.Allow)+len(r.AllowUIDs) > 0 && !slices.ContainsFunc(r.Allow, in):
		return fmt.Errorf("address %s is not on the list of those allowed: %w", addr, ErrDenied)
	}
	return nil
}

// checkLocal is checkAddress for a text that is no IP address. It is a user of this
// host, or empty.
func (r *Rules) checkLocal(text string) error {
	uid, ok := localUID(text)
	switch {
	case !ok && text != "":
		return fmt.Errorf("address %q is not understood: %w", text, ErrDenied)
	case len(r.Allow)+len(r.AllowUIDs) == 0:
		return nil
	case !ok:
		return fmt.Errorf("a peer without an address is not on the list of those allowed: %w", ErrDenied)
	case !slices.Contains(r.AllowUIDs, uid):
		return fmt.Errorf("user %d of this host is not on the list of those allowed: %w", uid, ErrDenied)
	}
	return nil
}

// localUID reads "localhost:uid:gid:pid", the address of an ipc peer.
func localUID(text string) (uid int, ok bool) {
	parts := strings.Split(text, ":")
	if len(parts) != 4 || parts[0] != "localhost" {
		return 0, false
	}
	n, err := strconv.ParseUint(parts[1], 10, 32)
	return int(n), err == nil && n <= math.MaxInt
}

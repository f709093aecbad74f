// SPDX-License-Identifier: Apache-2.0

package opt

import (
	"bytes"
	"net/netip"
	"strconv"
)

// This file holds the effects of one option on another: IPV4ONLY and IPV6, the XPUB
// options, ROUTER_RAW, the choice of a mechanism, and the lists.

// fits checks what depends on other options. The address families that a filter may
// name follow from IPV6 at the time of the call. libzmq accepts only IPv6 addresses
// then. This library accepts both, because the listener serves both.
func (s *Set) fits(sp *Spec, v Value) error {
	if sp.Num != TCPAcceptFilter || v.B == nil || s.Bool(IPv6) {
		return nil
	}
	if r, _ := parseRange(string(v.B)); !r.Addr().Is4() {
		return sp.invalid("%q is an IPv6 address, and IPV6 is off", v.B)
	}
	return nil
}

// keepsOld reports whether the old value stays. PLAIN_USERNAME and PLAIN_PASSWORD keep
// their text when they are cleared. A filter holds an id once. If a property's name is
// given twice, the first value stays.
func (s *Set) keepsOld(sp *Spec, v Value) bool {
	switch sp.Num {
	case PlainUsername, PlainPassword:
		return v.B == nil
	case IPCFilterPID, IPCFilterUID, IPCFilterGID:
		return v.B != nil && s.holds(sp.Num, func(id []byte) bool { return bytes.Equal(id, v.B) })
	case Metadata:
		name, _, _ := bytes.Cut(v.B, colon)
		return s.holds(sp.Num, func(p []byte) bool {
			other, _, _ := bytes.Cut(p, colon)
			return bytes.Equal(other, name)
		})
	}
	return false
}

func (s *Set) holds(n Num, match func(entry []byte) bool) bool {
	for _, e := range s.List(n) {
		if match(e) {
			return true
		}
	}
	return false
}

// affect changes the other options that depend on the new value of option n.
func (s *Set) affect(n Num, v Value) {
	switch n {
	case IPv4Only, IPv6:
		s.invert(n, v)
		s.mark(IPv4Only)
		s.mark(IPv6)
	case XPubVerbose:
		s.ints[slot(XPubVerboser)] = 0
	case XPubVerboser:
		s.ints[slot(XPubVerbose)] = v.I
	case XPubManualLastValue:
		s.ints[slot(XPubManual)] = v.I
	case RouterRaw:
		s.raw = s.raw || v.I != 0
	default:
		s.secure(n, v)
	}
}

func (s *Set) invert(n Num, v Value) {
	switch n {
	case IPv4Only:
		s.ints[slot(IPv6)] = 1 - v.I
	case IPv6:
		s.ints[slot(IPv4Only)] = 1 - v.I
	}
}

// secure chooses the mechanism and the role in it, which have no options of their own.
// The last of these options that is set decides. Setting PLAIN_SERVER, CURVE_SERVER or
// GSSAPI_SERVER sets the role. Reading one reports whether the role is that of a server
// and the mechanism is that one.
func (s *Set) secure(n Num, v Value) {
	on := v.I != 0
	var mech int64
	switch n {
	case PlainServer:
		s.asServer, mech = on, mechPlain*v.I
	case PlainUsername, PlainPassword:
		if mech = mechNull; v.B != nil {
			s.asServer, mech = false, mechPlain
		}
	case CurveServer:
		s.asServer, mech = on, mechCurve*v.I
	case CurvePublicKey, CurveSecretKey:
		mech = mechCurve
	case CurveServerKey:
		s.asServer, mech = false, mechCurve
	case GSSAPIServer:
		s.asServer, mech = on, mechGSSAPI
	case GSSAPIPrincipal:
		mech = mechGSSAPI
	case GSSAPIServicePrincipal:
		s.asServer, mech = false, mechGSSAPI
	default:
		return
	}
	s.ints[slot(Mechanism)] = mech
	for _, server := range [...]struct {
		n    Num
		mech int64
	}{{PlainServer, mechPlain}, {CurveServer, mechCurve}, {GSSAPIServer, mechGSSAPI}} {
		s.ints[slot(server.n)] = 0
		if s.asServer && mech == server.mech {
			s.ints[slot(server.n)] = 1
		}
	}
}

// AsServer reports whether the socket has the role of a server in its mechanism. NULL
// has no roles.
func (s *Set) AsServer() bool { return s.asServer && s.Int(Mechanism) != mechNull }

// Raw reports whether a ROUTER speaks plain TCP, which it does for good once ROUTER_RAW
// was true. Bool(RouterRaw) is false again after it was set to false. It says only
// whether an empty frame closes the connection.
func (s *Set) Raw() bool { return s.raw }

// AcceptFilters returns the ranges of TCP_ACCEPT_FILTER.
func (s *Set) AcceptFilters() []netip.Prefix {
	var all []netip.Prefix
	for _, e := range s.List(TCPAcceptFilter) {
		if r, ok := parseRange(string(e)); ok {
			all = append(all, r)
		}
	}
	return all
}

// IDs returns the entries of one of the three ipc filters as numbers. An id
// above the largest int of a 32-bit system is negative there, as it is in the
// credentials of a peer.
func (s *Set) IDs(n Num) []int {
	var all []int
	for _, e := range s.List(n) {
		if id, err := strconv.ParseInt(string(e), 10, 64); err == nil {
			all = append(all, int(id))
		}
	}
	return all
}

// Property is one property for the handshake, from METADATA.
type Property struct {
	Name  string
	Value []byte // must not be modified
}

// Properties returns the properties of METADATA as they are sent: libzmq cuts
// a value at its first NUL.
func (s *Set) Properties() []Property {
	var all []Property
	for _, e := range s.List(Metadata) {
		name, value, _ := bytes.Cut(e, colon)
		value, _, _ = bytes.Cut(value, nul)
		all = append(all, Property{Name: string(name), Value: value})
	}
	return all
}

var (
	colon = []byte{':'}
	nul   = []byte{0}
)

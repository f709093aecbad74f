// SPDX-License-Identifier: Apache-2.0

package packet

import (
	"encoding/binary"
	"net/netip"
)

// PathMessage is an SPM (RFC 3208, section 8.1).
type PathMessage struct {
	Seq         uint32 // of the SPMs themselves
	Trail, Lead uint32 // the first and the last packet that the source keeps
	Path        netip.Addr
	Options
}

// spmHead is what precedes the address.
const spmHead = 12

// ParseSPM reads the body of an SPM.
func ParseSPM(h *Header, body []byte) (m PathMessage, err error) {
	if len(body) < spmHead {
		return m, Malformed("shorter than an SPM")
	}
	m.Seq, m.Trail, m.Lead = binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])
	rest := body[spmHead:]
	if m.Path, rest, err = parseAddress(rest); err == nil {
		m.Options, err = onlyOptions(h, rest)
	}
	return m, err
}

// AppendSPM appends an SPM. Of its options it has Syn or Fin.
func AppendSPM(dst []byte, source TSI, session uint16, m *PathMessage) []byte {
	start := len(dst)
	dst = begin(dst, SPM, source.Port, session, source.GSI)
	dst = binary.BigEndian.AppendUint32(dst, m.Seq)
	dst = binary.BigEndian.AppendUint32(dst, m.Trail)
	dst = binary.BigEndian.AppendUint32(dst, m.Lead)
	dst = appendAddress(dst, m.Path)
	switch {
	case m.Fin:
		return finish(appendOption(dst, optFin, []byte{0}), start, present, 0)
	case m.Syn:
		return finish(appendOption(dst, optSyn, []byte{0}), start, present, 0)
	}
	return finish(dst, start, 0, 0)
}

// onlyOptions reads what follows the fields of a packet without data.
func onlyOptions(h *Header, rest []byte) (o Options, err error) {
	if h.extended {
		if o, rest, err = parseOptions(rest); err != nil {
			return o, err
		}
	}
	if len(rest) > 0 {
		return o, Malformed("bytes behind its end")
	}
	return o, nil
}

// Families of addresses (RFC 3208, section 8: AFI).
const (
	ip4 = 1
	ip6 = 2

	addressHead = 4 // family and two reserved bytes
)

// parseAddress reads a network-layer address (NLA) and returns what follows it.
func parseAddress(b []byte) (a netip.Addr, rest []byte, err error) {
	if len(b) < addressHead {
		return a, nil, Malformed("an address is missing")
	}
	size := 0
	switch binary.BigEndian.Uint16(b) {
	case ip4:
		size = 4
	case ip6:
		size = 16
	default:
		return a, nil, Malformed("an address of an unknown family")
	}
	if b = b[addressHead:]; len(b) < size {
		return a, nil, Malformed("an address is cut")
	}
	a, _ = netip.AddrFromSlice(b[:size])
	return a, b[size:], nil
}

func appendAddress(dst []byte, a netip.Addr) []byte {
	family := byte(ip6)
	if a.Is4() {
		family = ip4
	}
	return append(append(dst, 0, family, 0, 0), a.AsSlice()...)
}

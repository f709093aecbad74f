// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"encoding/binary"
	"slices"
)

// The link watches the TCP connections that pass, so that it can break them as a router
// does that has forgotten them: with a RST whose numbers fit.

const (
	ipHeader, tcpHeader = 20, 20
	protocolTCP         = 6
	flagRST             = 4
	flagACK             = 16
)

// flow names one direction of a connection by addresses and ports, as they lie in the
// packet.
type flow [12]byte

// flows are the sequence numbers that the receiver of each direction expects.
type flows map[flow]uint32

// note looks at a packet that passes.
func (f flows) note(packet []byte) {
	if len(packet) < ipHeader+tcpHeader || packet[0]>>4 != 4 || packet[9] != protocolTCP {
		return
	}
	tcp := packet[int(packet[0]&15)*4:]
	if len(tcp) < tcpHeader {
		return
	}
	var there flow
	copy(there[:], packet[12:20])
	copy(there[8:], tcp[:4])
	back := there.back()
	flags := tcp[13]
	if flags&flagRST != 0 {
		delete(f, there)
		delete(f, back)
		return
	}
	if flags&flagACK != 0 { // what its sender expects of the other side
		f[back] = binary.BigEndian.Uint32(tcp[8:])
	}
}

func (x flow) back() (y flow) {
	copy(y[:], x[4:8])
	copy(y[4:], x[:4])
	copy(y[8:], x[10:12])
	copy(y[10:], x[8:10])
	return y
}

// resets makes a RST to the receiver of each direction.
func (f flows) resets() (list [][]byte) {
	for x, next := range f {
		list = append(list, reset(x, next))
	}
	slices.SortFunc(list, slices.Compare)
	return list
}

func reset(x flow, sequence uint32) []byte {
	p := make([]byte, ipHeader+tcpHeader)
	p[0] = 0x45
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	p[8], p[9] = 64, protocolTCP
	copy(p[12:20], x[:8])
	binary.BigEndian.PutUint16(p[10:], checksum(p[:ipHeader], 0))
	tcp := p[ipHeader:]
	copy(tcp[:4], x[8:])
	binary.BigEndian.PutUint32(tcp[4:], sequence)
	tcp[12], tcp[13] = tcpHeader/4<<4, flagRST
	pseudo := uint32(protocolTCP + tcpHeader)
	for i := 12; i < 20; i += 2 {
		pseudo += uint32(binary.BigEndian.Uint16(p[i:]))
	}
	binary.BigEndian.PutUint16(tcp[16:], checksum(tcp, pseudo))
	return p
}

// checksum is the Internet checksum (RFC 1071), begun with a sum.
func checksum(b []byte, sum uint32) uint16 {
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum>>16 != 0 {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// SPDX-License-Identifier: Apache-2.0

// Package packet encodes and decodes the packets of PGM (RFC 3208, section 8): bytes
// only, no network and no clock.
//
// A packet is parsed where it lies. What is returned refers to the packet's memory, and
// nothing is allocated.
package packet

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// Type is the kind of a packet (RFC 3208, section 8).
type Type byte

// The types of packets. NNAK, POLL, POLR and ACK are for routers, for polls and for
// congestion control, which ZeroMQ does not use. A receiver ignores them.
const (
	SPM   Type = 0x00 // source path message: the source says where it is and what it keeps
	Poll  Type = 0x01
	Polr  Type = 0x02
	OData Type = 0x04 // data, for the first time
	RData Type = 0x05 // data, because a receiver has asked for it
	NAK   Type = 0x08 // a receiver asks for data
	NNAK  Type = 0x09
	NCF   Type = 0x0A // the source confirms a NAK
	SPMR  Type = 0x0C // a receiver asks for an SPM
	Ack   Type = 0x0D
)

// GSI names the machine, or rather the program, that data comes from.
type GSI [6]byte

// TSI names a source: a transport session.
type TSI struct {
	GSI  GSI
	Port uint16
}

// String returns the bytes in hexadecimal, a dot and the port: "010203040506.32768".
func (t TSI) String() string {
	return hex.EncodeToString(t.GSI[:]) + "." + strconv.Itoa(int(t.Port))
}

// Malformed is what is wrong with a packet.
type Malformed string

// Error implements error.
func (m Malformed) Error() string { return "zmq: malformed PGM packet: " + string(m) }

// HeaderSize is that of the header that all packets have.
const HeaderSize = 16

// MaxSize is the largest packet, as IP carries it.
const MaxSize = 1<<16 - 1

// Bits of the options byte in a header.
const (
	present = 1 << 0 // there are option extensions
	network = 1 << 1 // some of them are for routers
	parity  = 1 << 7 // the data is a parity packet
)

// Header is the header of a packet. Ports of a packet of a source are the source's
// and the session's, of a packet of a receiver the other way round.
type Header struct {
	From, To uint16
	Type     Type
	GSI      GSI // always of the source
	Parity   bool

	extended bool // option extensions follow the body
	size     int  // of the data
}

// Source returns the TSI of a packet that a source has sent.
func (h *Header) Source() TSI { return TSI{h.GSI, h.From} }

// Asked returns the TSI of the source that a receiver's packet is for.
func (h *Header) Asked() TSI { return TSI{h.GSI, h.To} }

// Parse reads the header of a packet, checks the packet's checksum, and returns the body
// that follows the header.
func Parse(b []byte) (h Header, body []byte, err error) {
	if len(b) < HeaderSize {
		return h, nil, Malformed("shorter than its header")
	}
	if len(b) > MaxSize {
		return h, nil, Malformed("larger than IP carries")
	}
	h = Header{
		From: binary.BigEndian.Uint16(b), To: binary.BigEndian.Uint16(b[2:]), Type: Type(b[4]),
		GSI: GSI(b[8:14]), Parity: b[5]&parity != 0,
		extended: b[5]&present != 0, size: int(binary.BigEndian.Uint16(b[14:])),
	}
	carries := h.Type == OData || h.Type == RData
	switch sum := binary.BigEndian.Uint16(b[6:]); {
	case sum == 0 && carries: // RFC 3208, section 8: a checksum is mandatory there
		return h, nil, Malformed("data without a checksum")
	case sum != 0 && !intact(b):
		return h, nil, Malformed("wrong checksum")
	case !carries && h.size != 0:
		return h, nil, Malformed("a length of data where there is none")
	}
	return h, b[HeaderSize:], nil
}

// begin appends a header without checksum and lengths, which finish fills in.
func begin(dst []byte, t Type, from, to uint16, gsi GSI) []byte {
	dst = binary.BigEndian.AppendUint16(dst, from)
	dst = binary.BigEndian.AppendUint16(dst, to)
	dst = append(dst, byte(t), 0, 0, 0)
	dst = append(dst, gsi[:]...)
	return append(dst, 0, 0)
}

// finish completes a packet that begins at start: the flags for its options, the
// length of its data, its checksum.
func finish(dst []byte, start int, flags byte, data int) []byte {
	p := dst[start:]
	p[5] = flags
	binary.BigEndian.PutUint16(p[14:], uint16(data))
	seal(p)
	return dst
}

// seal writes the checksum of a packet.
func seal(p []byte) {
	p[6], p[7] = 0, 0
	sum := ^Sum(p)
	if sum == 0 { // which would say that there is none
		sum = 0xFFFF
	}
	binary.BigEndian.PutUint16(p[6:], sum)
}

// AppendSPMR appends a receiver's request for an SPM of a source.
func AppendSPMR(dst []byte, session uint16, source TSI) []byte {
	start := len(dst)
	return finish(begin(dst, SPMR, session, source.Port, source.GSI), start, 0, 0)
}

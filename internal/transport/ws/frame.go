// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"encoding/binary"
	"math"

	"github.com/gozmq/zmq/internal/zerr"
)

// The first two bytes of a frame (RFC 6455, 5.2).
const (
	bitFin    = 0x80
	bitsRsv   = 0x70
	bitsOp    = 0x0F
	bitMask   = 0x80
	bitsLen   = 0x7F
	lenUint16 = 126
	lenUint64 = 127

	opContinuation = 0
	opText         = 1
	opBinary       = 2
)

// The first byte of a message (RFC 45, Framing).
const (
	zwsMore    = 1
	zwsCommand = 2
)

const (
	// maxHeader is the longest header of a frame: two bytes, eight of length, four of
	// the key.
	maxHeader = 14
	// maxControl is the most that a control frame carries (RFC 6455, 5.5).
	maxControl = 125
)

// header is what precedes the payload of a frame.
type header struct {
	op     byte
	fin    bool
	masked bool
	key    uint32 // as it lies in memory, little endian
	size   uint64 // of the payload
}

// parseHeader reads the header of a frame at the start of b and returns its length in n,
// 0 if b is too short. masked is whether the peer has to mask its frames, as a client
// does and a server must not (RFC 6455, 5.1).
func parseHeader(b []byte, masked bool) (h header, n int, err error) {
	if len(b) < 2 {
		return h, 0, nil
	}
	h.op, h.fin, h.masked = b[0]&bitsOp, b[0]&bitFin != 0, b[1]&bitMask != 0
	switch {
	case b[0]&bitsRsv != 0:
		return h, 0, violation("reserved bits of a WebSocket frame are set, and no extension was agreed on")
	case h.masked != masked && masked:
		return h, 0, violation("a WebSocket client masks its frames")
	case h.masked != masked:
		return h, 0, violation("a WebSocket server does not mask its frames")
	}
	n = 2
	switch size := b[1] & bitsLen; size {
	case lenUint16:
		if len(b) < 4 {
			return h, 0, nil
		}
		h.size, n = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case lenUint64:
		if len(b) < 10 {
			return h, 0, nil
		}
		if h.size, n = binary.BigEndian.Uint64(b[2:]), 10; h.size > math.MaxInt64 {
			return h, 0, violation("a WebSocket frame has at most 2^63-1 bytes")
		}
	default:
		h.size = uint64(size)
	}
	if masked {
		if len(b) < n+4 {
			return h, 0, nil
		}
		h.key = binary.LittleEndian.Uint32(b[n:])
		n += 4
	}
	return h, n, h.check()
}

// check refuses what no frame may be (RFC 6455, 5.4 and 5.5).
func (h *header) check() error {
	switch {
	case h.op > 10 || h.op > opBinary && h.op < 8:
		return violation("an operation of a WebSocket frame that has no meaning")
	case h.op == opText:
		return violation("ZeroMQ travels in binary messages of WebSocket, not in text")
	case h.op >= 8 && (!h.fin || h.size > maxControl):
		return violation("a control frame of WebSocket is in one piece and has 125 bytes at most")
	}
	return nil
}

// appendHeader appends the header of a whole frame, with the key if it is to be masked.
func appendHeader(dst []byte, op byte, size uint64, masked bool, key uint32) []byte {
	bit := byte(0)
	if masked {
		bit = bitMask
	}
	switch {
	case size < lenUint16:
		dst = append(dst, bitFin|op, bit|byte(size))
	case size <= math.MaxUint16:
		dst = binary.BigEndian.AppendUint16(append(dst, bitFin|op, bit|lenUint16), uint16(size))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, bitFin|op, bit|lenUint64), size)
	}
	if masked {
		dst = binary.LittleEndian.AppendUint32(dst, key)
	}
	return dst
}

// mask masks b, or takes the mask off, and returns the key for what follows b.
func mask(b []byte, key uint32) uint32 {
	wide := uint64(key)<<32 | uint64(key)
	for len(b) >= 32 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		binary.LittleEndian.PutUint64(b[8:], binary.LittleEndian.Uint64(b[8:])^wide)
		binary.LittleEndian.PutUint64(b[16:], binary.LittleEndian.Uint64(b[16:])^wide)
		binary.LittleEndian.PutUint64(b[24:], binary.LittleEndian.Uint64(b[24:])^wide)
		b = b[32:]
	}
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(key)
		key = key>>8 | key<<24
	}
	return key
}

// copyMasked copies src to dst, which has room for it, and masks it on the way, or takes
// the mask off.
func copyMasked(dst, src []byte, key uint32) {
	dst = dst[:len(src)]
	wide := uint64(key)<<32 | uint64(key)
	for len(src) >= 8 {
		binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src)^wide)
		src, dst = src[8:], dst[8:]
	}
	for i, c := range src {
		dst[i] = c ^ byte(key)
		key = key>>8 | key<<24
	}
}

// violation is the error for a peer that breaks a rule of WebSocket or of ZWS.
func violation(rule string) error { return &zerr.ProtocolError{Rule: rule, Code: unspecified} }

// unspecified is the number by which libzmq's monitor tells such an error
// (ZMQ_PROTOCOL_ERROR_WS_UNSPECIFIED).
const unspecified = 0x30000000

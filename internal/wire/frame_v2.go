// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/binary"
	"math"
)

// Flags of a frame (RFC 23, Framing). The other five bits are reserved: sent as
// zero, ignored on receipt.
const (
	FlagMore    = 1 // another frame of the same message follows
	FlagLong    = 2 // the length has 8 octets instead of 1
	FlagCommand = 4 // a command, never seen by the application; ZMTP 3.x only
)

// MaxHeaderSize is the most that HeaderSize returns.
const MaxHeaderSize = longHeaderSize

const (
	shortHeaderSize = 2 // flags and one octet of length
	longHeaderSize  = 9 // flags and eight octets of length
	maxShortBody    = math.MaxUint8
)

// Header is what precedes the body of a frame, in either framing.
type Header struct {
	// Flags has FlagMore and FlagCommand only; FlagLong is a matter of the
	// encoding, and reserved bits are ignored. Of ZMTP 1.0, FlagMore only.
	Flags byte

	// Size of the body, at most 2^63-1. Not checked against any limit.
	Size uint64
}

// ParseHeader reads the header of a ZMTP 2.0 or 3.x frame at the start of b and
// returns its length in n. If n is 0 without an error, b is too short: read
// more. A long form is accepted for any size. The only error is FrameTooLong.
func ParseHeader(b []byte) (h Header, n int, err error) {
	if len(b) < shortHeaderSize || b[0]&FlagLong != 0 {
		return parseLongHeader(b)
	}
	return Header{b[0] & (FlagMore | FlagCommand), uint64(b[1])}, shortHeaderSize, nil
}

// parseLongHeader is apart from ParseHeader and small, so that both together
// stay within what the compiler inlines.
func parseLongHeader(b []byte) (h Header, n int, err error) {
	if len(b) < longHeaderSize {
		return // short: n is 0
	}
	if b[1] > math.MaxInt8 { // the top bit of the length
		return h, 0, FrameTooLong
	}
	return Header{b[0] & (FlagMore | FlagCommand), binary.BigEndian.Uint64(b[1:])}, longHeaderSize, nil
}

// HeaderSize is the length of the header that AppendHeader writes for a body of
// size octets.
func HeaderSize(size int) int {
	if size > maxShortBody {
		return longHeaderSize
	}
	return shortHeaderSize
}

// AppendHeader appends the header of a ZMTP 2.0 or 3.x frame with a body of size
// octets, which must not be negative. It chooses between the short and the long
// form by size alone and sets FlagLong itself: a flag that is decided before the
// length is final desynchronises the stream.
func AppendHeader(dst []byte, flags byte, size int) []byte {
	if size > maxShortBody {
		return appendLongHeader(dst, flags, size)
	}
	return append(dst, flags&^FlagLong, byte(size))
}

func appendLongHeader(dst []byte, flags byte, size int) []byte {
	return binary.BigEndian.AppendUint64(append(dst, flags|FlagLong), uint64(size))
}

// AppendFrame appends a whole ZMTP 2.0 or 3.x frame.
func AppendFrame(dst []byte, flags byte, body []byte) []byte {
	return append(AppendHeader(dst, flags, len(body)), body...)
}

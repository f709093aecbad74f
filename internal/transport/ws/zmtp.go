// SPDX-License-Identifier: Apache-2.0

package ws

import "encoding/binary"

// Framing of ZMTP 2.0 and 3.x (RFC 23, Framing), which is what the engine writes and
// reads.
const (
	zmtpMore    = 1
	zmtpLong    = 2
	zmtpCommand = 4

	zmtpShort    = 2 // the length of a header
	zmtpLongHead = 9
)

// zmtpFlags are those of ZMTP for flags of ZWS. Reserved ones are ignored.
func zmtpFlags(zws byte) (flags byte) {
	if zws&zwsCommand != 0 {
		return zmtpCommand
	}
	return zws & zwsMore
}

// zwsFlags are those of ZWS for flags of ZMTP.
func zwsFlags(zmtp byte) byte {
	if zmtp&zmtpCommand != 0 {
		return zwsCommand
	}
	return zmtp & zmtpMore
}

// putHeader writes the header of a frame of ZMTP.
func putHeader(dst *[zmtpLongHead]byte, flags byte, size uint64) int {
	if size < 256 {
		dst[0], dst[1] = flags, byte(size)
		return zmtpShort
	}
	dst[0] = flags | zmtpLong
	binary.BigEndian.PutUint64(dst[1:], size)
	return zmtpLongHead
}

// zmtpHeader reads a header; n is 0 if b is too short.
func zmtpHeader(b []byte) (flags byte, size uint64, n int) {
	switch {
	case len(b) < zmtpShort:
		return 0, 0, 0
	case b[0]&zmtpLong == 0:
		return b[0], uint64(b[1]), zmtpShort
	case len(b) < zmtpLongHead:
		return 0, 0, 0
	}
	return b[0], binary.BigEndian.Uint64(b[1:]), zmtpLongHead
}

// zmtpSize is the length of a whole frame with a body of that size.
func zmtpSize(body uint64) uint64 {
	if body < 256 {
		return zmtpShort + body
	}
	return zmtpLongHead + body
}

// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/binary"
	"math"
)

// ZMTP 1.0 framing (RFC 13): the length comes first and counts the flags octet
// that follows it.
const (
	longMarkV1       = 0xFF // in place of the length: 8 octets of length follow
	shortHeaderV1    = 2    // length, flags
	longHeaderV1     = 10   // mark, 8 octets of length, flags
	maxShortLengthV1 = longMarkV1 - 1
)

// ParseHeaderV1 reads the header of a ZMTP 1.0 frame at the start of b and
// returns its length in n. If n is 0 without an error, b is too short: read
// more. A long form is accepted for any size. The errors are LengthZero and
// FrameTooLong, reported as soon as the length is there.
func ParseHeaderV1(b []byte) (h Header, n int, err error) {
	if len(b) == 0 {
		return Header{}, 0, nil
	}
	switch b[0] {
	case 0:
		return Header{}, 0, LengthZero
	case longMarkV1:
		return parseLongHeaderV1(b)
	}
	if len(b) < shortHeaderV1 {
		return Header{}, 0, nil
	}
	return Header{b[1] & FlagMore, uint64(b[0]) - 1}, shortHeaderV1, nil
}

func parseLongHeaderV1(b []byte) (h Header, n int, err error) {
	if len(b) < longHeaderV1-1 {
		return Header{}, 0, nil
	}
	length := binary.BigEndian.Uint64(b[1:])
	if length == 0 {
		return Header{}, 0, LengthZero
	}
	if length-1 > math.MaxInt64 {
		return Header{}, 0, FrameTooLong
	}
	if len(b) < longHeaderV1 {
		return Header{}, 0, nil
	}
	return Header{b[longHeaderV1-1] & FlagMore, length - 1}, longHeaderV1, nil
}

// AppendHeaderV1 appends the header of a ZMTP 1.0 frame with a body of size
// octets, which must not be negative. Of flags it sends FlagMore only.
func AppendHeaderV1(dst []byte, flags byte, size int) []byte {
	if size >= maxShortLengthV1 {
		return appendLongHeaderV1(dst, flags, size)
	}
	return append(dst, byte(size+1), flags&FlagMore)
}

func appendLongHeaderV1(dst []byte, flags byte, size int) []byte {
	dst = binary.BigEndian.AppendUint64(append(dst, longMarkV1), uint64(size)+1)
	return append(dst, flags&FlagMore)
}

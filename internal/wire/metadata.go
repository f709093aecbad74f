// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/binary"
	"math"
)

// Names of properties in the spelling in which they are sent.
const (
	PropertySocketType  = "Socket-Type"
	PropertyIdentity    = "Identity"
	PropertyResource    = "Resource"
	PropertyUserID      = "User-Id"
	PropertyPeerAddress = "Peer-Address"

	// What a peer of this library accepts: the largest frame, in octets as it travels, the
	// largest message, in octets of its frames, and the most frames of a message. Decimal;
	// missing for no limit.
	PropertyMaxFrame   = "X-Max-Frame-Bytes"
	PropertyMaxMessage = "X-Max-Message-Bytes"
	PropertyMaxFrames  = "X-Max-Frames"
)

const valueLengthSize = 4

// AppendProperty appends one property: a name and a value of any octets. It
// panics if the name has more than 255 octets or the value more than 2^31-1.
func AppendProperty(dst []byte, name string, value []byte) []byte {
	if len(name) > maxShortString || len(value) > math.MaxInt32 {
		panic("wire: property name over 255 octets or value over 2^31-1")
	}
	dst = append(append(dst, byte(len(name))), name...)
	return append(binary.BigEndian.AppendUint32(dst, uint32(len(value))), value...)
}

// ParseMetadata calls each for every property in b, in order, duplicates and
// empty names included. value is a slice of b. A name that is one of the
// Property constants in any mixture of cases is passed in canonical spelling (RFC
// 23: names are case-insensitive; libzmq compares case), any other as it came.
//
// The first error of each ends the walk and is returned. The errors of b itself
// are MetadataTruncated and MetadataTooLong; even a single octet left over is
// one (libzmq closes the connection), and by then each has been called for what
// came before it.
func ParseMetadata(b []byte, each func(name string, value []byte) error) error {
	for len(b) > 0 {
		name, value, rest, err := parseProperty(b)
		if err != nil {
			return err
		}
		if err := each(propertyName(name), value); err != nil {
			return err
		}
		b = rest
	}
	return nil
}

// parseProperty splits the first property off b, which is not empty.
func parseProperty(b []byte) (name, value, rest []byte, err error) {
	n := 1 + int(b[0])
	if len(b) < n+valueLengthSize {
		return nil, nil, nil, MetadataTruncated
	}
	name, b = b[1:n], b[n:]
	size := binary.BigEndian.Uint32(b)
	b = b[valueLengthSize:]
	if size > math.MaxInt32 {
		return nil, nil, nil, MetadataTooLong
	}
	if uint64(size) > uint64(len(b)) {
		return nil, nil, nil, MetadataTruncated
	}
	return name, b[:size:size], b[size:], nil
}

// propertyName allocates only for names that are not well known.
func propertyName(b []byte) string {
	for _, known := range [...]string{
		PropertySocketType, PropertyIdentity, PropertyResource, PropertyUserID, PropertyPeerAddress,
		PropertyMaxFrame, PropertyMaxMessage, PropertyMaxFrames,
	} {
		if equalFoldASCII(b, known) {
			return known
		}
	}
	return string(b)
}

// equalFoldASCII ignores case in ASCII alone: under Unicode's rules other
// octets, such as the Kelvin sign, would match a letter.
func equalFoldASCII(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i, c := range b {
		if lowerASCII(c) != lowerASCII(s[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

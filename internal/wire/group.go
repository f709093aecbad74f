// SPDX-License-Identifier: Apache-2.0

package wire

import "bytes"

// MaxGroup is the longest group of a RADIO (RFC 48), in bytes.
const MaxGroup = 255

// AppendGroup appends what tells a RADIO that its peer joins a group, or leaves it, as a
// whole ZMTP 2.0 or 3.x frame.
func AppendGroup(dst, group []byte, leave bool) []byte {
	name := CommandJoin
	if leave {
		name = CommandLeave
	}
	return AppendCommandFrame(dst, name, group)
}

// CheckGroup returns GroupTooLong or GroupHasNUL for what is no group, whose bytes are
// any but zero.
func CheckGroup[T string | []byte](group T) error {
	switch {
	case len(group) > MaxGroup:
		return GroupTooLong
	case bytes.IndexByte([]byte(group), 0) >= 0:
		return GroupHasNUL
	}
	return nil
}

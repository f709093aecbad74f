// SPDX-License-Identifier: Apache-2.0

package wire

import "strconv"

// Version is the protocol that a link speaks, as its greeting decided. The zero
// Version means undecided.
type Version uint8

// Versions in the order of their age. ZMTP 1.0 has two: peers that send no
// greeting, and peers that send one with revision 0.
const (
	V1Unversioned Version = iota + 1 // ZMTP 1.0 without a greeting (libzmq 2.x)
	V1                               // ZMTP 1.0 announced in a greeting
	V2                               // ZMTP 2.0 (libzmq 3.2)
	V30                              // ZMTP 3.0
	V31                              // ZMTP 3.1, and whatever comes after it
)

// String is the name of the protocol: "ZMTP 3.1".
func (v Version) String() string {
	switch v {
	case 0:
		return "ZMTP undecided"
	case V1Unversioned:
		return "ZMTP 1.0 unversioned"
	case V1:
		return "ZMTP 1.0"
	case V2:
		return "ZMTP 2.0"
	case V30:
		return "ZMTP 3.0"
	case V31:
		return "ZMTP 3.1"
	}
	return "ZMTP version " + strconv.Itoa(int(v))
}

// HasCommands reports whether the link carries commands, and so a mechanism,
// metadata and heartbeats.
func (v Version) HasCommands() bool { return v >= V30 }

// SubscribesByCommand reports whether subscriptions are sent as SUBSCRIBE and
// CANCEL commands instead of messages. Both are accepted on every version.
func (v Version) SubscribesByCommand() bool { return v >= V31 }

// V1Framing reports whether frames have ZMTP 1.0 headers.
func (v Version) V1Framing() bool { return v == V1Unversioned || v == V1 }

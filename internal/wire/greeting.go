// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"encoding/binary"
)

// Sizes of what opens a connection, in octets.
const (
	SignatureSize  = 10 // what both sides send at once
	GreetingSize   = 64 // whole greeting of ZMTP 3.x
	GreetingV2Size = 12 // whole greeting of ZMTP 2.0, and of 1.0 with a revision
)

// Layout of the greeting (RFC 23, Version Negotiation).
const (
	signatureFirst  = 0xFF // to a ZMTP 1.0 peer: a length of 8 octets follows
	signatureLast   = 0x7F // where a ZMTP 1.0 peer has its flags octet
	versionedBit    = 0x01 // of the tenth octet: set by every peer with a greeting
	offsetMajor     = 10
	offsetMinor     = 11
	offsetType      = 11 // ZMTP 2.0: socket type where 3.x has the minor version
	offsetMechanism = 12
	offsetServer    = 32
	mechanismSize   = offsetServer - offsetMechanism
	fillerSize      = GreetingSize - offsetServer - 1
)

// Majors up to this one are followed by a socket type instead of a ZMTP 3.x
// greeting. libzmq counts 2 as 3.x, unlike RFC 37; TestMajorTwoIsTreatedAs31
// pins it.
const lastMajorWithSocketType = 1

// Greeting is what a peer announces before the first frame.
type Greeting struct {
	Major, Minor byte   // of the protocol; 3 and 1 here
	Mechanism    string // upper case, at most 20 octets, without padding; ZMTP 3.x
	AsServer     bool   // the peer is the server of its mechanism; libzmq never says so
	SocketType   byte   // libzmq's number of the type, unchecked; ZMTP 1.0 and 2.0
}

// AppendSignature appends the ten octets that both sides send before they have
// read anything. A ZMTP 1.0 peer takes them for the header of an identity frame,
// which is why they announce the length of our identity.
func AppendSignature(dst []byte, identityLen int) []byte {
	dst = binary.BigEndian.AppendUint64(append(dst, signatureFirst), uint64(identityLen)+1)
	return append(dst, signatureLast)
}

// AppendGreeting appends a whole greeting, with a signature for an empty
// identity: 64 octets, or the 12 of ZMTP 2.0 if g.Major is 0 or 1.
func AppendGreeting(dst []byte, g Greeting) []byte {
	return AppendGreetingRest(append(AppendSignature(dst, 0), g.Major), g)
}

// AppendGreetingRest appends what follows the major version: 53 octets, or the
// socket type alone if g.Major is 0 or 1. Of a mechanism over 20 octets it sends
// the first 20.
func AppendGreetingRest(dst []byte, g Greeting) []byte {
	if g.Major <= lastMajorWithSocketType {
		return append(dst, g.SocketType)
	}
	var mechanism [mechanismSize]byte
	copy(mechanism[:], g.Mechanism)
	var server byte
	if g.AsServer {
		server = 1
	}
	dst = append(append(dst, g.Minor), mechanism[:]...)
	return append(append(dst, server), make([]byte, fillerSize)...)
}

// ParseGreeting reads a whole greeting at the start of b: 64 octets, or 12 if the
// major version is 0 or 1. The padding of the mechanism is cut off, so that
// comparing Mechanism with a name compares all 20 octets. The filler and the
// length in the signature are ignored. The only error is NotGreeting.
func ParseGreeting(b []byte) (Greeting, error) {
	if len(b) < GreetingV2Size || b[0] != signatureFirst || b[SignatureSize-1]&versionedBit == 0 {
		return Greeting{}, NotGreeting
	}
	g := Greeting{Major: b[offsetMajor]}
	if g.Major <= lastMajorWithSocketType {
		g.SocketType = b[offsetType]
		return g, nil
	}
	if len(b) < GreetingSize {
		return Greeting{}, NotGreeting
	}
	g.Minor = b[offsetMinor]
	g.Mechanism = string(bytes.TrimRight(b[offsetMechanism:offsetServer], "\x00"))
	g.AsServer = b[offsetServer] == 1
	return g, nil
}

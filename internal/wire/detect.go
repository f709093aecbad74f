// SPDX-License-Identifier: Apache-2.0

package wire

// Detection is what the first octets of a peer say about its version.
//
// Each side owes the other an answer at two points, and must give it before it
// waits for more, or both wait for ever: the major version once SawSignature,
// the rest of the greeting once SawMajor.
type Detection struct {
	// Version is 0 until it is decided. V1Unversioned means that all octets so
	// far belong to the frame decoder; otherwise the first Need octets are the
	// greeting.
	Version Version

	// Need is how many octets must be there before the next call can say more,
	// or, with a Version, how long the greeting is. Octets up to Need are never
	// part of a frame, so that a reader may ask for that many.
	Need int

	SawSignature bool // the peer has a greeting: send our major version
	SawMajor     bool // the peer's major version is there: send the rest
	Versioned2   bool // with SawMajor: the rest is our socket type, one octet
	Foreign      bool // what the peer says is no ZMTP of any version
}

// Done reports that the greeting of got octets is complete: the version is
// decided, and of a versioned peer all Need octets are there.
func (d Detection) Done(got int) bool { return d.Version != 0 && got >= d.Need }

// Detect looks at the octets that a peer has sent so far, from the first one on.
// It may be called again with more; octets after the greeting do no harm (RFC
// 37, Version Negotiation, in the form that libzmq gives it).
func Detect(b []byte) Detection {
	switch {
	case len(b) == 0:
		return Detection{Need: 1}
	case b[0] == 0: // no frame has no flags
		return Detection{Version: V1Unversioned, Foreign: true}
	case b[0] != signatureFirst && len(b) < 2:
		return Detection{Need: 2}
	case b[0] != signatureFirst:
		return unversioned(b[1])
	case len(b) < SignatureSize:
		return Detection{Need: SignatureSize}
	case b[SignatureSize-1]&versionedBit == 0:
		// ZMTP 1.0 with an identity so long that its header looks like ours.
		return unversioned(b[SignatureSize-1])
	case len(b) == SignatureSize:
		return Detection{Need: offsetMajor + 1, SawSignature: true}
	}
	d := Detection{SawSignature: true, SawMajor: true, Need: GreetingSize}
	switch b[offsetMajor] {
	case 0:
		d.Version, d.Need, d.Versioned2 = V1, GreetingV2Size, true
	case 1:
		d.Version, d.Need, d.Versioned2 = V2, GreetingV2Size, true
	case 3:
		if len(b) > offsetMinor {
			d.Version = versionOfMinor(b[offsetMinor])
		}
	default:
		d.Version = V31
	}
	return d
}

// unversioned tells a peer of ZMTP 1.0 from one of another protocol by the flags of
// its first frame, which is an identity: 1.0 knows one flag (RFC 13). TLS, HTTP, SSH
// and random octets have others set there.
func unversioned(flags byte) Detection {
	return Detection{Version: V1Unversioned, Foreign: flags&^FlagMore != 0}
}

func versionOfMinor(minor byte) Version {
	if minor == 0 {
		return V30
	}
	return V31
}

// SPDX-License-Identifier: Apache-2.0

package wire

// CompatiblePeer reports whether a socket of type local takes a peer that
// announces the type peer, both by the names of the Socket-Type property, which
// are compared as they are (RFC 23, The Socket-Type Property; draft types as
// libzmq). An unknown name, the empty one and STREAM match nothing: a peer
// without the property is for the caller to accept. ZMTP 1.0 and 2.0 check
// nothing.
func CompatiblePeer(local, peer string) bool {
	switch local {
	case "PUB", "XPUB":
		return peer == "SUB" || peer == "XSUB"
	case "SUB", "XSUB":
		return peer == "PUB" || peer == "XPUB"
	case "REQ":
		return peer == "REP" || peer == "ROUTER"
	case "REP":
		return peer == "REQ" || peer == "DEALER"
	case "DEALER":
		return peer == "REP" || peer == "DEALER" || peer == "ROUTER"
	case "ROUTER":
		return peer == "REQ" || peer == "DEALER" || peer == "ROUTER"
	case "PUSH":
		return peer == "PULL"
	case "PULL":
		return peer == "PUSH"
	case "CLIENT":
		return peer == "SERVER"
	case "SERVER":
		return peer == "CLIENT"
	case "RADIO":
		return peer == "DISH"
	case "DISH":
		return peer == "RADIO"
	case "SCATTER":
		return peer == "GATHER"
	case "GATHER":
		return peer == "SCATTER"
	case "PAIR", "PEER", "CHANNEL", "DGRAM":
		return peer == local
	}
	return false
}

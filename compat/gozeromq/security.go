// SPDX-License-Identifier: Apache-2.0

package zmq4

import "io"

// SecurityType is the name of a security mechanism.
type SecurityType string

// Security mechanisms.
const (
	// NullSecurity neither authenticates nor encrypts.
	NullSecurity SecurityType = "NULL"
	// PlainSecurity sends a name and a password in clear text.
	PlainSecurity SecurityType = "PLAIN"
	// CurveSecurity authenticates and encrypts with Curve25519 keys. This API has
	// no implementation of it; github.com/gozmq/zmq has.
	CurveSecurity SecurityType = "CURVE"
)

// Security is a security mechanism: what the packages security/null and
// security/plain return, or one that a program brings.
//
// A program's own is asked for a handshake on each connection, and after that for
// every frame on its way out and in; commands of the handshake travel as they are.
// Its methods are called concurrently for different connections.
type Security interface {
	// Type returns the name of the mechanism, as the greeting has it: at most 20
	// bytes.
	Type() SecurityType

	// Handshake makes the mechanism's handshake by SendCmd and RecvCmd of conn, and
	// ends with conn.Peer.Meta filled with what the peer said of itself. server is
	// the role, which does not depend on which side connected.
	Handshake(conn *Conn, server bool) error

	// Encrypt writes the encrypted form of data to w.
	Encrypt(w io.Writer, data []byte) (int, error)

	// Decrypt writes the decrypted form of data to w.
	Decrypt(w io.Writer, data []byte) (int, error)
}

// credentials is what package security/plain adds to Security, so that the sockets
// can have the library make the handshake.
type credentials interface {
	Credentials() (user, pass string)
}

// mechanismOf sorts a mechanism: which credentials PLAIN has, and whether it is one
// that the sockets of package zmq do not know.
func mechanismOf(sec Security) (plain credentials, foreign bool) {
	if sec == nil {
		return nil, false
	}
	if c, ok := sec.(credentials); ok && sec.Type() == PlainSecurity {
		return c, false
	}
	_, null := sec.(interface{ Null() }) // package security/null
	return nil, !null || sec.Type() != NullSecurity
}

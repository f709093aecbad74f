// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// User is the identity that was established for a peer. The server's program can read
// it from each of the peer's messages.
type User struct {
	// ID is the User-Id. If it is empty, it is the user's name with PLAIN, the public
	// key in Z85 with CURVE, and empty with NULL.
	ID string
	// Properties, such as "X-Role", are returned by Vouched of Message.Peer, and also
	// by Message.Property. If no property has the name, Message.Property returns what
	// the peer says about itself, so do not authorize by it. A name has 1 to 255
	// characters out of letters, digits and "-_.+". The names that ZeroMQ itself uses
	// (Socket-Type, Identity, Routing-Id, User-Id, Peer-Address, Resource) are not
	// allowed. The names of an application should begin with "X-".
	Properties map[string]string
}

// reserved are the properties that a handler should not set. ZMTP's own (RFC 37) would
// be taken for the peer's, and the others belong to the library.
var reserved = []string{"Socket-Type", "Identity", "Routing-Id", "User-Id", "Peer-Address", "Resource"}

// maxProperties is the most bytes that all properties together may have. They are kept
// for each connection.
const maxProperties = 16 << 10

func (u User) check() error {
	if len(u.ID) > maxField {
		return fmt.Errorf("a user id of %d bytes is longer than %d", len(u.ID), maxField)
	}
	size := 0
	for name, value := range u.Properties {
		if err := checkProperty(name); err != nil {
			return err
		}
		size += len(name) + len(value)
	}
	if size > maxProperties {
		return fmt.Errorf("properties of %d bytes are longer than %d", size, maxProperties)
	}
	return nil
}

func checkProperty(name string) error {
	if name == "" || len(name) > maxField {
		return fmt.Errorf("a property's name has 1 to %d characters, not %d", maxField, len(name))
	}
	for _, c := range []byte(name) {
		if !strings.ContainsRune(nameCharacters, rune(c)) {
			return fmt.Errorf("property %q: %q is not allowed in a name", name, c)
		}
	}
	if isReserved(name) {
		return fmt.Errorf("property %s is not for authentication to set", name)
	}
	return nil
}

// nameCharacters are those of RFC 23, name-char.
const nameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+"

func isReserved(name string) bool {
	return slices.ContainsFunc(reserved, func(r string) bool { return strings.EqualFold(r, name) })
}

// properties encodes the list as in a handshake: names with a length of one byte,
// values with a length of four bytes (RFC 37, metadata).
func (u User) properties() []byte {
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(u.Properties)) {
		value := u.Properties[name]
		b = append(append(b, byte(len(name))), name...)
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(value))), value...)
	}
	return b
}

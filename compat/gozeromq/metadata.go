// SPDX-License-Identifier: Apache-2.0

// Metadata of a connection, RFC 23, "The READY Command": a sequence of
// properties, each a name with a length of one byte and a value with a length
// of four.

package zmq4

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// Names of properties that the protocol knows.
const (
	propertySocketType = "Socket-Type"
	propertyIdentity   = "Identity"
	propertyResource   = "Resource"
)

// Metadata is what one end of a Conn tells of itself, by name.
type Metadata map[string]string

// MarshalZMTP writes the metadata in the order of their names. Names that the
// protocol does not know get "X-" in front unless they have it, and each word of a
// name a capital. It fails with ErrBadProperty for a name that is empty or longer
// than 255 bytes.
func (md Metadata) MarshalZMTP() ([]byte, error) {
	var data []byte
	for _, k := range slices.Sorted(maps.Keys(md)) {
		p := Property{K: wireName(k), V: md[k]}
		if err := p.check(); err != nil {
			return nil, err
		}
		data = p.append(data)
	}
	return data, nil
}

// UnmarshalZMTP adds the metadata that data holds. It fails with
// io.ErrUnexpectedEOF where data ends within a property, and keeps what came
// before. A nil map is made.
func (md *Metadata) UnmarshalZMTP(p []byte) error {
	if *md == nil {
		*md = Metadata{}
	}
	for len(p) > 0 {
		var prop Property
		n, err := prop.Write(p)
		if err != nil {
			return err
		}
		(*md)[titleName(prop.K)] = prop.V
		p = p[n:]
	}
	return nil
}

// wireName is the name under which a property travels.
func wireName(k string) string {
	name := titleName(k)
	switch {
	case name == "", name == propertySocketType, name == propertyIdentity, name == propertyResource,
		strings.HasPrefix(name, "X-"):
		return name
	default:
		return "X-" + name
	}
}

// titleName gives every word of a name a capital and small letters: names are
// case-insensitive.
func titleName(k string) string {
	name := []byte(strings.ToLower(k))
	for i, c := range name {
		if (i == 0 || name[i-1] == '-') && 'a' <= c && c <= 'z' {
			name[i] = c - 'a' + 'A'
		}
	}
	return string(name)
}

// Property is one entry of Metadata.
type Property struct {
	K string // name, 1 to 255 bytes
	V string // value
}

// Read writes the wire form of the property into data and returns its length
// with io.EOF, since nothing is left to read. It fails with io.ErrShortBuffer if
// data is too short and with ErrBadProperty for a name that cannot travel.
func (prop Property) Read(data []byte) (n int, err error) {
	if err := prop.check(); err != nil {
		return 0, err
	}
	size := 1 + len(prop.K) + 4 + len(prop.V)
	if len(data) < size {
		return 0, io.ErrShortBuffer
	}
	prop.append(data[:0])
	return size, io.EOF
}

// Write reads the property from its wire form at the beginning of data and returns
// how many bytes it had. It fails with io.ErrUnexpectedEOF if data ends before
// it, and then leaves the property as it was.
func (prop *Property) Write(data []byte) (n int, err error) {
	if len(data) == 0 || len(data) < 1+int(data[0])+4 {
		return 0, io.ErrUnexpectedEOF
	}
	name, rest := data[1:1+int(data[0])], data[1+int(data[0]):]
	size := binary.BigEndian.Uint32(rest)
	if size > math.MaxInt32 || int(size) > len(rest)-4 {
		return 0, io.ErrUnexpectedEOF
	}
	prop.K, prop.V = string(name), string(rest[4:4+size])
	return 1 + len(name) + 4 + int(size), nil
}

func (prop Property) check() error {
	if len(prop.K) == 0 || len(prop.K) > math.MaxUint8 || len(prop.V) > math.MaxInt32 {
		return fmt.Errorf("%w: a name has 1 to 255 bytes, not %d", ErrBadProperty, len(prop.K))
	}
	return nil
}

// append writes a property that was checked.
func (prop Property) append(data []byte) []byte {
	data = append(data, byte(len(prop.K)))
	data = append(data, prop.K...)
	data = binary.BigEndian.AppendUint32(data, uint32(len(prop.V)))
	return append(data, prop.V...)
}

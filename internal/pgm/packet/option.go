// SPDX-License-Identifier: Apache-2.0

package packet

import "encoding/binary"

// Option extensions (RFC 3208, section 9.1): a type with a bit that marks the last one, a
// length that counts from the type on, two bytes of flags, and what the option says.
const (
	optLength   = 0x00
	optFragment = 0x01
	optNakList  = 0x02
	optSyn      = 0x0D
	optFin      = 0x0E
	optRst      = 0x0F

	lastOption = 0x80 // set in the type of the last option

	lengthSize   = 4
	fragmentSize = 16
	flagSize     = 4 // of SYN, FIN and RST
	listHead     = 4 // of a NAK list, in front of its sequence numbers

	// maxOptions is how many options a packet has at most. RFC 3208 has fewer kinds.
	maxOptions = 16
)

// MaxListed is how many sequence numbers a NAK lists beside its first: the length of the
// option is one byte.
const MaxListed = 62

// Fragment says which part of an application's unit of data a packet has.
type Fragment struct {
	First  uint32 // sequence number of the first part
	Offset uint32
	Size   uint32 // of the whole
}

// Options are the option extensions that mean something to ZeroMQ.
type Options struct {
	Syn, Fin, Rst bool
	Fragmented    bool
	Fragment      Fragment
	list          []byte // of sequence numbers
}

// parseOptions reads the options at the start of b, and returns what follows them.
// Options of an unknown type are skipped.
func parseOptions(b []byte) (o Options, rest []byte, err error) {
	if len(b) < lengthSize || b[0] != optLength || b[1] != lengthSize {
		return o, nil, Malformed("options without their length")
	}
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total < lengthSize || total > len(b) {
		return o, nil, Malformed("options longer than the packet")
	}
	options, rest := b[lengthSize:total], b[total:]
	for range maxOptions {
		if len(options) < 2 || int(options[1]) < 3 || int(options[1]) > len(options) {
			return o, nil, Malformed("an option longer than the options")
		}
		size := int(options[1])
		if err := o.set(options[0]&^lastOption, options[:size]); err != nil {
			return o, nil, err
		}
		last := options[0]&lastOption != 0
		if options = options[size:]; last != (len(options) == 0) {
			return o, nil, Malformed("options that do not end with the last one")
		}
		if last {
			return o, rest, nil
		}
	}
	return o, nil, Malformed("too many options")
}

// set notes one option.
func (o *Options) set(kind byte, b []byte) error {
	switch kind {
	case optFragment:
		if len(b) != fragmentSize {
			return Malformed("length of OPT_FRAGMENT")
		}
		o.Fragmented = true
		o.Fragment = Fragment{binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])}
	case optNakList:
		if len(b) < listHead || (len(b)-listHead)%4 != 0 {
			return Malformed("length of OPT_NAK_LIST")
		}
		o.list = b[listHead:]
	case optSyn, optFin, optRst:
		if len(b) != flagSize {
			return Malformed("length of an option of one flag")
		}
		o.Syn, o.Fin, o.Rst = o.Syn || kind == optSyn, o.Fin || kind == optFin, o.Rst || kind == optRst
	}
	return nil
}

// appendOption appends the option of a packet that has one only.
func appendOption(dst []byte, kind byte, body []byte) []byte {
	size := 3 + len(body)
	dst = append(dst, optLength, lengthSize)
	dst = binary.BigEndian.AppendUint16(dst, uint16(lengthSize+size))
	dst = append(dst, kind|lastOption, byte(size), 0)
	return append(dst, body...)
}

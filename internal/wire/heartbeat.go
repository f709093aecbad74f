// SPDX-License-Identifier: Apache-2.0

package wire

import "encoding/binary"

// MaxPingContext is the most octets that a PING may carry for its PONG to echo
// (RFC 37, Heartbeating).
const MaxPingContext = 16

const ttlSize = 2

// AppendPing appends a PING as a whole frame. ttl is in tenths of a second, 0
// for none. Of a context over 16 octets it sends the first 16.
func AppendPing(dst []byte, ttl uint16, context []byte) []byte {
	context = context[:min(len(context), MaxPingContext)]
	dst = AppendHeader(dst, FlagCommand, 1+len(CommandPing)+ttlSize+len(context))
	dst = appendCommandName(dst, CommandPing)
	return append(binary.BigEndian.AppendUint16(dst, ttl), context...)
}

// AppendPong appends a PONG as a whole frame. context is that of the PING which
// it answers; of one over 16 octets it sends the first 16.
func AppendPong(dst []byte, context []byte) []byte {
	return AppendCommandFrame(dst, CommandPong, context[:min(len(context), MaxPingContext)])
}

// ParsePing reads the data of a PING: the time to live in tenths of a second, 0
// for none, and the context, a slice of data: of one over 16 octets the first 16, as
// in libzmq. The error is PingTruncated.
func ParsePing(data []byte) (ttl uint16, context []byte, err error) {
	if len(data) < ttlSize {
		return 0, nil, PingTruncated
	}
	context = data[ttlSize:min(len(data), ttlSize+MaxPingContext)]
	return binary.BigEndian.Uint16(data), context, nil
}

// SPDX-License-Identifier: Apache-2.0

package wire

import "github.com/gozmq/zmq/internal/zerr"

// Violation is a rule of the protocol that a peer broke. It is the error of
// every decoder here, and wraps zerr.ErrProtocol.
type Violation uint8

// The rules that decoders check. Where a violation ends a connection is the
// caller's business: after the handshake, malformed commands are dropped.
const (
	FrameTooLong      Violation = iota + 1 // length over 2^63-1 (RFC 23, Framing)
	LengthZero                             // ZMTP 1.0 length without room for the flags (RFC 13)
	NotGreeting                            // no signature, or fewer octets than the version has
	CommandEmpty                           // command frame without a body
	CommandUnnamed                         // command name of no octets
	CommandTruncated                       // command name runs past the frame
	MetadataTruncated                      // property runs past the end, or octets trail
	MetadataTooLong                        // property value over 2^31-1 octets (RFC 23, ready)
	PingTruncated                          // PING without its two octets of TTL (RFC 37, Heartbeating)
	ErrorTruncated                         // ERROR without a reason, or reason past the end
	GroupTooLong                           // group over 255 bytes (RFC 48)
	GroupHasNUL                            // group with a zero byte (RFC 48)
)

// Numbers of the monitor's protocol-error event (zmq.h,
// ZMQ_PROTOCOL_ERROR_ZMTP_...).
const (
	codeMalformedCommand = 0x10000011
	codeMalformedError   = 0x10000015
	codeInvalidMetadata  = 0x10000018
)

// Rule is the violation in words, for zerr.ProtocolError.
func (v Violation) Rule() string {
	switch v {
	case FrameTooLong:
		return "frame length over 2^63-1"
	case LengthZero:
		return "ZMTP 1.0 frame of length zero"
	case NotGreeting:
		return "malformed greeting"
	case CommandEmpty:
		return "empty command"
	case CommandUnnamed:
		return "command without a name"
	case CommandTruncated:
		return "command name runs past the frame"
	case MetadataTruncated:
		return "metadata property runs past the end"
	case MetadataTooLong:
		return "metadata value over 2^31-1 octets"
	case PingTruncated:
		return "PING without a time to live"
	case ErrorTruncated:
		return "ERROR reason runs past the command"
	case GroupTooLong:
		return "group over 255 bytes"
	case GroupHasNUL:
		return "group with a zero byte"
	}
	return "unknown violation"
}

// Code is the number that the monitor's protocol-error event has for the
// violation, 0 where libzmq raises none.
func (v Violation) Code() uint32 {
	switch v {
	case CommandEmpty, CommandUnnamed, CommandTruncated:
		return codeMalformedCommand
	case MetadataTruncated, MetadataTooLong:
		return codeInvalidMetadata
	case ErrorTruncated:
		return codeMalformedError
	}
	return 0
}

// Error is the rule after "zmq: protocol error: ".
func (v Violation) Error() string { return zerr.ErrProtocol.Error() + ": " + v.Rule() }

// Unwrap is zerr.ErrProtocol.
func (v Violation) Unwrap() error { return zerr.ErrProtocol }

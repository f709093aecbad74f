// SPDX-License-Identifier: Apache-2.0

package wire

import "math"

// Names of commands (RFC 37; HELLO to MESSAGE also RFC 24 and 26). They are
// compared as they are, case included.
const (
	CommandReady     = "READY"
	CommandError     = "ERROR"
	CommandHello     = "HELLO"
	CommandWelcome   = "WELCOME"
	CommandInitiate  = "INITIATE"
	CommandMessage   = "MESSAGE"
	CommandPing      = "PING"
	CommandPong      = "PONG"
	CommandSubscribe = "SUBSCRIBE"
	CommandCancel    = "CANCEL"
	CommandJoin      = "JOIN"
	CommandLeave     = "LEAVE"
)

// maxShortString is the most that one octet of length can announce: names of
// commands and properties, the reason of an ERROR.
const maxShortString = math.MaxUint8

// ParseCommand splits the body of a command frame into its name and what
// follows, both slices of body. The errors are CommandEmpty, CommandUnnamed and
// CommandTruncated. Whether a name is known is for the caller to say.
func ParseCommand(body []byte) (name, data []byte, err error) {
	if len(body) == 0 {
		return nil, nil, CommandEmpty
	}
	n := int(body[0])
	if n == 0 {
		return nil, nil, CommandUnnamed
	}
	if n >= len(body) {
		return nil, nil, CommandTruncated
	}
	return body[1 : 1+n : 1+n], body[1+n:], nil
}

// AppendCommand appends the body of a command, without a frame header. It panics
// if name has no octets or more than 255.
func AppendCommand(dst []byte, name string, data []byte) []byte {
	return append(appendCommandName(dst, name), data...)
}

// AppendCommandFrame appends a command as a whole ZMTP 3.x frame. It panics if
// name has no octets or more than 255.
func AppendCommandFrame(dst []byte, name string, data []byte) []byte {
	dst = AppendHeader(dst, FlagCommand, 1+len(name)+len(data))
	return AppendCommand(dst, name, data)
}

func appendCommandName(dst []byte, name string) []byte {
	if name == "" || len(name) > maxShortString {
		panic("wire: command name of no octets or more than 255")
	}
	return append(append(dst, byte(len(name))), name...)
}

// ParseError reads the reason from the data of an ERROR command. Octets after it
// are ignored, as libzmq does. The only error is ErrorTruncated.
func ParseError(data []byte) (reason string, err error) {
	if len(data) == 0 || len(data) < 1+int(data[0]) {
		return "", ErrorTruncated
	}
	return string(data[1 : 1+int(data[0])]), nil
}

// AppendError appends the body of an ERROR command, without a frame header. Of a
// reason over 255 octets it sends the first 255.
func AppendError(dst []byte, reason string) []byte {
	reason = reason[:min(len(reason), maxShortString)]
	dst = appendCommandName(dst, CommandError)
	return append(append(dst, byte(len(reason))), reason...)
}

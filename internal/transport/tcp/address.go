// SPDX-License-Identifier: Apache-2.0

package tcp

import (
	"net"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// hostPort is the text of an address taken apart, before anything is resolved.
type hostPort struct {
	host string // without brackets and zone
	zone string // name of an interface, or a number that is none's; "" for none
	port uint16 // 0 for one that the system chooses
}

// parseBind takes "host:port" apart as bind does: the port is "*", "0" or a
// number up to 65535.
func parseBind(address string) (hostPort, error) {
	host, port, err := splitPort(address)
	if err != nil {
		return hostPort{}, err
	}
	number, err := bindPort(port)
	if err != nil {
		return hostPort{}, err
	}
	return parseHost(host, number)
}

// parseTarget takes the "host:port" of a connect apart: of the port the leading
// digits count.
func parseTarget(address string) (hostPort, error) {
	host, port, err := splitPort(address)
	if err != nil {
		return hostPort{}, err
	}
	number, err := connectPort(port)
	if err != nil {
		return hostPort{}, err
	}
	return parseHost(host, number)
}

// parseConnect takes "[source;]host:port" apart. source is nil if there is
// none.
func parseConnect(address string) (source *hostPort, to hostPort, err error) {
	if err := checkConnect(address); err != nil {
		return nil, hostPort{}, err
	}
	if i := strings.LastIndexByte(address, ';'); i >= 0 {
		from, err := parseBind(address[:i])
		if err != nil {
			return nil, hostPort{}, err
		}
		source, address = &from, address[i+1:]
	}
	to, err = parseTarget(address)
	return source, to, err
}

// checkConnect is what libzmq checks in the call: the characters, and that a
// digit follows the last colon. A port above 65535, which libzmq would truncate
// to another one, is refused as well.
func checkConnect(address string) error {
	for i := range len(address) {
		c := address[i]
		if isAlnum(c) || c == '[' || c == ':' {
			continue
		}
		if i == 0 || !strings.ContainsRune(".-%;]_*", rune(c)) {
			if c == '*' {
				return invalid("a * stands for every address of this machine, and only a bind can have it")
			}
			return invalid("the character %q belongs neither to a host nor to a port", c)
		}
	}
	_, port, err := splitPort(address)
	if err != nil {
		return err
	}
	_, err = connectPort(port)
	return err
}

// splitPort cuts at the last colon, so that an IPv6 address needs no brackets.
func splitPort(address string) (host, port string, err error) {
	i := strings.LastIndexByte(address, ':')
	if i < 0 {
		return "", "", invalid("%q has no port, it should be host:port", address)
	}
	return address[:i], address[i+1:], nil
}

// bindPort reads the port of a bind. A number with leading zeros is one, but
// zero itself must be written "0".
func bindPort(text string) (uint16, error) {
	if text == "*" || text == "0" {
		return 0, nil
	}
	if digits(text) != len(text) {
		return 0, invalid("port %q is not a number, nor * for one that the system chooses", text)
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, invalidPort(text)
	}
	return uint16(n), nil
}

// connectPort reads the port of a connect: digits, and whatever follows them.
func connectPort(text string) (uint16, error) {
	number := text[:digits(text)]
	if number == "" {
		return 0, invalid("port %q is not a number", text)
	}
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return 0, invalidPort(number)
	}
	return uint16(n), nil
}

// parseHost removes brackets and takes off the zone. The zone must be that of
// an existing interface, or a number other than zero.
func parseHost(text string, port uint16) (hostPort, error) {
	host := text
	if len(host) >= 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	i := strings.LastIndexByte(host, '%')
	if i < 0 {
		return hostPort{host: host, port: port}, nil
	}
	zone, err := parseZone(host[i+1:])
	if err != nil {
		return hostPort{}, invalid("the zone of %s: %w", text, err)
	}
	return hostPort{host: host[:i], zone: zone, port: port}, nil
}

// parseZone makes the zone of an IPv6 address what the net package shows it as:
// the name of the interface, or the number if there is no such interface.
func parseZone(text string) (string, error) {
	if text != "" && isAlpha(text[0]) {
		ifi, err := net.InterfaceByName(text)
		if err != nil {
			return "", err
		}
		return ifi.Name, nil
	}
	if digits(text) != len(text) {
		return "", strconv.ErrSyntax
	}
	// An interface index is a positive int in C.
	index, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return "", err
	}
	if index == 0 {
		return "", strconv.ErrRange
	}
	if ifi, err := net.InterfaceByIndex(int(index)); err == nil {
		return ifi.Name, nil
	}
	return strconv.FormatUint(index, 10), nil
}

// digits is the number of decimal digits that text begins with.
func digits(text string) int {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return i
		}
	}
	return len(text)
}

// isAlpha and isAlnum are C's isalpha and isalnum in the "C" locale.
func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isAlnum(c byte) bool { return isAlpha(c) || '0' <= c && c <= '9' }

// invalid says what is wrong with an address.
func invalid(format string, args ...any) error {
	return zerr.Errorf(zerr.ErrInvalid, format, args...)
}

func invalidPort(number string) error {
	return invalid("port %s is not between 1 and 65535", number)
}

// SPDX-License-Identifier: Apache-2.0

package vsock

import (
	"strconv"
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// anyNumber is that of any machine and of any port (VMADDR_CID_ANY, VMADDR_PORT_ANY).
const anyNumber = 1<<32 - 1

// address is a text taken apart: a machine by its context identifier, and a port there.
type address struct {
	cid, port uint32
	own       bool // "@" stands for the cid
}

// parse takes "cid:port" apart, at the last colon. Both are decimal numbers of 32 bits, or
// "*" or "-1" for any. libzmq overlooks what follows the digits.
func parse(scheme, text string) (address, error) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return address{}, zerr.Errorf(zerr.ErrInvalid, "%s address %q has no port", scheme, text)
	}
	a := address{own: text[:i] == "@"}
	var err error
	if !a.own {
		if a.cid, err = number(text[:i]); err != nil {
			return address{}, zerr.Errorf(zerr.ErrInvalid, "%s address %q: the machine is to be a number, * or @", scheme, text)
		}
	}
	if a.port, err = number(text[i+1:]); err != nil {
		return address{}, zerr.Errorf(zerr.ErrInvalid, "%s address %q: the port is to be a number of 32 bits, or *", scheme, text)
	}
	return a, nil
}

func number(text string) (uint32, error) {
	if text == "*" || text == "-1" {
		return anyNumber, nil
	}
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err
}

// name implements net.Addr.
type name struct {
	scheme    string
	cid, port uint32
}

// Network is the scheme.
func (n name) Network() string { return n.scheme }

// String is "cid:port", with "*" for any.
func (n name) String() string { return text(n.cid) + ":" + text(n.port) }

func text(n uint32) string {
	if n == anyNumber {
		return "*"
	}
	return strconv.FormatUint(uint64(n), 10)
}

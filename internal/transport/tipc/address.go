// SPDX-License-Identifier: Apache-2.0

package tipc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gozmq/zmq/internal/zerr"
)

// kind is how an address names sockets.
type kind int

const (
	service  kind = iota // {type,instance}, one number of a service
	span                 // {type,lower,upper}, a range of them
	identity             // <1.2.3:ref>, one socket
	assigned             // <*>, one that the system names
)

// address is a text taken apart.
type address struct {
	kind         kind
	typ          uint32 // of a service
	lower, upper uint32 // the instance is lower
	node         uint32 // of an identity; for a service in which domain it is looked for
	ref          uint32
}

// reserved is how many types of services TIPC has for itself.
const reserved = 64

// zoneOne is "1.0.0", the domain that libzmq looks in if the address has none.
const zoneOne = 1 << 24

// parse takes an address apart. libzmq overlooks what follows it.
func parse(text string) (a address, err error) {
	switch {
	case text == "<*>":
		return address{kind: assigned}, nil
	case strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">"):
		a.kind = identity
		node, ref, ok := strings.Cut(text[1:len(text)-1], ":")
		if !ok {
			return a, invalid(text, "an identity is <z.c.n:ref>")
		}
		if a.node, ok = parseNode(node); !ok {
			return a, invalid(text, "a node is z.c.n, up to 255.4095.4095")
		}
		if a.ref, ok = number(ref); !ok {
			return a, invalid(text, "the reference is a number of 32 bits")
		}
		return a, nil
	case strings.HasPrefix(text, "{"):
		return parseService(text)
	}
	return a, invalid(text, "it is neither {type,instance}, {type,lower,upper} nor <z.c.n:ref>")
}

// parseService takes "{type,instance}[@domain]" or "{type,lower,upper}" apart.
func parseService(text string) (a address, err error) {
	inner, domain, ok := strings.Cut(text[1:], "}")
	if !ok {
		return a, invalid(text, "the brace is not closed")
	}
	var n [3]uint32
	parts := strings.Split(inner, ",")
	if len(parts) < 2 || len(parts) > len(n) {
		return a, invalid(text, "a service has two numbers, or three")
	}
	for i, part := range parts {
		if n[i], ok = number(strings.TrimPrefix(part, " ")); !ok {
			return a, invalid(text, "%q is no number of 32 bits", part)
		}
	}
	a = address{kind: service, typ: n[0], lower: n[1], upper: n[1], node: zoneOne}
	if len(parts) == 3 {
		a.kind, a.upper = span, n[2]
	}
	switch {
	case a.typ < reserved || a.kind == service && a.typ == reserved: // as libzmq has it
		return a, invalid(text, "types up to %d are reserved", reserved)
	case a.upper < a.lower:
		return a, invalid(text, "the range is empty")
	case domain == "":
		return a, nil
	}
	node, found := strings.CutPrefix(domain, "@")
	if a.kind != service || !found {
		return a, invalid(text, "%q follows the brace", domain)
	}
	if a.node, ok = parseNode(node); !ok {
		return a, invalid(text, "a domain is z.c.n, up to 255.4095.4095")
	}
	return a, nil
}

// parseNode reads the zone, cluster and node of "1.2.3": 8, 12 and 12 bits of a number (tipc_addr).
func parseNode(text string) (uint32, bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return 0, false
	}
	node := uint32(0)
	for i, bits := range []int{8, 12, 12} {
		n, err := strconv.ParseUint(parts[i], 10, bits)
		if err != nil {
			return 0, false
		}
		node = node<<bits | uint32(n)
	}
	return node, true
}

func number(text string) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil
}

// String is the address as LAST_ENDPOINT has it. As with libzmq, that of a service with
// one instance ends with the domain.
func (a address) String() string {
	switch a.kind {
	case service:
		return fmt.Sprintf("{%d, %d, %d}", a.typ, a.lower, a.node)
	case span:
		return fmt.Sprintf("{%d, %d, %d}", a.typ, a.lower, a.upper)
	case assigned:
		return "<*>"
	}
	return fmt.Sprintf("<%d.%d.%d:%d>", a.node>>24, a.node>>12&0xFFF, a.node&0xFFF, a.ref)
}

// Network implements net.Addr.
func (a address) Network() string { return Scheme }

// Scheme is what endpoints begin with.
const Scheme = "tipc"

func invalid(text, format string, args ...any) error {
	return zerr.Errorf(zerr.ErrInvalid, "tipc address %q: "+format, append([]any{text}, args...)...)
}

// SPDX-License-Identifier: Apache-2.0

package core

import (
	"slices"
	"strings"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zerr"
)

// carries lists the socket types of the transports that do not carry all
// (docs/libzmq.md, Endpoints).
var carries = map[string][]string{
	"udp":  {"RADIO", "DISH", "DGRAM"},
	"pgm":  {"PUB", "SUB", "XPUB", "XSUB"},
	"epgm": {"PUB", "SUB", "XPUB", "XSUB"},
	"norm": {"PUB", "SUB", "XPUB", "XSUB"},
}

// locate takes an endpoint apart and finds its transport, nil for inproc. A scheme
// that is known comes before a type that it does not carry; libzmq knows udp
// always, and the multicast ones only where they are compiled in.
//
// A transport that the program brings comes before one of the context.
func (s *Socket) locate(endpoint string, hooks *Hooks) (scheme, address string, t transport.Transport, err error) {
	if scheme, _, found := strings.Cut(endpoint, "://"); found {
		t = hooks.Transports[scheme]
	}
	if t != nil {
		scheme, address, err = transport.Split(endpoint)
	} else {
		scheme, address, t, err = s.ctx.split(endpoint)
	}
	if err != nil {
		return scheme, "", nil, err
	}
	if types := carries[scheme]; types != nil && !slices.Contains(types, s.typ.Name) {
		return scheme, "", nil, zerr.Errorf(zerr.ErrIncompatibleTransport, "%s is for %s, not for a %s", scheme, strings.Join(types, ", "), s.typ.Name)
	}
	return scheme, address, t, err
}

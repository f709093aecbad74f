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
// A transport that a setting brings for the endpoint comes before one of the socket, and
// that before one of the context.
func (s *Socket) locate(endpoint string, settings []Setting) (scheme, address string, t transport.Transport, err error) {
	if t = s.own(endpoint, settings); t != nil {
		scheme, address, err = transport.Split(endpoint)
	} else {
		scheme, address, t, err = s.ctx.split(endpoint)
	}
	if err != nil {
		return scheme, "", nil, err
	}
	if types := carries[scheme]; types != nil && !slices.Contains(types, s.typ.Name) {
		return scheme, "", nil, zerr.Errorf(zerr.ErrIncompatibleTransport, "%s is for %v, not for a %s", scheme, types, s.typ.Name)
	}
	return scheme, address, t, err
}

// own returns the transport for an endpoint that a setting or the socket has, nil if
// there is none.
func (s *Socket) own(endpoint string, settings []Setting) transport.Transport {
	scheme, _, found := strings.Cut(endpoint, "://")
	if !found {
		return nil
	}
	for i := len(settings) - 1; i >= 0; i-- {
		for _, t := range settings[i].Transports {
			if t.Scheme() == scheme {
				return t
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.transports[scheme]
}

// AddTransports lets the socket use transports for the endpoints to come.
func (s *Socket) AddTransports(list []transport.Transport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.transports == nil {
		s.transports = make(map[string]transport.Transport, len(list))
	}
	for _, t := range list {
		s.transports[t.Scheme()] = t
	}
}

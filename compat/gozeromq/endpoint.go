// SPDX-License-Identifier: Apache-2.0

// Listen, and the log of what becomes of connections.

package zmq4

import (
	"fmt"
	"iter"
	"net"

	"github.com/gozmq/zmq"
)

// Listen implements Socket.
func (s *socket) Listen(text string) error {
	if s.err != nil {
		return s.err
	}
	ep, err := s.config.parseEndpoint(text, false)
	if err != nil {
		return err
	}
	addr, err := s.listen(ep)
	if err != nil {
		return fmt.Errorf("zmq4: could not listen to %q: %w", text, s.ended(err))
	}
	s.mu.Lock()
	s.addr = addr
	s.mu.Unlock()
	return nil
}

func (s *socket) listen(ep endpoint) (net.Addr, error) {
	plain, foreign := mechanismOf(s.config.sec)
	if foreign || ep.trans != nil {
		return s.relayListen(ep)
	}
	var settings []zmq.Setting
	if plain != nil && ep.scheme != schemeInproc {
		domain, err := s.plainDomain(plain)
		if err != nil {
			return nil, err
		}
		settings = append(settings, zmq.PlainServer.Of(true), zmq.ZAPDomain.Of(domain))
	}
	s.endpointMu.Lock()
	defer s.endpointMu.Unlock()
	if err := s.sock.Bind(ep.text, settings...); err != nil {
		return nil, err
	}
	return listenerAddr(s.sock.LastEndpoint()), nil
}

// Addr implements Socket.
func (s *socket) Addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// logEvents tells the program's logger what becomes of the connections.
func (s *socket) logEvents(events iter.Seq[zmq.Event]) {
	for ev := range events {
		if ev.Kind == zmq.EventMonitorStopped || ev.Kind == zmq.EventConnectDelayed {
			continue
		}
		line := fmt.Sprintf("zmq4: %s %s %s %s", s.kind, ev.Kind, ev.Endpoint, ev.Remote)
		if ev.Err != nil {
			line += ": " + ev.Err.Error()
		}
		s.config.logger.Print(line)
	}
}

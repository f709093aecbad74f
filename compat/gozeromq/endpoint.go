// SPDX-License-Identifier: Apache-2.0

// Listen and Dial. A Dial follows the events of its endpoint until it knows enough
// to return.

package zmq4

import (
	"context"
	"fmt"
	"iter"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/gozmq/zmq"
)

// firstAttempt bounds how long Dial waits for the outcome of its first attempt
// where nobody answers at all; the attempt itself goes on.
const firstAttempt = 5 * time.Second

// dialEvents are what decides about a Dial.
const dialEvents = zmq.EventHandshakeSucceeded | zmq.EventHandshakeFailed | zmq.EventConnectRetried |
	zmq.EventClosed | zmq.EventDisconnected

// Listen implements Socket.
func (s *socket) Listen(text string) error {
	if s.err != nil {
		return s.err
	}
	ep, err := parseEndpoint(text, false)
	if err != nil {
		return err
	}
	addr, err := s.listen(ep)
	if err != nil {
		return fmt.Errorf("zmq4: could not listen to %q: %w", text, s.fail("listen", err))
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

// Dial implements Socket.
func (s *socket) Dial(text string) error {
	if s.err != nil {
		return s.err
	}
	ep, err := parseEndpoint(text, true)
	if err == nil {
		err = s.dial(ep)
		if err != nil {
			err = fmt.Errorf("zmq4: could not dial to %q: %w", text, s.fail("dial", err))
		}
	}
	return err
}

func (s *socket) dial(ep endpoint) error {
	plain, foreign := mechanismOf(s.config.sec)
	var settings []zmq.Setting
	if plain != nil && ep.scheme != schemeInproc {
		user, pass := plain.Credentials()
		if user == "" || pass == "" {
			foreign = true // which package zmq does not send
		} else {
			settings = append(settings, zmq.PlainUsername.Of(user), zmq.PlainPassword.Of(pass))
		}
	}
	if !foreign && ep.trans == nil {
		if s.dialled(ep.text) {
			return nil
		}
		return s.connect(ep.text, settings)
	}
	target, drop, err := s.relayDial(ep)
	if err == nil {
		if err = s.connect(target, nil); err != nil {
			drop()
		}
	}
	return err
}

// dialled reports whether a second connection to an endpoint would have the socket
// see everything twice. Package zmq says no itself, but not to the XPUB that is our
// PUB.
func (s *socket) dialled(target string) bool {
	if !slices.Contains([]SocketType{Dealer, Req, Sub, Pub}, s.kind) {
		return false
	}
	return slices.ContainsFunc(s.sock.Endpoints(), func(e zmq.Endpoint) bool {
		return !e.Bound && e.Address == target
	})
}

func (s *socket) connect(target string, settings []zmq.Setting) error {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	if !s.config.retriesSet {
		ctx, cancel = context.WithTimeout(ctx, firstAttempt)
		defer cancel()
	}
	events := s.sock.Monitor(ctx, dialEvents)
	watch, unwatch := context.WithCancel(s.life)
	lost := s.sock.Monitor(watch, zmq.EventDisconnected)

	s.endpointMu.Lock()
	err := s.sock.Connect(target, settings...)
	s.endpointMu.Unlock()
	if err == nil {
		err = s.awaitPeer(target, events)
	}
	if err != nil || !s.config.stayLost {
		unwatch()
		return err
	}
	go func() {
		defer unwatch()
		s.dropWhenLost(target, lost)
	}()
	return nil
}

// awaitPeer returns nil when the peer is there or shall be waited for in the
// background. If it returns an error the endpoint is gone.
func (s *socket) awaitPeer(target string, events iter.Seq[zmq.Event]) error {
	if strings.HasPrefix(target, schemeInproc+"://") {
		return nil // both ends are here, or meet when the other one listens
	}
	failures := 0
	reason := error(zmq.ErrTimeout)
	for ev := range events {
		if ev.Endpoint != target {
			continue
		}
		if ev.Err != nil {
			reason = ev.Err
		}
		switch ev.Kind {
		case zmq.EventHandshakeSucceeded:
			return nil
		case zmq.EventHandshakeFailedProtocol, zmq.EventHandshakeFailedAuth:
			_ = s.sock.Disconnect(target)
			return reason
		case zmq.EventConnectRetried:
			failures++
			if !s.config.retriesSet {
				return nil
			}
			if s.config.maxRetries >= 0 && failures > s.config.maxRetries {
				_ = s.sock.Disconnect(target)
				return fmt.Errorf("%d attempts, the last one: %w", failures, reason)
			}
		}
	}
	if err := s.ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.sock.Done():
		return zmq.ErrClosed
	default:
		return nil
	}
}

// dropWhenLost takes an endpoint away when its connection has ended.
func (s *socket) dropWhenLost(target string, lost iter.Seq[zmq.Event]) {
	for ev := range lost {
		if ev.Endpoint == target {
			_ = s.sock.Disconnect(target)
			return
		}
	}
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

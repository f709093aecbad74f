// SPDX-License-Identifier: Apache-2.0

// Dial: it begins a connection and waits until the watcher has noted enough to
// return.

package zmq4

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gozmq/zmq"
)

// How often, and after which pause, the original tries again before its Dial fails.
const (
	defaultRetry      = 250 * time.Millisecond
	defaultMaxRetries = 10
)

// errNotListening is a Dial by inproc of a name that no socket has.
var errNotListening = errors.New("inproc: connection refused")

// Dial implements Socket.
func (s *socket) Dial(text string) error {
	if s.err != nil {
		return s.err
	}
	ep, err := s.config.parseEndpoint(text, true)
	if err != nil {
		return err
	}
	if err := s.dial(ep); err != nil {
		return fmt.Errorf("zmq4: could not dial to %q: %w", text, s.ended(err))
	}
	return nil
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
	if ep.scheme == schemeInproc && !foreign {
		return s.dialInproc(ep.text)
	}
	if foreign || ep.trans != nil {
		settings = nil // the relay makes the handshake
	}
	s.watching.Do(func() { go s.watchDials(s.sock.Monitor(s.life, dialEvents)) })
	if s.config.reconnect == reconnectNever {
		// So that watchDials can take the endpoint away, and what the peer has left stays.
		settings = append(settings, zmq.Immediate.Of(true))
	}
	d := s.diallingOf(ep.text)
	d.turn.Lock()
	defer d.turn.Unlock()
	if foreign || ep.trans != nil {
		if err := s.relayTo(ep, d); err != nil {
			return err
		}
	}
	return s.connect(d, settings)
}

// dialInproc waits for the other end, which no events tell of.
func (s *socket) dialInproc(target string) error {
	if s.dialsOnce() && s.dials(target) {
		return nil
	}
	n := len(s.sock.Peers())
	if err := s.begin(target, nil); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(s.ctx)
	if s.config.maxRetries >= 0 {
		ctx, cancel = context.WithTimeout(s.ctx, time.Duration(s.config.maxRetries)*s.config.retry)
	}
	defer cancel()
	err := s.sock.WaitPeers(ctx, n+1)
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) && s.ctx.Err() == nil {
		if !s.config.givesUp() {
			return nil
		}
		err = errNotListening
	}
	_ = s.sock.Disconnect(target)
	return err
}

// dialsOnce reports whether a second connection to an endpoint would have the socket
// see everything twice. Package zmq says no itself, but not to the XPUB that is our
// PUB.
func (s *socket) dialsOnce() bool {
	return slices.Contains([]SocketType{Dealer, Req, Sub, Pub}, s.kind)
}

// dials reports whether package zmq has a connection to an endpoint, or tries to get
// one.
func (s *socket) dials(target string) bool {
	return slices.ContainsFunc(s.sock.Endpoints(), func(e zmq.Endpoint) bool {
		return !e.Bound && e.Address == target
	})
}

func (s *socket) begin(target string, settings []zmq.Setting) error {
	s.endpointMu.Lock()
	defer s.endpointMu.Unlock()
	return s.sock.Connect(target, settings...)
}

// connect begins a connection, unless the endpoint has one that is being tried again,
// and waits for the peer.
func (s *socket) connect(d *dialling, settings []zmq.Setting) error {
	there := s.dials(d.target)
	before := s.outset(d, there)
	if before.live > 0 && (before.again || s.dialsOnce()) {
		return nil
	}
	if !there || before.live > 0 {
		if err := s.begin(d.target, settings); err != nil {
			return err
		}
	}
	err := s.awaitPeer(d, before)
	if err != nil {
		s.giveUp(d)
	}
	return err
}

// awaitPeer returns nil when the peer is there or shall be waited for in the
// background, and an error when Dial has to fail. before is what was known at first.
func (s *socket) awaitPeer(d *dialling, before progress) error {
	for {
		now, changed := s.progress(d)
		failures := now.failed - before.failed
		switch {
		case now.made > before.made:
			return nil
		case now.refused != nil:
			return now.refused
		case s.config.maxRetries >= 0 && failures > s.config.maxRetries:
			if !s.config.givesUp() {
				return nil
			}
			return fmt.Errorf("%d attempts, the last one: %w", failures, d.cause(now))
		}
		select {
		case <-changed:
		case <-s.ctx.Done():
			return s.endedBy(d.cause(now))
		case <-s.sock.Done():
			return s.endedBy(d.cause(now))
		}
	}
}

// endedBy is the error of a Dial that the end of the socket interrupts, with what had
// kept it from its peer until then.
func (s *socket) endedBy(cause error) error {
	end := s.ended(zmq.ErrClosed)
	if cause == nil {
		return end
	}
	return fmt.Errorf("%w: %w", end, cause)
}

// giveUp ends an endpoint whose Dial has failed.
func (s *socket) giveUp(d *dialling) {
	_ = s.sock.Disconnect(d.target)
	if d.relayed != nil {
		_ = d.relayed.listener.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.relayed, d.live = nil, 0
}

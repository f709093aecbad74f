// SPDX-License-Identifier: Apache-2.0

package core

import (
	"bytes"
	"cmp"
	"errors"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// What the sessions tell their socket: session.Host.

// Admit implements session.Host.
func (s *Socket) Admit() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.admitLocked()
}

// admitLocked says whether another accepted peer is wanted. s.mu is held.
func (s *Socket) admitLocked() error {
	if limit := s.opts.Int(opt.MaxPeers); limit > 0 && s.accepted >= limit {
		return zerr.Errorf(zerr.ErrLimit, "%d peers are connected, as many as MaxPeers allows", s.accepted)
	}
	return nil
}

// admitFrom says whether another peer from the address of this one is wanted. s.mu is held.
func (s *Socket) admitFrom(peer *pipe.Peer) error {
	limit := s.opts.Int(opt.MaxPeersPerAddress)
	if limit == 0 {
		return nil
	}
	if source := transport.SourceOf(peer.Address); s.sources[source] >= limit {
		return zerr.Errorf(zerr.ErrLimit, "%d peers from %s are connected, as many as MaxPeersPerAddress allows", limit, source)
	}
	return nil
}

// Ready implements session.Host: a connection has finished its handshake.
func (s *Socket) Ready(c *engine.Conn, peer *pipe.Peer, p *pipe.Pipe, from any) (*pipe.Pipe, error) {
	if err := s.lockUnrevoked(peer); err != nil {
		return nil, err
	}
	e := s.endpointOf(from)
	made := p == nil
	if e == nil && made {
		s.mu.Unlock()
		return nil, zerr.ErrClosed
	}
	if e == nil { // disconnected, and lingering
		e = &endpoint{socket: s, dialer: from.(*session.Dialer), opts: s.opts}
	}
	if made && e.listener != nil { // others may have finished meanwhile
		if err := cmp.Or(s.admitLocked(), s.admitFrom(peer)); err != nil {
			s.mu.Unlock()
			return nil, err
		}
	}
	if made {
		if len(e.id) > 0 && !s.pattern.(pattern.RouteTable).CanRoute(e.id) {
			s.mu.Unlock()
			return nil, zerr.Errorf(zerr.ErrInvalid, "routing id %q, which this connect gives its peer, is another peer's now", e.id)
		}
		p = pipe.New(s.pipeConfig(e.opts, e.key, e.listener != nil))
		p.Route.ID = bytes.Clone(e.id)
	}
	p.SetPeer(peer)
	c.Attach(p)
	p.OnRefuse(func(reason error) { e.refuse(c, p, reason) })
	p.OnRefused(func(n int, reason error) { s.refusedBy(p, peer, n, reason) })
	a := s.pipes[p]
	if made {
		a = s.addPipe(p, e)
		s.succeed(c, a)
	} else if a == nil { // disconnected meanwhile; it only lingers
		if a = s.parting[p]; a != nil {
			a.conn, a.ready = c, true
		}
		flush := p.Out().Attach(c, c.Version())
		s.mu.Unlock()
		s.stats.Connected.Add(1)
		if flush {
			p.Kick()
		}
		return p, nil
	}
	a.conn = c
	flush := p.Out().Attach(c, c.Version())
	err := s.pattern.Ready(p)
	if err != nil {
		a.conn = nil
		if made {
			s.removePipe(p)
		}
		s.flushAndUnlock()
		c.Close(err)
		if flush {
			p.Kick()
		}
		p.Out().Detach()
		c.Wait()
		return nil, err
	}
	a.ready = true
	s.least.note(peer)
	nameless := s.nameless(p)
	if flush { // before the lock is given up: the holder of a token never waits for it
		p.Kick()
	}
	s.flushAndUnlock()
	s.partDisplaced()
	// Subscribers of libzmq 2.x filter for themselves (docs/libzmq.md, Older peers).
	if sink := s.pattern.Sink(); sink != nil && c.Version() == wire.V1Unversioned {
		p.Deliver(pipe.Items(pipe.Message{Head: []byte{}, Kind: pipe.Subscribe, Peer: peer, Owned: true}))
	}
	s.stats.Connected.Add(1)
	if nameless {
		s.noteDuplicate(p)
	}
	s.changes.WakeAll()
	return p, nil
}

// nameless reports whether a peer that is ready is not read, because another has its
// routing id. s.mu is held.
func (s *Socket) nameless(p *pipe.Pipe) bool {
	_, routes := s.pattern.(pattern.RouteTable)
	return routes && p.Route.ID == nil
}

// noteDuplicate counts and logs a peer that is nameless.
func (s *Socket) noteDuplicate(p *pipe.Pipe) {
	s.stats.DuplicateIDs.Add(1)
	s.logDuplicate(p)
}

// Lost implements session.Host: a connection that was ready is gone.
func (s *Socket) Lost(p *pipe.Pipe, last bool, reason error) {
	s.mu.Lock()
	a := s.pipes[p]
	if a != nil && a.endpoint.of != nil {
		a.endpoint.of.hasten()
	}
	if a == nil {
		a = s.parting[p]
	}
	if a != nil {
		a.conn, a.ready = nil, false
	}
	p.PeerGone()
	s.pattern.Lost(p)
	if last {
		s.removePipe(p)
	}
	s.flushAndUnlock()
	s.stats.Disconnected.Add(1)
	if errors.Is(reason, zerr.ErrTimeout) {
		s.stats.TimedOut.Add(1)
	}
	if gaveUp := (*session.GaveUpError)(nil); errors.As(reason, &gaveUp) {
		s.drops.Refused.Add(1)
	}
	if last {
		p.CloseIn(false)
		s.loseOut(p)
	}
	if s.PeerGone()+s.InFlight() > 0 && !s.Closing() {
		s.noteLoss()
	}
	s.changes.WakeAll()
}

// GaveUp implements session.Host: an endpoint is out of attempts. It stays in
// the table until it is disconnected, but nothing is queued for it any more.
func (s *Socket) GaveUp(p *pipe.Pipe) {
	s.mu.Lock()
	if a := s.pipes[p]; a != nil {
		a.endpoint.spent = true
	}
	s.removePipe(p)
	s.flushAndUnlock()
	p.CloseIn(false)
	s.loseOut(p)
	s.changes.WakeAll()
}

// Event implements session.Host.
func (s *Socket) Event(e session.Event) {
	switch e.Kind {
	case session.ConnectRetried:
		s.stats.Reconnects.Add(1)
		s.stall()
	case session.HandshakeFailedAuth, session.HandshakeFailedNoDetail, session.HandshakeFailedProtocol:
		s.stats.countFailure(&e)
	case session.AcceptFailed:
		s.stats.AcceptsFailed.Add(1)
	}
	if over := (*pipe.BudgetError)(nil); e.Kind == session.Disconnected && errors.As(e.Err, &over) {
		s.stats.OverBudget.Add(1)
	}
	s.monitors.raise(&e)
	s.log(&e)
}

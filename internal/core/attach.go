// SPDX-License-Identifier: Apache-2.0

package core

import (
	"errors"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// attachment is what a socket keeps with a pipe. Guarded by the socket's lock.
type attachment struct {
	endpoint *endpoint
	conn     *engine.Conn // nil while there is none, and in process
	far      *Socket      // in process: whose socket the other end belongs to
	ready    bool
}

// pipeConfig describes a new pipe by the options of its endpoint. s.mu is held.
func (s *Socket) pipeConfig(o *opt.Set, endpoint string, accepted bool) pipe.Config {
	conflate := o.Bool(opt.Conflate)
	switch s.typ {
	case pattern.Dealer, pattern.Pull, pattern.Push, pattern.Pub, pattern.Sub:
	default:
		conflate = false // libzmq ignores it on other types
	}
	topics, receives := false, false
	switch s.typ {
	case pattern.Sub, pattern.XSub:
		topics, receives = o.Bool(opt.ConflateTopics), true
	case pattern.Pub, pattern.XPub:
		topics = o.Bool(opt.ConflateTopics)
	}
	return pipe.Config{
		Mailbox: &s.mailbox, Buffers: &s.ctx.buffers,
		SendHWM: o.Int(opt.SendHWM), RecvHWM: o.Int(opt.RecvHWM),
		SendMax: o.Int(opt.SendHWMBytes), RecvMax: o.Int(opt.RecvHWMBytes),
		Conflate: conflate, TopicsIn: topics && receives, TopicsOut: topics && !receives, Raw: s.typ == pattern.Stream || s.opts.Raw(),
		Accepted: accepted, Endpoint: endpoint, Sink: s.pattern.Sink(), Totals: &s.totals,
	}
}

// addPipe takes a new pipe in. s.mu is held.
func (s *Socket) addPipe(p *pipe.Pipe, e *endpoint) *attachment {
	a := &attachment{endpoint: e}
	s.recall()
	s.pipes[p] = a
	if p.Accepted {
		s.accepted++
	}
	s.pattern.Attach(p)
	return a
}

// removePipe ends what goes out through a pipe. s.mu is held.
func (s *Socket) removePipe(p *pipe.Pipe) {
	if _, ok := s.pipes[p]; !ok {
		return
	}
	s.recall()
	delete(s.pipes, p)
	s.noteParted(p)
	if p.Accepted {
		s.accepted--
	}
	s.pattern.Detach(p)
}

// Admit implements session.Host.
func (s *Socket) Admit() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.admit()
}

// admit says whether another accepted peer is wanted. s.mu is held.
func (s *Socket) admit() error {
	if limit := s.opts.Int(opt.MaxPeers); limit > 0 && s.accepted >= limit {
		return zerr.Errorf(zerr.ErrLimit, "%d peers are connected, as many as MaxPeers allows", s.accepted)
	}
	return nil
}

// Ready implements session.Host: a connection has finished its handshake.
func (s *Socket) Ready(c *engine.Conn, peer *pipe.Peer, p *pipe.Pipe, from any) (*pipe.Pipe, error) {
	s.mu.Lock()
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
		if err := s.admit(); err != nil {
			s.mu.Unlock()
			return nil, err
		}
	}
	if made {
		p = pipe.New(s.pipeConfig(e.opts, e.key, e.listener != nil))
	}
	p.SetPeer(peer)
	c.Attach(p)
	p.OnRefuse(func(reason error) { e.refuse(c, p, reason) })
	a := s.pipes[p]
	if made {
		a = s.addPipe(p, e)
	} else if a == nil { // disconnected meanwhile; it only lingers
		flush := p.Out().Attach(c, c.Version())
		s.mu.Unlock()
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
	s.flushAndUnlock()
	s.partDisplaced()
	if flush {
		p.Kick()
	}
	// Subscribers of libzmq 2.x filter for themselves (zmtp.md 2.6).
	if sink := s.pattern.Sink(); sink != nil && c.Version() == wire.V1Unversioned {
		p.Deliver([]pipe.Message{{Head: []byte{}, Kind: pipe.Subscribe, Owned: true}})
	}
	s.stats.Connected.Add(1)
	s.watch.WakeAll()
	return p, nil
}

// Lost implements session.Host: a connection that was ready is gone.
func (s *Socket) Lost(p *pipe.Pipe, last bool, reason error) {
	s.mu.Lock()
	if a := s.pipes[p]; a != nil {
		a.conn, a.ready = nil, false
	}
	s.pattern.Lost(p)
	if last {
		s.removePipe(p)
	}
	s.flushAndUnlock()
	s.stats.Disconnects.Add(1)
	if errors.Is(reason, zerr.ErrTimeout) {
		s.stats.HeartbeatTimeouts.Add(1)
	}
	if last {
		if n := p.Out().Count(); n > 0 {
			s.drops.PeerGone.Add(uint64(n))
		}
		p.CloseIn(false)
		p.CloseOut()
	}
	s.watch.WakeAll()
}

// Event implements session.Host.
func (s *Socket) Event(e session.Event) {
	switch e.Kind {
	case session.ConnectRetried:
		s.stats.Reconnects.Add(1)
	case session.HandshakeFailedAuth, session.HandshakeFailedNoDetail, session.HandshakeFailedProtocol:
		s.stats.countFailure(&e)
	case session.AcceptFailed:
		s.stats.AcceptsFailed.Add(1)
	}
	s.monitors.raise(&e)
	s.log(&e)
}

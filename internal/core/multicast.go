// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pgm"
	"github.com/gozmq/zmq/internal/pgm/packet"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/transport/multicast"
	"github.com/gozmq/zmq/internal/zerr"
)

// openMulticast binds or connects over pgm or epgm, which is the same.
func (s *Socket) openMulticast(op, whole, address string, o *opt.Set, settings []Setting) (*pipe.Pipe, error) {
	scheme, _, _ := transport.Split(whole)
	if err := s.checkDatagrams(scheme, o, settings); err != nil {
		return nil, err
	}
	e := &endpoint{socket: s, key: whole, bound: op == "bind", opts: o}
	open := func(context.Context) (net.Conn, error) { return s.openGroup(e, scheme, address) }
	conn, err := open(s.life)
	if err != nil {
		return nil, err
	}
	first := &opened{Transport: multicast.New(scheme), conn: conn, again: open}
	cfg := s.datagramConfig(first, whole, address, o)
	cfg.Host = lasting{s, first}
	if s.ctx.cfg.Libzmq {
		cfg.Host = silent{lasting{s, first}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Err(); err != nil {
		_ = conn.Close()
		return nil, err
	}
	if i := s.find(whole); op == "connect" && i >= 0 && s.typ.ConnectsOnce {
		_ = conn.Close()
		return s.endpoints[i].pipe, nil // libzmq ignores the repetition for these types
	}
	e.pipe = pipe.New(s.pipeConfig(o, whole, false))
	e.pipe.Route.Multicast = true
	s.startDatagrams(e, cfg)
	return e.pipe, nil
}

// openGroup makes the sockets of the system for an endpoint.
func (s *Socket) openGroup(e *endpoint, scheme, address string) (net.Conn, error) {
	o, g := e.opts, &group{}
	c, err := multicast.Open(scheme, address, &multicast.Config{
		Config: *s.transportConfig(o, &Hooks{}), Sends: s.publishes(),
		Rate: o.Int(opt.Rate), Recovery: o.Millis(opt.RecoveryInterval), Hops: o.Int(opt.MulticastHops),
		MaxTPDU: o.Int(opt.MulticastMaxTPDU), Loop: o.Bool(opt.MulticastLoop),
		Limits:  pgm.Limits{Frame: o.Int64(opt.MaxMessageSize), Message: o.Int64(opt.MaxMessageBytes), Frames: o.Int(opt.MaxFrames)},
		Partial: g.hold,
		Lost:    func(source packet.TSI, from netip.Addr, n uint64) { s.lostPackets(e, source, from, n) },
	})
	if err != nil {
		return nil, err
	}
	g.Conn = c
	if g.account, err = s.ctx.budget.Open(ending{c}); err != nil {
		_ = c.Close()
		return nil, err
	}
	s.mu.Lock()
	e.group = g
	s.mu.Unlock()
	return g, nil
}

// GroupStats are the counters of an endpoint over multicast.
type GroupStats struct {
	Endpoint  string
	Publishes bool
	multicast.Stats
}

// Groups returns the counters of the socket's endpoints over multicast.
func (s *Socket) Groups() []GroupStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []GroupStats
	for _, e := range s.endpoints {
		if e.group != nil {
			list = append(list, GroupStats{e.key, s.publishes(), e.group.Stats()})
		}
	}
	return list
}

// publishes reports whether the socket sends by topic: it drops what a subscriber has no
// room for, and over multicast it is a source.
func (s *Socket) publishes() bool { return s.typ.TopicsOut }

// lostPackets tells of packets that could not be repaired: monitors of package zmq and the
// log, and not those of libzmq, which has no such event.
func (s *Socket) lostPackets(e *endpoint, source packet.TSI, from netip.Addr, n uint64) {
	scheme, address, _ := transport.Split(e.key)
	port := address[strings.LastIndexByte(address, ':')+1:]
	s.Event(session.Event{
		Kind: session.PacketsLost, Endpoint: e.key, Remote: scheme + "://" + net.JoinHostPort(from.String(), port), FD: -1,
		Err: &zerr.LossError{Source: source.String(), Address: from, Packets: n},
	})
}

// group is the connection of an endpoint over multicast. What its sources have it hold of
// messages that are not complete counts in the context's budget.
type group struct {
	multicast.Conn
	account *pipe.Account

	mu     sync.Mutex // comes before Budget.mu
	parts  pipe.Holding
	closed bool
}

// hold draws for parts of messages.
func (g *group) hold(total int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	more := total - g.parts.Bytes()
	switch {
	case g.closed:
		return net.ErrClosed
	case more > 0:
		return g.parts.GrowPartial(g.account, int(more))
	}
	g.parts.Shrink(int(-more))
	return nil
}

// CloseWrite has a publisher answer requests for some time, and then end. A subscriber has
// nothing to finish.
func (g *group) CloseWrite() error {
	if half, ok := g.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return net.ErrClosed
}

// Close ends the connection and gives back what it holds.
func (g *group) Close() error {
	err := g.Conn.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.closed = true
		g.parts.Clear()
		g.account.Close(0)
	}
	return err
}

// ending is a connection as the budget of the context ends it, if it holds most.
type ending struct{ c net.Conn }

// Close ends reading, and with it the connection.
func (e ending) Close(error) { _ = e.c.Close() }

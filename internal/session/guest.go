// SPDX-License-Identifier: Apache-2.0

package session

import (
	"container/list"
	"net"
	"strings"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
)

// guest is one accepted connection:
//
//	welcome, the handshake, in a goroutine that ends → attend, reading, in another
//
// A goroutine keeps the stack that a handshake needs, and most connections are idle
// most of the time. So the goroutine that waits is one that has never called deeply.
type guest struct {
	// Immutable.
	lis    *Listener
	conn   *engine.Conn
	turn   *turn
	source string        // where it comes from, see transport.SourceOf
	delay  time.Duration // before its handshake

	place *list.Element // in Listener.waiting, nil once it is not there; guarded by Listener.mu
	at    served        // guarded by Listener.mu; only the guest's goroutine changes it
}

// served is how far a connection has come.
type served struct {
	shaken bool       // the host has it, or is about to
	pipe   *pipe.Pipe // once it is ready
}

func newGuest(l *Listener, nc net.Conn) *guest {
	g := &guest{lis: l, conn: engine.New(nc, l.cfg.Engine)}
	g.conn.SetAccepted()
	g.source = sourceOf(g.conn.Peer())
	return g
}

// sourceOf returns where a peer comes from. Where there are no addresses of IP, that is
// its end of the connection without the port, such as the number of a virtual machine.
func sourceOf(p *pipe.Peer) string {
	if p.Address != "" {
		return transport.SourceOf(p.Address)
	}
	if i := strings.LastIndexByte(p.Remote, ':'); i > strings.Index(p.Remote, "://") {
		return p.Remote[:i]
	}
	return p.Remote
}

// event begins an event of the connection.
func (g *guest) event(kind EventKind) Event {
	e := Event{
		Kind: kind, Endpoint: g.lis.lis.Endpoint(), FD: g.conn.Descriptor(),
		Local: g.conn.Peer().Local, Remote: g.conn.Peer().Remote,
	}
	if g.at.shaken {
		e.Peer = g.conn.Peer()
	}
	return e
}

// welcome shakes hands and passes the connection to the host.
func (g *guest) welcome() {
	l, c := g.lis, g.conn
	if g.delay > 0 {
		g.turn.pass() // others need not wait, too
		c.Delay(g.delay)
	}
	peer, err := c.Handshake()
	l.mu.Lock()
	l.waiting.remove(g)
	g.at.shaken = err == nil
	switch {
	case err == nil:
		l.failures.succeeded(g.source)
	case handshakeEvent(err) != HandshakeFailedNoDetail:
		l.failures.failed(g.source, time.Now())
	}
	l.mu.Unlock()
	g.turn.wait(l.stopped)
	defer g.turn.pass()
	if err != nil {
		l.failed(err)
		c.Close(err)
		unready(l.cfg.Host, g.event(Accepted), err)
		g.leave()
		return
	}
	p, err := l.cfg.Host.Ready(c, peer, nil, l)
	if err != nil {
		l.failed(err)
		c.Close(err)
		c.Wait()
		unwanted(l.cfg.Host, g.event(Accepted), err)
		g.leave()
		return
	}
	l.mu.Lock()
	g.at.pipe = p
	part := l.part
	l.mu.Unlock()
	if part != nil {
		part(c, p)
	}
	l.cfg.Host.Event(g.event(HandshakeSucceeded))
	go g.attend()
}

// attend serves the connection from then on.
func (g *guest) attend() { g.lost(live(g.conn, g.at.pipe)) }

// lost reports the end of the connection.
func (g *guest) lost(err error) {
	l := g.lis
	l.cfg.Host.Lost(g.at.pipe, true, err)
	parted(l.cfg.Host, g.event(Disconnected), err, l.parting())
	g.leave()
}

// leave is the last call of the guest's goroutines.
func (g *guest) leave() {
	g.lis.mu.Lock()
	delete(g.lis.guests, g)
	g.lis.mu.Unlock()
	g.lis.leave()
}

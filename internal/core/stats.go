// SPDX-License-Identifier: Apache-2.0

package core

import (
	"cmp"
	"errors"
	"slices"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/zerr"
)

// Traffic is what a socket has sent and received, and what waits.
type Traffic struct {
	Sent, Received         uint64 // messages that calls took and returned
	SentOctets, ReadOctets uint64 // over connections, with framing; in process those of messages
	Conflated              uint64 // messages that a newer one took the place of
	QueuedOut, QueuedIn    int    // messages, of all pipes together
	Peers                  int    // that are connected
}

// parted is what in-process pipes had carried before they ended. Connections
// count at once.
type parted struct {
	out, in uint64
}

// noteParted keeps the counts of a pipe that is being removed. s.mu is held.
func (s *Socket) noteParted(p *pipe.Pipe) {
	if p.InProcess() {
		out, in := p.Octets()
		s.parted.out += out
		s.parted.in += in
	}
}

// Traffic returns the socket's traffic. The data path is held up as long as it
// takes to add up the queues.
func (s *Socket) Traffic() Traffic {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := Traffic{
		Sent: s.sent, Received: s.received, Conflated: s.totals.Conflated.Load(),
		SentOctets: s.totals.Out.Load() + s.parted.out, ReadOctets: s.totals.In.Load() + s.parted.in,
	}
	if p := s.sole.Load(); p != nil {
		t.Sent += p.Direct()
	}
	for p, a := range s.pipes {
		out, in := p.Queued()
		t.QueuedOut += out
		t.QueuedIn += in
		if a.ready {
			t.Peers++
		}
		if p.InProcess() {
			sent, read := p.Octets()
			t.SentOctets += sent
			t.ReadOctets += read
		}
	}
	return t
}

// countFailure counts a handshake that failed, by cause.
func (c *Counters) countFailure(e *session.Event) {
	c.HandshakesFailed.Add(1)
	switch {
	case e.Kind == session.HandshakeFailedAuth:
		c.HandshakesRefused.Add(1)
	case e.Kind == session.HandshakeFailedProtocol:
		c.HandshakesBroken.Add(1)
	case errors.Is(e.Err, zerr.ErrTimeout):
		c.HandshakesLate.Add(1)
	default:
		c.HandshakesLost.Add(1)
	}
}

// Sockets returns the sockets whose Close has not finished, oldest first.
func (c *Context) Sockets() []*Socket {
	c.mu.Lock()
	list := c.open()
	c.mu.Unlock()
	slices.SortFunc(list, func(a, b *Socket) int { return cmp.Compare(a.id, b.id) })
	return list
}

// SPDX-License-Identifier: Apache-2.0

package core

import (
	"cmp"
	"errors"
	"iter"
	"slices"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
	"github.com/gozmq/zmq/internal/zerr"
)

// Traffic is what a socket has sent and received, and what waits.
type Traffic struct {
	Sent, Received           uint64 // messages that calls took and returned
	SentBytes, ReceivedBytes uint64 // over connections, with framing; in process those of messages
	Conflated                uint64 // messages that a newer one took the place of
	QueuedOut, QueuedIn      int    // messages, of all pipes together
	Peers                    int    // that are connected
	Stopped                  int    // pipes that the budget has stopped
}

// parted is what in-process pipes had carried before they ended. Connections
// count at once.
type parted struct {
	out, in uint64
}

// noteParted keeps the counts of a pipe that is being removed. s.mu is held.
func (s *Socket) noteParted(p *pipe.Pipe) {
	if p.InProcess() {
		out, in := p.Bytes()
		s.parted.out += out
		s.parted.in += in
	}
}

// noteLeft keeps a pipe that is being removed while something in it waits to be received.
// s.mu is held.
func (s *Socket) noteLeft(p *pipe.Pipe) {
	if _, in := p.Queued(); in == 0 {
		return
	}
	if s.left == nil {
		s.left = make(map[*pipe.Pipe]struct{})
	}
	s.left[p] = struct{}{}
	if len(s.left) < s.leftEnough {
		return
	}
	for p := range s.left {
		if _, in := p.Queued(); in == 0 {
			delete(s.left, p)
		}
	}
	s.leftEnough = max(64, 2*len(s.left)) // looking costs as much as what has been noted since
}

// Traffic returns the socket's traffic. The data path is held up as long as it
// takes to add up the queues.
func (s *Socket) Traffic() Traffic {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := Traffic{
		Sent: s.sent, Received: s.received, Conflated: s.totals.Conflated.Load(),
		SentBytes: s.totals.SentBytes.Load() + s.parted.out, ReceivedBytes: s.totals.ReceivedBytes.Load() + s.parted.in,
	}
	if p := s.sole.Load(); p != nil {
		t.Sent += p.Direct()
	}
	t.QueuedIn = len(s.host.Returned)
	for p := range s.left {
		_, in := p.Queued()
		t.QueuedIn += in
	}
	for p, a := range s.all() {
		out, in := p.Queued()
		t.QueuedOut += out
		t.QueuedIn += in
		if a.ready {
			t.Peers++
		}
		if out, in := p.Halted(); out || in {
			t.Stopped++
		}
		if p.InProcess() {
			sent, read := p.Bytes()
			t.SentBytes += sent
			t.ReceivedBytes += read
		}
	}
	return t
}

// all yields the socket's pipes and those that linger after their endpoint, or the
// socket, was closed. s.mu is held.
func (s *Socket) all() iter.Seq2[*pipe.Pipe, *attachment] {
	return func(yield func(*pipe.Pipe, *attachment) bool) {
		for _, m := range []map[*pipe.Pipe]*attachment{s.pipes, s.parting} {
			for p, a := range m {
				if !yield(p, a) {
					return
				}
			}
		}
	}
}

// PeerGone returns how many messages were lost with peers that left.
func (s *Socket) PeerGone() uint64 { return s.drops.PeerGone.Load() + s.totals.PeerGone.Load() }

// Mute returns how many messages were lost because the queue for a peer was full.
func (s *Socket) Mute() uint64 { return s.drops.Mute.Load() + s.totals.Displaced.Load() }

// Overflow returns how many messages of peers newer ones displaced.
func (s *Socket) Overflow() uint64 { return s.totals.Overflow.Load() }

// InFlight returns how many messages were lost with the connections that had taken them.
func (s *Socket) InFlight() uint64 { return s.totals.InFlight.Load() }

// Malformed returns how many messages had not the frames that the socket type needs.
func (s *Socket) Malformed() uint64 { return s.drops.Malformed.Load() + s.totals.Malformed.Load() }

// Unread returns how many messages had arrived and were not received.
func (s *Socket) Unread() uint64 { return s.totals.Unread.Load() }

// countFailure counts a handshake that failed, by cause.
func (c *Counters) countFailure(e *session.Event) {
	c.HandshakesFailed.Add(1)
	switch {
	case e.Kind == session.HandshakeFailedAuth:
		c.HandshakeFailures.Auth.Add(1)
	case e.Kind == session.HandshakeFailedProtocol:
		c.HandshakeFailures.Protocol.Add(1)
	case errors.Is(e.Err, zerr.ErrTimeout):
		c.HandshakeFailures.Timeout.Add(1)
	default:
		c.HandshakeFailures.Lost.Add(1)
	}
}

// Held returns how much the peers of the context make it hold, as its budget counts.
func (c *Context) Held() int64 { return c.budget.Held() }

// Sockets returns the sockets whose Close has not finished, oldest first.
func (c *Context) Sockets() []*Socket {
	c.mu.Lock()
	list := c.open()
	c.mu.Unlock()
	slices.SortFunc(list, func(a, b *Socket) int { return cmp.Compare(a.id, b.id) })
	return list
}

// SPDX-License-Identifier: Apache-2.0

package core

import (
	"bytes"
	"context"
	"time"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// PeerInfo describes a peer that is connected.
type PeerInfo struct {
	Peer      *pipe.Peer
	Endpoint  string // of ours that it belongs to
	RoutingID []byte // by which a ROUTER or STREAM addresses it
	Number    uint32 // by which a SERVER or PEER addresses it
	Sent      uint64
	Received  uint64
	Dropped   uint64
	Conflated uint64
	QueuedOut int
	QueuedIn  int

	StalledSince             time.Time // zero: it is not
	SentBytes, ReceivedBytes uint64
	SendHWM, RecvHWM         int
	StoppedOut, StoppedIn    bool // by the budget
}

// Peers lists the peers that have finished their handshake.
func (s *Socket) Peers() []PeerInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []PeerInfo
	for p, a := range s.all() {
		if !a.ready {
			continue
		}
		out, in := p.Queued()
		sent, read := p.Bytes()
		sendHWM, recvHWM := p.Marks()
		stoppedOut, stoppedIn := p.Halted()
		list = append(list, PeerInfo{
			SentBytes: sent, ReceivedBytes: read, Conflated: p.Conflated(), SendHWM: sendHWM, RecvHWM: recvHWM,
			StalledSince: p.Peer().StalledSince(), StoppedOut: stoppedOut, StoppedIn: stoppedIn,
			Peer: p.Peer(), Endpoint: p.Endpoint, RoutingID: bytes.Clone(p.Route.ID), Number: p.Route.Label.RoutingOf(),
			Sent: p.Sent(), Received: p.Received(), Dropped: p.Dropped.Load(),
			QueuedOut: out, QueuedIn: in,
		})
	}
	return list
}

// PeerCount returns how many peers have finished their handshake.
func (s *Socket) PeerCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.pipes {
		if a.ready {
			n++
		}
	}
	return n
}

// AwaitPeer waits until a peer is connected, as long as ctx and the time-outs of sending and
// receiving allow, and makes the pattern prefer those that are. It is for a request, which a
// peer that is not there would keep until it is too late.
func (s *Socket) AwaitPeer(ctx context.Context) error {
	s.mu.Lock()
	if c, ok := s.pattern.(pattern.Chooser); ok {
		c.PreferConnected()
	}
	limit := s.timeouts.send
	if recv := s.timeouts.recv; limit < 0 || recv >= 0 && recv < limit {
		limit = recv
	}
	s.mu.Unlock()
	present := func() bool { return s.PeerCount() > 0 }
	switch {
	case limit == 0 || present():
		return s.Err()
	case limit < 0:
		return s.WaitFor(ctx, present)
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := s.WaitFor(within, present)
	if err != nil && err == within.Err() && ctx.Err() == nil {
		return zerr.ErrTimeout
	}
	return err
}

// AsksForNothing reports whether the socket can receive nothing because it has asked
// for nothing: a SUB or XSUB without a subscription, a DISH without a group.
func (s *Socket) AsksForNothing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pattern.(pattern.Selective)
	return ok && p.AsksForNothing()
}

// SPDX-License-Identifier: Apache-2.0

package core

import (
	"errors"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// errDisconnected is how a connection ends that the program has ended.
var errDisconnected = errors.New("zmq: disconnected by DisconnectPeer or DisconnectPeers")

// DisconnectPeer ends the connection of a peer, or its link in process. It is
// ErrHostUnreachable if that has ended already. An endpoint of a Connect dials again.
func (s *Socket) DisconnectPeer(peer *pipe.Peer) error {
	if err := s.Err(); err != nil {
		return err
	}
	p := peer.Pipe()
	s.mu.Lock()
	a := s.pipes[p]
	if a == nil {
		a = s.parting[p]
	}
	if a == nil || !a.ready || p.Peer() != peer { // a pipe may have got another connection
		s.mu.Unlock()
		return zerr.ErrHostUnreachable
	}
	c := a.conn
	s.mu.Unlock()
	if c == nil {
		s.expel(p, errDisconnected)
		return nil
	}
	c.Close(errDisconnected)
	return nil
}

// DisconnectPeers ends the connection of every peer that match picks, and returns how
// many there were. Peers in process are part of the program and not asked about. No
// lock is held while match runs. Of peers whose handshake is under way, and that the
// program has been asked about, match is asked at the end of the handshake.
func (c *Context) DisconnectPeers(match func(*pipe.Peer) bool) (n int) {
	c.revocations.Add(match)
	c.mu.Lock()
	sockets := c.open()
	c.mu.Unlock()
	for _, s := range sockets {
		for _, i := range s.Peers() {
			if i.Peer.Version != "inproc" && match(i.Peer) && s.DisconnectPeer(i.Peer) == nil {
				n++
			}
		}
	}
	return n
}

// deciding notes that the program is asked about a peer from here on. What it has
// revoked before, it knows.
func (c *Context) deciding(peer *pipe.Peer) {
	if peer.Decided == nil {
		peer.Decided = c.revocations.Last()
	}
}

// lockUnrevoked locks s.mu for a peer whose handshake is over, if no revocation that
// came after the program decided about it ends it. DisconnectPeers makes a revocation
// known before it looks at the peers of a socket, so that it finds the peer there or
// the peer finds the revocation here.
func (s *Socket) lockUnrevoked(peer *pipe.Peer) error {
	r := peer.Decided
	for {
		s.mu.Lock()
		if r == nil || r.Next() == nil {
			return nil
		}
		s.mu.Unlock()
		r = r.Next()
		if s.revoked(r, peer) {
			return errDisconnected
		}
	}
}

// revoked asks a revocation about a peer. As it is not its caller's goroutine that
// asks, a panic ends the peer only.
func (s *Socket) revoked(r *pipe.Revocation, peer *pipe.Peer) (ends bool) {
	var panicked error
	defer func() { ends = ends || panicked != nil }()
	defer s.survive("function given to DisconnectPeers", peer.Remote, &panicked)
	return r.Ends(peer)
}

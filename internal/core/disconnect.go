// SPDX-License-Identifier: Apache-2.0

package core

import (
	"errors"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// errDisconnected is how a connection ends that the program has ended.
var errDisconnected = errors.New("zmq: disconnected by DisconnectPeer")

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
// lock is held while match runs.
func (c *Context) DisconnectPeers(match func(*pipe.Peer) bool) (n int) {
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

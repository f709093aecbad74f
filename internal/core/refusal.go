// SPDX-License-Identifier: Apache-2.0

package core

import (
	"math"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
)

// Peers of this library announce what they accept (wire.PropertyMaxFrame). A message
// that no peer accepts is an error of the sending call, instead of the end of a
// connection. Sending looks at one number, the least that a peer has announced since
// a send last looked at all peers.

// noLimit is that number if nothing was announced.
const noLimit = math.MaxInt64

// noteLimit notes what a peer accepts. s.mu is held.
func (s *Socket) noteLimit(p *pipe.Peer) { s.least.Store(min(s.least.Load(), p.Accepts())) }

// checkSize returns an error if a message is larger than every peer accepts to which
// it could go. Publishers have none: a subscriber is no reason to fail.
func (s *Socket) checkSize(frames [][]byte, l *pipe.Label) error {
	n := int64(len(frames[0]))
	for _, f := range frames[1:] {
		n += int64(len(f))
	}
	if n <= s.least.Load() || s.typ.TopicsIn || s.typ.TopicsOut || s.typ.Groups {
		return nil
	}
	return s.checkPeers(frames, l)
}

// checkPeers is checkSize for a message that some peer may refuse.
func (s *Socket) checkPeers(frames [][]byte, l *pipe.Label) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.pattern.(pattern.Addresser); ok {
		p := r.RouteTo(frames[0], l)
		if p == nil {
			return nil
		}
		if s.typ.Addresses {
			frames = frames[1:]
		}
		return p.Peer().Refuses(frames)
	}
	var refused error
	least := int64(noLimit)
	for p, a := range s.pipes {
		peer := p.Peer()
		if !a.ready || peer == nil { // what its next peer accepts is not known
			return nil
		}
		err := peer.Refuses(frames)
		if err == nil {
			return nil
		}
		refused = err
		least = min(least, peer.Accepts())
	}
	s.least.Store(least)
	return refused
}

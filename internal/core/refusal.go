// SPDX-License-Identifier: Apache-2.0

package core

import (
	"math"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
)

// Peers of this library announce what they accept (wire.PropertyMaxFrame). A message
// that no peer accepts is an error of the sending call, instead of the end of a
// connection. Sending looks at two numbers, the least that a peer has announced since
// a send last looked at all peers. What gets past that is dropped when it would be written
// (pipe/refused.go).

// noLimit is these numbers if nothing was announced.
const noLimit = math.MaxInt64

// accepted is what every peer accepts.
type accepted struct {
	size   atomic.Int64 // bytes of a message, or of one frame
	frames atomic.Int64
}

func (a *accepted) reset() {
	a.size.Store(noLimit)
	a.frames.Store(noLimit)
}

// note notes what a peer accepts. The socket's lock is held.
func (a *accepted) note(p *pipe.Peer) {
	a.size.Store(min(a.size.Load(), p.Accepts()))
	a.frames.Store(min(a.frames.Load(), p.MaxFrames.Most()))
}

// by reports whether every peer accepts a message.
func (a *accepted) by(frames int, size int64) bool {
	return size <= a.size.Load() && (frames == 1 || int64(frames) <= a.frames.Load())
}

// mayRefuse is pattern.Host's MayRefuse.
func (s *Socket) mayRefuse(m *pipe.Message) bool { return !s.least.by(m.Len(), int64(m.Size())) }

// checkSize returns an error if a message is larger than every peer accepts to which
// it could go. Publishers have none: a subscriber is no reason to fail.
func (s *Socket) checkSize(frames [][]byte, l *pipe.Label) error {
	n := int64(len(frames[0]))
	for _, f := range frames[1:] {
		n += int64(len(f))
	}
	if s.least.by(len(frames), n) || s.typ.TopicsIn || s.typ.TopicsOut || s.typ.Groups {
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
			if frames = frames[1:]; len(frames) == 0 {
				return nil
			}
		}
		return p.Peer().Refuses(frames[0], frames[1:])
	}
	var refused error
	least := accepted{}
	least.reset()
	for p, a := range s.pipes {
		peer := p.Peer()
		if !a.ready || peer == nil { // what its next peer accepts is not known
			return nil
		}
		err := peer.Refuses(frames[0], frames[1:])
		if err == nil {
			return nil
		}
		refused = err
		least.note(peer)
	}
	s.least.size.Store(least.size.Load())
	s.least.frames.Store(least.frames.Load())
	return refused
}

// refusedBy counts and tells that messages were dropped because a peer does not accept
// them. The caller may hold a write token, but no lock.
func (s *Socket) refusedBy(p *pipe.Pipe, peer *pipe.Peer, n int, reason error) {
	s.drops.Refused.Add(uint64(n))
	e := session.Event{
		Kind: session.MessageRefused, Endpoint: p.Endpoint, Local: peer.Local, Remote: peer.Remote, FD: -1, Peer: peer, Err: reason,
	}
	s.monitors.raise(&e)
	// The caller may be in Send, see lateLog. What comes before this is written counts only.
	if !s.silent() && s.late.refused.CompareAndSwap(false, true) {
		s.late.after(0, func() {
			s.late.refused.Store(false)
			s.log(&e)
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"runtime"

	"github.com/gozmq/zmq/internal/pipe"
)

// share is how much is done of a peer's subscriptions while the lock is held that
// Send needs: so many of them are added, or so many steps taken to remove them. It is
// some tens of microseconds.
const share = 64

// forget removes what a lost peer subscribed to, which counts no more when it returns.
// What is beyond a share is removed by Host.After. With last nothing of the peer is
// taken from here on. The socket's lock is held.
func (s *subscriptions) forget(p *pipe.Pipe, last bool) {
	s.mu.Lock()
	if last {
		p.Route.Gone.Store(true)
	}
	s.revokeLocked()
	under := p.Route.Leaving
	if !under {
		p.Route.Leaving = true
		p.Route.TopicBytes = 0
		p.Route.Topics.Clear() // they are about to be removed
		s.leaving++
	}
	s.mu.Unlock()
	if under { // its first loss takes care of it
		return
	}
	if s.forgetSome(p) || s.sweepDue() {
		s.h.After = append(s.h.After, func() {
			for s.forgetSome(p) {
				s.sweep()
				runtime.Gosched() // callers that wait for the lock come first
			}
			s.sweep()
		})
	}
	if s.h.Subscribed != nil {
		s.h.Subscribed()
	}
}

// forgetSome removes a share of what a leaving peer subscribed to, and reports whether
// some is left.
func (s *subscriptions) forgetSome(p *pipe.Pipe) (more bool) {
	s.mu.Lock()
	if !p.Route.Leaving {
		s.mu.Unlock()
		return false
	}
	s.ended = true
	told := s.told
	// Where the application hears nothing, no prefixes need to be put together.
	var lost, taken func(topic []byte, last bool)
	switch {
	case s.silent:
	case s.manual:
		taken = func(topic []byte, _ bool) { s.note(sender{}, p, true, 0, topic) }
	default:
		lost = func(topic []byte, last bool) {
			if last || s.verboser {
				s.note(sender{}, p, true, 0, topic)
			}
		}
	}
	if more = s.store.RemoveSome(p, share, lost) || s.requested.RemoveSome(p, share, taken); !more {
		p.Route.Leaving = false
		s.leaving--
	}
	told = s.told - told
	s.mu.Unlock()
	if told > 0 {
		s.h.Mailbox.WakeReceiver()
	}
	if !more && s.h.Subscribed != nil {
		s.h.Subscribed()
	}
	return more
}

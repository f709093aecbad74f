// SPDX-License-Identifier: Apache-2.0

package pattern

import "github.com/gozmq/zmq/internal/pipe"

// manyNotices is from how many unread notices on those are looked for that say
// nothing any more. An application that reads never has so many, and gets what
// libzmq would tell it, one by one.
const manyNotices = 10_000

// sweep leaves out, of the notices that the application has not read, those of
// subscriptions that have ended meanwhile, together with those of their ends: it
// knew nothing of them, and need not. What is left is in proportion to the
// subscriptions that there are and to what the application has read, however often
// peers come and go. libzmq keeps them all.
func (s *subscriptions) sweep() {
	type key struct {
		of    *pipe.Pipe
		topic string
	}
	type pending struct {
		at    []int // unread subscriptions that have not ended
		fresh bool  // there was none before the first of them
	}
	open := make(map[key]*pending)
	unread := s.notices[s.head:]
	drop := make([]bool, len(unread))
	for i := range unread {
		n := &unread[i]
		if n.user {
			continue
		}
		k := key{n.of, string(n.m.Head[1:])}
		p := open[k]
		switch {
		case n.m.Head[0] == 1:
			if p == nil {
				p = &pending{fresh: n.changed}
				open[k] = p
			}
			p.at = append(p.at, i)
		case !n.changed: // the end of nothing
			drop[i] = n.from == nil || n.from.Route.Gone
		case p != nil:
			for _, at := range p.at {
				drop[at] = true
			}
			drop[i] = p.fresh
			delete(open, k)
		}
	}
	for _, p := range open { // repetitions by peers that have gone
		for _, at := range p.at {
			drop[at] = !unread[at].changed && unread[at].from.Route.Gone
		}
	}
	s.leaveOut(drop)
	s.sweepAt = 2 * len(s.notices)
}

// leaveOut removes unread notices and gives their peers the share back.
func (s *subscriptions) leaveOut(drop []bool) {
	left := s.notices[:0]
	for i, n := range s.notices[s.head:] {
		if !drop[i] {
			left = append(left, n)
		} else if n.from != nil && s.giveBack(n.from) {
			n.from.Resume() // takes leaf locks at most
		}
	}
	clear(s.notices[len(left):])
	s.notices, s.head = left, 0
}

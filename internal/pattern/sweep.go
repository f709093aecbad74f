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
	if s.ended {
		s.leaveOut(s.useless())
		s.ended = false
	}
	s.sweepAt = 2 * s.notices.n
}

// useless says of each unread notice whether sweep leaves it out.
func (s *subscriptions) useless() []bool {
	type key struct {
		of    *pipe.Pipe
		topic string
	}
	type pending struct {
		last  int  // the last unread subscription, of those that have not ended
		fresh bool // there was none before the first of them
	}
	open := make(map[key]pending)
	before := make(map[int]int) // of a subscription in open, the one before it
	drop := make([]bool, s.notices.n)
	s.notices.each(func(i int, n notice) {
		if n.user != nil {
			return
		}
		p, ok := open[key{n.of, string(n.text[1:])}]
		switch {
		case n.text[0] == 1:
			if !n.changed && n.from.Route.Gone {
				drop[i] = true // a repetition, whose end nobody tells
				return
			}
			if ok {
				before[i] = p.last
			}
			open[key{n.of, string(n.text[1:])}] = pending{i, p.fresh || !ok && n.changed}
		case !n.changed: // the end of nothing
			drop[i] = n.from == nil || n.from.Route.Gone
		case ok:
			for at, more := p.last, true; more; at, more = before[at] {
				drop[at] = true
			}
			drop[i] = p.fresh
			delete(open, key{n.of, string(n.text[1:])})
		}
	})
	return drop
}

// leaveOut removes unread notices and gives their peers the share back.
func (s *subscriptions) leaveOut(drop []bool) {
	var left notices
	s.notices.each(func(i int, n notice) {
		switch {
		case !drop[i] && n.user != nil:
			left.addUser(n.source, *n.user)
		case !drop[i]:
			left.add(n.source, n.changed, n.text[0], n.text[1:])
		case n.from != nil && s.giveBack(n.from):
			n.from.Resume() // takes leaf locks at most
		}
	})
	s.notices = left
}

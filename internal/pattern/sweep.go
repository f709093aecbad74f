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
//
// It looks at all of them, so the lock is not held: the application finds no notice
// until it is through, and new ones gather behind. It does nothing unless they have
// become many.
func (s *subscriptions) sweep() {
	s.mu.Lock()
	if !s.sweepDueLocked() {
		s.mu.Unlock()
		return
	}
	ended := s.ended
	s.ended = false
	all := s.swept
	behind := s.notices
	s.swept, s.notices = notices{}, notices{}
	s.sweeping = true
	s.mu.Unlock()
	all.join(behind)
	back := make(map[*pipe.Pipe]waiting)
	if ended {
		all = all.without(all.useless(), back)
	}
	s.mu.Lock()
	s.swept, s.sweeping = all, false
	s.sweepAt = 2 * all.n
	var resume []*pipe.Pipe
	for p, w := range back {
		if s.giveBack(p, w) {
			resume = append(resume, p)
		}
	}
	s.mu.Unlock()
	for _, p := range resume {
		p.Resume()
	}
	s.h.Mailbox.WakeReceiver()
}

// sweepDue reports whether sweep has something to do.
func (s *subscriptions) sweepDue() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sweepDueLocked()
}

func (s *subscriptions) sweepDueLocked() bool {
	return !s.sweeping && s.swept.n+s.notices.n >= max(s.sweepAt, manyNotices)
}

// join appends later notices.
func (l *notices) join(later notices) {
	l.blocks = append(l.blocks[l.head:], later.blocks[later.head:]...)
	l.head = 0
	l.n += later.n
}

// useless says of each notice whether sweep leaves it out.
func (l *notices) useless() []bool {
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
	drop := make([]bool, l.n)
	l.each(func(i int, n notice) {
		if n.user != nil {
			return
		}
		p, ok := open[key{n.of, string(n.text[1:])}]
		switch {
		case n.text[0] == 1:
			if !n.changed && n.from.Route.Gone.Load() {
				drop[i] = true // a repetition, whose end is not told
				return
			}
			if ok {
				before[i] = p.last
			}
			open[key{n.of, string(n.text[1:])}] = pending{i, p.fresh || !ok && n.changed}
		case !n.changed: // the end of nothing
			drop[i] = n.from == nil || n.from.Route.Gone.Load()
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

// without returns the notices without those to be dropped, and counts in back what is
// dropped of each peer.
func (l *notices) without(drop []bool, back map[*pipe.Pipe]waiting) (left notices) {
	l.each(func(i int, n notice) {
		switch {
		case !drop[i] && n.user != nil:
			left.addUser(n.sender, *n.user)
		case !drop[i]:
			left.add(n.sender, n.changed, n.text[0], n.text[1:])
		case n.from != nil:
			w := back[n.from]
			back[n.from] = waiting{w.notices + 1, w.bytes + n.bytes()}
		}
	})
	return left
}

// SPDX-License-Identifier: Apache-2.0

package pattern

import "github.com/gozmq/zmq/internal/pipe"

// A publisher whose only peer has subscribed to everything has nothing to match: after
// some messages in a row the socket is told to write to that pipe directly, as a PUSH
// with one peer does. Whatever is out of the ordinary ends that. A subscription or its
// end comes in a connection's reader, without the socket's lock: it has the pipe refuse
// at once, and the next message goes the whole way.

// alone is the pipe that gets everything. The socket's lock guards it.
type alone struct {
	pipe *pipe.Pipe // nil while there is none
	row  int        // messages in a row that one pipe alone was sent
}

// seekAlone notes that a message went to its only target, and tells the socket to leave
// the pattern out where that holds for every message.
func (x *xpub) seekAlone(p *pipe.Pipe) {
	if x.alone.pipe != nil || len(x.pipes) != 1 || x.groups || p.Route.Multicast || x.lastOnly || x.inverts() {
		return
	}
	if x.alone.row++; x.alone.row < streak {
		return
	}
	x.alone.row = 0
	if x.subs.dedicate(p, x.h.sole) {
		x.alone.pipe = p
	}
}

// endAlone has all messages come here again.
func (x *xpub) endAlone() {
	if x.alone.pipe != nil {
		x.subs.undedicate()
		x.h.sole(nil)
	}
	x.alone = alone{}
}

// regroup ends what was concluded from the subscribers that there were.
func (x *xpub) regroup() {
	x.shared.end()
	x.endAlone()
}

// dedicate calls begin if every message is for p alone. From then on a change has p
// refuse.
func (s *subscriptions) dedicate(p *pipe.Pipe, begin func(*pipe.Pipe)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leaving > 0 || s.store.Count() != 1 {
		return false
	}
	all, mine := 0, false // that have subscribed to everything
	s.store.Match(nil, func(q *pipe.Pipe) { all, mine = all+1, q == p })
	if all != 1 || !mine {
		return false
	}
	begin(p)
	s.dedicated = p
	return true
}

func (s *subscriptions) undedicate() {
	s.mu.Lock()
	s.dedicated = nil
	s.mu.Unlock()
}

// revokeLocked has the pipe that gets everything refuse: a change is about to be made.
func (s *subscriptions) revokeLocked() {
	if s.dedicated != nil {
		s.dedicated.RefuseSole()
		s.dedicated = nil
	}
}

// revoked reports whether no pipe gets everything without being matched.
func (s *subscriptions) revoked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dedicated == nil
}

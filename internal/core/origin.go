// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
)

// A connection whose pipe is full is not read, so that its end is not seen, however long
// ago the peer has gone: what it left waits in the system. When the peer comes again, the
// new connection is not read before that has been. The system says which connections
// have been ended by their peers, and there it has all that these have sent: the wait
// is for the application to receive, and for nothing else.

// originLooked is how many connections of one origin are looked at, the newest ones.
// Peers without a routing id on one host are one origin, and may be many.
const originLooked = 16

// enlist notes the origin of an accepted pipe. s.mu is held.
func (s *Socket) enlist(p *pipe.Pipe, a *attachment) {
	if !p.Accepted || p.InProcess() || s.pattern.Sink() != nil {
		return
	}
	if a.origin = pattern.Origin(p); a.origin == "" {
		return
	}
	if s.origins == nil {
		s.origins = make(map[string]*attachment)
	}
	if a.older = s.origins[a.origin]; a.older != nil {
		a.older.newer = a
	}
	s.origins[a.origin] = a
}

// strike is the opposite of enlist, and lets those go on that come after the pipe.
// s.mu is held.
func (s *Socket) strike(a *attachment) {
	if a.ended != nil {
		close(a.ended)
	}
	if a.older != nil {
		a.older.newer = a.newer
	}
	switch {
	case a.newer != nil:
		a.newer.older = a.older
	case a.origin == "":
	case a.older != nil:
		s.origins[a.origin] = a.older
	default:
		delete(s.origins, a.origin)
	}
	a.older, a.newer = nil, nil
}

// succeed has a connection wait for those of the same origin that have been ended by
// their peers. s.mu is held, and the pipe of the connection is enlisted.
func (s *Socket) succeed(c *engine.Conn, a *attachment) {
	for n, q := 0, a.older; q != nil && n < originLooked; n, q = n+1, q.older {
		if q.conn == nil || !q.conn.HungUp() {
			continue
		}
		if q.ended == nil {
			q.ended = make(chan struct{})
		}
		q.pipe.Route.HungUp = true
		q.pipe.Route.Heirs = append(q.pipe.Route.Heirs, a.pipe)
		c.ReadAfter(q.ended)
	}
}

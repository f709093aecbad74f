// SPDX-License-Identifier: Apache-2.0

package core

import (
	"sync"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/session"
)

// expelled are the in-process peers that a pattern has refused. That happens under
// locks of either socket, in a call of either, so their links end when that call has
// released its locks.
type expelled struct {
	any  atomic.Bool
	mu   sync.Mutex // a leaf lock
	list []refusal
}

type refusal struct {
	by     *Socket
	pipe   *pipe.Pipe
	reason error
}

// expels makes refusals of an in-process pipe known. The socket's lock is held.
func (s *Socket) expels(p *pipe.Pipe) {
	x := &s.ctx.expelled
	p.OnRefuse(func(reason error) {
		x.mu.Lock()
		x.list = append(x.list, refusal{s, p, reason})
		x.any.Store(true)
		x.mu.Unlock()
	})
}

// expel ends the links of the in-process peers that were refused. No lock is held.
func (c *Context) expel() {
	x := &c.expelled
	if !x.any.Load() {
		return
	}
	x.mu.Lock()
	list := x.list
	x.list = nil
	x.any.Store(false)
	x.mu.Unlock()
	for _, r := range list {
		r.by.expel(r.pipe, r.reason)
	}
}

// expel ends a link as a connection would end: both sides are told why, and what has
// been sent can still be received.
func (s *Socket) expel(p *pipe.Pipe, reason error) {
	s.mu.Lock()
	a := s.pipes[p]
	if a == nil { // it has ended, or was refused before
		s.mu.Unlock()
		return
	}
	far := a.far
	s.pattern.Lost(p)
	s.removePipe(p)
	if !a.endpoint.bound {
		s.forget(a.endpoint)
	}
	p.CloseIn(false)
	s.flushAndUnlock()
	s.changes.WakeAll()
	s.tellExpelled(p, reason)
	if s.partInProcess(p, far) {
		far.tellExpelled(p.Other(), reason)
	}
}

func (s *Socket) tellExpelled(p *pipe.Pipe, reason error) {
	s.stats.Disconnected.Add(1)
	s.Event(session.Event{Kind: session.Disconnected, Endpoint: p.Endpoint, FD: -1, Peer: p.Peer(), Err: reason})
}

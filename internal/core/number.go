// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// DisconnectNumber ends the peer of a SERVER or PEER with that number: what is queued
// for it is sent, what came from it and was not received is dropped, and a connect that
// led to it is taken away.
func (s *Socket) DisconnectNumber(id uint32) error {
	if !s.typ.RoutingIDs {
		return zerr.ErrNotSupported
	}
	if err := s.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	p := s.pattern.(pattern.Addresser).RouteTo(nil, &pipe.Label{Routing: id})
	a := s.pipes[p]
	if a == nil {
		s.mu.Unlock()
		return zerr.Errorf(zerr.ErrHostUnreachable, "no peer has the number %d", id)
	}
	if !a.endpoint.bound {
		d := s.unlist(a.endpoint)
		s.flushAndUnlock()
		s.finishRemoval(d)
		return nil
	}
	s.removePipe(p)
	p.CloseIn(true)
	s.flushAndUnlock()
	if p.InProcess() {
		s.partInProcess(p, a.far)
	} else {
		p.Refuse(nil)
	}
	s.changes.WakeAll()
	return nil
}

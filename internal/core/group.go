// SPDX-License-Identifier: Apache-2.0

package core

import (
	"errors"

	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/zerr"
)

// Join has a DISH receive a group.
func (s *Socket) Join(group string) error {
	return s.regroup(func(j pattern.Joiner) error { return j.Join(group) })
}

// Leave takes Join back.
func (s *Socket) Leave(group string) error {
	return s.regroup(func(j pattern.Joiner) error { return j.Leave(group) })
}

func (s *Socket) regroup(change func(pattern.Joiner) error) error {
	if err := s.Err(); err != nil && !(s.ctx.cfg.Libzmq && errors.Is(err, zerr.ErrTerminated)) { // libzmq does not look
		return err
	}
	j, ok := s.pattern.(pattern.Joiner)
	if !ok {
		return zerr.ErrNotSupported
	}
	s.mu.Lock()
	err := change(j)
	s.flushAndUnlock()
	s.ctx.expel()
	s.mailbox.Watchers.Tell(CanRecv) // of what had been received before
	return err
}

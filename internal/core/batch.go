// SPDX-License-Identifier: Apache-2.0

// Many messages under one lock, for proxies, which pass them on.

package core

import (
	"errors"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// TrySendBatch sends messages as long as the pattern takes them, and tells why it
// took no more: ErrAgain, or what is wrong with the next one. It returns how many
// items it is through with; a run that is next is short of the messages that were
// sent. With owned the frames may be kept.
func (s *Socket) TrySendBatch(items []pipe.Item, owned bool) (n int, err error) {
	if e := s.stop.Load(); e != nil {
		return 0, *e
	}
	s.lockSettled()
	for n < len(items) && err == nil {
		if items[n].IsRun() {
			err = s.passRun(&items[n])
		} else {
			err = s.passOne(&items[n].Message, owned)
		}
		if err == nil {
			n++
		}
	}
	s.out = pipe.Message{}
	s.flushAndUnlock()
	s.ctx.expel()
	return n, err
}

// passOne has the pattern send a message. s.mu is held.
func (s *Socket) passOne(m *pipe.Message, owned bool) error {
	if m.Head == nil {
		return zerr.Errorf(zerr.ErrInvalid, "a message has at least one frame")
	}
	s.out = *m
	s.out.Kind, s.out.Owned, s.out.Apart = pipe.Data, owned, false
	return s.routeLocked(&s.out)
}

// passRun sends the messages of a run: as they are where one peer takes
// everything, or else one by one. s.mu is held.
func (s *Socket) passRun(run *pipe.Item) error {
	if p := s.solelyWaits(); p != nil {
		had := run.Frames()
		ok, flush := p.WriteRun(run)
		if flush {
			s.host.Flush = append(s.host.Flush, p)
		}
		if ok {
			s.sent += uint64(had - run.Frames())
			if run.IsRun() {
				return zerr.ErrAgain
			}
			return nil
		}
	}
	for run.IsRun() {
		rest := *run
		var next pipe.Message
		rest.Take(&next)
		switch err := s.passOne(&next, true); {
		case errors.Is(err, zerr.ErrMessageTooLarge): // only this one of the run
			s.drops.Refused.Add(1)
		case err != nil:
			return err
		}
		*run = rest
	}
	return nil
}

// TakesRuns reports whether messages sent now all go to one peer, so that runs
// need not be taken apart for it.
func (s *Socket) TakesRuns() bool { return s.solelyWaits() != nil }

// Room returns how many messages TrySendBatch would take, at most limit. Where
// the message itself decides it is limit while some message can be sent, or where no
// send to a peer waits (WaitForPeer): a proxy drops what its peer has no room for. If
// it is none, a Watch for CanSend is told when that changes.
func (s *Socket) Room(limit int) int {
	if s.stop.Load() != nil {
		return 0
	}
	s.lockSettled()
	defer s.mu.Unlock()
	if s.typ.Addresses && !s.opts.Bool(opt.WaitForPeer) {
		return limit
	}
	n, _ := s.pattern.Room(nil, limit)
	return n
}

// SPDX-License-Identifier: Apache-2.0

package core

import (
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// Many messages under one lock, for proxies, which pass them on, and for a binding to
// another language, which hands them out one by one. Recv takes one message, see pop.

// Taking says what Take may return.
type Taking uint8

const (
	// Singly: each item is one message.
	Singly Taking = iota
	// InRuns: an item may be a run, where all messages come from one peer.
	InRuns
	// Prefetch: likewise, and what is taken behind the first message is only what a peer
	// cannot tell from its being taken later.
	Prefetch
)

// Take fills items from the beginning with what is there, at most limit messages, and
// returns how many items that takes. Without any, err tells why; it is ErrAgain if
// nothing is there. The caller tells by Received and Return what becomes of the
// messages.
func (s *Socket) Take(items []pipe.Item, limit int, how Taking) (n int, err error) {
	n, err = s.takeNow(items, limit, how)
	if err == zerr.ErrAgain && s.readHere() {
		n, err = s.takeNow(items, limit, how)
	}
	return n, err
}

func (s *Socket) takeNow(items []pipe.Item, limit int, how Taking) (n int, err error) {
	if e := s.stop.Load(); e != nil {
		return 0, *e
	}
	s.lockSettled()
	taken := 0
	for n < len(items) && taken < limit {
		items[n] = pipe.Item{}
		var k int
		if k, err = s.takeLocked(&items[n], limit-taken, how, n == 0); err != nil {
			break
		}
		taken += k
		n++
	}
	s.received += uint64(taken)
	s.flushAndUnlock()
	if n > 0 {
		err = nil
	}
	return n, err
}

// takeLocked takes the next message, or a run of at most limit, and returns how many
// messages it is.
func (s *Socket) takeLocked(it *pipe.Item, limit int, how Taking, first bool) (n int, err error) {
	returned := len(s.host.Returned) > 0
	if how != Singly && s.verbatim != nil && !returned {
		if p := s.verbatim.Only(); p != nil {
			if how == Prefetch {
				limit = max(1, min(limit, p.Quiet()))
			}
			if n = p.ReadRun(it, limit); n > 0 {
				return n, nil
			}
		}
	}
	if how == Prefetch && !first {
		if s.filter == nil || returned || !s.filter.TakeQuietly(&it.Message) {
			return 0, zerr.ErrAgain
		}
		return 1, nil
	}
	return 1, s.pattern.Take(&it.Message)
}

// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern/trie"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// sub is SUB and XSUB (RFC 29). It keeps the wanted set. A publisher is sent the
// whole of it at connect, and again after its connection was lost, and from then on
// each change, in order with what an XSUB sends upstream.
type sub struct {
	h      *Host
	filter bool // SUB: the application sees only what it subscribed to
	in     *fairQueue
	store  trie.Counted
	pipes  map[*pipe.Pipe]struct{}
}

func newSub(h *Host, filter bool) *sub {
	return &sub{h: h, filter: filter, in: newFairQueue(h), pipes: make(map[*pipe.Pipe]struct{})}
}

func (s *sub) Attach(p *pipe.Pipe) {
	p.Route.Attached = true
	s.pipes[p] = struct{}{}
	s.in.attach(p)
	s.subscribeAll(p)
}

// manyWaiting is how many subscriptions and cancellations wait for a publisher that
// is not there. If they become more, the set as it is then will do: a subscriber of
// many topics may have many publishers that never come.
const manyWaiting = 10_000

// subscribeAll tells a publisher the whole set, when it is there if the set is large.
func (s *sub) subscribeAll(p *pipe.Pipe) {
	if p.Route.Whole = s.store.Len() > manyWaiting; !p.Route.Whole {
		s.store.Each(func(topic []byte) { s.tellOne(p, topic, false) })
	}
}

func (s *sub) Ready(p *pipe.Pipe) error {
	if p.Route.Whole {
		p.Route.Whole = false
		s.store.Each(func(topic []byte) { s.tellOne(p, topic, false) })
	}
	return nil
}

// Lost begins anew for the next connection: what the publisher was sent is gone with
// the last one, and what was queued for it is dropped.
func (s *sub) Lost(p *pipe.Pipe) {
	if p.Accepted || p.InProcess() {
		return // there is no next one
	}
	s.h.Drops.PeerGone.Add(uint64(p.Out().Count()))
	p.ResetOut()
	s.subscribeAll(p)
}

func (s *sub) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	delete(s.pipes, p)
	s.in.detach(p)
}

// Subscribe adds one reference to a topic. The publishers are told of every one, not
// of the first alone: a publisher with XPUB_VERBOSE counts on it, and so does a proxy
// in between.
func (s *sub) Subscribe(topic []byte) error {
	if !s.store.Room(topic) {
		return errFull
	}
	s.store.Add(topic)
	s.tell(topic, false)
	return nil
}

// Unsubscribe takes one reference away; the last tells the publishers. A topic
// that is not subscribed to is no error, as in libzmq.
func (s *sub) Unsubscribe(topic []byte) error {
	last, _ := s.store.Remove(topic)
	if last || !s.filter && s.h.Options.Bool(opt.XSubVerboseUnsubscribe) {
		s.tell(topic, true)
	}
	return nil
}

// tellOne tells one publisher. The socket writes it out when it has released its
// lock: in the caller's goroutine where that is the only one, so that the
// subscription is on its way when the call returns.
func (s *sub) tellOne(p *pipe.Pipe, topic []byte, cancel bool) {
	if p.Route.Whole || p.Route.Multicast {
		return
	}
	flush, waiting := p.Subscription(topic, cancel)
	if flush {
		s.h.Flush = append(s.h.Flush, p)
	}
	if waiting > manyWaiting {
		p.DropSubscriptions()
		p.Route.Whole = true
	}
}

func (s *sub) tell(topic []byte, cancel bool) {
	for p := range s.pipes {
		s.tellOne(p, topic, cancel)
	}
}

// TopicsCount returns the number of distinct subscriptions.
func (s *sub) TopicsCount() int { return s.store.Len() }

// AsksForNothing implements Selective.
func (s *sub) AsksForNothing() bool { return s.store.Len() == 0 }

// Send is XSUB's: a frame that starts with 1 or 0 is a subscription or its
// end, everything else goes upstream to all publishers.
func (s *sub) Send(m *pipe.Message) error {
	if s.filter {
		return zerr.ErrNotSupported
	}
	user := pipe.Message{Owned: m.Owned && len(s.pipes) == 1} // several receivers get a copy each
	first := s.interpret(m.Head)
	if !first {
		user.Head = m.Head
	}
	for _, f := range m.Tail {
		if s.h.Options.Bool(opt.OnlyFirstSubscribe) && !first || !s.interpret(f) {
			if user.Head == nil {
				user.Head = f
			} else {
				user.Tail = append(user.Tail, f)
			}
		}
	}
	if user.Head == nil {
		return nil
	}
	for p := range s.pipes {
		if !p.Route.Multicast { // nothing goes upstream there
			s.h.writeOrDisplace(p, &user)
		}
	}
	return nil
}

// interpret applies a frame if it is a subscription.
func (s *sub) interpret(frame []byte) bool {
	topic, cancel, ok := wire.ParseSubscription(frame)
	switch {
	case !ok:
	case cancel:
		_ = s.Unsubscribe(topic)
	default:
		_ = s.Subscribe(topic)
	}
	return ok
}

// Take filters what was put back again: the subscriptions may have changed.
func (s *sub) Take(m *pipe.Message) error {
	for n := skips(0); s.h.again(m) || s.in.recv(m) != nil; {
		if s.wanted(m) {
			return nil
		}
		m.Lease.Release()
		if s.h.Drops.Filtered.Add(1); n.enough(s.h) {
			break
		}
	}
	return zerr.ErrAgain
}

// wanted filters again what publishers sent: old ones send everything, and
// others may not have seen a cancellation yet.
func (s *sub) wanted(m *pipe.Message) bool {
	if m.Kind != pipe.Data {
		return false
	}
	return !s.filter || s.store.Match(m.Head) != s.h.Options.Bool(opt.InvertMatching)
}

// TakeQuietly implements Filter. A message that does not pass is left for Take, because
// the application may have subscribed to it by then.
func (s *sub) TakeQuietly(m *pipe.Message) bool {
	p := s.in.only()
	return p != nil && p.AtHand() && p.Quiet() > 0 && s.wanted(p.Peek()) && p.Read(m)
}

// Wants implements Filter.
func (s *sub) Wants(head []byte) bool { return s.wanted(&pipe.Message{Head: head}) }

func (s *sub) Readable() bool {
	n := skips(0)
	for m := s.peek(); m != nil; m = s.peek() {
		if s.wanted(m) {
			return true
		}
		var unwanted pipe.Message
		if !s.h.again(&unwanted) && s.in.recv(&unwanted) != nil && s.wanted(&unwanted) {
			// The one that was looked at has given way meanwhile (DROP_OLDEST).
			s.h.Returned = append(s.h.Returned, unwanted)
			return true
		}
		unwanted.Lease.Release()
		if s.h.Drops.Filtered.Add(1); n.enough(s.h) {
			break
		}
	}
	return false
}

// peek returns the next message, nil if there is none.
func (s *sub) peek() *pipe.Message {
	if len(s.h.Returned) > 0 {
		return &s.h.Returned[0]
	}
	return s.in.peek()
}

func (s *sub) Room(_ []byte, limit int) (int, error) {
	if s.filter {
		return 0, zerr.ErrNotSupported
	}
	return limit, nil
}

func (s *sub) Sink() pipe.Sink { return nil }

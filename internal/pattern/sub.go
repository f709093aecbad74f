// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern/trie"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// sub is SUB and XSUB (RFC 29). It keeps the wanted set, and sends it whole to
// every publisher that it meets or meets again.
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
}

// Ready sends the whole set, before anything else and outside the high-water
// mark; what was queued for the publisher before is dropped (patterns.md 4.3).
func (s *sub) Ready(p *pipe.Pipe) error {
	p.ResetOut()
	s.store.Each(func(topic []byte) { s.subscribe(p, topic, false) })
	return nil
}

func (s *sub) Lost(*pipe.Pipe) {}

func (s *sub) Detach(p *pipe.Pipe) {
	p.Route.Attached = false
	delete(s.pipes, p)
}

// Subscribe adds one reference to a topic. SUB tells its publishers about the
// first only; XSUB forwards every one.
func (s *sub) Subscribe(topic []byte) error {
	if !s.store.Room(topic) {
		return errFull
	}
	if first := s.store.Add(topic); first || !s.filter {
		s.tell(topic, false)
	}
	return nil
}

// Unsubscribe takes one reference away; the last tells the publishers. A topic
// that is not subscribed to is no error, as in libzmq.
func (s *sub) Unsubscribe(topic []byte) error {
	last, known := s.store.Remove(topic)
	if last || known && !s.filter && s.h.Options.Bool(opt.XSubVerboseUnsubscribe) {
		s.tell(topic, true)
	}
	return nil
}

// subscribe tells one publisher. The socket writes it out when it has released its
// lock: in the caller's goroutine where that is the only one, so that the
// subscription is on its way when the call returns.
func (s *sub) subscribe(p *pipe.Pipe, topic []byte, cancel bool) {
	if p.Subscription(topic, cancel) {
		s.h.Flush = append(s.h.Flush, p)
	}
}

func (s *sub) tell(topic []byte, cancel bool) {
	for p := range s.pipes {
		s.subscribe(p, topic, cancel)
	}
}

// TopicsCount returns the number of distinct subscriptions.
func (s *sub) TopicsCount() int { return s.store.Len() }

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
		if !s.h.write(p, &user) {
			p.Dropped.Add(1)
			s.h.Drops.Mute.Add(1)
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

func (s *sub) Recv(m *pipe.Message) error {
	for s.in.recv(m) != nil {
		if s.wanted(m) {
			return nil
		}
		s.h.Drops.Filtered.Add(1)
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

func (s *sub) Readable() bool {
	for m := s.in.peek(); m != nil; m = s.in.peek() {
		if s.wanted(m) {
			return true
		}
		var unwanted pipe.Message
		s.in.recv(&unwanted)
		s.h.Drops.Filtered.Add(1)
	}
	return false
}

func (s *sub) Writable() bool  { return !s.filter }
func (s *sub) Sink() pipe.Sink { return nil }

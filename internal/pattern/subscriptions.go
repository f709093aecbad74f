// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"sync"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern/trie"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zerr"
)

// subscriptions is what a publisher knows of its subscribers, and the notices
// of it that an XPUB has not read yet. Connections' readers work on it directly,
// so that a publisher learns of its subscribers without being called; therefore
// it has a lock of its own, a leaf below the socket's.
type subscriptions struct {
	h      *Host
	silent bool

	mu        sync.Mutex
	store     trie.Multi[*pipe.Pipe] // what messages are matched against
	requested trie.Multi[*pipe.Pipe] // XPUB_MANUAL: what peers asked for
	swept     notices                // those before notices, which sweep has looked at
	notices   notices
	told      uint64 // notices so far
	sweepAt   int    // unread notices that make sweep worthwhile
	sweeping  bool   // sweep has the notices that there were
	leaving   int    // peers whose subscriptions are being removed
	ended     bool   // since the last sweep a subscription or a peer
	verbose   bool   // every subscription is a notice
	verboser  bool   // and every cancellation
	manual    bool
	onlyFirst bool
	dedicated *pipe.Pipe // gets everything without being matched; nil while there is none
	maxTopics int
	maxTopic  int
	maxBytes  int  // of all topics of one peer
	keep      bool // subscriptions outlive a connection that we made
}

// errFull is what the application gets that has subscribed to more than the store of
// the socket can number.
var errFull = zerr.Errorf(zerr.ErrLimit, "the socket has no room for another subscription")

func newSubscriptions(h *Host, silent bool) *subscriptions {
	return &subscriptions{h: h, silent: silent}
}

func (s *subscriptions) configure(o *opt.Set) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verboser = o.Bool(opt.XPubVerboser)
	s.verbose = s.verboser || o.Bool(opt.XPubVerbose)
	s.manual = o.Bool(opt.XPubManual) || o.Bool(opt.XPubManualLastValue)
	s.onlyFirst = o.Bool(opt.OnlyFirstSubscribe)
	s.maxTopics = o.Int(opt.MaxSubscriptions)
	s.maxTopic = o.Int(opt.MaxTopicBytes)
	s.maxBytes = o.Int(opt.MaxSubscriptionBytes)
	s.keep = o.Bool(opt.KeepSubscriptions)
}

// sink takes what a peer sends upstream. It runs in the connection's reader.
func (s *subscriptions) sink(p *pipe.Pipe, ms []pipe.Message) (n int) {
	told, changed, full := false, false, false
	for n < len(ms) && !full {
		s.mu.Lock()
		had := s.told
		for end := min(n+share, len(ms)); n < end && !full; n++ {
			var c bool
			if c, full = s.takeLocked(p, &ms[n]); full {
				n--
			}
			changed = changed || c
		}
		told = told || s.told != had
		s.mu.Unlock()
	}
	if told {
		s.h.Mailbox.WakeReceiver()
	}
	if changed && s.h.Subscribed != nil {
		s.h.Subscribed()
	}
	s.sweep()
	return n
}

// takeLocked takes one message of a peer, unless the application must read first.
func (s *subscriptions) takeLocked(p *pipe.Pipe, m *pipe.Message) (changed, full bool) {
	switch {
	case p.Route.Gone.Load(): // its connection only lingers, or the other socket has not heard yet
		return false, false
	case m.Kind == pipe.Subscribe:
		s.apply(p, m.Head, false, m.Peer)
		return true, false
	case m.Kind == pipe.Cancel:
		s.apply(p, m.Head, true, m.Peer)
		return true, false
	}
	changed, ok := s.upstream(p, m)
	return changed, !ok
}

// upstream takes a message apart: frames that start with 1 or 0 are
// subscriptions and their ends, the others go to the application of an XPUB.
// The first frame decides about the others where ONLY_FIRST_SUBSCRIBE is set.
// ok is false when the application must read first; a subscription of its own
// does not wait for that, whether the peer sends it as a message (ZMTP 3.0 and
// older) or as a command.
func (s *subscriptions) upstream(p *pipe.Pipe, m *pipe.Message) (changed, ok bool) {
	_, _, is := wire.ParseSubscription(m.Head)
	alone := is && len(m.Tail) == 0
	if !alone && !s.silent && full(p) && !p.Ending() {
		p.Route.Held = true
		return false, false
	}
	var user pipe.Message
	first := false
	for i := range m.Len() {
		f := m.Head
		if i > 0 {
			f = m.Tail[i-1]
		}
		if i == 0 || first || !s.onlyFirst {
			if topic, cancel, is := wire.ParseSubscription(f); is {
				s.apply(p, topic, cancel, m.Peer)
				changed = true
				first = first || i == 0
				continue
			}
		}
		if user.Head == nil {
			user = pipe.Message{Head: f, Peer: m.Peer, Owned: true}
		} else {
			user.Tail = append(user.Tail, f)
		}
	}
	if user.Head != nil && !s.silent {
		p.Route.Notices++
		if err := p.Route.Unread.Grow(p.Account(), upstreamBytes(&user)); err != nil {
			s.refuse(p, err)
		}
		s.told++
		s.notices.addUser(sender{from: p, peer: m.Peer}, user)
	}
	return changed, true
}

const (
	// noticeBytes is what a notice takes beside its text, most in a run of its own.
	noticeBytes = 32
	// heldBytes is how much memory upstream messages may take that the application does
	// not read.
	heldBytes = 64 << 20
)

// full reports whether as much of a peer waits for the application as the high-water
// mark allows, or as much memory as messages may take.
func full(p *pipe.Pipe) bool {
	mark := p.RecvMark()
	return mark > 0 && p.Route.Notices >= mark || p.Route.Unread.Bytes() >= heldBytes
}

// apply notes a subscription or its end, and what the application is to hear.
func (s *subscriptions) apply(p *pipe.Pipe, topic []byte, cancel bool, peer *pipe.Peer) {
	store := &s.store
	if s.manual {
		store = &s.requested
	}
	s.revokeLocked()
	if cancel {
		last, removed := store.Remove(topic, p)
		if removed {
			p.Route.TopicBytes = max(0, p.Route.TopicBytes-len(topic)) // some are the application's own
			p.Route.Topics.Shrink(stored(topic))
		}
		if s.each() || removed && last {
			s.note(sender{from: p, peer: peer}, p, removed, 0, topic)
		}
		return
	}
	if s.maxTopic > 0 && len(topic) > s.maxTopic {
		s.refuse(p, zerr.Errorf(zerr.ErrLimit, "it subscribes to a topic of %d bytes and MaxTopicBytes is %d", len(topic), s.maxTopic))
		return
	}
	if s.maxTopics > 0 && store.CountOf(p) >= s.maxTopics {
		s.refuse(p, zerr.Errorf(zerr.ErrLimit, "it holds %d subscriptions, as many as MaxSubscriptions allows", s.maxTopics))
		return
	}
	if s.maxBytes > 0 && p.Route.TopicBytes+len(topic) > s.maxBytes {
		s.refuse(p, zerr.Errorf(zerr.ErrLimit, "its topics have more bytes together than MaxSubscriptionBytes, %d", s.maxBytes))
		return
	}
	if !store.Room(topic) {
		s.refuse(p, zerr.Errorf(zerr.ErrLimit, "there is no room for one more of its subscriptions among %d", store.Count()))
		return
	}
	if err := p.Route.Topics.Grow(p.Account(), stored(topic)); err != nil {
		s.refuse(p, err)
		return
	}
	first, added := store.Add(topic, p)
	if added {
		p.Route.TopicBytes += len(topic)
	} else {
		p.Route.Topics.Shrink(stored(topic))
	}
	if s.manual || s.verbose || first {
		s.note(sender{from: p, peer: peer}, p, first || s.each() && added, 1, topic)
	}
}

// stored returns about how much memory a topic takes in the store.
func stored(topic []byte) int { return 64 + len(topic) + len(topic)/4 }

// refuse ends the connection of a peer that goes beyond a limit.
func (s *subscriptions) refuse(p *pipe.Pipe, reason error) {
	p.Route.Overfull = true
	p.Refuse(reason)
}

// each reports whether the application hears of each peer's subscriptions and
// their ends, rather than of a topic's first and last.
func (s *subscriptions) each() bool { return s.manual || s.verboser }

// note queues a notice about what p has: byte 1 or 0 and the topic, whatever form
// the peer used. A peer that toggles subscriptions while the application does not
// read is cut off where MaxSubscriptions would end its store.
func (s *subscriptions) note(from sender, p *pipe.Pipe, changed bool, op byte, topic []byte) {
	if s.silent {
		return
	}
	if from.from != nil {
		if s.maxTopics > 0 && p.Route.Notices >= 2*s.maxTopics {
			s.refuse(p, zerr.Errorf(zerr.ErrLimit, "%d of its subscriptions wait for the application", p.Route.Notices))
			return
		}
		if s.maxBytes > 0 && p.Route.Unread.Bytes() >= 2*int64(s.maxBytes) {
			s.refuse(p, zerr.Errorf(zerr.ErrLimit, "%d bytes of its subscriptions wait for the application", p.Route.Unread.Bytes()))
			return
		}
		if err := p.Route.Unread.Grow(p.Account(), topicNoticeBytes(1+len(topic))); err != nil {
			s.refuse(p, err)
			return
		}
		p.Route.Notices++
	}
	if s.each() {
		from.of = p
	}
	s.told++
	s.ended = s.ended || op == 0
	s.notices.add(from, changed, op, topic)
}

// keeps reports whether what a lost peer subscribed to stays for its next
// connection. After a limit was exceeded that connection begins with nothing, or it
// would exceed the limit again.
func (s *subscriptions) keeps(p *pipe.Pipe) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	over := p.Route.Overfull
	p.Route.Overfull = false
	return s.keep && !p.Accepted && !over
}

// next takes the next notice or upstream message, with what is known of its peer.
func (s *subscriptions) next(m *pipe.Message) bool {
	s.mu.Lock()
	if !s.unreadLocked() {
		s.mu.Unlock()
		return false
	}
	from := &s.notices
	if s.swept.n > 0 {
		from = &s.swept
	}
	n := from.next()
	resume := n.from != nil && s.giveBack(n.from, waiting{1, n.bytes()})
	s.mu.Unlock()
	if resume {
		n.from.Resume()
	}
	if n.user != nil {
		*m = *n.user
		return true
	}
	*m = pipe.Message{Kind: pipe.Notice, Head: n.text, Peer: n.peer, Owned: true}
	return true
}

// giveBack notes that notices of a peer wait no more, and reports whether the
// peer's reader is to be resumed.
func (s *subscriptions) giveBack(p *pipe.Pipe, w waiting) bool {
	p.Route.Notices -= w.notices
	p.Route.Unread.Shrink(w.bytes)
	if !p.Route.Held || full(p) {
		return false
	}
	p.Route.Held = false
	return true
}

func (s *subscriptions) pending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unreadLocked()
}

// unreadLocked reports whether next finds something: nothing while sweep has it.
func (s *subscriptions) unreadLocked() bool { return !s.sweeping && s.swept.n+s.notices.n > 0 }

// place tells apart the sets of subscribers that topics have.
func (s *subscriptions) place(topic []byte) trie.Place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.store.Place(topic)
}

func (s *subscriptions) match(topic []byte, visit func(*pipe.Pipe)) {
	s.mu.Lock()
	s.store.Match(topic, visit)
	s.mu.Unlock()
}

func (s *subscriptions) add(p *pipe.Pipe, topic []byte) error {
	s.mu.Lock()
	s.revokeLocked()
	room := s.store.Room(topic)
	if room {
		s.store.Add(topic, p)
	}
	s.mu.Unlock()
	if !room {
		return errFull
	}
	if s.h.Subscribed != nil {
		s.h.Subscribed()
	}
	return nil
}

func (s *subscriptions) remove(p *pipe.Pipe, topic []byte) {
	s.mu.Lock()
	s.revokeLocked()
	s.store.Remove(topic, p)
	s.mu.Unlock()
}

func (s *subscriptions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.store.Count()
}

func (s *subscriptions) subscribers(topic []byte) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leaving == 0 {
		return s.store.Subscribers(topic)
	}
	distinct := make(map[*pipe.Pipe]struct{})
	s.store.Match(topic, func(p *pipe.Pipe) {
		if !p.Route.Leaving {
			distinct[p] = struct{}{}
		}
	})
	return len(distinct)
}

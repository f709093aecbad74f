// SPDX-License-Identifier: Apache-2.0

// Topics: what a SUB has subscribed to, and what the peers of a PUB or XPUB have.

package zmq4

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/gozmq/zmq"
)

// maxNotices bounds the subscriptions that Topics of an XPUB reads ahead of Recv,
// as the high-water mark does in package zmq.
const maxNotices = 1000

// Topics is implemented by the sockets that NewPub, NewSub and NewXPub make.
type Topics interface {
	// Topics returns the sorted list of topics: of a SUB its own subscriptions, of
	// a PUB and XPUB those of their peers, each once.
	Topics() []string
}

// topical is a socket that implements Topics.
type topical struct{ *socket }

// Topics implements Topics.
func (t topical) Topics() []string {
	if t.kind == XPub && t.err == nil {
		t.pending.readAhead(t.socket)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.topics))
}

// subscribe begins or ends a subscription of a SUB or XSUB. Like the original it
// does not count them: one end is enough however often it began.
func (s *socket) subscribe(topic string, begin bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, there := s.topics[topic]
	if s.kind != Sub && s.kind != XSub {
		return fmt.Errorf("it does not subscribe: %w", zmq.ErrInvalid)
	}
	if there == begin {
		return nil
	}
	if err := s.changeSubscription(topic, begin); err != nil {
		return err
	}
	if begin {
		s.topics[topic] = struct{}{}
	} else {
		delete(s.topics, topic)
	}
	return nil
}

// changeSubscription never waits: subscriptions pass outside the high-water mark.
func (s *socket) changeSubscription(topic string, begin bool) error {
	switch {
	case s.kind == XSub && begin:
		return s.sock.TrySend([]byte("\x01" + topic))
	case s.kind == XSub:
		return s.sock.TrySend([]byte("\x00" + topic))
	case begin:
		return s.sock.Subscribe(topic)
	default:
		return s.sock.Unsubscribe(topic)
	}
}

// collectTopics reads, for as long as a PUB lives, what its peers subscribe to,
// and drops what else they send.
func (s *socket) collectTopics() {
	for m, err := range s.sock.Messages(s.life) {
		if err != nil {
			return
		}
		s.noteTopic(m)
	}
}

// noteTopic follows one notice: byte 1 begins a subscription, byte 0 ends it. An
// XPUB gives the first and the last one of a topic only.
func (s *socket) noteTopic(m zmq.Message) {
	notice := m.Bytes()
	if m.Len() != 1 || len(notice) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch notice[0] {
	case 1:
		s.topics[string(notice[1:])] = struct{}{}
	case 0:
		delete(s.topics, string(notice[1:]))
	}
}

// topicNotices are what Topics of an XPUB has read and Recv has not returned yet.
type topicNotices struct {
	turn    sync.Mutex // held by the reader of the socket, by Recv also while it waits
	mu      sync.Mutex
	waiting []zmq.Message
}

// recv returns the next message of an XPUB.
func (p *topicNotices) recv(ctx context.Context, s *socket) (zmq.Message, error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	if m, ok := p.take(); ok {
		return m, nil
	}
	m, err := s.sock.Recv(ctx)
	if err == nil {
		s.noteTopic(m)
	}
	return m, err
}

// readAhead notes what has arrived. Where a Recv waits, nothing is there that it
// has not seen.
func (p *topicNotices) readAhead(s *socket) {
	if !p.turn.TryLock() {
		return
	}
	defer p.turn.Unlock()
	for p.len() < maxNotices {
		m, err := s.sock.TryRecv()
		if err != nil {
			return
		}
		s.noteTopic(m)
		p.put(m)
	}
}

func (p *topicNotices) take() (zmq.Message, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		return zmq.Message{}, false
	}
	m := p.waiting[0]
	p.waiting = p.waiting[1:]
	return m, true
}

func (p *topicNotices) put(m zmq.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, m)
}

func (p *topicNotices) len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting)
}

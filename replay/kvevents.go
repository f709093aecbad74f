// SPDX-License-Identifier: Apache-2.0

// The format KVEvents on the wire:
//
//	published: topic, number, payload
//	request:   "", number
//	answer:    "", number, payload         or "", topic, number, payload
//	its end:   "", -1, ""                  or "", "", -1, ""

package replay

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"

	"github.com/gozmq/zmq"
)

// kvEnd is the number that ends an answer: -1.
const kvEnd = math.MaxUint64

// kvRequestFrames is the number of frames of a request without its envelope: number. The
// empty frame belongs to the envelope.
const kvRequestFrames = 1

// kvPublishedFrames is the number of frames of a published message.
const kvPublishedFrames = 3

// kvSendHWM is SendHWM of the live socket, as inference servers have it.
const kvSendHWM = 100_000

// kvFrames appends the frames of a message or of the end of an answer.
func kvFrames(parts [][]byte, topic []byte, withTopic bool, number uint64, payload []byte) [][]byte {
	if withTopic {
		parts = append(parts, topic)
	}
	return append(parts, binary.BigEndian.AppendUint64(nil, number), payload)
}

func kvNumber(b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, &FormatError{fmt.Sprintf("a number has 8 bytes, not %d", len(b))}
	}
	return binary.BigEndian.Uint64(b), nil
}

// answerKV answers a request: the routing id, an empty frame if the peer is not an older
// DEALER, and the number to begin with.
func (p *Publisher) answerKV(ctx context.Context, mine *answering, m zmq.Message) error {
	frames := m.Frames()
	from, err := kvNumber(m.Last())
	if err != nil || len(frames) < 2 {
		return &FormatError{"a request is an empty frame and a number of 8 bytes"}
	}
	envelope := p.envelope(frames)
	if len(envelope[len(envelope)-1]) > 0 {
		envelope = append(envelope[:len(envelope):len(envelope)], nil)
	}
	withTopic := p.cfg.Format == KVEventsTopic
	var parts [][]byte
	for r, err := range p.cfg.Store.Read(ctx, from) {
		if err != nil {
			return err
		}
		parts = kvFrames(append(parts[:0], envelope...), []byte(p.cfg.Stream), withTopic, r.Number, r.Frames[0])
		if err := p.sendAnswer(ctx, mine, parts); err != nil {
			return err
		}
		p.counts.replayed.Add(1)
	}
	return p.sendAnswer(ctx, mine, kvFrames(append(parts[:0], envelope...), nil, withTopic, kvEnd, nil))
}

// kvState is what a lane knows of a publisher whose format has no epochs.
type kvState struct {
	epoch   uint64 // counted from 1
	newest  uint64 // number after the newest that was published, in this epoch
	seed    maphash.Seed
	last    uint64 // number of the last message that was delivered, if any
	content uint64 // its hash
	any     bool
	reopen  bool // answers of the epoch before may be on their way
}

func newKVState() *kvState { return &kvState{epoch: 1, seed: maphash.MakeSeed()} }

// delivered notes a message, with which answers are compared.
func (k *kvState) delivered(m *Message) {
	k.last, k.content, k.any = m.Number, maphash.Bytes(k.seed, m.body), true
}

// restarted begins another epoch.
func (k *kvState) restarted() { k.epoch, k.newest, k.any, k.reopen = k.epoch+1, 0, false, true }

// published takes a published message. One publisher sends in the order of its numbers.
func (k *kvState) published(number uint64) {
	if number < k.newest {
		k.restarted()
	}
	k.newest = number + 1
}

// kvParse reads a published message.
func (l *lane) kvParse(x *Message, m zmq.Message) error {
	if m.Len() != kvPublishedFrames {
		return &FormatError{fmt.Sprintf("a message has %d frames, not %d", kvPublishedFrames, m.Len())}
	}
	number, err := kvNumber(m.Frame(1))
	if err != nil || number == kvEnd {
		return &FormatError{"a message has a number of 8 bytes that is not -1"}
	}
	x.set(l.source.Stream, Position{Number: number}, 0, m.Last(), m, 2)
	return nil
}

// kvPart reads a part of an answer. At its end, number is kvEnd.
func kvPart(m zmq.Message) (number uint64, payload []byte, err error) {
	f := m.Frames()
	if len(f) < 3 || len(f) > 4 || len(f[0]) != 0 {
		return 0, nil, &FormatError{fmt.Sprintf("a part of an answer has 3 or 4 frames, of which the first is empty, not %d", len(f))}
	}
	number, err = kvNumber(f[len(f)-2])
	return number, f[len(f)-1], err
}

// kvAsk makes one request. It asks for the last message that was delivered too. If that
// is another one now, or is not there although nothing newer is, the publisher has
// restarted.
func (l *lane) kvAsk(start Start) (progress bool, err error) {
	k := l.kv
	l.mu.Lock()
	reopen := k.reopen
	k.reopen = false
	l.mu.Unlock()
	if reopen {
		if err := l.reopenReplay(); err != nil {
			return false, err
		}
	}
	defer func() {
		if err != nil {
			l.mu.Lock()
			k.reopen = true
			l.mu.Unlock()
		}
	}()
	l.mu.Lock()
	compare := start.kind == fromNumber && k.any && k.last+1 == start.value
	l.tracker.counts.Requests++
	began, restarts := l.tracker.mark(), l.tracker.asking()
	epoch, content := k.epoch, k.content
	l.mu.Unlock()
	from := start.asked()
	if compare {
		from--
	}
	if err := l.replay.Send(l.sub.ctx, nil, binary.BigEndian.AppendUint64(nil, from)); err != nil {
		return false, err
	}
	a := &kvAnswer{lane: l, start: start, compare: compare, content: content, restarts: restarts, epoch: epoch, first: kvEnd}
	for l.sub.queue.waitRoom() {
		m, err := l.replay.Recv(l.sub.ctx)
		if err != nil {
			return false, err
		}
		number, payload, err := kvPart(m)
		if err != nil {
			return false, err
		}
		l.lock()
		if number == kvEnd {
			a.end()
			progress = l.tracker.mark() != began
			l.unlock()
			return progress, nil
		}
		a.message(number, payload, m)
		l.unlock()
	}
	return false, zmq.ErrClosed
}

// kvAnswer is an answer that is being received.
type kvAnswer struct {
	lane     *lane
	start    Start
	compare  bool   // the first message is that before start, to compare
	content  uint64 // hash of that message, as it was delivered
	restarts uint64 // of the tracker, when it asked
	epoch    uint64 // when it asked

	first, next uint64 // numbers of the first message, and after the newest; kvEnd and 0 if there is none
	torn        bool   // a message in the middle is missing
}

// current reports whether the answer still means what the request did. Callers of
// methods have locked the lane.
func (a *kvAnswer) current() bool { return a.restarts == a.lane.tracker.counts.Restarts }

func (a *kvAnswer) message(number uint64, payload []byte, m zmq.Message) {
	k, t := a.lane.kv, a.lane.tracker
	// A ROUTER of libzmq drops at its mark. The rest is asked for again.
	a.torn = a.torn || a.first != kvEnd && number != a.next
	if a.torn || !a.current() {
		return
	}
	a.first, a.next = min(a.first, number), number+1
	if a.compare && number == a.start.value-1 {
		if a.epoch == k.epoch && maphash.Bytes(k.seed, payload) != a.content {
			k.restarted()
		}
		return
	}
	x := &a.lane.message
	x.set(a.lane.source.Stream, Position{k.epoch, number}, 0, payload, m, m.Len()-1)
	t.answer(x)
}

func (a *kvAnswer) end() {
	k, t := a.lane.kv, a.lane.tracker
	if a.torn || !a.current() {
		return
	}
	if a.compare && a.first == kvEnd && a.epoch == k.epoch {
		k.restarted() // what was delivered last is not there
	}
	a.next = max(a.next, a.start.asked())
	t.end(k.epoch, a.start.asked(), a.next, span{min(a.first, a.next), a.next})
}

// reopenReplay replaces the DEALER after a request that was given up. Without tags, the
// rest of its answer would be taken for that of the next.
func (l *lane) reopenReplay() error {
	s, err := l.dialReplay()
	if err != nil {
		return err
	}
	l.socketsMu.Lock()
	defer l.socketsMu.Unlock()
	if l.closing {
		return s.Close()
	}
	before := l.replay
	l.replay = s
	return before.Close()
}

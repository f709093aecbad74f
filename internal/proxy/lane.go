// SPDX-License-Identifier: Apache-2.0

package proxy

import (
	"errors"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// A lane moves at most batchLimit messages before it is the other's turn, as libzmq's
// proxy does, and at most batchSize of those that are not in runs. That is enough to
// make the cost of the locks small beside that of the messages, and few enough to stay
// in the processor's cache.
const (
	batchLimit = 1000
	batchSize  = 256
)

// lane moves messages in one direction.
type lane struct {
	// Immutable.
	from, to *core.Socket
	capture  *core.Socket
	observe  func(*pipe.Message)

	// Owned by Run. held are messages that were taken and not forwarded, in batch's
	// memory. The first shown of them have been captured.
	batch []pipe.Item
	held  []pipe.Item
	shown int
	rest  volume // of held

	stats struct {
		messagesIn, framesIn, bytesIn    atomic.Uint64
		messagesOut, framesOut, bytesOut atomic.Uint64
		refused, dropped                 atomic.Uint64
	}
}

// move forwards at most a batch of the messages that are there, and reports whether
// anything happened.
func (l *lane) move() (moved bool, err error) {
	if len(l.held) == 0 {
		if moved, err = l.take(); !moved || err != nil {
			return moved, err
		}
	}
	shown, err := l.show()
	if err != nil {
		return true, err
	}
	passed, err := l.pass()
	return moved || shown || passed, err
}

// volume is a number of messages, their frames and the bytes of these.
type volume struct{ messages, frames, bytes uint64 }

func measure(items []pipe.Item) (v volume) {
	for i := range items {
		it := &items[i]
		v.messages += uint64(it.Messages())
		v.frames += uint64(it.Frames())
		v.bytes += uint64(it.Payload())
	}
	return v
}

// take receives as many messages as there is room for.
func (l *lane) take() (bool, error) {
	room := l.to.Room(batchLimit)
	if room > 0 && l.capture != nil {
		room = l.capture.Room(room)
	}
	if room == 0 {
		return false, nil
	}
	how := core.Singly
	if l.capture == nil && l.observe == nil && l.to.TakesRuns() {
		how = core.InRuns
	}
	n, err := l.from.Take(l.batch, room, how)
	switch {
	case errors.Is(err, zerr.ErrAgain), errors.Is(err, zerr.ErrState): // REQ, REP: not its turn
		return false, nil
	case err != nil:
		return false, &SocketError{l.from, err}
	}
	l.held, l.shown = l.batch[:n], 0
	l.rest = measure(l.held)
	l.stats.messagesIn.Add(l.rest.messages)
	l.stats.framesIn.Add(l.rest.frames)
	l.stats.bytesIn.Add(l.rest.bytes)
	return true, nil
}

// show gives copies of the held messages to the capture socket and function. That comes
// before they are forwarded, because afterwards they belong to the other socket.
func (l *lane) show() (bool, error) {
	if l.capture == nil && l.observe == nil {
		l.shown = len(l.held)
		return false, nil
	}
	fresh := l.held[l.shown:]
	if len(fresh) == 0 {
		return false, nil
	}
	n := len(fresh)
	if l.capture != nil {
		var err error
		n, err = l.capture.TrySendBatch(fresh, false)
		if err != nil && !errors.Is(err, zerr.ErrAgain) && !errors.Is(err, zerr.ErrState) {
			return true, &SocketError{l.capture, err}
		}
	}
	if l.observe != nil {
		for i := range fresh[:n] {
			l.observe(&fresh[i].Message)
		}
	}
	l.shown += n
	return n > 0, nil
}

// pass sends the messages that are held and were shown. A message without a peer to go
// to is dropped and counted, as a ROUTER that is not mandatory drops it. So is a
// message for a full peer, because a client that has left, or does not read, must not
// delay others.
func (l *lane) pass() (passed bool, err error) {
	before := l.rest
	for l.shown > 0 {
		n, err := l.to.TrySendBatch(l.held[:l.shown], true)
		l.drop(n)
		switch {
		case err == nil:
		case errors.Is(err, zerr.ErrHostUnreachable), errors.Is(err, zerr.ErrInvalid), errors.Is(err, zerr.ErrMessageTooLarge):
			l.lose(&l.stats.refused)
		case errors.As(err, new(*zerr.PeerFullError)): // unless the socket is to wait
			l.lose(&l.stats.dropped)
		case errors.Is(err, zerr.ErrAgain), errors.Is(err, zerr.ErrState):
			l.count()
			return l.rest != before, nil
		default:
			l.count()
			return l.rest != before, &SocketError{l.to, err}
		}
	}
	l.count()
	return l.rest != before, nil
}

// lose drops the next message, which the other socket does not accept, and counts it by
// the cause. Socket types that refuse a message get none in runs.
func (l *lane) lose(cause *atomic.Uint64) {
	l.count()
	v := measure(l.held[:1])
	l.rest.messages -= v.messages
	l.rest.frames -= v.frames
	l.rest.bytes -= v.bytes
	cause.Add(v.messages)
	l.drop(1)
}

// count counts as sent what has been sent since the last call.
func (l *lane) count() {
	now := measure(l.held)
	l.stats.messagesOut.Add(l.rest.messages - now.messages)
	l.stats.framesOut.Add(l.rest.frames - now.frames)
	l.stats.bytesOut.Add(l.rest.bytes - now.bytes)
	l.rest = now
}

// drop forgets the first n places that are held. Their messages were sent or lost.
func (l *lane) drop(n int) {
	l.from.Received(l.held[:n])
	clear(l.held[:n])
	l.held = l.held[n:]
	l.shown -= n
}

// giveBack returns the held messages to the socket that they came from, and returns how
// many are lost because that socket is closed.
func (l *lane) giveBack() (lost int) {
	if err := l.from.Return(l.held); err != nil {
		lost = int(l.rest.messages)
	}
	clear(l.held)
	l.held, l.shown, l.rest = nil, 0, volume{}
	return lost
}

// report fills in each side's counters of the lane, which may be nil.
func (l *lane) report(from, to *Side) {
	if l == nil {
		return
	}
	s := &l.stats
	from.MessagesIn, from.FramesIn, from.BytesIn = s.messagesIn.Load(), s.framesIn.Load(), s.bytesIn.Load()
	to.MessagesOut, to.FramesOut, to.BytesOut = s.messagesOut.Load(), s.framesOut.Load(), s.bytesOut.Load()
	to.Refused, to.Dropped = s.refused.Load(), s.dropped.Load()
}

// SPDX-License-Identifier: Apache-2.0

package proxy

import (
	"errors"
	"sync/atomic"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/zerr"
)

// batchSize is the most messages that a lane moves before it is the other's
// turn. It is enough for the locks to cost nothing beside the messages, and few
// enough for 16 KiB of them to stay in the processor's cache.
const batchSize = 256

// Counters are what one lane has taken and passed on. Frames are what libzmq's
// statistics count.
type Counters struct {
	MessagesIn, FramesIn, BytesIn    uint64
	MessagesOut, FramesOut, BytesOut uint64
	Refused                          uint64 // messages that the other socket could not route
}

// lane moves messages in one direction.
type lane struct {
	// Immutable.
	from, to *core.Socket
	capture  *core.Socket
	observe  func(*pipe.Message)

	// Owned by Run. held are messages that were taken and not passed on, in
	// batch's memory; the first shown of them have been captured.
	batch []pipe.Message
	held  []pipe.Message
	shown int

	stats struct {
		messagesIn, framesIn, bytesIn    atomic.Uint64
		messagesOut, framesOut, bytesOut atomic.Uint64
		refused                          atomic.Uint64
	}
}

// move passes on what there is, at most a batch, and reports whether anything
// happened.
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

// take receives as many messages as there is room for.
func (l *lane) take() (bool, error) {
	room := l.to.Room(batchSize)
	if room > 0 && l.capture != nil {
		room = l.capture.Room(room)
	}
	if room == 0 {
		return false, nil
	}
	n, err := l.from.TryRecvBatch(l.batch[:room])
	switch {
	case errors.Is(err, zerr.ErrAgain), errors.Is(err, zerr.ErrState): // REQ, REP: not its turn
		return false, nil
	case err != nil:
		return false, &SocketError{l.from, err}
	}
	l.held, l.shown = l.batch[:n], 0
	frames, octets := measure(l.held)
	l.stats.messagesIn.Add(uint64(n))
	l.stats.framesIn.Add(frames)
	l.stats.bytesIn.Add(octets)
	return true, nil
}

// show gives copies of what is held to those who capture: before it is passed
// on, because from then on it belongs to the other socket.
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
			l.observe(&fresh[i])
		}
	}
	l.shown += n
	return n > 0, nil
}

// pass sends what is held and was shown. A message that has nowhere to go is
// dropped and counted, as a ROUTER that is not mandatory drops it; ending the
// proxy because one client has left would be no service to the others.
func (l *lane) pass() (passed bool, err error) {
	for l.shown > 0 {
		n, err := l.to.TrySendBatch(l.held[:l.shown], true)
		l.sent(n)
		passed = passed || n > 0
		switch {
		case err == nil:
		case errors.Is(err, zerr.ErrHostUnreachable), errors.Is(err, zerr.ErrInvalid):
			l.stats.refused.Add(1)
			l.drop(1)
			passed = true
		case errors.Is(err, zerr.ErrAgain), errors.Is(err, zerr.ErrState):
			return passed, nil
		default:
			return passed, &SocketError{l.to, err}
		}
	}
	return passed, nil
}

func (l *lane) sent(n int) {
	if n == 0 {
		return
	}
	frames, octets := measure(l.held[:n])
	l.stats.messagesOut.Add(uint64(n))
	l.stats.framesOut.Add(frames)
	l.stats.bytesOut.Add(octets)
	l.drop(n)
}

// drop forgets the first n messages that are held.
func (l *lane) drop(n int) {
	clear(l.held[:n])
	l.held = l.held[n:]
	l.shown -= n
}

// giveBack returns what is held to the socket it came from, and how many
// messages are lost because that is closed.
func (l *lane) giveBack() (lost int) {
	if err := l.from.Unread(l.held); err != nil {
		lost = len(l.held)
	}
	clear(l.held)
	l.held, l.shown = nil, 0
	return lost
}

func (l *lane) counters() Counters {
	s := &l.stats
	return Counters{
		MessagesIn: s.messagesIn.Load(), FramesIn: s.framesIn.Load(), BytesIn: s.bytesIn.Load(),
		MessagesOut: s.messagesOut.Load(), FramesOut: s.framesOut.Load(), BytesOut: s.bytesOut.Load(),
		Refused: s.refused.Load(),
	}
}

func measure(ms []pipe.Message) (frames, octets uint64) {
	for i := range ms {
		frames += uint64(ms[i].Len())
		octets += uint64(ms[i].Size())
	}
	return frames, octets
}

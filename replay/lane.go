// SPDX-License-Identifier: Apache-2.0

// A lane receives one source:
//
//	listen:  SUB ─► tracker ─► queue
//	catchUp: tracker ─► request ─► DEALER ─► answer ─► tracker ─► queue
//	watch:   monitor of the SUB ─► catchUp

package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

// lane is one source of a subscriber.
type lane struct {
	// Immutable after newLane.
	sub     *Subscriber
	source  *Source
	live    *zmq.Socket   // SUB; nil without endpoints
	replay  *zmq.Socket   // DEALER; nil without endpoints
	kick    chan struct{} // wakes catchUp
	monitor context.CancelFunc
	events  func(func(zmq.Event) bool)

	received flag // the program has received the mark of being live

	// Owned by catchUp.
	requests uint64 // number of the last one, its tag

	mu      sync.Mutex // guards what follows; before queue.mu
	tracker *tracker
	heard   bool // something was published since the last look
}

func newLane(s *Subscriber, source *Source) (l *lane, err error) {
	l = &lane{sub: s, source: source, kick: make(chan struct{}, 1)}
	l.received.change(false)
	l.tracker = newTracker(source.Stream, source.From, len(source.Replay) > 0, s.cfg.HoldBytes, l.emit)
	l.tracker.settle()
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if len(source.Replay) > 0 {
		settings := append([]zmq.Setting{
			zmq.Immediate.Of(true), zmq.Linger.Of(0), zmq.RecvTimeout.Of(s.cfg.RequestTimeout), zmq.SendTimeout.Of(s.cfg.RequestTimeout),
		}, s.cfg.Settings...)
		if l.replay, err = s.cfg.Context.NewSocket(zmq.DEALER, settings...); err != nil {
			return nil, err
		}
		for _, endpoint := range source.Replay {
			if err = l.replay.Connect(endpoint); err != nil {
				return nil, err
			}
		}
	}
	return l, l.openLive()
}

func (l *lane) openLive() (err error) {
	if len(l.source.Live) == 0 {
		return nil
	}
	// The bytes that wait in the socket come out of those of the queue.
	settings := slices.Concat([]zmq.Setting{zmq.RecvHWMBytes.Of(max(1, l.sub.cfg.QueueBytes/4))},
		l.sub.cfg.Settings, l.sub.cfg.LiveSettings)
	if l.live, err = l.sub.cfg.Context.NewSocket(zmq.SUB, settings...); err != nil {
		return err
	}
	if err = l.live.Subscribe(l.source.Stream + "\x00"); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(l.sub.ctx)
	l.monitor, l.events = cancel, l.live.Monitor(ctx, zmq.EventHandshakeSucceeded)
	for _, endpoint := range l.source.Live {
		if l.source.Bind {
			err = l.live.Bind(endpoint)
		} else {
			err = l.live.Connect(endpoint)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// close closes the sockets, which ends the goroutines.
func (l *lane) close() (err error) {
	if l == nil {
		return nil
	}
	if l.monitor != nil {
		l.monitor()
	}
	for _, s := range []*zmq.Socket{l.live, l.replay} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

// emit takes what the tracker delivers. The caller of the tracker holds mu.
func (l *lane) emit(x item) {
	x.lane = l
	if x.err != nil {
		l.received.change(false)
	}
	l.sub.queue.push(x)
}

// reached is called when the program has received everything before a mark.
func (l *lane) reached() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received.change(!l.tracker.behind)
}

// listen receives what is published.
func (l *lane) listen() {
	if l.live == nil {
		return
	}
	for l.sub.queue.waitRoom() {
		m, err := l.live.Recv(l.sub.ctx)
		if err != nil {
			return
		}
		l.published(m)
	}
}

func (l *lane) published(m zmq.Message) {
	stream, h, body, err := parseMessage(m)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || h.kind != kindMessage || h.epoch == 0 || string(stream) != l.source.Stream {
		l.tracker.counts.Malformed++
		return
	}
	before := l.tracker.behind
	if l.tracker.live(l.message(m, h, body)) {
		l.heard = true
	}
	if l.tracker.behind && !before || l.tracker.doubt {
		l.received.change(false)
		l.wake()
	}
}

func (l *lane) message(m zmq.Message, h header, body []byte) Message {
	return Message{Stream: l.source.Stream, Position: Position{h.epoch, h.number}, nanos: h.time, body: body, zmq: m, skip: 1}
}

// wake makes catchUp look at what is missing.
func (l *lane) wake() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// watch wakes catchUp whenever a connection is made: until then messages may have been
// published of which nothing else tells.
func (l *lane) watch() {
	if l.events == nil {
		return
	}
	for range l.events {
		l.mu.Lock()
		l.heard = false
		l.tracker.confirmed = l.replay == nil
		l.mu.Unlock()
		l.wake()
	}
}

// catchUp asks for what is missing until Close.
func (l *lane) catchUp() {
	if l.replay == nil {
		return
	}
	silence := time.NewTimer(l.sub.cfg.Probe)
	defer silence.Stop()
	pause := l.sub.cfg.Retry
	for l.sub.queue.waitRoom() {
		if start, ok := l.due(); ok {
			progress, err := l.ask(start)
			if l.sub.ctx.Err() != nil {
				return
			}
			if progress {
				pause = l.sub.cfg.Retry
				continue
			}
			if err != nil {
				l.failed(err)
			}
			if l.missing() {
				if !l.rest(pause) {
					return
				}
				pause = min(2*pause, l.sub.cfg.RequestTimeout)
				continue
			}
			pause = l.sub.cfg.Retry
		}
		silence.Reset(l.sub.cfg.Probe)
		select {
		case <-l.kick:
		case <-silence.C:
			l.mu.Lock()
			l.tracker.confirmed = l.tracker.confirmed && l.heard
			l.heard = false
			l.mu.Unlock()
		case <-l.sub.ctx.Done():
			return
		}
	}
}

// rest waits, and reports false after Close.
func (l *lane) rest(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.sub.ctx.Done():
		return false
	}
}

// due returns what to ask for, if there is a reason: something is missing, or it is not
// known whether it is.
func (l *lane) due() (Start, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	start, missing := l.tracker.want()
	return start, missing || !l.tracker.confirmed
}

func (l *lane) missing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, missing := l.tracker.want()
	return missing
}

func (l *lane) failed(err error) {
	l.mu.Lock()
	l.tracker.counts.Failed++
	l.mu.Unlock()
	_ = err
}

// ask makes one request, and reports whether its answer brought the stream further.
func (l *lane) ask(start Start) (progress bool, err error) {
	cfg := &l.sub.cfg
	l.requests++
	r := request{
		tag: strconv.AppendUint(nil, l.requests, 10), stream: l.source.Stream, start: start,
		messages: uint32(cfg.PageMessages), bytes: uint64(min(cfg.PageBytes, cfg.QueueBytes)),
	}
	l.mu.Lock()
	l.tracker.counts.Requests++
	began, restarts := l.tracker.mark(), l.tracker.asking()
	l.mu.Unlock()
	if err := l.replay.Send(l.sub.ctx, r.frames()...); err != nil {
		return false, err
	}
	for {
		m, err := l.replay.Recv(l.sub.ctx)
		if err != nil {
			return false, err
		}
		done, err := l.part(&r, restarts, m)
		if err != nil {
			return false, err
		}
		if done {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.tracker.mark() != began, nil
		}
	}
}

// part takes one message of an answer, and reports whether it was the last.
func (l *lane) part(r *request, restarts uint64, m zmq.Message) (done bool, err error) {
	tag, h, body, err := parseMessage(m)
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.tracker.counts.Malformed++
		return false, err
	}
	if !bytes.Equal(tag, r.tag) {
		return false, nil // of a request that was given up
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case h.kind == kindRefused:
		return false, fmt.Errorf("the publisher refuses: %.200q", body)
	case h.epoch == 0:
		return false, &FormatError{"an answer without an epoch"}
	case restarts != l.tracker.counts.Restarts:
		return h.kind == kindEnd, nil
	case h.kind == kindMessage:
		l.tracker.answer(l.message(m, h, body))
		return false, nil
	case h.kind == kindEnd:
		s, err := parseSpan(body)
		if err == nil {
			l.tracker.end(h.epoch, r.start.asked(), h.number, s)
		}
		return true, err
	}
	return false, &FormatError{fmt.Sprintf("an answer of kind %q", h.kind)}
}

// asked is the number of a request that begins with one.
func (s Start) asked() uint64 {
	if s.kind == fromNumber {
		return s.value
	}
	return 0
}

// flag is a bool whose changes can be waited for.
type flag struct {
	mu      sync.Mutex
	on      bool
	changed chan struct{} // closed by the next change
}

func (f *flag) change(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed != nil && f.on == on {
		return
	}
	if f.changed != nil {
		close(f.changed)
	}
	f.on, f.changed = on, make(chan struct{})
}

func (f *flag) get() (on bool, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.on, f.changed
}

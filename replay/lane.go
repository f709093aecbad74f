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
	sub    *Subscriber
	source *Source
	host   string        // of the publisher, if the lane belongs to a gathering
	index  int           // among the lanes
	ear    ear           // not open without endpoints, and in a gathering
	kick   chan struct{} // wakes catchUp

	received flag // the program has received the mark of being live

	// Owned by catchUp.
	requests uint64      // number of the last one, its tag
	replay   *zmq.Socket // DEALER; nil without endpoints. catchUp writes it with socketsMu held

	socketsMu sync.Mutex // a leaf
	closing   bool

	mu      sync.Mutex // guards what follows; before queue.mu
	tracker *tracker
	message Message  // that is given to the tracker, so that it is not allocated
	heard   bool     // something was published since the last look
	kv      *kvState // nil for the native format
}

// newLane makes the lane of a stream. In a gathering it has no Live endpoints.
func newLane(s *Subscriber, source *Source, host string, index int) (l *lane, err error) {
	l = &lane{sub: s, source: source, host: host, index: index, kick: make(chan struct{}, 1)}
	l.received.change(false)
	l.tracker = newTracker(source.Stream, source.From, len(source.Replay) > 0, s.cfg.HoldBytes, l.emit)
	l.tracker.note = l.note
	if s.cfg.Format != Native {
		l.kv = newKVState()
		l.tracker.confirmed = l.tracker.confirmed || source.From.kind == fromNewest
	}
	l.lock()
	l.tracker.settle()
	l.unlock()
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if len(source.Replay) > 0 {
		if l.replay, err = l.dialReplay(); err != nil {
			return nil, err
		}
	}
	if len(source.Live) == 0 {
		return l, nil
	}
	topic := source.Stream
	if l.kv == nil {
		topic += "\x00"
	}
	return l, l.ear.open(s, source, topic)
}

// dialReplay makes the DEALER.
func (l *lane) dialReplay() (*zmq.Socket, error) {
	cfg := &l.sub.cfg
	settings := append([]zmq.Setting{
		zmq.Immediate.Of(true), zmq.Linger.Of(0), zmq.RecvTimeout.Of(cfg.RequestTimeout), zmq.SendTimeout.Of(cfg.RequestTimeout),
	}, cfg.Settings...)
	if l.kv != nil {
		settings = append(settings, zmq.RecvHWM.Of(kvSendHWM), zmq.RecvHWMBytes.Of(cfg.QueueBytes))
	}
	s, err := cfg.Context.NewSocket(zmq.DEALER, settings...)
	if err != nil {
		return nil, err
	}
	for _, endpoint := range l.source.Replay {
		if err := s.Connect(endpoint); err != nil {
			_ = s.Close()
			return nil, err
		}
	}
	return s, nil
}

// ear is the socket that receives what is published, with its connections observed.
type ear struct {
	live    *zmq.Socket // SUB; nil if it is not open
	monitor context.CancelFunc
	events  func(func(zmq.Event) bool)
}

// open makes the socket. After an error the caller closes the ear.
func (e *ear) open(s *Subscriber, source *Source, topic string) (err error) {
	// The bytes that wait in the socket come out of those of the queue.
	// A time without messages is no error for listen.
	settings := slices.Concat([]zmq.Setting{zmq.RecvHWMBytes.Of(max(1, s.cfg.QueueBytes/4))},
		s.cfg.Settings, s.cfg.LiveSettings, []zmq.Setting{zmq.RecvTimeout.Of(-1)})
	if e.live, err = s.cfg.Context.NewSocket(zmq.SUB, settings...); err != nil {
		return err
	}
	if err = e.live.Subscribe(topic); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(s.ctx)
	e.monitor, e.events = cancel, e.live.Monitor(ctx, zmq.EventHandshakeSucceeded)
	for _, endpoint := range source.Live {
		if source.Bind {
			err = e.live.Bind(endpoint)
		} else {
			err = e.live.Connect(endpoint)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// close ends the goroutines that use the socket.
func (e *ear) close() error {
	if e.monitor != nil {
		e.monitor()
	}
	if e.live == nil {
		return nil
	}
	return e.live.Close()
}

// close closes the sockets, which ends the goroutines.
func (l *lane) close() (err error) {
	if l == nil {
		return nil
	}
	err = l.ear.close()
	l.socketsMu.Lock()
	defer l.socketsMu.Unlock()
	l.closing = true
	if l.replay != nil {
		err = errors.Join(err, l.replay.Close())
	}
	return err
}

// lock locks what a caller of the tracker needs.
func (l *lane) lock() {
	l.mu.Lock()
	l.sub.queue.mu.Lock()
}

func (l *lane) unlock() {
	l.sub.queue.mu.Unlock()
	l.mu.Unlock()
}

// emit takes what the tracker delivers. The caller of the tracker has called lock.
func (l *lane) emit(m *Message, err error) {
	switch err.(type) {
	case nil:
		m.Source = l.index
		if l.kv != nil {
			l.kv.delivered(m)
		}
	case liveMark:
		err = liveMark{l}
	default:
		l.received.change(false)
	}
	l.sub.queue.pushLocked(m, err)
}

// note tells the program what the tracker has noticed. The caller of the tracker has
// called lock.
func (l *lane) note(e Event) {
	e.Source, e.Stream, e.Time = l.index, l.source.Stream, time.Now()
	e.Epoch, e.Next = l.tracker.epoch, l.tracker.next
	l.sub.watchers.tell(e)
}

// reached is called when the program has received everything before a mark.
func (l *lane) reached() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received.change(!l.tracker.behind)
}

// listen receives what is published.
func (l *lane) listen() {
	if l.ear.live == nil {
		return
	}
	for l.sub.queue.waitRoom() {
		m, err := l.ear.live.Recv(l.sub.ctx)
		if err != nil {
			return
		}
		l.lock()
		for range publishedAtATime {
			l.published(m)
			if m, err = l.ear.live.TryRecv(); err != nil {
				break
			}
		}
		if err == nil {
			l.published(m)
		}
		l.unlock()
	}
}

// publishedAtATime is how many messages listen takes under the locks: enough that these
// cost little for each, and so few that a receiver hardly waits for them.
const publishedAtATime = 64

// published takes a message that was published. The caller has called lock.
func (l *lane) published(m zmq.Message) {
	if l.kv != nil && string(m.Bytes()) != l.source.Stream {
		return // a topic that only begins with ours
	}
	x := &l.message
	if err := l.parse(x, m); err != nil {
		l.tracker.counts.Malformed++
		return
	}
	if l.kv != nil {
		l.kv.published(x.Number)
		x.Epoch = l.kv.epoch
		if !l.tracker.placed && l.tracker.start.kind == fromNewest {
			l.tracker.place(x.Number)
		}
	}
	before := l.tracker.behind
	if l.tracker.live(x) {
		l.heard = true
	}
	if l.tracker.behind && !before || l.tracker.doubt {
		l.received.change(false)
		l.wake()
	}
}

// parse reads a message that was published.
func (l *lane) parse(x *Message, m zmq.Message) error {
	if l.kv != nil {
		return l.kvParse(x, m)
	}
	b, stream := m.Bytes(), l.source.Stream
	if len(b) <= len(stream) || string(b[:len(stream)]) != stream || b[len(stream)] != 0 {
		return &FormatError{"it is not a message of the stream"}
	}
	h, body, err := parseHeader(b[len(stream)+1:])
	if err != nil {
		return err
	}
	if h.kind != kindMessage || h.epoch == 0 {
		return &FormatError{"it is not a message of the stream"}
	}
	x.set(stream, Position{h.epoch, h.number}, h.time, body, m, 0)
	return nil
}

// replayed is the message of an answer. The caller has called lock.
func (l *lane) replayed(m zmq.Message, h header, body []byte) *Message {
	l.message.set(l.source.Stream, Position{h.epoch, h.number}, h.time, body, m, 0)
	return &l.message
}

// wake makes catchUp look at what is missing.
func (l *lane) wake() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// watch wakes catchUp whenever a connection is made, because until then messages may have been
// published of which nothing else tells.
func (l *lane) watch() {
	if l.ear.events == nil {
		return
	}
	for range l.ear.events {
		l.connected()
	}
}

func (l *lane) connected() {
	l.mu.Lock()
	l.heard = false
	l.tracker.confirmed = !l.tracker.replays
	l.mu.Unlock()
	l.wake()
}

// catchUp asks for what is missing until Close.
func (l *lane) catchUp() {
	if !l.tracker.replays {
		return
	}
	silence := time.NewTimer(l.sub.cfg.Probe)
	defer silence.Stop()
	pause := l.sub.cfg.Retry
	for l.sub.queue.waitRoom() {
		if start, ok := l.due(); ok {
			ask := l.ask
			if l.kv != nil {
				ask = l.kvAsk
			}
			progress, err := ask(start)
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

// due returns what to ask for, if there is a reason. Either something is missing, or it is not
// known whether it is.
func (l *lane) due() (Start, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	start, missing := l.tracker.want()
	if l.kv != nil && !l.tracker.placed && start.kind == fromNewest {
		return start, false // the first message that comes is the one to begin with
	}
	return start, missing || !l.tracker.confirmed
}

func (l *lane) missing() bool {
	_, missing := l.due()
	return missing
}

func (l *lane) failed(err error) {
	e := &RequestError{l.source.Stream, l.source.Replay, err}
	l.mu.Lock()
	l.tracker.counts.Failed++
	l.note(Event{Kind: EventFailed, Err: e})
	l.mu.Unlock()
	l.sub.cfg.Logger.Warn("replay: request failed", "error", e)
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
		// A snapshot is as large as it is, and a page as large as the publisher makes it.
		if !l.sub.queue.waitRoom() {
			return false, zmq.ErrClosed
		}
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
	l.lock()
	defer l.unlock()
	switch {
	case h.kind == kindRefused:
		return false, fmt.Errorf("the publisher refuses: %.200q", body)
	case h.epoch == 0:
		return false, &FormatError{"an answer without an epoch"}
	case restarts != l.tracker.counts.Restarts:
		return h.kind == kindEnd, nil
	case h.kind == kindMessage:
		l.tracker.answer(l.replayed(m, h, body))
		return false, nil
	case h.kind == kindSnapshot:
		l.tracker.snapshot(l.replayed(m, h, body))
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

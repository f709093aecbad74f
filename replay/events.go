// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"
)

// EventKind says what has happened to a stream.
type EventKind int

const (
	// EventLive: everything that is known to be published is in the queue of the
	// subscriber, for the first time, or for the first time after a restart.
	EventLive EventKind = iota
	// EventGap: messages from From up to, and without, To are missing, and will be asked
	// for. More may be missing.
	EventGap
	// EventCaughtUp: what was missing has come, or is named as lost. The stream is live
	// again.
	EventCaughtUp
	// EventRestart: the stream has begun to number anew. Err is the RestartError that is
	// delivered.
	EventRestart
	// EventLost: messages from From up to, and without, To cannot be had any more. Err is
	// the LostError that is delivered.
	EventLost
	// EventFailed: a request for missing messages was not answered. Err is the
	// RequestError. The subscriber asks again.
	EventFailed
)

var eventNames = [...]string{"live", "gap", "caught up", "restart", "lost", "failed"}

// String returns "live", "gap", "caught up", "restart", "lost" or "failed".
func (k EventKind) String() string {
	if k < 0 || int(k) >= len(eventNames) {
		return fmt.Sprintf("event %d", int(k))
	}
	return eventNames[k]
}

// Event is what a subscriber has noticed of a stream.
type Event struct {
	Kind     EventKind // what has happened
	Source   int       // index in SubscriberStats.Sources
	Stream   string    // its name
	Time     time.Time // of the event, by the clock of the subscriber
	Epoch    uint64    // of the numbers; 0 if it is not known yet
	Next     uint64    // all messages below are in the queue, or named as lost
	From, To uint64    // see EventGap and EventLost
	Err      error     // see EventRestart, EventLost and EventFailed
}

// String describes the event in a line for a log.
func (e Event) String() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("%v: %v", e.Kind, e.Err)
	case e.Kind == EventGap:
		return fmt.Sprintf("gap: stream %q: messages %d to %d are missing", e.Stream, e.From, e.To-1)
	}
	return fmt.Sprintf("%v: stream %q: up to message %d", e.Kind, e.Stream, e.Next)
}

// eventRoom is how many events may wait for a program: more than what happens while a
// program that reads them does something else.
const eventRoom = 1024

// watchers are the calls of Events. What they are told never waits for them.
type watchers struct {
	mu      sync.Mutex // a leaf
	all     map[chan Event]struct{}
	dropped uint64
}

func (w *watchers) join() chan Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[chan Event]struct{}{}
	}
	c := make(chan Event, eventRoom)
	w.all[c] = struct{}{}
	return c
}

func (w *watchers) leave(c chan Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, c)
}

func (w *watchers) tell(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.all {
		select {
		case c <- e:
		default:
			w.dropped++
		}
	}
}

// Events returns an iterator over what happens to the streams from now on. It ends when
// ctx does, or with Close. Each call gets all events. Those that a program does not read
// are dropped when 1024 wait, and counted in SubscriberStats.EventsDropped: a subscriber
// waits for messages to be received, and never for events. An event tells what has come
// into the queue of the subscriber, which may be ahead of what the program has received.
// Use the iterator once. Loss and restart are also delivered in their place by Recv. With a
// nil ctx there are no events.
func (s *Subscriber) Events(ctx context.Context) iter.Seq[Event] {
	if ctx == nil { // an iterator over events has no room for an error
		s.cfg.Logger.Warn("replay: Events returns an iterator without events", "error", errNilContext)
		return func(func(Event) bool) {}
	}
	c := s.watchers.join()
	stop := context.AfterFunc(ctx, func() { s.watchers.leave(c) })
	return func(yield func(Event) bool) {
		defer stop()
		defer s.watchers.leave(c)
		for ctx.Err() == nil {
			select {
			case e := <-c:
				if !yield(e) {
					return
				}
			case <-ctx.Done():
				return
			case <-s.ctx.Done():
				return
			}
		}
	}
}

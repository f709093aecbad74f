// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"testing"
	"testing/synctest"
)

// observed makes a subscriber and returns its events.
func (r *rig) observed(from Source, change ...func(*SubscriberConfig)) (s *Subscriber, next func() (Event, bool)) {
	r.Helper()
	s = r.subscriber(from, change...)
	next, stop := iter.Pull(s.Events(r.ctx))
	r.Cleanup(stop)
	return s, next
}

// A publisher goes away and comes again with less than it had published: the program is
// told of being live, of what was lost, and of the restart.
func TestEventsOfALife(t *testing.T) {
	r := overIPC(t)
	store := NewMemory(Retention{Messages: 10})
	p := r.publisher("a", store)
	r.publish(p, upTo(30)...)
	r.check(p.Close())
	s, next := r.observed(r.source(At(5), "a"))
	p = r.publisher("a", store)
	r.wantLost(s, 5, 20)
	r.want(s, 20, 30)
	var kinds []EventKind
	for {
		e, ok := next()
		if !ok {
			t.Fatal("the events ended")
		}
		if e.Kind == EventFailed { // no publisher was there
			if x := (*RequestError)(nil); !errors.As(e.Err, &x) {
				t.Errorf("a request failed: %v", e.Err)
			}
			continue
		}
		kinds = append(kinds, e.Kind)
		if e.Kind == EventLive {
			break
		}
		if lost := (*LostError)(nil); e.Kind == EventLost && (!errors.As(e.Err, &lost) || e.From != 5 || e.To != 20) {
			t.Errorf("%+v", e)
		}
	}
	if fmt.Sprint(kinds) != "[lost live]" {
		t.Errorf("events %v", kinds)
	}
	r.check(p.Close())
	p = r.publisher("a", nil)
	r.publish(p, 0, 1)
	r.wantRestart(s)
	r.want(s, 0, 2)
	for {
		e, ok := next()
		if !ok {
			t.Fatal("the events ended")
		}
		if e.Kind == EventRestart {
			restart := (*RestartError)(nil)
			if !errors.As(e.Err, &restart) || restart.Last.Number != 29 || e.Epoch != p.epoch {
				t.Errorf("%+v", e)
			}
			break
		}
	}
	// Live again, in the new epoch. Requests may have failed, or shown a gap, meanwhile.
	for {
		e, ok := next()
		if !ok || e.Kind == EventCaughtUp || e.Kind == EventLost {
			t.Fatalf("event %v after the restart", e)
		}
		if e.Kind == EventLive {
			break
		}
	}
}

func TestEventsTellGapsAndLoss(t *testing.T) {
	virtual(t, func(r *rig) {
		var told []Event
		x := newTracker("s", At(0), true, 1<<20, func(*Message, error) {})
		x.note = func(e Event) { e.Next = x.next; told = append(told, e) }
		want := func(kind EventKind, next, from, to uint64) {
			t.Helper()
			if len(told) == 0 || told[0].Kind != kind || told[0].Next != next || told[0].From != from || told[0].To != to {
				t.Fatalf("events %+v, want %v at %d of %d to %d", told, kind, next, from, to)
			}
			told = told[1:]
		}
		x.asking()
		x.end(1, 0, 0, span{0, 0})
		want(EventLive, 0, 0, 0)
		x.live(ref(numbered(Position{1, 0})))
		x.live(ref(numbered(Position{1, 3})))
		want(EventGap, 1, 1, 3)
		x.asking()
		x.answer(ref(numbered(Position{1, 2}))) // 1 is not kept
		want(EventLost, 2, 1, 2)
		x.end(1, 1, 4, span{2, 4})
		want(EventCaughtUp, 4, 0, 0)
		if len(told) > 0 {
			t.Errorf("more events: %+v", told)
		}
	})
}

// A program that does not read events loses them, and nothing waits for it.
func TestEventsThatAreNotReadAreDroppedAndCounted(t *testing.T) {
	virtual(t, func(r *rig) {
		p := r.publisher("a", nil)
		s := r.subscriber(r.source(Beginning(), "a"))
		ctx, cancel := context.WithCancel(r.ctx)
		unread, ended := s.Events(r.ctx), s.Events(ctx)
		cancel()
		synctest.Wait()
		for range eventRoom + 5 {
			s.watchers.tell(Event{})
		}
		r.publish(p, 0)
		r.want(s, 0, 1)
		if n := s.Stats().EventsDropped; n < 5 || n > 20 {
			t.Errorf("%d events were dropped", n)
		}
		for range ended {
			t.Error("an event after the context had ended")
		}
		r.check(s.Close())
		n := 0
		for range unread {
			n++
		}
		if n > eventRoom {
			t.Errorf("%d events waited", n)
		}
	})
}

func TestStatsOfAPublisherAndASubscriber(t *testing.T) {
	virtual(t, func(r *rig) {
		p := r.publisher("a", NewMemory(Retention{Messages: 50}))
		r.publish(p, upTo(100)...)
		s := r.subscriber(r.source(At(40), "a"))
		r.wantLost(s, 40, 50)
		r.want(s, 50, 100)
		r.isLive(s)
		r.publish(p, 100, 101)
		synctest.Wait()
		x := s.Stats()
		if x.Queued != 2 || len(x.Sources) != 1 {
			t.Errorf("%+v", x)
		}
		src := x.Sources[0]
		if src.Stream != "s" || src.Next != 102 || src.Lag != 0 || !src.CaughtUp || src.Epoch != p.epoch || src.Lost != 10 || src.Live != 2 || src.Replayed != 50 {
			t.Errorf("%+v", src)
		}
		y, err := p.Stats(r.ctx)
		r.check(err)
		if y.Published != 102 || y.Replayed < 50 || y.Requests == 0 || y.Store.Next != 102 || y.Store.Messages != 50 || y.Stream != "s" || y.Answering != 0 {
			t.Errorf("%+v", y)
		}
		r.check(p.cfg.Store.Close())
		if _, err := p.Publish(r.ctx, nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("publish to a closed store: %v", err)
		}
		if y, err = p.Stats(r.ctx); err == nil || y.Published != 102 || y.StoreErrors != 1 {
			t.Errorf("%+v, %v", y, err)
		}
	})
}

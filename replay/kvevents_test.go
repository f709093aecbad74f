// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gozmq/zmq"
)

func inKV(f Format) func(*PublisherConfig) { return func(c *PublisherConfig) { c.Format = f } }

func fromKV(c *SubscriberConfig) { c.Format = KVEvents }

func eachKV(t *testing.T, test func(t *testing.T, f Format)) {
	for _, f := range []Format{KVEvents, KVEventsTopic} {
		t.Run(f.String(), func(t *testing.T) { test(t, f) })
	}
}

func TestKVEventsReplayAndLive(t *testing.T) {
	eachKV(t, func(t *testing.T, f Format) {
		r := newRig(t)
		p := r.publisher("a", nil, inKV(f))
		r.publish(p, upTo(100)...)
		s := r.subscriber(r.source(Beginning(), "a"), fromKV)
		r.want(s, 0, 100)
		r.publish(p, 100, 101)
		r.want(s, 100, 102)
		r.isLive(s)
		if n := s.Counts()[0].Restarts; n != 0 {
			t.Errorf("%d restarts", n)
		}
	})
}

func TestKVEventsFromANumber(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", NewMemory(Retention{Messages: 50}), inKV(KVEvents))
	r.publish(p, upTo(100)...)
	s := r.subscriber(r.source(At(20), "a"), fromKV)
	r.wantLost(s, 20, 50)
	r.want(s, 50, 100)
	s = r.subscriber(r.source(After(Position{7, 89}), "a"), fromKV)
	r.want(s, 90, 100)
}

func TestKVEventsNewest(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil, inKV(KVEvents))
	r.publish(p, upTo(10)...)
	s := r.subscriber(r.source(Newest(), "a"), fromKV)
	r.isLive(s)
	r.check(p.LiveSocket().WaitSubscribers(r.ctx, "s", 1))
	r.publish(p, 10, 11)
	r.want(s, 10, 12)
}

// A number below the newest seen means that the publisher has restarted.
func TestKVEventsRestartShowsByALowerNumber(t *testing.T) {
	eachKV(t, func(t *testing.T, f Format) {
		r := overIPC(t)
		p := r.publisher("a", nil, inKV(f))
		r.publish(p, upTo(20)...)
		s := r.subscriber(r.source(Beginning(), "a"), fromKV)
		r.want(s, 0, 20)
		r.check(p.Close())
		p = r.publisher("a", nil, inKV(f))
		r.publish(p, 0, 1)
		if e := r.wantRestart(s); e.Last.Number != 19 {
			t.Errorf("%+v", e)
		}
		r.want(s, 0, 2)
		r.publish(p, 2, 3)
		r.want(s, 2, 4)
	})
}

// A restart that has gone past the newest number seen shows only by the content of the
// last message.
func TestKVEventsRestartShowsByAnotherLastMessage(t *testing.T) {
	eachKV(t, func(t *testing.T, f Format) {
		r := overIPC(t)
		p := r.publisher("a", nil, inKV(f))
		r.publish(p, upTo(5)...)
		s := r.subscriber(r.source(Beginning(), "a"), fromKV)
		r.want(s, 0, 5)
		r.check(p.Close())
		store := NewMemory(Retention{})
		for n := range 50 {
			r.check(store.Append(r.ctx, []Record{{Frames: [][]byte{fmt.Append(nil, "other ", n)}}}))
		}
		r.publisher("a", store, inKV(f))
		r.wantRestart(s)
		for n := range 50 {
			m, err := s.Recv(r.ctx)
			if err != nil || m.String() != fmt.Sprint("other ", n) || m.Epoch != 2 {
				t.Fatalf("received %v %q, %v; want other %d", m.Position, m.Bytes(), err, n)
			}
		}
	})
}

func TestKVEventsHasNoTimesAndOneFrame(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil, inKV(KVEvents))
	if _, err := p.Publish(r.ctx, nil, nil); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a message of two frames: %v", err)
	}
	_, err := NewSubscriber(SubscriberConfig{Format: KVEvents, Sources: []Source{{Live: []string{"inproc://x"}, From: Start{kind: fromTime}}}})
	if !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("begin at a time: %v", err)
	}
}

// Requests of other shapes are ignored, and the next is answered.
func TestKVEventsRequestShapes(t *testing.T) {
	eachKV(t, func(t *testing.T, f Format) {
		r := newRig(t)
		p := r.publisher("a", nil, inKV(f))
		r.publish(p, 0, 1)
		d, err := r.zctx.NewSocket(zmq.DEALER)
		r.check(err)
		r.check(d.Connect(r.at + "replay-a"))
		one := "\x00\x00\x00\x00\x00\x00\x00\x01"
		end := "\xff\xff\xff\xff\xff\xff\xff\xff"
		for _, request := range [][]string{{"", one}, {one}} {
			r.check(d.SendString(r.ctx, "", "nonsense that is too long"))
			r.check(d.SendString(r.ctx, "x"))
			r.check(d.SendString(r.ctx, request...))
			want := [][]string{{"", one, "1"}, {"", end, ""}}
			if f == KVEventsTopic {
				want = [][]string{{"", "s", one, "1"}, {"", "", end, ""}}
			}
			for _, w := range want {
				m, err := d.Recv(r.ctx)
				r.check(err)
				if fmt.Sprintf("%q", m.Strings()) != fmt.Sprintf("%q", w) {
					t.Errorf("answer %q, want %q", m.Strings(), w)
				}
			}
		}
		r.check(d.Close())
	})
}

// What is published while an answer is on its way is not compared with what the answer
// begins with.
func TestKVEventsMessagesDuringAnAnswerAreNoRestart(t *testing.T) {
	virtual(t, func(r *rig) {
		store := &gate{Store: NewMemory(Retention{}), open: make(chan struct{})}
		p := r.publisher("a", store, inKV(KVEvents))
		s := r.subscriber(r.source(Newest(), "a"), fromKV)
		r.check(p.LiveSocket().WaitSubscribers(r.ctx, "s", 1))
		r.publish(p, upTo(10)...)
		r.want(s, 0, 10)
		for store.waiting.Load() == 0 { // until silence makes the subscriber ask
			<-time.After(time.Millisecond)
		}
		r.publish(p, 10, 11, 12)
		r.want(s, 10, 13)
		close(store.open)
		<-time.After(time.Second)
		r.publish(p, 13)
		r.want(s, 13, 14)
		if c := s.Counts()[0]; c.Restarts > 0 {
			t.Errorf("%+v", c)
		}
	})
}

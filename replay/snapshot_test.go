// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
)

// withSnapshot makes a publisher whose state as of a number is what the messages before
// it say, in parts.
func withSnapshot(next uint64, failures *int) func(*PublisherConfig) {
	return func(c *PublisherConfig) {
		c.Snapshot = func(context.Context) (uint64, iter.Seq[[]byte], error) {
			if *failures > 0 {
				*failures--
				return 0, nil, errors.New("not now")
			}
			return next, func(yield func([]byte) bool) {
				for n := range next {
					if !yield(fmt.Append(nil, "part ", n)) {
						return
					}
				}
			}, nil
		}
	}
}

// A late joiner gets the state, and what was published after it, although the messages
// that led to it are not kept any more.
func TestStartWithASnapshot(t *testing.T) {
	r := newRig(t)
	failures := 2
	p := r.publisher("a", NewMemory(Retention{Messages: 10}), withSnapshot(95, &failures))
	r.publish(p, upTo(100)...)
	s := r.subscriber(r.source(Snapshot(), "a"), func(c *SubscriberConfig) { c.QueueBytes = 20 * Overhead })
	for n := range 95 {
		m, err := s.Recv(r.ctx)
		if err != nil || !m.Snapshot || m.Part != n || m.Number != 95 || m.String() != fmt.Sprint("part ", n) {
			t.Fatalf("received %+v %q, %v; want part %d", m.Position, m.Bytes(), err, n)
		}
	}
	r.want(s, 95, 100)
	r.publish(p, 100, 101)
	r.want(s, 100, 102)
	r.isLive(s)
}

func TestPublisherWithoutSnapshotsRefuses(t *testing.T) {
	r := newRig(t)
	r.publisher("a", nil)
	s := r.subscriber(r.source(Snapshot(), "a"))
	for s.Counts()[0].Failed == 0 {
		if _, err := s.Recv(brief(t)); !errors.Is(err, context.DeadlineExceeded) || r.ctx.Err() != nil {
			t.Fatalf("received %v", err)
		}
	}
}

// An answer that breaks off is begun anew.
func TestTrackerSnapshotBeginsAnew(t *testing.T) {
	var parts []int
	x := newTracker("s", Snapshot(), true, 1<<20, items(func(i item) {
		if i.err == nil && i.msg.Snapshot {
			parts = append(parts, i.msg.Part)
		}
	}))
	x.asking()
	x.snapshot(ref(numbered(Position{1, 5})))
	x.snapshot(ref(numbered(Position{1, 5})))
	x.asking()
	x.snapshot(ref(numbered(Position{1, 6})))
	x.end(1, 0, 6, span{0, 7})
	x.snapshot(ref(numbered(Position{1, 6}))) // too late
	if !slices.Equal(parts, []int{0, 1, 0}) || x.next != 6 {
		t.Errorf("parts %v, then message %d", parts, x.next)
	}
}

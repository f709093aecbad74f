// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pipe"
)

// unread returns how many notices the application has not received.
func (s *subscriptions) unread() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.swept.n + s.notices.n
}

// TestPublisherRemovesSubscriptionsInShares: Send waits for a share of what a subscriber
// leaves behind, however much that is.
func TestPublisherRemovesSubscriptionsInShares(t *testing.T) {
	const topics = 20_000
	for name, mode := range map[string]opt.Num{"PUB": 0, "XPUB": 0, "verboser": opt.XPubVerboser, "manual": opt.XPubManual} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, XPub)
			if name == "PUB" {
				b = newBench(t, Pub)
			}
			if mode != 0 {
				b.set(mode, 1)
			}
			x := b.p.(*xpub)
			p, other := b.pipe(0, ""), b.pipe(0, "")
			for i := range topics {
				b.subscribe(p, fmt.Sprint("topic ", i))
			}
			b.subscribe(other, "topic 7")
			for x.subs.unread() > 0 {
				var m pipe.Message
				if err := Recv(b.p, &m); err != nil {
					t.Fatal(err)
				}
			}
			held := func() int { return x.subs.store.Count() + x.subs.requested.Count() }
			before := held()

			b.p.Lost(p)
			b.p.Detach(p)
			if gone := before - held(); gone > share {
				t.Errorf("%d subscriptions were removed under the socket's lock, want %d at most", gone, share)
			}
			if mode != opt.XPubManual {
				b.send("topic 7")
				b.send("topic 8")
				if n := drain(other); n != 1 {
					t.Errorf("the other subscriber has %d messages, want 1", n)
				}
				if n := x.subs.subscribers([]byte("topic 7")); n != 1 {
					t.Errorf("%d subscribers of the topic of both, want 1", n)
				}
			}
			if n := drain(p); n != 0 {
				t.Errorf("%d messages were queued for a subscriber that has left", n)
			}
			for more, was := true, held(); more; was = held() {
				more = x.subs.forgetSome(p)
				if gone := was - held(); gone > share {
					t.Fatalf("%d subscriptions were removed under the store's lock, want %d at most", gone, share)
				}
			}
			b.after()
			if n := held(); n != 1 {
				t.Errorf("%d topics are left, want the other subscriber's", n)
			}
			want := map[opt.Num]int{0: topics - 1, opt.XPubVerboser: topics, opt.XPubManual: topics}[mode]
			if name == "PUB" {
				want = 0
			}
			if n := x.subs.unread(); n != want {
				t.Errorf("the application is told of %d ends, want %d", n, want)
			}
		})
	}
}

// TestSubscriberThatIsBackBeginsAnew: what a connection that was lost subscribed to is
// gone before the next one subscribes, and does not end that one's subscriptions.
func TestSubscriberThatIsBackBeginsAnew(t *testing.T) {
	b := newBench(t, XPub)
	x := b.p.(*xpub)
	p := b.pipe(0, "")
	for i := range 10 * share {
		b.subscribe(p, fmt.Sprint("topic ", i))
	}
	b.p.Lost(p)
	b.after()
	if n := x.subs.count(); n != 0 {
		t.Fatalf("%d topics of the connection that was lost", n)
	}
	b.subscribe(p, "topic 1")
	b.send("topic 1")
	if n := drain(p); n != 1 {
		t.Errorf("the next connection got %d messages, want 1", n)
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	zmq "github.com/gozmq/zmq"
)

// subscriber makes a connected SUB whose subscriptions have reached the
// publisher.
func (r *rig) subscriber(pub *zmq.Socket, at string, topics ...string) *zmq.Socket {
	r.Helper()
	s := r.socket(zmq.SUB)
	for _, topic := range topics {
		r.check(s.Subscribe(topic))
	}
	before := len(pub.Peers())
	r.check(s.Connect(at))
	r.peers(pub, before+1)
	r.peers(s, 1)
	return s
}

func TestPubCannotReceiveAndSubCannotSend(t *testing.T) {
	r := newRig(t)
	pub, sub := r.pair(zmq.PUB, zmq.SUB, "inproc://it")
	if _, err := pub.TryRecv(); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("receive on a PUB: %v", err)
	}
	if err := sub.Send(r.ctx, []byte("x")); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("send on a SUB: %v", err)
	}
	if err := pub.Subscribe("x"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("subscribe on a PUB: %v", err)
	}
	if err := sub.WaitSubscribers(r.ctx, "", 1); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("wait for subscribers of a SUB: %v", err)
	}
}

func TestSubReceivesWhatBeginsWithItsTopics(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		sub := r.subscriber(pub, at, "a", "bc", "b\x00")
		r.subscribers(pub, "a", 1)
		r.subscribers(pub, "bc", 1)
		r.subscribers(pub, "b\x00", 1)
		for _, m := range []string{"", "b", "c", "bd", "A", "a", "abc", "bc", "bcd", "b\x00x", "b\x01"} {
			r.send(pub, m, "tail", "")
		}
		for _, m := range []string{"a", "abc", "bc", "bcd", "b\x00x"} {
			r.want(sub, m, "tail", "")
		}
		r.none(sub)
	})
}

func TestOnlyTheFirstFrameIsMatched(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		sub := r.subscriber(pub, at, "a")
		r.subscribers(pub, "a", 1)
		r.send(pub, "x", "a")
		r.send(pub, "a", "x")
		r.want(sub, "a", "x")
	})
}

func TestEmptySubscriptionMatchesEverything(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		sub := r.subscriber(pub, at, "")
		r.subscribers(pub, "", 1)
		for _, m := range []string{"", "x", "\x00", "\x01"} {
			r.send(pub, m, "")
			r.want(sub, m, "")
		}
	})
}

func TestSubWithoutSubscriptionReceivesNothing(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		sub := r.subscriber(pub, at)
		r.send(pub, "lost")
		r.check(sub.Subscribe("marker"))
		r.subscribers(pub, "marker", 1)
		r.send(pub, "marker")
		r.want(sub, "marker")
		if n := pub.Stats().Drops.NoSubscriber; n != 1 {
			r.Errorf("%d messages without subscriber, want 1", n)
		}
	})
}

func TestMessageReachesEachSubscriberOnceHoweverManyTopicsMatch(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		one := r.subscriber(pub, at, "", "a", "ab", "abc")
		two := r.subscriber(pub, at, "ab")
		r.subscribers(pub, "abc", 2)
		for i := range 10 {
			r.send(pub, "abc", fmt.Sprint(i))
		}
		for i := range 10 {
			r.want(one, "abc", fmt.Sprint(i))
			r.want(two, "abc", fmt.Sprint(i))
		}
		r.none(one)
		r.none(two)
	})
}

func TestSubscriptionsAreCounted(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		sub := r.subscriber(pub, at, "a", "a", "end")
		r.check(sub.Unsubscribe("a"))
		r.check(sub.Unsubscribe("unknown")) // no error, as in libzmq
		r.check(sub.Subscribe("b"))         // has overtaken nothing
		r.subscribers(pub, "b", 1)
		r.send(pub, "a1")
		r.want(sub, "a1")
		r.check(sub.Unsubscribe("a"))
		r.check(sub.Subscribe("c"))
		r.subscribers(pub, "c", 1)
		r.send(pub, "a2")
		r.send(pub, "end")
		r.want(sub, "end")
		if n := zmq.TopicsCount.Get(sub); n != 3 {
			r.Errorf("the SUB has %d topics, want 3", n)
		}
		if n := zmq.TopicsCount.Get(pub); n != 3 {
			r.Errorf("the PUB has %d topics, want 3", n)
		}
	})
}

func TestSubFiltersWhatComesAfterItsCancellation(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		sub := r.subscriber(pub, at, "a", "b")
		r.subscribers(pub, "b", 1)
		r.subscribers(pub, "a", 1)
		r.send(pub, "a", "queued")
		r.send(pub, "b")
		r.arrived(sub, 2)
		r.check(sub.Unsubscribe("a"))
		r.want(sub, "b")
		if n := sub.Stats().Drops.Filtered; n != 1 {
			r.Errorf("%d filtered, want 1", n)
		}
	})
}

func TestSubscriberMayBindAndPublisherConnect(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		sub, at := r.bind(zmq.SUB, endpoint)
		r.check(sub.Subscribe("a"))
		one, two := r.connect(zmq.PUB, at), r.connect(zmq.PUB, at)
		r.subscribers(one, "a", 1)
		r.subscribers(two, "a", 1)
		r.send(one, "a1")
		r.send(two, "a2")
		got := map[string]bool{r.recv(sub)[0]: true, r.recv(sub)[0]: true}
		if !got["a1"] || !got["a2"] {
			r.Errorf("received %v", got)
		}
		r.check(sub.Subscribe("late"))
		r.subscribers(one, "late", 1)
		r.subscribers(two, "late", 1)
	})
}

func TestSubscriptionsAreSentAgainAfterPublisherRestarts(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		sub := r.subscriber(pub, at, "a", "b", "gone")
		r.subscribers(pub, "a", 1)
		r.check(pub.Close())
		r.left(sub, 0)
		r.check(sub.Unsubscribe("gone"))
		r.check(sub.Subscribe("new"))
		pub, _ = r.bind(zmq.PUB, at)
		for _, topic := range []string{"a", "b", "new"} {
			r.subscribers(pub, topic, 1)
		}
		if n := zmq.TopicsCount.Get(pub); n != 3 {
			r.Errorf("the publisher knows %d topics, want 3", n)
		}
		r.send(pub, "gone")
		r.send(pub, "new")
		r.want(sub, "new")
	})
}

func TestPublisherForgetsSubscriptionsOfPeerThatLeft(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		stays := r.subscriber(pub, at, "a")
		leaves := r.subscriber(pub, at, "a", "b", "")
		r.subscribers(pub, "a", 2)
		r.check(leaves.Close())
		r.left(pub, 1)
		r.until("the store is clean", func() bool { return zmq.TopicsCount.Get(pub) == 1 })
		r.send(pub, "b")
		r.send(pub, "a")
		r.want(stays, "a")
		if n := pub.Stats().Drops.NoSubscriber; n != 1 {
			r.Errorf("%d messages without subscriber, want 1", n)
		}
	})
}

func TestPubDropsForFullSubscriberAndNeverBlocks(t *testing.T) {
	r := newRig(t)
	pub, at := r.bind(zmq.PUB, "inproc://it", zmq.SendHWM.Of(2))
	slow, quick := r.socket(zmq.SUB, zmq.RecvHWM.Of(1)), r.socket(zmq.SUB, zmq.RecvHWM.Of(100))
	for _, s := range []*zmq.Socket{slow, quick} {
		r.check(s.Subscribe(""))
		r.check(s.Connect(at))
	}
	r.subscribers(pub, "", 2)
	for i := range 10 {
		r.try(pub, fmt.Sprint(i), "tail")
	}
	for i := range 10 {
		r.want(quick, fmt.Sprint(i), "tail")
	}
	for i := range 3 {
		r.want(slow, fmt.Sprint(i), "tail")
	}
	r.none(slow)
	if n := pub.Stats().Drops.Mute; n != 7 {
		t.Errorf("%d dropped, want 7", n)
	}
	r.try(pub, "again")
	r.want(slow, "again")
}

func TestSlowSubscriberCostsOnlyItself(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint, zmq.SendHWM.Of(4))
		slow := r.socket(zmq.SUB, zmq.RecvHWM.Of(1))
		r.check(slow.Subscribe(""))
		r.check(slow.Connect(at))
		r.subscribers(pub, "", 1)
		body := large(1 << 20)
		sent := 0
		for ; pub.Stats().Drops.Mute < 5; sent++ {
			r.try(pub, fmt.Sprint(sent), body)
		}
		quick := r.subscriber(pub, at, "")
		r.subscribers(pub, "", 2)
		for i := range 20 {
			r.try(pub, fmt.Sprint(sent+i), "x")
			r.want(quick, fmt.Sprint(sent+i), "x")
		}
		// What the slow one gets is whole and in order.
		last := -1
		for range sent - int(pub.Stats().Drops.Mute) {
			m := r.recv(slow)
			var n int
			if _, err := fmt.Sscan(m[0], &n); err != nil || n <= last || len(m) != 2 || n < sent && len(m[1]) != len(body) {
				r.Fatalf("received %q and %d frames after %d", m[0], len(m), last)
			}
			last = n
		}
	})
}

func TestPubNoDropWaitsForMatchingSubscribersOnly(t *testing.T) {
	r := newRig(t)
	pub, at := r.bind(zmq.PUB, "inproc://it", zmq.SendHWM.Of(1), zmq.XPubNoDrop.Of(true))
	a, b := r.socket(zmq.SUB, zmq.RecvHWM.Of(1)), r.socket(zmq.SUB, zmq.RecvHWM.Of(100))
	r.check(a.Subscribe("a"))
	r.check(b.Subscribe(""))
	for _, s := range []*zmq.Socket{a, b} {
		r.check(s.Connect(at))
	}
	r.subscribers(pub, "a", 2)
	r.try(pub, "a1")
	r.try(pub, "a2")
	r.full(pub, "a3") // for a; nothing is sent to b either
	r.try(pub, "x")
	sent := r.blocks(pub, "a3")
	r.want(a, "a1")
	r.want(a, "a2")
	r.check(r.result(sent))
	for _, m := range []string{"a1", "a2", "x", "a3"} {
		r.want(b, m)
	}
	r.none(b)
	// One that waits goes on when the full subscriber leaves.
	r.try(pub, "a4")
	sent = r.blocks(pub, "a5")
	r.check(a.Close())
	r.check(r.result(sent))
}

func TestInvertMatchingTurnsSubscriptionsAround(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint, zmq.InvertMatching.Of(true))
		sub := r.socket(zmq.SUB, zmq.InvertMatching.Of(true))
		r.check(sub.Subscribe("a"))
		r.check(sub.Connect(at))
		r.peers(pub, 1)
		r.until("the subscription is there", func() bool { return zmq.TopicsCount.Get(pub) == 1 })
		r.send(pub, "a1")
		r.send(pub, "b1")
		r.send(pub, "")
		r.want(sub, "b1")
		r.want(sub, "")
	})
}

func TestPublisherServesManySubscribersAndTopics(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint, zmq.XPubNoDrop.Of(true))
		const subs, each = 50, 40
		var wg sync.WaitGroup
		for i := range subs {
			topic := fmt.Sprintf("%03d|", i)
			sub := r.subscriber(pub, at, topic, "all")
			r.subscribers(pub, topic, 1)
			wg.Go(func() {
				for k := range each {
					for _, want := range []string{topic, "all"} {
						m, err := sub.Recv(r.ctx)
						if err != nil || m.String() != want || string(m.Last()) != fmt.Sprint(k) {
							r.Errorf("subscriber %s received %q as number %d: %v", topic, texts(m), k, err)
							return
						}
					}
				}
			})
		}
		r.subscribers(pub, "all", subs)
		for k := range each {
			for i := range subs {
				r.send(pub, fmt.Sprintf("%03d|", i), fmt.Sprint(k))
			}
			r.send(pub, "all", fmt.Sprint(k))
		}
		wg.Wait()
	})
}

func TestPublishersOfManyGoroutinesKeepTheirOrder(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint, zmq.XPubNoDrop.Of(true))
		sub := r.subscriber(pub, at, "")
		r.subscribers(pub, "", 1)
		const senders, each = 8, 300
		var wg sync.WaitGroup
		for i := range senders {
			wg.Go(func() {
				for k := range each {
					if err := pub.SendString(r.ctx, fmt.Sprint(i), fmt.Sprint(k)); err != nil {
						r.Error(err)
						return
					}
				}
			})
		}
		next := make(map[string]int)
		for range senders * each {
			m := r.recv(sub)
			if m[1] != fmt.Sprint(next[m[0]]) {
				r.Fatalf("received %q where number %d was next", m, next[m[0]])
			}
			next[m[0]]++
		}
		wg.Wait()
	})
}

// CONFLATE_TOPICS at a subscriber: the newest message of each topic waits, whole and
// in the topics' order.
func TestConflateTopicsOfSubscriberKeepsTheNewestOfEach(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint, zmq.SendHWM.Of(0))
		sub := r.connect(zmq.SUB, at, zmq.ConflateTopics.Of(true), zmq.RecvHWM.Of(5))
		r.check(sub.Subscribe(""))
		r.subscribers(pub, "", 1)
		const rounds = 1000
		for i := range rounds {
			for _, topic := range []string{"a", "b", ""} {
				r.send(pub, topic, fmt.Sprint(i), large(i%50))
			}
		}
		r.send(pub, "end")
		r.arrived(sub, 3*rounds+1)
		for _, topic := range []string{"a", "b", ""} {
			r.want(sub, topic, fmt.Sprint(rounds-1), large((rounds-1)%50))
		}
		r.want(sub, "end")
		r.none(sub)
	})
}

// CONFLATE_TOPICS at a publisher: a subscriber that is slow loses what is out of
// date, and nothing to the high-water mark.
func TestConflateTopicsOfPublisherSparesASlowSubscriber(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint, append(narrow(3), zmq.ConflateTopics.Of(true))...)
		sub := r.connect(zmq.SUB, at, narrow(1)...)
		r.check(sub.Subscribe(""))
		r.subscribers(pub, "", 1)
		const rounds = 1000
		body := large(20_000)
		topics := []string{"a", "b", "c"}
		r.send(pub, "a", "0", body)
		for i := range rounds {
			for _, topic := range topics {
				r.send(pub, topic, fmt.Sprint(i), body)
			}
		}
		last := map[string]int{"a": -1, "b": -1, "c": -1}
		for last["a"] < rounds-1 || last["b"] < rounds-1 || last["c"] < rounds-1 {
			m := r.recv(sub)
			n, err := strconv.Atoi(m[1])
			r.check(err)
			if n < last[m[0]] {
				r.Fatalf("%s goes back from %d to %d", m[0], last[m[0]], n)
			}
			last[m[0]] = n
		}
		if n := pub.Stats(); n.Drops.Conflated == 0 {
			r.Errorf("nothing was conflated: %+v", n)
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestPubCannotReceiveAndSubCannotSend(t *testing.T) {
	r := rig.New(t)
	pub, sub := r.Pair(zmq.PUB, zmq.SUB, "inproc://it")
	if _, err := pub.TryRecv(); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("receive on a PUB: %v", err)
	}
	if err := sub.Send(r.Ctx, []byte("x")); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("send on a SUB: %v", err)
	}
	if err := pub.Subscribe("x"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("subscribe on a PUB: %v", err)
	}
	if err := sub.WaitSubscribers(r.Ctx, "", 1); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("wait for subscribers of a SUB: %v", err)
	}
}

func TestSubReceivesWhatBeginsWithItsTopics(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		sub := r.Subscriber(pub, at, "a", "bc", "b\x00")
		r.WaitSubscribers(pub, "a", 1)
		r.WaitSubscribers(pub, "bc", 1)
		r.WaitSubscribers(pub, "b\x00", 1)
		for _, m := range []string{"", "b", "c", "bd", "A", "a", "abc", "bc", "bcd", "b\x00x", "b\x01"} {
			r.Send(pub, m, "tail", "")
		}
		for _, m := range []string{"a", "abc", "bc", "bcd", "b\x00x"} {
			r.WantRecv(sub, m, "tail", "")
		}
		r.WantNothing(sub)
	})
}

func TestOnlyTheFirstFrameIsMatched(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		sub := r.Subscriber(pub, at, "a")
		r.WaitSubscribers(pub, "a", 1)
		r.Send(pub, "x", "a")
		r.Send(pub, "a", "x")
		r.WantRecv(sub, "a", "x")
	})
}

func TestEmptySubscriptionMatchesEverything(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		sub := r.Subscriber(pub, at, "")
		r.WaitSubscribers(pub, "", 1)
		for _, m := range []string{"", "x", "\x00", "\x01"} {
			r.Send(pub, m, "")
			r.WantRecv(sub, m, "")
		}
	})
}

func TestSubWithoutSubscriptionReceivesNothing(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		sub := r.Subscriber(pub, at)
		r.Send(pub, "lost")
		r.Check(sub.Subscribe("marker"))
		r.WaitSubscribers(pub, "marker", 1)
		r.Send(pub, "marker")
		r.WantRecv(sub, "marker")
		if n := pub.Stats().Drops.NoSubscriber; n != 1 {
			r.Errorf("%d messages without subscriber, want 1", n)
		}
	})
}

func TestMessageReachesEachSubscriberOnceHoweverManyTopicsMatch(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		one := r.Subscriber(pub, at, "", "a", "ab", "abc")
		two := r.Subscriber(pub, at, "ab")
		r.WaitSubscribers(pub, "abc", 2)
		for i := range 10 {
			r.Send(pub, "abc", fmt.Sprint(i))
		}
		for i := range 10 {
			r.WantRecv(one, "abc", fmt.Sprint(i))
			r.WantRecv(two, "abc", fmt.Sprint(i))
		}
		r.WantNothing(one)
		r.WantNothing(two)
	})
}

func TestSubscriptionsAreCounted(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		sub := r.Subscriber(pub, at, "a", "a", "end")
		r.Check(sub.Unsubscribe("a"))
		r.Check(sub.Unsubscribe("unknown")) // no error, as in libzmq
		r.Check(sub.Subscribe("b"))         // has overtaken nothing
		r.WaitSubscribers(pub, "b", 1)
		r.Send(pub, "a1")
		r.WantRecv(sub, "a1")
		r.Check(sub.Unsubscribe("a"))
		r.Check(sub.Subscribe("c"))
		r.WaitSubscribers(pub, "c", 1)
		r.Send(pub, "a2")
		r.Send(pub, "end")
		r.WantRecv(sub, "end")
		if n := zmq.TopicsCount.Get(sub); n != 3 {
			r.Errorf("the SUB has %d topics, want 3", n)
		}
		if n := zmq.TopicsCount.Get(pub); n != 3 {
			r.Errorf("the PUB has %d topics, want 3", n)
		}
	})
}

func TestSubFiltersWhatComesAfterItsCancellation(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		sub := r.Subscriber(pub, at, "a", "b")
		r.WaitSubscribers(pub, "b", 1)
		r.WaitSubscribers(pub, "a", 1)
		r.Send(pub, "a", "queued")
		r.Send(pub, "b")
		r.WaitArrived(sub, 2)
		r.Check(sub.Unsubscribe("a"))
		r.WantRecv(sub, "b")
		if n := sub.Stats().Drops.Filtered; n != 1 {
			r.Errorf("%d filtered, want 1", n)
		}
	})
}

func TestSubscriberMayBindAndPublisherConnect(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		sub, at := r.Bind(zmq.SUB, endpoint)
		r.Check(sub.Subscribe("a"))
		one, two := r.Connect(zmq.PUB, at), r.Connect(zmq.PUB, at)
		r.WaitSubscribers(one, "a", 1)
		r.WaitSubscribers(two, "a", 1)
		r.Send(one, "a1")
		r.Send(two, "a2")
		got := map[string]bool{r.Recv(sub)[0]: true, r.Recv(sub)[0]: true}
		if !got["a1"] || !got["a2"] {
			r.Errorf("received %v", got)
		}
		r.Check(sub.Subscribe("late"))
		r.WaitSubscribers(one, "late", 1)
		r.WaitSubscribers(two, "late", 1)
	})
}

func TestSubscriptionsAreSentAgainAfterPublisherRestarts(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		sub := r.Subscriber(pub, at, "a", "b", "gone")
		r.WaitSubscribers(pub, "a", 1)
		r.Check(pub.Close())
		r.WaitPeersLeft(sub, 0)
		r.Check(sub.Unsubscribe("gone"))
		r.Check(sub.Subscribe("new"))
		pub, _ = r.Bind(zmq.PUB, at)
		for _, topic := range []string{"a", "b", "new"} {
			r.WaitSubscribers(pub, topic, 1)
		}
		if n := zmq.TopicsCount.Get(pub); n != 3 {
			r.Errorf("the publisher knows %d topics, want 3", n)
		}
		r.Send(pub, "gone")
		r.Send(pub, "new")
		r.WantRecv(sub, "new")
	})
}

func TestPublisherForgetsSubscriptionsOfPeerThatLeft(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		stays := r.Subscriber(pub, at, "a")
		leaves := r.Subscriber(pub, at, "a", "b", "")
		r.WaitSubscribers(pub, "a", 2)
		r.Check(leaves.Close())
		r.WaitPeersLeft(pub, 1)
		r.WaitUntil("the store is clean", func() bool { return zmq.TopicsCount.Get(pub) == 1 })
		r.Send(pub, "b")
		r.Send(pub, "a")
		r.WantRecv(stays, "a")
		if n := pub.Stats().Drops.NoSubscriber; n != 1 {
			r.Errorf("%d messages without subscriber, want 1", n)
		}
	})
}

func TestPubDropsForFullSubscriberAndNeverBlocks(t *testing.T) {
	r := rig.New(t)
	pub, at := r.Bind(zmq.PUB, "inproc://it", zmq.SendHWM.Of(2))
	slow, quick := r.Socket(zmq.SUB, zmq.RecvHWM.Of(1)), r.Socket(zmq.SUB, zmq.RecvHWM.Of(100))
	for _, s := range []*zmq.Socket{slow, quick} {
		r.Check(s.Subscribe(""))
		r.Check(s.Connect(at))
	}
	r.WaitSubscribers(pub, "", 2)
	for i := range 10 {
		r.TrySend(pub, fmt.Sprint(i), "tail")
	}
	for i := range 10 {
		r.WantRecv(quick, fmt.Sprint(i), "tail")
	}
	for i := range 3 {
		r.WantRecv(slow, fmt.Sprint(i), "tail")
	}
	r.WantNothing(slow)
	if n := pub.Stats().Drops.Mute; n != 7 {
		t.Errorf("%d dropped, want 7", n)
	}
	r.TrySend(pub, "again")
	r.WantRecv(slow, "again")
}

func TestSlowSubscriberCostsOnlyItself(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint, zmq.SendHWM.Of(4))
		slow := r.Socket(zmq.SUB, zmq.RecvHWM.Of(1))
		r.Check(slow.Subscribe(""))
		r.Check(slow.Connect(at))
		r.WaitSubscribers(pub, "", 1)
		body := rig.Large(1 << 20)
		sent := 0
		for ; pub.Stats().Drops.Mute < 5; sent++ {
			r.TrySend(pub, fmt.Sprint(sent), body)
		}
		quick := r.Subscriber(pub, at, "")
		r.WaitSubscribers(pub, "", 2)
		for i := range 20 {
			r.TrySend(pub, fmt.Sprint(sent+i), "x")
			r.WantRecv(quick, fmt.Sprint(sent+i), "x")
		}
		// What the slow one gets is whole and in order.
		last := -1
		for range sent - int(pub.Stats().Drops.Mute) {
			m := r.Recv(slow)
			var n int
			if _, err := fmt.Sscan(m[0], &n); err != nil || n <= last || len(m) != 2 || n < sent && len(m[1]) != len(body) {
				r.Fatalf("received %q and %d frames after %d", m[0], len(m), last)
			}
			last = n
		}
	})
}

func TestPubNoDropWaitsForMatchingSubscribersOnly(t *testing.T) {
	r := rig.New(t)
	pub, at := r.Bind(zmq.PUB, "inproc://it", zmq.SendHWM.Of(1), zmq.XPubNoDrop.Of(true))
	a, b := r.Socket(zmq.SUB, zmq.RecvHWM.Of(1)), r.Socket(zmq.SUB, zmq.RecvHWM.Of(100))
	r.Check(a.Subscribe("a"))
	r.Check(b.Subscribe(""))
	for _, s := range []*zmq.Socket{a, b} {
		r.Check(s.Connect(at))
	}
	r.WaitSubscribers(pub, "a", 2)
	r.TrySend(pub, "a1")
	r.TrySend(pub, "a2")
	r.WantFull(pub, "a3") // for a; nothing is sent to b either
	r.TrySend(pub, "x")
	sent := r.GoSend(pub, "a3")
	r.WantRecv(a, "a1")
	r.WantRecv(a, "a2")
	r.Check(r.Result(sent))
	for _, m := range []string{"a1", "a2", "x", "a3"} {
		r.WantRecv(b, m)
	}
	r.WantNothing(b)
	// One that waits goes on when the full subscriber leaves.
	r.TrySend(pub, "a4")
	sent = r.GoSend(pub, "a5")
	r.Check(a.Close())
	r.Check(r.Result(sent))
}

func TestInvertMatchingTurnsSubscriptionsAround(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint, zmq.InvertMatching.Of(true))
		sub := r.Socket(zmq.SUB, zmq.InvertMatching.Of(true))
		r.Check(sub.Subscribe("a"))
		r.Check(sub.Connect(at))
		r.WaitPeers(pub, 1)
		r.WaitUntil("the subscription is there", func() bool { return zmq.TopicsCount.Get(pub) == 1 })
		r.Send(pub, "a1")
		r.Send(pub, "b1")
		r.Send(pub, "")
		r.WantRecv(sub, "b1")
		r.WantRecv(sub, "")
	})
}

func TestPublisherServesManySubscribersAndTopics(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint, zmq.XPubNoDrop.Of(true))
		const subs, each = 50, 40
		var wg sync.WaitGroup
		for i := range subs {
			topic := fmt.Sprintf("%03d|", i)
			sub := r.Subscriber(pub, at, topic, "all")
			r.WaitSubscribers(pub, topic, 1)
			wg.Go(func() {
				for k := range each {
					for _, want := range []string{topic, "all"} {
						m, err := sub.Recv(r.Ctx)
						if err != nil || m.String() != want || string(m.Last()) != fmt.Sprint(k) {
							r.Errorf("subscriber %s received %q as number %d: %v", topic, rig.Texts(m), k, err)
							return
						}
					}
				}
			})
		}
		r.WaitSubscribers(pub, "all", subs)
		for k := range each {
			for i := range subs {
				r.Send(pub, fmt.Sprintf("%03d|", i), fmt.Sprint(k))
			}
			r.Send(pub, "all", fmt.Sprint(k))
		}
		wg.Wait()
	})
}

func TestPublishersOfManyGoroutinesKeepTheirOrder(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint, zmq.XPubNoDrop.Of(true))
		sub := r.Subscriber(pub, at, "")
		r.WaitSubscribers(pub, "", 1)
		const senders, each = 8, 300
		var wg sync.WaitGroup
		for i := range senders {
			wg.Go(func() {
				for k := range each {
					if err := pub.SendString(r.Ctx, fmt.Sprint(i), fmt.Sprint(k)); err != nil {
						r.Error(err)
						return
					}
				}
			})
		}
		next := make(map[string]int)
		for range senders * each {
			m := r.Recv(sub)
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
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint, zmq.SendHWM.Of(0))
		sub := r.Connect(zmq.SUB, at, zmq.ConflateTopics.Of(true), zmq.RecvHWM.Of(5))
		r.Check(sub.Subscribe(""))
		r.WaitSubscribers(pub, "", 1)
		const rounds = 1000
		for i := range rounds {
			for _, topic := range []string{"a", "b", ""} {
				r.Send(pub, topic, fmt.Sprint(i), rig.Large(i%50))
			}
		}
		r.Send(pub, "end")
		r.WaitArrived(sub, 3*rounds+1)
		for _, topic := range []string{"a", "b", ""} {
			r.WantRecv(sub, topic, fmt.Sprint(rounds-1), rig.Large((rounds-1)%50))
		}
		r.WantRecv(sub, "end")
		r.WantNothing(sub)
	})
}

// CONFLATE_TOPICS at a publisher: a subscriber that is slow loses what is out of
// date, and nothing to the high-water mark.
func TestConflateTopicsOfPublisherSparesASlowSubscriber(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint, append(rig.SmallQueues(3), zmq.ConflateTopics.Of(true))...)
		sub := r.Connect(zmq.SUB, at, rig.SmallQueues(1)...)
		r.Check(sub.Subscribe(""))
		r.WaitSubscribers(pub, "", 1)
		const rounds = 1000
		body := rig.Large(20_000)
		topics := []string{"a", "b", "c"}
		r.Send(pub, "a", "0", body)
		for i := range rounds {
			for _, topic := range topics {
				r.Send(pub, topic, fmt.Sprint(i), body)
			}
		}
		last := map[string]int{"a": -1, "b": -1, "c": -1}
		for last["a"] < rounds-1 || last["b"] < rounds-1 || last["c"] < rounds-1 {
			m := r.Recv(sub)
			n, err := strconv.Atoi(m[1])
			r.Check(err)
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

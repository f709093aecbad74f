// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// DropOldest: at the mark a queue drops its oldest message for the newest one.

// dropping are the types that have the option.
var dropping = []zmq.SocketType{zmq.PUB, zmq.XPUB, zmq.RADIO, zmq.SUB, zmq.XSUB, zmq.DISH}

func TestDropOldestIsForTypesThatDrop(t *testing.T) {
	r := rig.New(t)
	for _, typ := range zmq.SocketTypes() {
		takes := false
		for _, d := range dropping {
			takes = takes || d == typ
		}
		s := r.Socket(typ)
		err := zmq.DropOldest.Set(s, true)
		if takes && err != nil || !takes && !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s: %v", typ, err)
		}
	}
}

// wantNewest reads messages whose first frame is a number, below n, until the last of
// them. They must be whole and in order, and the last ones without a gap. It returns how
// many came.
func wantNewest(r *rig.Test, s *zmq.Socket, n, newest, frames int) (got int) {
	r.Helper()
	for last := -1; last < n-1; got++ {
		m := r.Recv(s)
		i, err := strconv.Atoi(m[0])
		if err != nil || len(m) != frames || frames > 1 && m[frames-1] != m[0] {
			r.Fatalf("received %.20q of %d frames", m[0], len(m))
		}
		if i <= last || last >= n-newest && i != last+1 {
			r.Fatalf("%d came after %d", i, last)
		}
		last = i
	}
	return got
}

func TestDropOldestOfAPublisherSparesTheNewest(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.PUB, zmq.XPUB} {
		t.Run(typ.String(), func(t *testing.T) {
			rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
				const n, newest = 1000, 10
				pub, at := r.Bind(typ, endpoint, append(rig.SmallQueues(newest), zmq.DropOldest.Of(true))...)
				sub := r.Subscriber(pub, at, "")
				slow := r.Socket(zmq.SUB, rig.SmallQueues(1)...)
				r.Check(slow.Subscribe(""))
				r.Check(slow.Connect(at))
				r.WaitSubscribers(pub, "", 2)
				r.Check(sub.Close())
				r.WaitPeersLeft(pub, 1)
				body := rig.Large(20_000)
				for i := range n {
					r.TrySend(pub, fmt.Sprint(i), body, fmt.Sprint(i))
				}
				got := wantNewest(r, slow, n, newest, 3)
				lost := pub.Stats().Drops.Mute
				if lost == 0 || uint64(got)+lost != n || pub.Peers()[0].Dropped != lost {
					r.Errorf("%d arrived, %d were dropped, %d of the peer's, of %d", got, lost, pub.Peers()[0].Dropped, n)
				}
			})
		})
	}
}

// TestDropOldestOfOneSlowSubscriberAmongMany: those that keep up get everything, although
// they share a queue with the one that does not.
func TestDropOldestOfOneSlowSubscriberAmongMany(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		const n, newest = 2000, 100
		pub, at := r.Bind(zmq.PUB, endpoint, append(rig.SmallQueues(newest), zmq.DropOldest.Of(true))...)
		fast := newCrowd(r, pub, at, 5, "", zmq.RecvHWM.Of(0))
		slow := newCrowd(r, pub, at, 1, "", rig.SmallQueues(1)...)[0]
		body := rig.Large(1000)
		for i := range n {
			r.TrySend(pub, fmt.Sprint(i), body, fmt.Sprint(i))
			if i%50 == 49 { // the others have room again
				for _, s := range fast {
					r.WaitArrived(s, uint64(i+1))
				}
			}
		}
		for _, s := range fast {
			if got := wantNewest(r, s, n, n, 3); got != n {
				r.Errorf("one that keeps up got %d of %d", got, n)
			}
		}
		got := wantNewest(r, slow, n, newest, 3)
		if lost := pub.Stats().Drops.Mute; lost == 0 || uint64(got)+lost != n {
			r.Errorf("%d arrived at the slow one, %d were dropped, of %d", got, lost, n)
		}
	})
}

func TestDropOldestOfASubscriberKeepsTheNewest(t *testing.T) {
	for _, frames := range []int{1, 3} {
		t.Run(fmt.Sprint(frames), func(t *testing.T) {
			rig.EachTransport(t, func(r *rig.Test, endpoint string) {
				const n = 1000
				pub, at := r.Bind(zmq.PUB, endpoint, zmq.SendHWM.Of(0))
				hwm := zmq.RecvHWM.Of(10)
				if rig.IsInproc(endpoint) { // where no limit at one end is none at all
					r.Check(zmq.SendHWM.Set(pub, 0))
					pub, at = r.Bind(zmq.PUB, endpoint+"2", zmq.SendHWM.Of(5))
					hwm = zmq.RecvHWM.Of(5)
				}
				sub := r.Connect(zmq.SUB, at, hwm, zmq.DropOldest.Of(true))
				r.Check(sub.Subscribe(""))
				r.WaitSubscribers(pub, "", 1)
				for i := range n {
					r.Send(pub, []string{fmt.Sprint(i), "", fmt.Sprint(i)}[:frames]...)
				}
				r.WaitArrived(sub, n)
				if x, p := sub.Stats(), sub.Peers()[0]; x.Drops.Overflow != n-10 || p.Dropped != n-10 || x.QueuedIn != 10 {
					r.Errorf("%d were dropped, %d of the peer's, and %d wait", x.Drops.Overflow, p.Dropped, x.QueuedIn)
				}
				if got := wantNewest(r, sub, n, 10, frames); got != 10 {
					r.Errorf("%d came, want 10", got)
				}
				r.WantNothing(sub)
				if x := pub.Stats().Drops; x.Mute != 0 {
					r.Errorf("the publisher has dropped %d", x.Mute)
				}
			})
		})
	}
}

func TestDropOldestCountsBytesToo(t *testing.T) {
	r := rig.New(t)
	pub, at := r.Bind(zmq.PUB, rig.AnyPort, zmq.SendHWM.Of(0))
	sub := r.Connect(zmq.SUB, at, zmq.RecvHWMBytes.Of(1000), zmq.DropOldest.Of(true))
	r.Check(sub.Subscribe(""))
	r.WaitSubscribers(pub, "", 1)
	for i := range 500 {
		r.Send(pub, fmt.Sprintf("%100d", i))
	}
	r.WaitArrived(sub, 500)
	for i := 490; i < 500; i++ {
		r.WantRecv(sub, fmt.Sprintf("%100d", i))
	}
	r.WantNothing(sub)
}

// TestDropOldestWithConflateTopicsDropsTheOldestTopic: the mark counts topics.
func TestDropOldestWithConflateTopicsDropsTheOldestTopic(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint, zmq.SendHWM.Of(0))
		sub := r.Connect(zmq.SUB, at, zmq.RecvHWM.Of(3), zmq.DropOldest.Of(true), zmq.ConflateTopics.Of(true))
		r.Check(sub.Subscribe(""))
		r.WaitSubscribers(pub, "", 1)
		for _, round := range []string{"1", "2"} {
			for _, topic := range []string{"a", "b", "c", "d", "e"} {
				r.Send(pub, topic, round)
			}
		}
		r.Send(pub, "d", "3")
		r.WaitArrived(sub, 11)
		r.WantRecv(sub, "c", "2")
		r.WantRecv(sub, "d", "3")
		r.WantRecv(sub, "e", "2")
		r.WantNothing(sub)
		if x := sub.Stats().Drops; x.Overflow != 7 || x.Conflated != 1 {
			r.Errorf("%+v, want 7 of overflow and one that was conflated", x)
		}
	})
}

func TestDropOldestOfARadioAndADish(t *testing.T) {
	r := rig.New(t)
	const n, newest = 1000, 10
	radio, at := r.Bind(zmq.RADIO, rig.AnyPort, zmq.SendHWM.Of(0))
	dish := r.Socket(zmq.DISH, zmq.RecvHWM.Of(newest), zmq.DropOldest.Of(true))
	r.Check(dish.Join("news"))
	r.Check(dish.Connect(at))
	r.WaitSubscribers(radio, "news", 1)
	for i := range n {
		r.Radio(radio, "news", fmt.Sprint(i))
	}
	r.WaitArrived(dish, n)
	wantNewest(r, dish, n, newest, 1)
	if x := dish.Stats().Drops.Overflow; x != n-newest {
		r.Errorf("%d were dropped, want %d", x, n-newest)
	}

	radio, at = r.Bind(zmq.RADIO, rig.AnyPort, append(rig.SmallQueues(newest), zmq.DropOldest.Of(true))...)
	dish = r.Socket(zmq.DISH, rig.SmallQueues(1)...)
	r.Check(dish.Join("news"))
	r.Check(dish.Connect(at))
	r.WaitSubscribers(radio, "news", 1)
	for i := range n {
		r.Radio(radio, "news", fmt.Sprintf("%010000d", i))
	}
	got := wantNewest(r, dish, n, newest, 1)
	if lost := radio.Stats().Drops.Mute; lost == 0 || uint64(got)+lost != n {
		r.Errorf("%d arrived, %d were dropped, of %d", got, lost, n)
	}
}

func TestDropOldestOfAnXSubUpstream(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		const n, newest = 1000, 10
		xpub, at := r.Bind(zmq.XPUB, endpoint, rig.SmallQueues(1)...)
		xsub := r.Connect(zmq.XSUB, at, append(rig.SmallQueues(newest), zmq.DropOldest.Of(true))...)
		r.WaitPeers(xsub, 1)
		body := rig.Large(20_000)
		for i := range n {
			r.TrySend(xsub, fmt.Sprint(i), body, fmt.Sprint(i))
		}
		got := wantNewest(r, xpub, n, newest, 3)
		if lost := xsub.Stats().Drops.Mute; lost == 0 || uint64(got)+lost != n {
			r.Errorf("%d arrived, %d were dropped, of %d", got, lost, n)
		}
	})
}

// TestDropOldestYieldsToXPubNoDrop: a publisher that waits drops nothing.
func TestDropOldestYieldsToXPubNoDrop(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.XPUB, endpoint, append(rig.SmallQueues(3), zmq.DropOldest.Of(true), zmq.XPubNoDrop.Of(true))...)
		sub := r.Connect(zmq.SUB, at, rig.SmallQueues(3)...)
		r.Check(sub.Subscribe(""))
		r.WaitSubscribers(pub, "", 1)
		body := rig.Large(20_000)
		n := stuff(r, pub, body)
		for range n {
			r.WantRecv(sub, body)
		}
		r.WantNothing(sub)
		if x := pub.Stats().Drops.Mute; x != 0 {
			r.Errorf("%d were dropped", x)
		}
	})
}

// TestDropOldestStillEndsASlowSubscriber: DisconnectSlow measures how long the queue is
// full.
func TestDropOldestStillEndsASlowSubscriber(t *testing.T) {
	r := rig.New(t)
	pub, at := r.Bind(zmq.PUB, rig.AnyPort, append(rig.SmallQueues(5), zmq.DropOldest.Of(true), zmq.DisconnectSlow.Of(50*time.Millisecond))...)
	events := r.Watch(pub, zmq.EventDisconnected)
	sub := r.Connect(zmq.SUB, at, rig.SmallQueues(1)...)
	r.Check(sub.Subscribe(""))
	r.WaitSubscribers(pub, "", 1)
	r.WaitUntil("the subscriber is disconnected", func() bool {
		r.TrySend(pub, rig.Large(20_000))
		return pub.Stats().Disconnected > 0
	})
	if e := events.Want(zmq.EventDisconnected)[0]; !errors.Is(e.Err, zmq.ErrLimit) {
		r.Errorf("it ended for %v", e.Err)
	}
}

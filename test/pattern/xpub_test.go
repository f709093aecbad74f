// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestXPubNoticeForFirstSubscriberAndLastCancellation(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		first := r.Subscriber(xpub, at, "A")
		r.WantRecv(xpub, "\x01A")
		second := r.Subscriber(xpub, at, "A")
		r.WaitSubscribers(xpub, "A", 2)
		r.Check(first.Unsubscribe("A"))
		r.Check(first.Subscribe("B")) // no notice of A before this one
		r.WantRecv(xpub, "\x01B")
		r.Check(second.Unsubscribe("A"))
		r.WantRecv(xpub, "\x00A")
		r.Check(second.Subscribe(""))
		r.WantRecv(xpub, "\x01")
	})
}

func TestXPubNoticeWhenPeerIsLost(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		first := r.Subscriber(xpub, at, "A", "B")
		got := []string{r.Recv(xpub)[0], r.Recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01A", "\x01B"}) {
			r.Errorf("notices %q", got)
		}
		second := r.Subscriber(xpub, at, "A")
		r.WaitSubscribers(xpub, "A", 2)
		r.Check(first.Close())
		r.WantRecv(xpub, "\x00B") // A has a subscriber still
		r.Check(second.Close())
		r.WantRecv(xpub, "\x00A")
	})
}

func TestXPubNoticeCarriesThePeer(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		r.Subscriber(xpub, at, "A")
		m, err := xpub.Recv(r.Ctx)
		r.Check(err)
		if typ := m.Peer().SocketType; typ != "SUB" {
			r.Errorf("the notice is of a %q", typ)
		}
	})
}

func TestXPubVerbosePassesEverySubscription(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubVerbose.Of(true))
		first := r.Subscriber(xpub, at, "A")
		r.WantRecv(xpub, "\x01A")
		second := r.Subscriber(xpub, at, "A")
		r.WantRecv(xpub, "\x01A")
		r.Check(first.Unsubscribe("A")) // not the last
		r.Check(first.Subscribe("A"))
		r.WantRecv(xpub, "\x01A")
		r.Check(first.Close())
		r.WaitPeersLeft(xpub, 1)
		r.Check(second.Unsubscribe("A"))
		r.WantRecv(xpub, "\x00A")
	})
}

func TestXPubVerboserPassesEverySubscriptionAndCancellation(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubVerboser.Of(true))
		first := r.Subscriber(xpub, at, "A")
		r.WantRecv(xpub, "\x01A")
		second := r.Subscriber(xpub, at, "A")
		r.WantRecv(xpub, "\x01A")
		r.Check(first.Unsubscribe("A"))
		r.WantRecv(xpub, "\x00A")
		r.Check(first.Subscribe("A"))
		r.WantRecv(xpub, "\x01A")
		r.Check(first.Close()) // one for each prefix that it had
		r.WantRecv(xpub, "\x00A")
		r.Check(second.Close())
		r.WantRecv(xpub, "\x00A")
	})
}

func TestXPubVerboseAndVerboserClearEachOther(t *testing.T) {
	r := rig.New(t)
	xpub, at := r.Bind(zmq.XPUB, "inproc://it", zmq.XPubVerboser.Of(true), zmq.XPubVerbose.Of(true))
	first, second := r.Subscriber(xpub, at, "A"), r.Subscriber(xpub, at, "A")
	r.WantRecv(xpub, "\x01A")
	r.WantRecv(xpub, "\x01A")
	r.Check(first.Unsubscribe("A")) // VERBOSE again: no notice
	r.Check(second.Unsubscribe("A"))
	r.WantRecv(xpub, "\x00A")
	r.Check(zmq.XPubVerboser.Set(xpub, true))
	r.Check(zmq.XPubVerboser.Set(xpub, false)) // clears both
	r.Check(first.Subscribe("A"))
	r.WantRecv(xpub, "\x01A")
	r.Check(second.Subscribe("A"))
	r.WantNothing(xpub)
}

func TestXPubDuplicateOfOnePeerDoesNotCount(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		xsub := r.Connect(zmq.XSUB, at)
		r.Send(xsub, "\x01A")
		r.Send(xsub, "\x01A") // forwarded, but no second subscription
		r.Send(xsub, "marker")
		r.WantRecv(xpub, "\x01A")
		r.WantRecv(xpub, "marker")
		r.Send(xsub, "\x00A")
		r.Send(xsub, "\x00A") // the XSUB counts: this is the one that is sent
		r.WantRecv(xpub, "\x00A")
		r.Send(xsub, "\x00A") // unknown
		r.Send(xsub, "marker")
		r.WantRecv(xpub, "marker")
	})
}

func TestXPubReceivesUpstreamMessages(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		xsub := r.Connect(zmq.XSUB, at)
		for _, m := range [][]string{{"hello"}, {"", "x"}, {"\x02", "", "y"}, {"a", "b", "c"}} {
			r.Send(xsub, m...)
			r.WantRecv(xpub, m...)
		}
	})
}

func TestPubDiscardsUpstreamMessages(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		xsub := r.Connect(zmq.XSUB, at)
		for range 5000 { // more than any mark
			r.Send(xsub, "noise", "")
		}
		r.Send(xsub, "\x01A")
		if rig.IsInproc(endpoint) {
			r.WaitSubscribers(pub, "A", 1)
			r.Send(pub, "A")
			r.WantRecv(xsub, "A")
		}
	})
}

func TestXPubHoldsUpstreamMessagesBackAtItsMark(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.RecvHWM.Of(3))
		var settings []zmq.Setting
		if rig.IsInproc(endpoint) {
			settings = append(settings, zmq.SendHWM.Of(1)) // both marks together count
		}
		xsub := r.Connect(zmq.XSUB, at, settings...)
		r.Send(xsub, "\x01a")
		r.Send(xsub, "\x01b")
		const n = 6
		for i := range n {
			r.Send(xsub, fmt.Sprint(i))
		}
		r.WantRecv(xpub, "\x01a")
		r.WantRecv(xpub, "\x01b")
		if rig.IsInproc(endpoint) { // the XSUB drops: DIST never waits
			r.WantRecv(xpub, "0")
			r.WantRecv(xpub, "1")
			r.WantNothing(xpub)
			if lost := xsub.Stats().Drops.Mute; lost != n-2 {
				r.Errorf("the XSUB counts %d losses, want %d", lost, n-2)
			}
			r.Send(xsub, "goes on")
			r.WantRecv(xpub, "goes on")
			return
		}
		for i := range n {
			r.WantRecv(xpub, fmt.Sprint(i))
		}
	})
}

func TestXPubTakesLaterFramesForSubscriptionsUnlessOnlyFirst(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		// A DEALER-like raw view is not needed: an XSUB with ONLY_FIRST_SUBSCRIBE
		// sends later frames as they are.
		xsub := r.Connect(zmq.XSUB, at, zmq.OnlyFirstSubscribe.Of(true))
		r.Send(xsub, "user", "\x01T")
		got := []string{}
		for range 2 {
			got = append(got, r.Recv(xpub)...)
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01T", "user"}) {
			r.Errorf("received %q", got)
		}
		r.Check(zmq.OnlyFirstSubscribe.Set(xpub, true))
		r.Send(xsub, "user", "\x01U")
		r.WantRecv(xpub, "user", "\x01U")
		if n := zmq.TopicsCount.Get(xpub); n != 1 {
			r.Errorf("%d topics, want 1", n)
		}
	})
}

func TestXPubManualSubscribesLastPeer(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubManual.Of(true))
		a := r.Subscriber(xpub, at, "A")
		r.WantRecv(xpub, "\x01A")
		r.Check(xpub.Subscribe("XA")) // another prefix than was asked for
		b := r.Socket(zmq.SUB)
		r.Check(b.Subscribe("B"))
		r.Check(b.Connect(at))
		r.WantRecv(xpub, "\x01B")
		r.Check(xpub.Subscribe("XB"))
		r.Check(a.Subscribe("X"))
		r.WantRecv(xpub, "\x01X") // a is the last peer now; it gets no more than it has
		r.Check(b.Subscribe("X"))
		r.WantRecv(xpub, "\x01X") // duplicates are notices too
		r.Send(xpub, "A")         // what was asked for counts for nothing
		r.Send(xpub, "XA")
		r.Send(xpub, "XB")
		r.WantRecv(a, "XA")
		r.WantRecv(b, "XB")
		r.Check(xpub.Unsubscribe("XB")) // b is last
		r.Send(xpub, "XB")
		r.Check(xpub.Subscribe("X"))
		r.Send(xpub, "Xm")
		r.WantRecv(b, "Xm")
		// Every cancellation, and every requested prefix when the peer goes.
		r.Check(a.Unsubscribe("A"))
		r.WantRecv(xpub, "\x00A")
		r.Check(a.Close())
		r.WantRecv(xpub, "\x00X")
		r.Check(b.Close())
		got := []string{r.Recv(xpub)[0], r.Recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x00B", "\x00X"}) {
			r.Errorf("notices of the peer that left: %q", got)
		}
		r.WantNothing(xpub)
	})
}

func TestXPubManualForPeerThatLeftHasNoEffect(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubManual.Of(true))
		a := r.Subscriber(xpub, at, "A")
		r.WaitUntil("the subscription is there", func() bool { return zmq.TopicsCount.Get(xpub) == 0 && xpub.Peers()[0].Received > 0 })
		r.Check(a.Close())
		r.WaitPeersLeft(xpub, 0)
		r.WantRecv(xpub, "\x01A")
		r.Check(xpub.Subscribe("A"))
		r.WantRecv(xpub, "\x00A")
		if n := zmq.TopicsCount.Get(xpub); n != 0 {
			r.Errorf("%d topics, want none", n)
		}
	})
}

func TestXPubSubscribeNeedsManual(t *testing.T) {
	r := rig.New(t)
	xpub := r.Socket(zmq.XPUB)
	for _, err := range []error{xpub.Subscribe("A"), xpub.Unsubscribe("A")} {
		if !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("without XPubManual: %v", err)
		}
	}
	r.Check(zmq.XPubManual.Set(xpub, true))
	r.Check(xpub.Subscribe("A")) // no subscription was received: nothing happens
}

func TestXPubManualLastValueGoesToTheNewSubscriberAlone(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubManualLastValue.Of(true))
		a := r.Subscriber(xpub, at, "A")
		r.WantRecv(xpub, "\x01A")
		r.Check(xpub.Subscribe("A"))
		r.Send(xpub, "A", "old value")
		r.WantRecv(a, "A", "old value")
		b := r.Socket(zmq.SUB)
		r.Check(b.Subscribe("A"))
		r.Check(b.Connect(at))
		r.WantRecv(xpub, "\x01A")
		r.Check(xpub.Subscribe("A"))
		r.Send(xpub, "A", "last value")
		r.Send(xpub, "A", "for all")
		r.WantRecv(b, "A", "last value")
		r.WantRecv(b, "A", "for all")
		r.WantRecv(a, "A", "for all")
		// One message that the last peer did not subscribe to uses it up as well.
		r.Check(b.Subscribe("B"))
		r.WantRecv(xpub, "\x01B")
		r.Send(xpub, "nobody's")
		r.Send(xpub, "A", "for all again")
		r.WantRecv(b, "A", "for all again")
		r.WantRecv(a, "A", "for all again")
		// The last peer is forgotten after that.
		r.Check(xpub.Subscribe("C"))
		if n := zmq.TopicsCount.Get(xpub); n != 1 {
			r.Errorf("%d topics, want 1", n)
		}
	})
}

func TestXPubWelcomeMessageComesFirst(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubWelcomeMessage.Of([]byte("W|hello")))
		r.Check(xpub.Bind("inproc://other"))
		wants := r.Subscriber(xpub, at, "W", "A")
		other := r.Subscriber(xpub, at, "A") // filters it
		r.WaitSubscribers(xpub, "A", 2)
		r.Send(xpub, "A")
		r.WantRecv(wants, "W|hello")
		r.WantRecv(wants, "A")
		r.WantRecv(other, "A")
		xsub := r.Connect(zmq.XSUB, at) // irrespective of subscriptions
		r.WantRecv(xsub, "W|hello")
		r.Check(zmq.XPubWelcomeMessage.Set(xpub, nil))
		xsub = r.Connect(zmq.XSUB, at)
		r.Send(xsub, "\x01A")
		r.WaitSubscribers(xpub, "A", 3)
		r.Send(xpub, "A")
		r.WantRecv(xsub, "A")
	})
}

func TestXPubNoDropIsMuteWhileAMatchingPeerIsFull(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.SendHWM.Of(1), zmq.XPubNoDrop.Of(true))
		sub := r.Socket(zmq.SUB, zmq.RecvHWM.Of(1))
		r.Check(sub.Subscribe("a"))
		r.Check(sub.Connect(at))
		r.WaitSubscribers(xpub, "a", 1)
		n := stuff(r, xpub, "a", rig.Large(1<<20))
		r.TrySend(xpub, "not subscribed")
		sent := r.GoSend(xpub, "a", "last")
		for range n {
			r.WantRecv(sub, "a", rig.Large(1<<20))
		}
		r.Check(r.Result(sent))
		r.WantRecv(sub, "a", "last")
		if d := xpub.Stats().Drops.Mute; d != 0 {
			r.Errorf("%d dropped", d)
		}
	})
}

// TestXPubSendsNothingBetweenCancellationAndSubscription: a publisher that has sent many
// messages to its only subscriber, which wants everything, knows at once that this is over.
func TestXPubSendsNothingBetweenCancellationAndSubscription(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		const rounds, row = 30, 20
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		sub := r.Subscriber(xpub, at, "")
		r.WantRecv(xpub, "\x01")
		for i := range rounds {
			for k := range row {
				r.Send(xpub, fmt.Sprint(i, k))
			}
			for k := range row {
				r.WantRecv(sub, fmt.Sprint(i, k))
			}
			r.Check(sub.Unsubscribe(""))
			r.WantRecv(xpub, "\x00")
			r.Send(xpub, "unseen")
			r.Check(sub.Subscribe(""))
			r.WantRecv(xpub, "\x01")
		}
		r.Send(xpub, "last")
		r.WantRecv(sub, "last")
		stats := xpub.Stats()
		if want := uint64(rounds*(row+1) + 1); stats.Sent != want || stats.Drops.NoSubscriber != rounds {
			r.Errorf("%d sent and %d without a subscriber, want %d and %d", stats.Sent, stats.Drops.NoSubscriber, want, rounds)
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	zmq "github.com/gozmq/zmq"
)

func TestXPubNoticeForFirstSubscriberAndLastCancellation(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint)
		first := r.subscriber(xpub, at, "A")
		r.want(xpub, "\x01A")
		second := r.subscriber(xpub, at, "A")
		r.subscribers(xpub, "A", 2)
		r.check(first.Unsubscribe("A"))
		r.check(first.Subscribe("B")) // no notice of A before this one
		r.want(xpub, "\x01B")
		r.check(second.Unsubscribe("A"))
		r.want(xpub, "\x00A")
		r.check(second.Subscribe(""))
		r.want(xpub, "\x01")
	})
}

func TestXPubNoticeWhenPeerIsLost(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint)
		first := r.subscriber(xpub, at, "A", "B")
		got := []string{r.recv(xpub)[0], r.recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01A", "\x01B"}) {
			r.Errorf("notices %q", got)
		}
		second := r.subscriber(xpub, at, "A")
		r.subscribers(xpub, "A", 2)
		r.check(first.Close())
		r.want(xpub, "\x00B") // A has a subscriber still
		r.check(second.Close())
		r.want(xpub, "\x00A")
	})
}

func TestXPubNoticeCarriesThePeer(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint)
		r.subscriber(xpub, at, "A")
		m, err := xpub.Recv(r.ctx)
		r.check(err)
		if typ := m.Peer().SocketType; typ != "SUB" {
			r.Errorf("the notice is of a %q", typ)
		}
	})
}

func TestXPubVerbosePassesEverySubscription(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubVerbose.Of(true))
		first := r.subscriber(xpub, at, "A")
		r.want(xpub, "\x01A")
		second := r.subscriber(xpub, at, "A")
		r.want(xpub, "\x01A")
		r.check(first.Unsubscribe("A")) // not the last
		r.check(first.Subscribe("A"))
		r.want(xpub, "\x01A")
		r.check(first.Close())
		r.left(xpub, 1)
		r.check(second.Unsubscribe("A"))
		r.want(xpub, "\x00A")
	})
}

func TestXPubVerboserPassesEverySubscriptionAndCancellation(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubVerboser.Of(true))
		first := r.subscriber(xpub, at, "A")
		r.want(xpub, "\x01A")
		second := r.subscriber(xpub, at, "A")
		r.want(xpub, "\x01A")
		r.check(first.Unsubscribe("A"))
		r.want(xpub, "\x00A")
		r.check(first.Subscribe("A"))
		r.want(xpub, "\x01A")
		r.check(first.Close()) // one for each prefix that it had
		r.want(xpub, "\x00A")
		r.check(second.Close())
		r.want(xpub, "\x00A")
	})
}

func TestXPubVerboseAndVerboserClearEachOther(t *testing.T) {
	r := newRig(t)
	xpub, at := r.bind(zmq.XPUB, "inproc://it", zmq.XPubVerboser.Of(true), zmq.XPubVerbose.Of(true))
	first, second := r.subscriber(xpub, at, "A"), r.subscriber(xpub, at, "A")
	r.want(xpub, "\x01A")
	r.want(xpub, "\x01A")
	r.check(first.Unsubscribe("A")) // VERBOSE again: no notice
	r.check(second.Unsubscribe("A"))
	r.want(xpub, "\x00A")
	r.check(zmq.XPubVerboser.Set(xpub, true))
	r.check(zmq.XPubVerboser.Set(xpub, false)) // clears both
	r.check(first.Subscribe("A"))
	r.want(xpub, "\x01A")
	r.check(second.Subscribe("A"))
	r.none(xpub)
}

func TestXPubDuplicateOfOnePeerDoesNotCount(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint)
		xsub := r.connect(zmq.XSUB, at)
		r.send(xsub, "\x01A")
		r.send(xsub, "\x01A") // forwarded, but no second subscription
		r.send(xsub, "marker")
		r.want(xpub, "\x01A")
		r.want(xpub, "marker")
		r.send(xsub, "\x00A")
		r.send(xsub, "\x00A") // the XSUB counts: this is the one that is sent
		r.want(xpub, "\x00A")
		r.send(xsub, "\x00A") // unknown
		r.send(xsub, "marker")
		r.want(xpub, "marker")
	})
}

func TestXPubReceivesUpstreamMessages(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint)
		xsub := r.connect(zmq.XSUB, at)
		for _, m := range [][]string{{"hello"}, {"", "x"}, {"\x02", "", "y"}, {"a", "b", "c"}} {
			r.send(xsub, m...)
			r.want(xpub, m...)
		}
	})
}

func TestPubDiscardsUpstreamMessages(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pub, at := r.bind(zmq.PUB, endpoint)
		xsub := r.connect(zmq.XSUB, at)
		for range 5000 { // more than any mark
			r.send(xsub, "noise", "")
		}
		r.send(xsub, "\x01A")
		if inprocess(endpoint) {
			r.subscribers(pub, "A", 1)
			r.send(pub, "A")
			r.want(xsub, "A")
		}
	})
}

func TestXPubHoldsUpstreamMessagesBackAtItsMark(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.RecvHWM.Of(3))
		xsub := r.connect(zmq.XSUB, at)
		r.send(xsub, "\x01a")
		r.send(xsub, "\x01b")
		const n = 6
		for i := range n {
			r.send(xsub, fmt.Sprint(i))
		}
		r.want(xpub, "\x01a")
		r.want(xpub, "\x01b")
		if inprocess(endpoint) { // the XSUB drops: DIST never waits
			r.want(xpub, "0")
			r.none(xpub)
			r.send(xsub, "goes on")
			r.want(xpub, "goes on")
			return
		}
		for i := range n {
			r.want(xpub, fmt.Sprint(i))
		}
	})
}

func TestXPubTakesLaterFramesForSubscriptionsUnlessOnlyFirst(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint)
		// A DEALER-like raw view is not needed: an XSUB with ONLY_FIRST_SUBSCRIBE
		// sends later frames as they are.
		xsub := r.connect(zmq.XSUB, at, zmq.OnlyFirstSubscribe.Of(true))
		r.send(xsub, "user", "\x01T")
		got := []string{}
		for range 2 {
			got = append(got, r.recv(xpub)...)
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01T", "user"}) {
			r.Errorf("received %q", got)
		}
		r.check(zmq.OnlyFirstSubscribe.Set(xpub, true))
		r.send(xsub, "user", "\x01U")
		r.want(xpub, "user", "\x01U")
		if n := zmq.TopicsCount.Get(xpub); n != 1 {
			r.Errorf("%d topics, want 1", n)
		}
	})
}

func TestXPubManualSubscribesLastPeer(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubManual.Of(true))
		a := r.subscriber(xpub, at, "A")
		r.want(xpub, "\x01A")
		r.check(xpub.Subscribe("XA")) // another prefix than was asked for
		b := r.socket(zmq.SUB)
		r.check(b.Subscribe("B"))
		r.check(b.Connect(at))
		r.want(xpub, "\x01B")
		r.check(xpub.Subscribe("XB"))
		r.check(a.Subscribe("X"))
		r.want(xpub, "\x01X") // a is the last peer now; it gets no more than it has
		r.check(b.Subscribe("X"))
		r.want(xpub, "\x01X") // duplicates are notices too
		r.send(xpub, "A")     // what was asked for counts for nothing
		r.send(xpub, "XA")
		r.send(xpub, "XB")
		r.want(a, "XA")
		r.want(b, "XB")
		r.check(xpub.Unsubscribe("XB")) // b is last
		r.send(xpub, "XB")
		r.check(xpub.Subscribe("X"))
		r.send(xpub, "Xm")
		r.want(b, "Xm")
		// Every cancellation, and every requested prefix when the peer goes.
		r.check(a.Unsubscribe("A"))
		r.want(xpub, "\x00A")
		r.check(a.Close())
		r.want(xpub, "\x00X")
		r.check(b.Close())
		got := []string{r.recv(xpub)[0], r.recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x00B", "\x00X"}) {
			r.Errorf("notices of the peer that left: %q", got)
		}
		r.none(xpub)
	})
}

func TestXPubManualForPeerThatLeftHasNoEffect(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubManual.Of(true))
		a := r.subscriber(xpub, at, "A")
		r.until("the subscription is there", func() bool { return zmq.TopicsCount.Get(xpub) == 0 && xpub.Peers()[0].Received > 0 })
		r.check(a.Close())
		r.left(xpub, 0)
		r.want(xpub, "\x01A")
		r.check(xpub.Subscribe("A"))
		r.want(xpub, "\x00A")
		if n := zmq.TopicsCount.Get(xpub); n != 0 {
			r.Errorf("%d topics, want none", n)
		}
	})
}

func TestXPubSubscribeNeedsManual(t *testing.T) {
	r := newRig(t)
	xpub := r.socket(zmq.XPUB)
	for _, err := range []error{xpub.Subscribe("A"), xpub.Unsubscribe("A")} {
		if !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("without XPubManual: %v", err)
		}
	}
	r.check(zmq.XPubManual.Set(xpub, true))
	r.check(xpub.Subscribe("A")) // nobody is last: nothing happens
}

func TestXPubManualLastValueGoesToTheNewSubscriberAlone(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubManualLastValue.Of(true))
		a := r.subscriber(xpub, at, "A")
		r.want(xpub, "\x01A")
		r.check(xpub.Subscribe("A"))
		r.send(xpub, "A", "old value")
		r.want(a, "A", "old value")
		b := r.socket(zmq.SUB)
		r.check(b.Subscribe("A"))
		r.check(b.Connect(at))
		r.want(xpub, "\x01A")
		r.check(xpub.Subscribe("A"))
		r.send(xpub, "A", "last value")
		r.send(xpub, "A", "for all")
		r.want(b, "A", "last value")
		r.want(b, "A", "for all")
		r.want(a, "A", "for all")
		// One message that the last peer did not subscribe to uses it up as well.
		r.check(b.Subscribe("B"))
		r.want(xpub, "\x01B")
		r.send(xpub, "nobody's")
		r.send(xpub, "A", "for all again")
		r.want(b, "A", "for all again")
		r.want(a, "A", "for all again")
		// The last peer is forgotten after that.
		r.check(xpub.Subscribe("C"))
		if n := zmq.TopicsCount.Get(xpub); n != 1 {
			r.Errorf("%d topics, want 1", n)
		}
	})
}

func TestXPubWelcomeMessageComesFirst(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubWelcomeMessage.Of([]byte("W|hello")))
		r.check(xpub.Bind("inproc://other"))
		wants := r.subscriber(xpub, at, "W", "A")
		other := r.subscriber(xpub, at, "A") // filters it
		r.subscribers(xpub, "A", 2)
		r.send(xpub, "A")
		r.want(wants, "W|hello")
		r.want(wants, "A")
		r.want(other, "A")
		xsub := r.connect(zmq.XSUB, at) // irrespective of subscriptions
		r.want(xsub, "W|hello")
		r.check(zmq.XPubWelcomeMessage.Set(xpub, nil))
		xsub = r.connect(zmq.XSUB, at)
		r.send(xsub, "\x01A")
		r.subscribers(xpub, "A", 3)
		r.send(xpub, "A")
		r.want(xsub, "A")
	})
}

func TestXPubNoDropIsMuteWhileAMatchingPeerIsFull(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.SendHWM.Of(1), zmq.XPubNoDrop.Of(true))
		sub := r.socket(zmq.SUB, zmq.RecvHWM.Of(1))
		r.check(sub.Subscribe("a"))
		r.check(sub.Connect(at))
		r.subscribers(xpub, "a", 1)
		n := r.stuff(xpub, "a", large(1<<20))
		r.try(xpub, "not subscribed")
		sent := r.blocks(xpub, "a", "last")
		for range n {
			r.want(sub, "a", large(1<<20))
		}
		r.check(r.result(sent))
		r.want(sub, "a", "last")
		if d := xpub.Stats().Drops.Mute; d != 0 {
			r.Errorf("%d dropped", d)
		}
	})
}

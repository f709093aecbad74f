// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestXSubForwardsEverySubscriptionAndTheLastCancellation(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubVerboser.Of(true))
		xsub := r.Connect(zmq.XSUB, at)
		r.Send(xsub, "\x01A")
		r.WantRecv(xpub, "\x01A")
		r.Send(xsub, "\x01A")
		r.WantRecv(xpub, "\x01A")
		r.Send(xsub, "\x00A") // one is left: nothing goes upstream
		r.Send(xsub, "marker")
		r.WantRecv(xpub, "marker")
		r.Send(xsub, "\x00A")
		r.WantRecv(xpub, "\x00A")
		r.Send(xsub, "\x00A") // unknown
		r.Send(xsub, "marker")
		r.WantRecv(xpub, "marker")
	})
}

func TestXSubVerboseUnsubscribeForwardsEveryCancellation(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubVerboser.Of(true))
		xsub := r.Connect(zmq.XSUB, at, zmq.XSubVerboseUnsubscribe.Of(true))
		for _, m := range []string{"\x01A", "\x01A", "\x00A", "\x00A"} {
			r.Send(xsub, m)
			r.WantRecv(xpub, m)
		}
	})
}

func TestXSubDoesNotFilter(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubManual.Of(true))
		xsub := r.Connect(zmq.XSUB, at)
		r.Send(xsub, "\x01A")
		r.WantRecv(xpub, "\x01A")
		r.Check(xpub.Subscribe("B"))
		r.Send(xpub, "B", "unasked")
		r.WantRecv(xsub, "B", "unasked")
	})
}

func TestXSubSendsUserMessagesToAllPublishers(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xsub, at := r.Bind(zmq.XSUB, endpoint)
		one, two := r.Connect(zmq.XPUB, at), r.Connect(zmq.XPUB, at)
		r.WaitPeers(xsub, 2)
		r.Send(xsub, "user", "", "message")
		r.Send(xsub, "\x01A")
		for _, p := range []*zmq.Socket{one, two} {
			r.WantRecv(p, "user", "", "message")
			r.WantRecv(p, "\x01A")
		}
	})
}

func TestXSubExaminesAllFramesForSubscriptions(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		xsub := r.Connect(zmq.XSUB, at)
		r.Send(xsub, "\x01A", "\x01B", "user")
		got := []string{r.Recv(xpub)[0], r.Recv(xpub)[0], r.Recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01A", "\x01B", "user"}) {
			r.Errorf("the XPUB received %q", got)
		}
	})
}

func TestXSubWithOnlyFirstSubscribeLeavesLaterFramesAlone(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.OnlyFirstSubscribe.Of(true))
		xsub := r.Connect(zmq.XSUB, at, zmq.OnlyFirstSubscribe.Of(true))
		r.Send(xsub, "user", "\x01A")
		r.WantRecv(xpub, "user", "\x01A")
		r.Send(xsub, "\x01B", "\x01C")
		r.WantRecv(xpub, "\x01B")
		r.WantRecv(xpub, "\x01C")
		if n := zmq.TopicsCount.Get(xsub); n != 2 {
			r.Errorf("%d topics, want 2", n)
		}
	})
}

func TestXSubSendsEachTopicOnceToANewPublisher(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xsub, at := r.Bind(zmq.XSUB, endpoint)
		for _, m := range []string{"\x01A", "\x01A", "\x01B", "\x01C", "\x00C"} {
			r.Send(xsub, m)
		}
		xpub := r.Connect(zmq.XPUB, at, zmq.XPubVerboser.Of(true))
		got := []string{r.Recv(xpub)[0], r.Recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01A", "\x01B"}) {
			r.Errorf("the new publisher received %q", got)
		}
		r.WaitPeers(xsub, 1)
		r.Send(xsub, "marker")
		r.WantRecv(xpub, "marker")
	})
}

// upstream sends what an XPUB with XPUB_VERBOSER is to receive in this order, by an
// XSUB that has subscribed to nothing yet.
func upstream(r *rig.Test, xsub *zmq.Socket) (want []string) {
	r.Helper()
	for _, m := range []string{"\x01A", "\x01A", "first", "\x01B", "\x00B", "\x00A", "second", "\x01C"} {
		r.Send(xsub, m)
		if m != "\x00A" { // not the last
			want = append(want, m)
		}
	}
	return want
}

func TestXSubKeepsWhatItSendsBeforeThePublisherIsThere(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xsub := r.Socket(zmq.XSUB)
		r.Send(xsub, "\x01early")
		r.Send(xsub, "\x01early") // at connect each topic counts once
		at := r.FreeEndpoint(endpoint)
		r.Check(xsub.Connect(at))
		want := append([]string{"\x01early"}, upstream(r, xsub)...)
		xpub := r.BindAt(zmq.XPUB, at, zmq.XPubVerboser.Of(true), zmq.RecvHWM.Of(1))
		for _, m := range want {
			r.WantRecv(xpub, m)
		}
		r.WaitPeers(xsub, 1)
		r.Send(xsub, "marker")
		r.WantRecv(xpub, "marker")
		if lost := xsub.Stats().Drops; lost != (zmq.Drops{}) {
			r.Errorf("lost: %+v", lost)
		}
	})
}

func TestXSubSendsItsTopicsAndWhatCameSinceOnReconnect(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint)
		xsub := r.Connect(zmq.XSUB, at)
		r.Send(xsub, "\x01kept")
		r.Send(xsub, "\x01kept")
		r.WantRecv(xpub, "\x01kept")
		r.Check(xpub.Close())
		r.WaitPeersLeft(xsub, 0)
		want := append([]string{"\x01kept"}, upstream(r, xsub)...)
		xpub = r.BindAt(zmq.XPUB, at, zmq.XPubVerboser.Of(true))
		for _, m := range want {
			r.WantRecv(xpub, m)
		}
		r.WaitPeers(xsub, 1)
		r.Send(xsub, "marker")
		r.WantRecv(xpub, "marker")
	})
}

func TestSubForwardsEverySubscriptionAndTheLastCancellation(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubVerboser.Of(true))
		sub := r.Socket(zmq.SUB)
		r.Check(sub.Subscribe("P"))
		r.Check(sub.Subscribe("P"))
		r.Check(sub.Connect(at))
		for range 2 {
			r.Check(sub.Subscribe("A"))
		}
		r.WantRecv(xpub, "\x01P")
		r.WantRecv(xpub, "\x01A")
		r.WantRecv(xpub, "\x01A")
		r.WaitPeers(sub, 1)
		r.Check(sub.Subscribe("A"))
		for range 4 { // one more than there are
			r.Check(sub.Unsubscribe("A"))
		}
		r.Check(sub.Unsubscribe("unknown"))
		r.Check(sub.Subscribe("marker"))
		r.WantRecv(xpub, "\x01A")
		r.WantRecv(xpub, "\x00A")
		r.WantRecv(xpub, "\x01marker")
	})
}

// A proxy passes on what a publisher with XPUB_VERBOSE counts on.
func TestProxyForwardsRepeatedSubscriptions(t *testing.T) {
	rig.EachPlace(t, func(r *rig.Test, at func(string) string) {
		front, frontAt := r.Bind(zmq.XPUB, at("front"), zmq.XPubVerbose.Of(true))
		back, backAt := r.Bind(zmq.XSUB, at("back"))
		proxy, err := zmq.NewProxy(front, back)
		r.Check(err)
		r.Run(&rig.Relay{Proxy: proxy})
		xpub := r.Connect(zmq.XPUB, backAt, zmq.XPubVerbose.Of(true))
		sub := r.Connect(zmq.SUB, frontAt)
		for range 3 {
			r.Check(sub.Subscribe("A"))
			r.WantRecv(xpub, "\x01A")
		}
	})
}

// A subscriber of very many topics tells them to a publisher when that is there.
func TestManySubscriptionsReachAPublisherThatComesLate(t *testing.T) {
	const many = 12_000 // more than wait for a publisher one by one
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xsub := r.Socket(zmq.XSUB)
		at := r.FreeEndpoint(endpoint)
		r.Check(xsub.Connect(at))
		r.Send(xsub, "upstream")
		for i := range many {
			r.Send(xsub, fmt.Sprint("\x01", i))
		}
		r.Send(xsub, "\x000")
		r.Send(xsub, "upstream too")
		xpub := r.BindAt(zmq.XPUB, at)
		topics := make(map[string]bool)
		var user []string
		for len(topics) < many-1 || len(user) < 2 {
			m := r.Recv(xpub)[0]
			if m[0] == 'u' {
				user = append(user, m)
			} else if m == "\x010" || topics[m] {
				r.Fatalf("the publisher received %q", m)
			} else {
				topics[m] = true
			}
		}
		if !slices.Equal(user, []string{"upstream", "upstream too"}) {
			r.Errorf("received %q", user)
		}
		r.WaitPeers(xsub, 1)
		r.Send(xsub, "\x00"+"1")
		r.WantRecv(xpub, "\x00"+"1")
	})
}

func TestXSubServesPublishersInTurn(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xsub, at := r.Bind(zmq.XSUB, endpoint)
		r.Send(xsub, "\x01")
		for _, name := range []string{"a", "b"} {
			pub := r.Connect(zmq.PUB, at)
			r.WaitSubscribers(pub, "", 1)
			for range 10 {
				r.Send(pub, name)
			}
		}
		r.WaitArrived(xsub, 20)
		seen := make(map[string]int)
		for range 10 {
			seen[r.Recv(xsub)[0]]++
			seen[r.Recv(xsub)[0]]++
			if seen["a"] != seen["b"] {
				r.Fatalf("publishers were not served in turn: %v", seen)
			}
		}
	})
}

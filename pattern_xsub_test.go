// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"slices"
	"testing"

	zmq "github.com/gozmq/zmq"
)

func TestXSubForwardsEverySubscriptionAndTheLastCancellation(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubVerboser.Of(true))
		xsub := r.connect(zmq.XSUB, at)
		r.send(xsub, "\x01A")
		r.want(xpub, "\x01A")
		r.send(xsub, "\x01A")
		r.want(xpub, "\x01A")
		r.send(xsub, "\x00A") // one is left: nothing goes upstream
		r.send(xsub, "marker")
		r.want(xpub, "marker")
		r.send(xsub, "\x00A")
		r.want(xpub, "\x00A")
		r.send(xsub, "\x00A") // unknown
		r.send(xsub, "marker")
		r.want(xpub, "marker")
	})
}

func TestXSubVerboseUnsubscribeForwardsEveryCancellation(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubVerboser.Of(true))
		xsub := r.connect(zmq.XSUB, at, zmq.XSubVerboseUnsubscribe.Of(true))
		for _, m := range []string{"\x01A", "\x01A", "\x00A", "\x00A"} {
			r.send(xsub, m)
			r.want(xpub, m)
		}
	})
}

func TestXSubDoesNotFilter(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.XPubManual.Of(true))
		xsub := r.connect(zmq.XSUB, at)
		r.send(xsub, "\x01A")
		r.want(xpub, "\x01A")
		r.check(xpub.Subscribe("B"))
		r.send(xpub, "B", "unasked")
		r.want(xsub, "B", "unasked")
	})
}

func TestXSubSendsUserMessagesToAllPublishers(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xsub, at := r.bind(zmq.XSUB, endpoint)
		one, two := r.connect(zmq.XPUB, at), r.connect(zmq.XPUB, at)
		r.peers(xsub, 2)
		r.send(xsub, "user", "", "message")
		r.send(xsub, "\x01A")
		for _, p := range []*zmq.Socket{one, two} {
			r.want(p, "user", "", "message")
			r.want(p, "\x01A")
		}
	})
}

func TestXSubExaminesAllFramesForSubscriptions(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint)
		xsub := r.connect(zmq.XSUB, at)
		r.send(xsub, "\x01A", "\x01B", "user")
		got := []string{r.recv(xpub)[0], r.recv(xpub)[0], r.recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01A", "\x01B", "user"}) {
			r.Errorf("the XPUB received %q", got)
		}
	})
}

func TestXSubWithOnlyFirstSubscribeLeavesLaterFramesAlone(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint, zmq.OnlyFirstSubscribe.Of(true))
		xsub := r.connect(zmq.XSUB, at, zmq.OnlyFirstSubscribe.Of(true))
		r.send(xsub, "user", "\x01A")
		r.want(xpub, "user", "\x01A")
		r.send(xsub, "\x01B", "\x01C")
		r.want(xpub, "\x01B")
		r.want(xpub, "\x01C")
		if n := zmq.TopicsCount.Get(xsub); n != 2 {
			r.Errorf("%d topics, want 2", n)
		}
	})
}

func TestXSubSendsEachTopicOnceToANewPublisher(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xsub, at := r.bind(zmq.XSUB, endpoint)
		for _, m := range []string{"\x01A", "\x01A", "\x01B", "\x01C", "\x00C"} {
			r.send(xsub, m)
		}
		xpub := r.connect(zmq.XPUB, at, zmq.XPubVerboser.Of(true))
		got := []string{r.recv(xpub)[0], r.recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01A", "\x01B"}) {
			r.Errorf("the new publisher received %q", got)
		}
		r.peers(xsub, 1)
		r.send(xsub, "marker")
		r.want(xpub, "marker")
	})
}

func TestXSubDropsWhatWasQueuedForPublisherAndSendsItsTopicsOnReconnect(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		xpub, at := r.bind(zmq.XPUB, endpoint)
		xsub := r.connect(zmq.XSUB, at)
		r.send(xsub, "\x01A")
		r.want(xpub, "\x01A")
		r.check(xpub.Close())
		r.left(xsub, 0)
		r.send(xsub, "forgotten")
		r.send(xsub, "\x01B")
		xpub, _ = r.bind(zmq.XPUB, at)
		got := []string{r.recv(xpub)[0], r.recv(xpub)[0]}
		slices.Sort(got)
		if !slices.Equal(got, []string{"\x01A", "\x01B"}) {
			r.Errorf("the publisher that came back received %q", got)
		}
		r.peers(xsub, 1)
		r.send(xsub, "marker")
		r.want(xpub, "marker")
	})
}

func TestXSubServesPublishersInTurn(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		xsub, at := r.bind(zmq.XSUB, endpoint)
		r.send(xsub, "\x01")
		for _, name := range []string{"a", "b"} {
			pub := r.connect(zmq.PUB, at)
			r.subscribers(pub, "", 1)
			for range 10 {
				r.send(pub, name)
			}
		}
		r.arrived(xsub, 20)
		seen := make(map[string]int)
		for range 10 {
			seen[r.recv(xsub)[0]]++
			seen[r.recv(xsub)[0]]++
			if seen["a"] != seen["b"] {
				r.Fatalf("publishers were not served in turn: %v", seen)
			}
		}
	})
}

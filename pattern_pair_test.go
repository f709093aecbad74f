// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"fmt"
	"testing"

	zmq "github.com/gozmq/zmq"
)

func TestPairTalksBothWays(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		a, b := r.pair(zmq.PAIR, zmq.PAIR, endpoint)
		for i := range 100 {
			r.send(a, fmt.Sprint("a", i), "")
			r.send(b, fmt.Sprint("b", i))
		}
		for i := range 100 {
			r.want(b, fmt.Sprint("a", i), "")
			r.want(a, fmt.Sprint("b", i))
		}
	})
}

func TestPairWithoutPeerIsMute(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		a, at := r.bind(zmq.PAIR, endpoint)
		r.full(a, "x")
		sent := r.blocks(a, "x")
		b := r.connect(zmq.PAIR, at)
		r.check(r.result(sent))
		r.want(b, "x")
	})
}

func TestPairIsMuteWhenItsPeerIsFull(t *testing.T) {
	r := newRig(t)
	a, at := r.bind(zmq.PAIR, "inproc://it", zmq.SendHWM.Of(1))
	b := r.connect(zmq.PAIR, at, zmq.RecvHWM.Of(1))
	r.try(a, "1")
	r.try(a, "2")
	r.full(a, "3")
	sent := r.blocks(a, "3")
	for _, m := range []string{"1", "2", "3"} {
		r.want(b, m)
	}
	r.check(r.result(sent))
}

func TestPairRefusesSecondPeerUntilFirstHasLeft(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		a, at := r.bind(zmq.PAIR, endpoint)
		first := r.connect(zmq.PAIR, at)
		r.peers(a, 1)
		second := r.socket(zmq.PAIR)
		r.check(second.Connect(at))
		// It is turned away, tries again, and is turned away.
		r.until("the second peer has been refused", func() bool { return second.Stats().Reconnects >= 2 })
		r.send(first, "heard")
		r.want(a, "heard")
		r.none(a)
		r.check(first.Close())
		r.until("the second peer is taken", func() bool { return a.Stats().Connected >= 2 })
		r.send(second, "heard at last")
		r.want(a, "heard at last")
		r.send(a, "to the second")
		r.want(second, "to the second")
	})
}

func TestPairInProcessRefusesSecondPeerForGood(t *testing.T) {
	r := newRig(t)
	a, at := r.bind(zmq.PAIR, "inproc://it")
	first := r.connect(zmq.PAIR, at)
	second := r.socket(zmq.PAIR)
	r.check(second.Connect(at))
	r.full(second, "x")
	// One that sent before the name was bound is not heard either.
	early := r.socket(zmq.PAIR)
	r.check(early.Connect("inproc://later"))
	r.try(early, "unheard")
	r.check(a.Bind("inproc://later"))
	r.full(early, "x")
	r.send(first, "heard")
	r.want(a, "heard")
	r.none(a)
	r.check(first.Close())
	third := r.connect(zmq.PAIR, at)
	r.send(third, "heard too")
	r.want(a, "heard too")
	r.none(a)
}

func TestConnectingPairRefusesIncomingPeers(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		partner, at := r.bind(zmq.PAIR, endpoint)
		r.check(partner.Close())
		a, own := r.bind(zmq.PAIR, "tcp://127.0.0.1:*")
		r.check(a.Connect(at)) // owns its pipe although nobody is there
		stranger := r.socket(zmq.PAIR)
		r.check(stranger.Connect(own))
		r.send(stranger, "unheard")
		r.until("the stranger has been refused", func() bool { return stranger.Stats().Reconnects >= 2 })
		r.try(a, "for the partner")
		partner, _ = r.bind(zmq.PAIR, at)
		r.want(partner, "for the partner")
		r.send(partner, "re")
		r.want(a, "re")
		r.none(a)
		r.none(stranger)
	})
}

func TestPairReadsWhatPeerSentBeforeItLeftThenTakesTheNext(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		a, at := r.bind(zmq.PAIR, endpoint)
		b := r.connect(zmq.PAIR, at, zmq.Linger.Of(patience))
		r.peers(a, 1)
		r.send(b, "1", "")
		r.send(b, "2")
		r.check(b.Close())
		r.left(a, 0)
		c := r.connect(zmq.PAIR, at)
		r.peers(a, 1)
		r.want(a, "1", "")
		r.want(a, "2")
		r.send(c, "3")
		r.want(a, "3")
	})
}

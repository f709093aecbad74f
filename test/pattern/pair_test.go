// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestPairTalksBothWays(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		a, b := r.Pair(zmq.PAIR, zmq.PAIR, endpoint)
		for i := range 100 {
			r.Send(a, fmt.Sprint("a", i), "")
			r.Send(b, fmt.Sprint("b", i))
		}
		for i := range 100 {
			r.WantRecv(b, fmt.Sprint("a", i), "")
			r.WantRecv(a, fmt.Sprint("b", i))
		}
	})
}

func TestPairWithoutPeerIsMute(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		a, at := r.Bind(zmq.PAIR, endpoint)
		r.WantFull(a, "x")
		sent := r.GoSend(a, "x")
		b := r.Connect(zmq.PAIR, at)
		r.Check(r.Result(sent))
		r.WantRecv(b, "x")
	})
}

func TestPairIsMuteWhenItsPeerIsFull(t *testing.T) {
	r := rig.New(t)
	a, at := r.Bind(zmq.PAIR, "inproc://it", zmq.SendHWM.Of(1))
	b := r.Connect(zmq.PAIR, at, zmq.RecvHWM.Of(1))
	r.TrySend(a, "1")
	r.TrySend(a, "2")
	r.WantFull(a, "3")
	sent := r.GoSend(a, "3")
	for _, m := range []string{"1", "2", "3"} {
		r.WantRecv(b, m)
	}
	r.Check(r.Result(sent))
}

func TestPairRefusesSecondPeerUntilFirstHasLeft(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		a, at := r.Bind(zmq.PAIR, endpoint)
		first := r.Connect(zmq.PAIR, at)
		r.WaitPeers(a, 1)
		second := r.Socket(zmq.PAIR)
		r.Check(second.Connect(at))
		// It is turned away, tries again, and is turned away.
		r.WaitUntil("the second peer has been refused", func() bool { return second.Stats().Reconnects >= 2 })
		r.Send(first, "heard")
		r.WantRecv(a, "heard")
		r.WantNothing(a)
		r.Check(first.Close())
		r.WaitUntil("the second peer is taken", func() bool { return a.Stats().Connected >= 2 })
		r.Send(second, "heard at last")
		r.WantRecv(a, "heard at last")
		r.Send(a, "to the second")
		r.WantRecv(second, "to the second")
	})
}

func TestPairInProcessRefusesSecondPeerForGood(t *testing.T) {
	r := rig.New(t)
	a, at := r.Bind(zmq.PAIR, "inproc://it")
	first := r.Connect(zmq.PAIR, at)
	second := r.Socket(zmq.PAIR)
	if err := second.Connect(at); err == nil {
		t.Error("a second PAIR may connect")
	}
	r.WantFull(second, "x")
	// One that sent before the name was bound is not heard either.
	early := r.Socket(zmq.PAIR)
	r.Check(early.Connect("inproc://later"))
	r.TrySend(early, "unheard")
	r.Check(a.Bind("inproc://later"))
	r.WantFull(early, "x")
	r.Send(first, "heard")
	r.WantRecv(a, "heard")
	r.WantNothing(a)
	r.Check(first.Close())
	third := r.Connect(zmq.PAIR, at)
	r.Send(third, "heard too")
	r.WantRecv(a, "heard too")
	r.WantNothing(a)
}

func TestConnectingPairRefusesIncomingPeers(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		partner, at := r.Bind(zmq.PAIR, endpoint)
		r.Check(partner.Close())
		a, own := r.Bind(zmq.PAIR, rig.AnyPort)
		r.Check(a.Connect(at)) // owns its pipe although the peer is away
		stranger := r.Socket(zmq.PAIR)
		r.Check(stranger.Connect(own))
		r.Send(stranger, "unheard")
		r.WaitUntil("the stranger has been refused", func() bool { return stranger.Stats().Reconnects >= 2 })
		r.TrySend(a, "for the partner")
		partner, _ = r.Bind(zmq.PAIR, at)
		r.WantRecv(partner, "for the partner")
		r.Send(partner, "re")
		r.WantRecv(a, "re")
		r.WantNothing(a)
		r.WantNothing(stranger)
	})
}

func TestPairReadsWhatPeerSentBeforeItLeftThenTakesTheNext(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		a, at := r.Bind(zmq.PAIR, endpoint)
		b := r.Connect(zmq.PAIR, at, zmq.Linger.Of(rig.Patience))
		r.WaitPeers(a, 1)
		r.Send(b, "1", "")
		r.Send(b, "2")
		r.Check(b.Close())
		r.WaitPeersLeft(a, 0)
		c := r.Connect(zmq.PAIR, at)
		r.WaitPeers(a, 1)
		r.WantRecv(a, "1", "")
		r.WantRecv(a, "2")
		r.Send(c, "3")
		r.WantRecv(a, "3")
	})
}

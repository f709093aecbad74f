// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Publishers that connect: what happens to their subscribers' messages while those
// are away.

// away makes a publisher that has connected to a subscriber which has left, and
// returns where that was.
func away(r *rig.Test, typ zmq.SocketType, endpoint string, settings ...zmq.Setting) (pub *zmq.Socket, at string) {
	r.Helper()
	sub, at := r.Bind(zmq.SUB, endpoint)
	r.Check(sub.Subscribe("A"))
	pub = r.Connect(typ, at, settings...)
	r.WaitSubscribers(pub, "A", 1)
	r.Check(sub.Close())
	r.WaitPeersLeft(pub, 0)
	return pub, at
}

func TestConnectingPublisherKeepsWhatAnAbsentSubscriberWantsUpToSendHWM(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.PUB, zmq.XPUB} {
		t.Run(fmt.Sprint(typ), func(t *testing.T) {
			rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
				const hwm, sent = 50, 70
				pub, at := away(r, typ, endpoint, zmq.SendHWM.Of(hwm))
				for i := range sent {
					r.TrySend(pub, fmt.Sprint("A", i))
					r.TrySend(pub, fmt.Sprint("B", i))
				}
				if d := pub.Stats().Drops; d.Mute != sent-hwm || d.NoSubscriber != sent {
					r.Errorf("%+v", d)
				}
				sub := r.BindAt(zmq.SUB, at, zmq.RecvHWM.Of(0))
				r.Check(sub.Subscribe("A"))
				for i := range hwm {
					r.WantRecv(sub, fmt.Sprint("A", i))
				}
				r.TrySend(pub, "A live")
				r.WantRecv(sub, "A live")
			})
		})
	}
}

// An XPUB's application hears nothing of the absence, and a topic that the
// subscriber asks for again is news only with XPUB_VERBOSE.
func TestXPubIsNotToldOfSubscriptionsThatItKeeps(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, at := away(r, zmq.XPUB, endpoint)
		r.WantRecv(pub, "\x01A")
		sub := r.BindAt(zmq.SUB, at)
		r.Check(sub.Subscribe("A"))
		r.Check(sub.Subscribe("new"))
		r.WantRecv(pub, "\x01new")
		r.Check(sub.Unsubscribe("A"))
		r.WantRecv(pub, "\x00A")
		r.WantNothing(pub)
	})
}

func TestConnectingPublisherForgetsSubscriptionsWithoutKeepSubscriptions(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, at := away(r, zmq.XPUB, endpoint, zmq.KeepSubscriptions.Of(false))
		r.WantRecv(pub, "\x01A")
		r.WantRecv(pub, "\x00A")
		r.TrySend(pub, "A lost")
		sub := r.BindAt(zmq.SUB, at)
		r.Check(sub.Subscribe("A"))
		r.WantRecv(pub, "\x01A")
		r.TrySend(pub, "A live")
		r.WantRecv(sub, "A live")
	})
}

// unheard waits until messages have no subscriber.
func unheard(r *rig.Test, pub *zmq.Socket) {
	r.Helper()
	r.WaitUntil("a message has no subscriber", func() bool {
		r.TrySend(pub, "A")
		return pub.Stats().Drops.NoSubscriber > 0
	})
}

// The pipe of an IMMEDIATE connect ends with its connection, and a peer that
// connected to us is another one when it comes again.
func TestPublisherForgetsSubscribersThatMayNotComeBack(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, _ := away(r, zmq.PUB, endpoint, zmq.Immediate.Of(true))
		unheard(r, pub)
	})
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pub, at := r.Bind(zmq.PUB, endpoint)
		sub := r.Subscriber(pub, at, "A")
		r.Check(sub.Close())
		unheard(r, pub)
	})
}

// A subscriber that went beyond a limit comes back with nothing on its account.
func TestKeptSubscriptionsDoNotExceedALimitAgain(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		greedy, at := r.Bind(zmq.SUB, endpoint)
		for _, topic := range []string{"1", "2", "3"} {
			r.Check(greedy.Subscribe(topic))
		}
		pub := r.Socket(zmq.PUB, zmq.MaxSubscriptions.Of(2))
		r.Check(pub.Connect(at))
		r.WaitUntil("it was refused", func() bool { return pub.Stats().Disconnected > 0 })
		r.Check(greedy.Close())
		r.WaitPeersLeft(pub, 0)
		modest := r.BindAt(zmq.SUB, at)
		r.Check(modest.Subscribe("4"))
		r.Check(modest.Subscribe("5"))
		r.WaitSubscribers(pub, "5", 1)
		r.TrySend(pub, "5")
		r.WantRecv(modest, "5")
	})
}

// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// TestXPubNoticesFromLibzmqSubscribers: the first subscription and the last
// cancellation of a topic.
func TestXPubNoticesFromLibzmqSubscribers(t *testing.T) {
	libzmq, xpub := peer.Start(t), ours(t, zmq.XPUB, nil)
	a, b := libzmq.Socket("SUB", nil), libzmq.Socket("SUB", nil)
	endpoint := bind(t, xpub, "tcp://127.0.0.1:*")
	a.Connect(endpoint)
	b.Connect(endpoint)
	a.Subscribe("x")
	recv(t, xpub, "\x01x")
	b.Subscribe("x") // known already: no notice
	waitSubscribers(t, xpub, "x", 2, a, b)
	b.Subscribe("y")
	recv(t, xpub, "\x01y")
	b.Subscribe("")
	recv(t, xpub, "\x01")
	b.Unsubscribe("x")
	b.Unsubscribe("")
	recv(t, xpub, "\x00")
	send(t, xpub, "x", "for a")
	recvTheirs(t, a, "x", "for a")
	b.Close()
	recv(t, xpub, "\x00y")
	a.Unsubscribe("x")
	recv(t, xpub, "\x00x")
}

// TestXPubVerboseWithLibzmqSubscribers: every subscription, and with VERBOSER
// every cancellation.
func TestXPubVerboseWithLibzmqSubscribers(t *testing.T) {
	libzmq, xpub := peer.Start(t), ours(t, zmq.XPUB, peer.Opts{"XPUB_VERBOSER": 1})
	a, b := libzmq.Socket("XSUB", nil), libzmq.Socket("SUB", nil)
	endpoint := bind(t, xpub, "tcp://127.0.0.1:*")
	a.Connect(endpoint)
	b.Connect(endpoint)
	sendTheirs(t, a, "\x01x")
	recv(t, xpub, "\x01x")
	b.Subscribe("x")
	recv(t, xpub, "\x01x")
	b.Unsubscribe("x")
	recv(t, xpub, "\x00x")
	sendTheirs(t, a, "\x00x")
	recv(t, xpub, "\x00x")
}

// TestXPubManualAnswersLibzmqSubscriber: the subscriber gets what the application
// chose for it.
func TestXPubManualAnswersLibzmqSubscriber(t *testing.T) {
	xpub := ours(t, zmq.XPUB, peer.Opts{"XPUB_MANUAL": 1})
	sub := peer.Start(t).Socket("XSUB", nil) // does not filter for itself
	sub.Connect(bind(t, xpub, "tcp://127.0.0.1:*"))
	sendTheirs(t, sub, "\x01A")
	recv(t, xpub, "\x01A")
	if err := xpub.Subscribe("XA"); err != nil {
		t.Fatal(err)
	}
	send(t, xpub, "A")
	send(t, xpub, "XA")
	recvTheirs(t, sub, "XA")
}

// TestWelcomeMessageReachesLibzmqSubscriber, and libzmq's reaches ours.
func TestWelcomeMessageReachesLibzmqSubscriber(t *testing.T) {
	libzmq, welcome := peer.Start(t), peer.Opts{"XPUB_WELCOME_MSG": []byte("W")}
	xpub, theirSub := ours(t, zmq.XPUB, welcome), libzmq.Socket("SUB", nil)
	theirSub.Subscribe("W")
	theirSub.Connect(bind(t, xpub, "tcp://127.0.0.1:*"))
	recvTheirs(t, theirSub, "W")

	theirXPub, sub := libzmq.Socket("XPUB", welcome), ours(t, zmq.SUB, nil)
	if err := sub.Subscribe("W"); err != nil {
		t.Fatal(err)
	}
	connect(t, sub, theirXPub.Bind("tcp://127.0.0.1:*"))
	recvTheirs(t, theirXPub, "\x01W")
	recv(t, sub, "W")
}

// TestXSubAndLibzmqXPub: subscriptions as messages of the application, counted
// by the publisher, and messages upstream.
func TestXSubAndLibzmqXPub(t *testing.T) {
	xpub, xsub := peer.Start(t).Socket("XPUB", peer.Opts{"XPUB_VERBOSER": 1}), ours(t, zmq.XSUB, nil)
	connect(t, xsub, xpub.Bind("tcp://127.0.0.1:*"))
	waitPeers(t, xsub, 1)
	send(t, xsub, "\x01x")
	recvTheirs(t, xpub, "\x01x")
	send(t, xsub, "\x01x") // an XSUB forwards every one
	recvTheirs(t, xpub, "\x01x")
	send(t, xsub, "\x00x")
	send(t, xsub, "\x00x")
	recvTheirs(t, xpub, "\x00x")
	send(t, xsub, "upstream", "second")
	recvTheirs(t, xpub, "upstream", "second")
	silent(t, xpub)
}

// TestLibzmqXSubAndXPub: the same the other way round.
func TestLibzmqXSubAndXPub(t *testing.T) {
	xpub, xsub := ours(t, zmq.XPUB, peer.Opts{"XPUB_VERBOSER": 1}), peer.Start(t).Socket("XSUB", nil)
	xsub.Connect(bind(t, xpub, "tcp://127.0.0.1:*"))
	sendTheirs(t, xsub, "\x01x")
	recv(t, xpub, "\x01x")
	sendTheirs(t, xsub, "\x01x")
	recv(t, xpub, "\x01x")
	sendTheirs(t, xsub, "\x00x")
	sendTheirs(t, xsub, "\x00x")
	recv(t, xpub, "\x00x")
	sendTheirs(t, xsub, "upstream")
	for { // libzmq may pass on one cancellation or both
		m, err := xpub.Recv(within(t))
		if err != nil {
			t.Fatal(err)
		}
		if m.String() == "\x00x" {
			continue
		}
		sameFrames(t, m.Frames(), []string{"upstream"})
		return
	}
}

// TestInvertMatchingWithLibzmq: everything but what was subscribed to.
func TestInvertMatchingWithLibzmq(t *testing.T) {
	libzmq, invert := peer.Start(t), peer.Opts{"INVERT_MATCHING": 1}
	pub, theirSub := ours(t, zmq.PUB, invert), libzmq.Socket("SUB", invert)
	theirSub.Subscribe("x")
	theirSub.Connect(bind(t, pub, "tcp://127.0.0.1:*"))
	waitSubscribers(t, pub, "x", 1, theirSub)
	send(t, pub, "x1")
	send(t, pub, "y1")
	recvTheirs(t, theirSub, "y1")
}

// TestManySubscriptionsToLibzmqArriveAll: made before there is a connection, they
// all go out with it, whatever the high-water mark.
func TestManySubscriptionsToLibzmqArriveAll(t *testing.T) {
	const count = 20_000
	xpub, sub := peer.Start(t).Socket("XPUB", peer.Opts{"RCVHWM": 0}), ours(t, zmq.SUB, peer.Opts{"SNDHWM": 1})
	for i := range count {
		if err := sub.Subscribe(string(peer.Numbered(uint64(i), 8))); err != nil {
			t.Fatal(err)
		}
	}
	connect(t, sub, xpub.Bind("tcp://127.0.0.1:*"))
	seen := map[string]bool{}
	for range count {
		frames, err := xpub.Recv(patience)
		if err != nil || len(frames[0]) != 9 || frames[0][0] != 1 {
			t.Fatalf("after %d: %q, %v", len(seen), frames, err)
		}
		seen[string(frames[0])] = true
	}
	if len(seen) != count {
		t.Errorf("%d topics, want %d", len(seen), count)
	}
}

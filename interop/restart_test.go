// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"context"
	"errors"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// quickly makes either side try again soon.
var quickly = peer.Opts{"RECONNECT_IVL": 20}

// TestSubscriptionsComeBackAfterLibzmqPublisherIsKilled: our SUB tells the new
// process what it wants.
func TestSubscriptionsComeBackAfterLibzmqPublisherIsKilled(t *testing.T) {
	libzmq, sub := peer.Start(t), ours(t, zmq.SUB, quickly)
	for _, topic := range []string{"a", "b", "a", "gone"} {
		if err := sub.Subscribe(topic); err != nil {
			t.Fatal(err)
		}
	}
	xpub := libzmq.Socket("XPUB", nil)
	endpoint := xpub.Bind(address(t, "tcp"))
	connect(t, sub, endpoint)
	for range 3 {
		if _, err := xpub.Recv(patience); err != nil {
			t.Fatal(err)
		}
	}
	if err := sub.Unsubscribe("gone"); err != nil {
		t.Fatal(err)
	}
	recvTheirs(t, xpub, "\x00gone")
	for range 3 {
		libzmq.Restart()
		xpub = libzmq.Socket("XPUB", nil)
		xpub.Bind(endpoint)
		seen := map[string]bool{}
		for range 2 {
			frames, err := xpub.Recv(patience)
			if err != nil {
				t.Fatal(err)
			}
			seen[string(frames[0])] = true
		}
		if !seen["\x01a"] || !seen["\x01b"] {
			t.Fatalf("subscriptions %v", seen)
		}
		silent(t, xpub)
		sendTheirs(t, xpub, "again")
		recv(t, sub, "again")
	}
}

// TestPublisherForgetsKilledLibzmqSubscriber: its subscriptions go with it, and
// those of its successor count.
func TestPublisherForgetsKilledLibzmqSubscriber(t *testing.T) {
	libzmq, xpub := peer.Start(t), ours(t, zmq.XPUB, nil)
	endpoint := bind(t, xpub, "tcp://127.0.0.1:*")
	for range 3 {
		sub := libzmq.Socket("SUB", nil)
		sub.Connect(endpoint)
		sub.Subscribe("x")
		recv(t, xpub, "\x01x")
		send(t, xpub, "x", "1")
		recvTheirs(t, sub, "x", "1")
		libzmq.Restart()
		recv(t, xpub, "\x00x")
	}
}

// TestLibzmqSubscriberFindsRestartedPublisher: our process is killed, and the
// next one gets the subscription.
func TestLibzmqSubscriberFindsRestartedPublisher(t *testing.T) {
	endpoint := address(t, "ipc")
	sub := peer.Start(t).Socket("SUB", quickly)
	sub.Subscribe("x")
	sub.Connect(endpoint)
	for range 3 {
		xpub := startChild(t, childSpec{Type: "XPUB", Bind: endpoint})
		type result struct {
			frames [][]byte
			err    error
		}
		received := make(chan result, 1)
		// libzmq subscribes again only while its application receives.
		go func() {
			frames, err := sub.Recv(patience)
			received <- result{frames, err}
		}()
		xpub.expect("\x01x")
		xpub.send("x1")
		r := <-received
		if r.err != nil {
			t.Fatal(r.err)
		}
		sameFrames(t, r.frames, []string{"x1"})
		xpub.kill()
	}
}

// TestRequestHealsWhenLibzmqReplierIsKilled: the exchange that was under way ends
// with its context, and the next one succeeds on the same socket.
func TestRequestHealsWhenLibzmqReplierIsKilled(t *testing.T) {
	libzmq, req := peer.Start(t), ours(t, zmq.REQ, quickly)
	rep := libzmq.Socket("REP", nil)
	endpoint := rep.Bind(address(t, "tcp"))
	connect(t, req, endpoint)
	for range 3 {
		ctx, cancel := context.WithCancel(within(t))
		ended := make(chan error, 1)
		go func() {
			_, err := req.Request(ctx, []byte("lost"))
			ended <- err
		}()
		recvTheirs(t, rep, "lost")
		libzmq.Kill()
		noPeers(t, req)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Fatalf("Request: %v, want %v", err, context.Canceled)
		}
		libzmq.Restart()
		rep = libzmq.Socket("REP", nil)
		rep.Bind(endpoint)
		go rep.Echo(1, patience)
		m, err := req.Request(within(t), []byte("again"))
		if err != nil {
			t.Fatal(err)
		}
		sameFrames(t, m.Frames(), []string{"again"})
	}
}

// TestLibzmqRequestFindsRestartedReplier: our process is killed with a request
// in hand.
func TestLibzmqRequestFindsRestartedReplier(t *testing.T) {
	endpoint := address(t, "ipc")
	req := peer.Start(t).Socket("REQ", peer.Opts{"RECONNECT_IVL": 20, "REQ_RELAXED": 1, "REQ_CORRELATE": 1})
	req.Connect(endpoint)
	for range 3 {
		rep := startChild(t, childSpec{Type: "REP", Bind: endpoint})
		sendTheirs(t, req, "lost")
		rep.expect("lost")
		rep.kill()
		rep = startChild(t, childSpec{Type: "REP", Bind: endpoint})
		sendTheirs(t, req, "again")
		rep.expect("again")
		rep.send("reply")
		recvTheirs(t, req, "reply")
		rep.kill()
	}
}

// TestPushKeepsWhatIsQueuedWhileLibzmqIsAway: a connecting PUSH holds messages
// for a peer that was killed, and a new one gets all of them in order.
func TestPushKeepsWhatIsQueuedWhileLibzmqIsAway(t *testing.T) {
	const count = 900 // below the default high-water mark
	libzmq, push := peer.Start(t), ours(t, zmq.PUSH, quickly)
	pull := libzmq.Socket("PULL", nil)
	endpoint := pull.Bind(address(t, "tcp"))
	connect(t, push, endpoint)
	for round := range 3 {
		send(t, push, "before")
		recvTheirs(t, pull, "before")
		libzmq.Kill()
		noPeers(t, push)
		b := peer.Batch{Count: count, First: uint64(round) * count, Size: 100}
		if _, err := (goEnd{t, push}).SendMany(b); err != nil {
			t.Fatal(err)
		}
		libzmq.Restart()
		pull = libzmq.Socket("PULL", nil)
		pull.Bind(endpoint)
		if got, err := pull.RecvMany(b); err != nil || got.Wrong != "" {
			t.Fatalf("received %+v, %v", got, err)
		}
		silent(t, pull)
	}
}

// TestRestartedPullGetsWhatLibzmqQueued: the same the other way round.
func TestRestartedPullGetsWhatLibzmqQueued(t *testing.T) {
	endpoint := address(t, "ipc")
	push := peer.Start(t).Socket("PUSH", quickly)
	push.Monitor()
	push.Connect(endpoint)
	for range 3 {
		pull := startChild(t, childSpec{Type: "PULL", Bind: endpoint})
		sendTheirs(t, push, "before")
		pull.expect("before")
		pull.kill()
		if _, err := push.NextEvent(patience, peer.EventDisconnected); err != nil {
			t.Fatal(err)
		}
		want := []string{"1", "2", "3"}
		for _, text := range want {
			sendTheirs(t, push, text)
		}
		pull = startChild(t, childSpec{Type: "PULL", Bind: endpoint})
		for _, text := range want {
			pull.expect(text)
		}
		pull.kill()
		if _, err := push.NextEvent(patience, peer.EventDisconnected); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMessagesCrossWholeWhenLibzmqIsKilledInTheMiddle: large multipart messages
// stream while the process dies; none arrives in part, and after a restart the
// order goes on.
func TestMessagesCrossWholeWhenLibzmqIsKilledInTheMiddle(t *testing.T) {
	libzmq, pull := peer.Start(t), ours(t, zmq.PULL, quickly)
	endpoint := bind(t, pull, "tcp://127.0.0.1:*")
	b := peer.Batch{Count: 10_000, Size: 100_000, Prefix: [][]byte{make([]byte, 70_000)}}
	for range 3 {
		push := libzmq.Socket("PUSH", nil)
		push.Connect(endpoint)
		go push.SendMany(b)
		for n := range uint64(200) {
			checkWhole(t, pull, n)
		}
		libzmq.Restart()
		noPeers(t, pull)
		for n := uint64(200); ; n++ {
			m, err := pull.TryRecv()
			if errors.Is(err, zmq.ErrAgain) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			whole(t, m, n)
		}
	}
}

func checkWhole(t *testing.T, s *zmq.Socket, number uint64) {
	t.Helper()
	m, err := s.Recv(within(t))
	if err != nil {
		t.Fatal(err)
	}
	whole(t, m, number)
}

func whole(t *testing.T, m zmq.Message, number uint64) {
	t.Helper()
	n, ok := peer.Number(m.Last())
	if !ok || n != number || m.Len() != 2 || len(m.Frame(0)) != 70_000 || len(m.Frame(1)) != 100_000 {
		t.Fatalf("%d frames of %d bytes with number %d, want number %d", m.Len(), m.Size(), n, number)
	}
}

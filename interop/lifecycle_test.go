// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"fmt"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// TestEverythingSentBeforeCloseArrives: ten thousand messages and an immediate
// Close, with connections of every age. libzmq reads without a high-water mark: at
// the mark it stops reading, and when it then learns that the connection has ended
// it drops what the system still holds, from peers of any kind.
func TestEverythingSentBeforeCloseArrives(t *testing.T) {
	const count, rounds = 10_000, 10
	libzmq := peer.Start(t)
	patient := peer.Opts{"LINGER": -1, "SNDHWM": 0}
	for _, transport := range []string{"tcp", "ipc"} {
		for _, how := range []string{"bound", "connected", "not_yet_connected"} {
			t.Run(transport+"/"+how, func(t *testing.T) {
				for range rounds {
					push, pull := ours(t, zmq.PUSH, patient), libzmq.Socket("PULL", peer.Opts{"RCVHWM": 0})
					switch how {
					case "bound":
						pull.Connect(bind(t, push, address(t, transport)))
						waitPeers(t, push, 1)
					case "connected":
						connect(t, push, pull.Bind(address(t, transport)))
						waitPeers(t, push, 1)
					default:
						connect(t, push, pull.Bind(address(t, transport)))
					}
					closeAfterSending(t, push, pull, peer.Batch{Count: count, Size: 20, Timeout: patience})
					pull.Close()
				}
			})
		}
	}
}

func closeAfterSending(t *testing.T, push *zmq.Socket, pull *peer.Socket, b peer.Batch) {
	t.Helper()
	closed := make(chan error, 1)
	go func() {
		_, err := (goEnd{t, push}).SendMany(b)
		if err == nil {
			err = push.Close()
		}
		closed <- err
	}()
	got, err := pull.RecvMany(b)
	if err != nil || got.Wrong != "" {
		t.Errorf("%d of %d messages, %v; %s", got.Count, b.Count, err, got.Wrong)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// TestEverythingPublishedBeforeCloseArrives at several subscribers.
func TestEverythingPublishedBeforeCloseArrives(t *testing.T) {
	libzmq, unlimited := peer.Start(t), peer.Opts{"LINGER": -1, "SNDHWM": 0, "RCVHWM": 0}
	for range 5 {
		pub := ours(t, zmq.PUB, unlimited)
		endpoint := bind(t, pub, "tcp://127.0.0.1:*")
		var subs []*peer.Socket
		for range 5 {
			sub := libzmq.Socket("SUB", peer.Opts{"RCVHWM": 0})
			sub.Subscribe("")
			sub.Connect(endpoint)
			subs = append(subs, sub)
		}
		waitSubscribers(t, pub, "", len(subs), subs...)
		b := peer.Batch{Count: 10_000, Size: 20}
		if _, err := (goEnd{t, pub}).SendMany(b); err != nil {
			t.Fatal(err)
		}
		if err := pub.Close(); err != nil {
			t.Fatal(err)
		}
		for i, sub := range subs {
			if got, err := sub.RecvMany(b); err != nil || got.Wrong != "" {
				t.Fatalf("subscriber %d: %+v, %v", i, got, err)
			}
			sub.Close()
		}
	}
}

// TestEverythingLibzmqSentBeforeCloseArrives at ours, which has stopped reading at
// its high-water mark when the connection ends.
func TestEverythingLibzmqSentBeforeCloseArrives(t *testing.T) {
	b := peer.Batch{Count: 10_000, Size: 20}
	for _, transport := range []string{"tcp", "ipc"} {
		for range 5 {
			libzmq, pull := peer.Start(t), ours(t, zmq.PULL, peer.Opts{"RCVHWM": 100})
			push := libzmq.Socket("PUSH", peer.Opts{"LINGER": -1, "SNDHWM": 0})
			push.Connect(bind(t, pull, address(t, transport)))
			if _, err := push.SendMany(b); err != nil {
				t.Fatal(err)
			}
			push.Close()
			if got, err := recvMany(within(t), pull, b); err != nil || got.Wrong != "" {
				t.Fatalf("%s: %+v, %v", transport, got, err)
			}
			noPeers(t, pull)
		}
	}
}

// TestDisconnectIsSeenByLibzmq, after what was sent has arrived.
func TestDisconnectIsSeenByLibzmq(t *testing.T) {
	libzmq, push := peer.Start(t), ours(t, zmq.PUSH, peer.Opts{"LINGER": -1})
	first, second := libzmq.Socket("PULL", nil), libzmq.Socket("PULL", nil)
	first.Monitor()
	endpoint := first.Bind("tcp://127.0.0.1:*")
	connect(t, push, endpoint)
	send(t, push, "for the first")
	if err := push.Disconnect(endpoint); err != nil {
		t.Fatal(err)
	}
	recvTheirs(t, first, "for the first")
	if _, err := first.NextEvent(patience, peer.EventDisconnected); err != nil {
		t.Fatal(err)
	}
	connect(t, push, second.Bind("tcp://127.0.0.1:*"))
	for i := range 10 {
		send(t, push, fmt.Sprint(i))
		recvTheirs(t, second, fmt.Sprint(i))
	}
	silent(t, first)
}

// TestUnbindIsSeenByLibzmq: connections end, new ones are refused, and a bind of
// the same endpoint is found again.
func TestUnbindIsSeenByLibzmq(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc"} {
		push, pull := ours(t, zmq.PUSH, nil), peer.Start(t).Socket("PULL", quickly)
		endpoint := bind(t, push, address(t, transport))
		pull.Monitor()
		pull.Connect(endpoint)
		waitPeers(t, push, 1)
		send(t, push, "before")
		if err := push.Unbind(endpoint); err != nil {
			t.Fatal(err)
		}
		recvTheirs(t, pull, "before")
		if _, err := pull.NextEvent(patience, peer.EventDisconnected); err != nil {
			t.Fatalf("%s: %v", transport, err)
		}
		if n := len(push.Endpoints()); n != 0 {
			t.Errorf("%d endpoints left", n)
		}
		if got := bind(t, push, endpoint); got != endpoint {
			t.Errorf("bound %q, want %q", got, endpoint)
		}
		send(t, push, "after")
		recvTheirs(t, pull, "after")
	}
}

// TestDisconnectAndUnbindOfLibzmqAreSeen by ours.
func TestDisconnectAndUnbindOfLibzmqAreSeen(t *testing.T) {
	libzmq, s := peer.Start(t), ours(t, zmq.DEALER, quickly)
	theirs := libzmq.Socket("DEALER", nil)
	endpoint := bind(t, s, "tcp://127.0.0.1:*")
	theirs.Connect(endpoint)
	waitPeers(t, s, 1)
	sendTheirs(t, theirs, "last words")
	theirs.Disconnect(endpoint)
	recv(t, s, "last words")
	// libzmq gets on with it only while its application calls something.
	eventually(t, "libzmq disconnects", func() bool {
		theirs.GetInt("EVENTS")
		return len(s.Peers()) == 0
	})

	bound := theirs.Bind(address(t, "tcp"))
	connect(t, s, bound)
	waitPeers(t, s, 1)
	theirs.Close()
	noPeers(t, s)
	again := libzmq.Socket("DEALER", nil)
	again.Bind(bound)
	waitPeers(t, s, 1)
	send(t, s, "hello")
	recvTheirs(t, again, "hello")
}

// TestConflateKeepsTheLast message only, at either end and while there is no peer.
func TestConflateKeepsTheLast(t *testing.T) {
	const count = 1000
	libzmq, conflate := peer.Start(t), peer.Opts{"CONFLATE": 1}
	b := peer.Batch{Count: count, Size: 16}

	pull, push := ours(t, zmq.PULL, conflate), libzmq.Socket("PUSH", nil)
	push.Connect(bind(t, pull, "tcp://127.0.0.1:*"))
	if _, err := push.SendMany(b); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all messages arrive", func() bool {
		p := pull.Peers()
		return len(p) == 1 && p[0].Received == count
	})
	m, err := pull.Recv(within(t))
	if n, _ := peer.Number(m.Last()); err != nil || n != count-1 {
		t.Errorf("message %d, %v; want the last", n, err)
	}
	if m, err := pull.TryRecv(); err != zmq.ErrAgain {
		t.Errorf("%q, %v; want nothing more", m.Frames(), err)
	}

	ourPush := ours(t, zmq.PUSH, peer.Opts{"CONFLATE": 1, "RECONNECT_IVL": 20})
	endpoint := "ipc://" + t.TempDir() + "/s"
	connect(t, ourPush, endpoint)
	if _, err := (goEnd{t, ourPush}).SendMany(b); err != nil {
		t.Fatal(err)
	}
	theirPull := libzmq.Socket("PULL", nil)
	theirPull.Bind(endpoint)
	if got, err := theirPull.RecvMany(peer.Batch{Count: 1, First: count - 1, Size: 16}); err != nil || got.Wrong != "" {
		t.Errorf("%+v, %v", got, err)
	}
	send(t, ourPush, "next")
	recvTheirs(t, theirPull, "next")
	silent(t, theirPull)
}

// TestCloseWaitsForALibzmqReaderAtItsHighWaterMark: it has stopped reading when
// the socket closes, and gets everything when it goes on, however late. libzmq
// drops what it has not read when the connection ends, so ours must not end it.
func TestCloseWaitsForALibzmqReaderAtItsHighWaterMark(t *testing.T) {
	const count = 2000 // of 20 bytes: more than the mark, less than the system holds
	libzmq := peer.Start(t)
	for _, transport := range []string{"tcp", "ipc"} {
		t.Run(transport, func(t *testing.T) {
			push := ours(t, zmq.PUSH, peer.Opts{"LINGER": -1, "SNDHWM": 0})
			pull := libzmq.Socket("PULL", peer.Opts{"RCVHWM": 10})
			defer pull.Close()
			pull.Connect(bind(t, push, address(t, transport)))
			waitPeers(t, push, 1)
			b := peer.Batch{Count: count, Size: 20, Timeout: patience}
			if _, err := (goEnd{t, push}).SendMany(b); err != nil {
				t.Fatal(err)
			}
			closed := make(chan error, 1)
			go func() { closed <- push.Close() }()
			select {
			case err := <-closed:
				t.Errorf("closed before the peer had read: %v", err)
			case <-time.After(time.Second):
			}
			if got, err := pull.RecvMany(b); err != nil || got.Wrong != "" {
				t.Errorf("%d of %d messages, %v; %s", got.Count, count, err, got.Wrong)
			}
			if err := <-closed; err != nil {
				t.Error(err)
			}
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// many is how many messages a volume test sends: a hundred times the default
// high-water mark.
const many = 100_000

// TestManyMessagesInOrderNoneLost sends one way and the other.
func TestManyMessagesInOrderNoneLost(t *testing.T) {
	libzmq := peer.Start(t)
	for _, transport := range []string{"tcp", "ipc"} {
		for _, types := range [][2]zmq.SocketType{{zmq.PUSH, zmq.PULL}, {zmq.DEALER, zmq.DEALER}, {zmq.PAIR, zmq.PAIR}} {
			for _, oursSends := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%v-%v,ours_sends_%v", transport, types[0], types[1], oursSends), func(t *testing.T) {
					goType, theirType := types[0], types[1]
					if !oursSends {
						goType, theirType = theirType, goType
					}
					s, theirs := ours(t, goType, nil), libzmq.Socket(theirType.String(), nil)
					defer theirs.Close()
					theirs.Connect(bind(t, s, address(t, transport)))
					x := stream{goEnd{t, s}, theirEnd{theirs}}
					if !oursSends {
						x.from, x.to = x.to, x.from
					}
					x.run(t, peer.Batch{Count: many, Size: 16, Timeout: patience})
				})
			}
		}
	}
}

// TestManyMessagesBothWaysAtOnce: libzmq sends back what it gets while more
// comes.
func TestManyMessagesBothWaysAtOnce(t *testing.T) {
	libzmq := peer.Start(t)
	for _, typ := range []zmq.SocketType{zmq.DEALER, zmq.PAIR} {
		t.Run(typ.String(), func(t *testing.T) {
			s, theirs := ours(t, typ, nil), libzmq.Socket(typ.String(), nil)
			defer theirs.Close()
			connect(t, s, theirs.Bind(address(t, "tcp")))
			echoed := make(chan error, 1)
			go func() {
				_, err := theirs.Echo(many, patience)
				echoed <- err
			}()
			stream{goEnd{t, s}, goEnd{t, s}}.run(t, peer.Batch{Count: many, Size: 16})
			if err := <-echoed; err != nil {
				t.Error(err)
			}
		})
	}
}

// stream is one direction between two ends.
type stream struct{ from, to end }

func (x stream) run(t *testing.T, b peer.Batch) {
	t.Helper()
	sent := make(chan error, 1)
	go func() {
		r, err := x.from.SendMany(b)
		if err == nil && r.Count != b.Count {
			err = fmt.Errorf("%d were sent", r.Count)
		}
		sent <- err
	}()
	got, err := x.to.RecvMany(b)
	if err != nil || got.Count != b.Count || got.Wrong != "" {
		t.Errorf("%d of %d messages received, %v; %s", got.Count, b.Count, err, got.Wrong)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

// TestManyPublishedInOrderNoneLost: without high-water marks nothing is dropped.
func TestManyPublishedInOrderNoneLost(t *testing.T) {
	libzmq := peer.Start(t)
	unlimited := peer.Opts{"SNDHWM": 0, "RCVHWM": 0}
	topic := [][]byte{[]byte("topic")}
	b := peer.Batch{Count: many, Size: 16, Prefix: topic, Skip: 1, Timeout: patience}
	t.Run("ours_PUB,libzmq_SUB", func(t *testing.T) {
		pub, sub := ours(t, zmq.PUB, unlimited), libzmq.Socket("SUB", unlimited)
		sub.Connect(bind(t, pub, address(t, "tcp")))
		sub.Subscribe("top")
		waitSubscribers(t, pub, "topic", 1, sub)
		stream{goEnd{t, pub}, theirEnd{sub}}.run(t, b)
	})
	t.Run("libzmq_XPUB,ours_SUB", func(t *testing.T) {
		pub, sub := libzmq.Socket("XPUB", unlimited), ours(t, zmq.SUB, unlimited)
		connect(t, sub, pub.Bind(address(t, "tcp")))
		if err := sub.Subscribe("top"); err != nil {
			t.Fatal(err)
		}
		recvTheirs(t, pub, "\x01top")
		stream{theirEnd{pub}, goEnd{t, sub}}.run(t, b)
	})
}

// smallQueues makes a queue fill soon: its own limit, and next to no room in the
// system. Frames are larger than what is left there.
var smallQueues = peer.Opts{"SNDHWM": 10, "RCVHWM": 10, "SNDBUF": 16 << 10, "RCVBUF": 16 << 10}

const bulk = 64 << 10

// TestBackPressureFromLibzmqPullThatDoesNotRead: our PUSH has to wait, and goes
// on when libzmq reads; nothing is lost.
func TestBackPressureFromLibzmqPullThatDoesNotRead(t *testing.T) {
	push, pull := ours(t, zmq.PUSH, smallQueues), peer.Start(t).Socket("PULL", smallQueues)
	pull.Connect(bind(t, push, "tcp://127.0.0.1:*"))
	waitPeers(t, push, 1)
	n := sendUntilFull(t, push, bulk)
	if n < 10 || n > 200 {
		t.Errorf("%d messages found room", n)
	}
	b := peer.Batch{Count: n + 500, Size: bulk}
	sent := make(chan error, 1)
	go func() {
		var err error
		for i := n; i < b.Count && err == nil; i++ {
			err = push.Send(within(t), peer.Numbered(uint64(i), bulk))
		}
		sent <- err
	}()
	got, err := pull.RecvMany(b)
	if err != nil || got.Count != b.Count || got.Wrong != "" {
		t.Errorf("received %+v, %v", got, err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

// sendUntilFull sends numbered messages until there is no room for one for a
// while, and returns how many found room.
func sendUntilFull(t *testing.T, push *zmq.Socket, size int) int {
	t.Helper()
	for n := 0; ; n++ {
		ctx, cancel := context.WithTimeout(within(t), 300*time.Millisecond)
		err := push.Send(ctx, peer.Numbered(uint64(n), size))
		cancel()
		if errors.Is(err, context.DeadlineExceeded) { // also if the machine held us up before the call
			if err = push.TrySend(peer.Numbered(uint64(n), size)); errors.Is(err, zmq.ErrAgain) {
				return n
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestBackPressureToLibzmqPushWhileOursDoesNotRead: libzmq's PUSH has to wait,
// ours holds no more than RCVHWM, and everything arrives in the end.
func TestBackPressureToLibzmqPushWhileOursDoesNotRead(t *testing.T) {
	pull, push := ours(t, zmq.PULL, smallQueues), peer.Start(t).Socket("PUSH", smallQueues)
	connect(t, pull, push.Bind("tcp://127.0.0.1:*"))
	waitPeers(t, pull, 1)
	sendTheirs(t, push, "there is room")
	recv(t, pull, "there is room")
	const total = 500
	sent, err := push.SendMany(peer.Batch{Count: total, Size: bulk, Timeout: 300 * time.Millisecond})
	if !errors.Is(err, syscall.EAGAIN) || sent.Count < 10 || sent.Count > 200 {
		t.Fatalf("libzmq sent %d, %v; want EAGAIN after a few", sent.Count, err)
	}
	if peers := pull.Peers(); len(peers) != 1 || peers[0].QueuedIn > 10 {
		t.Errorf("%+v; want one peer with at most 10 messages", peers)
	}
	rest := peer.Batch{Count: total - sent.Count, First: uint64(sent.Count), Size: bulk}
	go push.SendMany(rest)
	got, err := recvMany(within(t), pull, peer.Batch{Count: total, Size: bulk})
	if err != nil || got.Wrong != "" {
		t.Errorf("received %+v, %v", got, err)
	}
}

// TestPublisherIsNotHeldUpBySlowLibzmqSubscriber: what the slow one loses is
// counted, and the quick one gets everything.
func TestPublisherIsNotHeldUpBySlowLibzmqSubscriber(t *testing.T) {
	libzmq := peer.Start(t)
	pub := ours(t, zmq.XPUB, peer.Opts{"SNDHWM": 50})
	slow := libzmq.Socket("SUB", smallQueues)
	quick := libzmq.Socket("SUB", peer.Opts{"RCVHWM": 0})
	endpoint := bind(t, pub, "tcp://127.0.0.1:*")
	for _, s := range []*peer.Socket{slow, quick} {
		s.Connect(endpoint)
		s.Subscribe("")
	}
	waitSubscribers(t, pub, "", 2, slow, quick)
	const total = 400
	for i := range total {
		if err := pub.TrySend(peer.Numbered(uint64(i), bulk)); err != nil {
			t.Fatal(err)
		}
		// In step with the quick one, so that it loses nothing.
		if r, err := quick.RecvMany(peer.Batch{Count: 1, First: uint64(i), Size: bulk}); err != nil || r.Wrong != "" {
			t.Fatalf("message %d: %+v, %v", i, r, err)
		}
	}
	if n := pub.Stats().Drops.Mute; n == 0 || n > total-50 {
		t.Errorf("%d messages dropped for the slow subscriber, want some and at most %d", n, total-50)
	}
}

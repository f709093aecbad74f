// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// handshakeSucceeded is ZMQ_EVENT_HANDSHAKE_SUCCEEDED.
const handshakeSucceeded = 0x1000

// keepsPlace is how long a connection keeps its place before those that began later.
const keepsPlace = 50 * time.Millisecond

// inOrder has sockets connect and returns what each of them received of the numbers that
// were then sent. These must be in the order of connecting, unless the machine was held up
// so long that one lost its place. Then all of it is done again.
func inOrder(t *testing.T, attempt func() (received []string, took time.Duration)) {
	t.Helper()
	for range 20 {
		received, took := attempt()
		if slices.IsSorted(received) {
			return
		}
		if took < keepsPlace {
			t.Fatalf("received %q after %v", received, took)
		}
	}
	t.Fatal("the order is never that of connecting")
}

// TestPeersAreServedInTheOrderOfConnecting, theirs by ours and ours by theirs: connects
// that follow each other at once.
func TestPeersAreServedInTheOrderOfConnecting(t *testing.T) {
	const count = 5
	libzmq := peer.Start(t)
	t.Run("theirs", func(t *testing.T) {
		inOrder(t, func() (received []string, took time.Duration) {
			push := ours(t, zmq.PUSH, nil)
			at := bind(t, push, "tcp://127.0.0.1:*")
			var pulls []*peer.Socket
			for range count {
				s := libzmq.Socket("PULL", nil)
				defer s.Close()
				pulls = append(pulls, s)
			}
			began := time.Now()
			for _, s := range pulls {
				s.Connect(at)
			}
			waitPeers(t, push, count)
			took = time.Since(began)
			for i := range count {
				send(t, push, fmt.Sprint(i))
			}
			for _, s := range pulls {
				frames, err := s.Recv(patience)
				check(t, err)
				received = append(received, string(frames[0]))
			}
			return received, took
		})
	})
	t.Run("ours", func(t *testing.T) {
		inOrder(t, func() (received []string, took time.Duration) {
			push := libzmq.Socket("PUSH", nil)
			defer push.Close()
			push.Monitor()
			at := push.Bind("tcp://127.0.0.1:*")
			var pulls []*zmq.Socket
			c := newContext(t, zmq.ContextConfig{})
			began := time.Now()
			for range count {
				s, err := c.NewSocket(zmq.PULL)
				check(t, err)
				connect(t, s, at)
				pulls = append(pulls, s)
			}
			for _, s := range pulls {
				waitPeers(t, s, 1)
			}
			for range count {
				if _, err := push.NextEvent(patience, handshakeSucceeded); err != nil {
					t.Fatal(err)
				}
			}
			took = time.Since(began)
			for i := range count {
				sendTheirs(t, push, fmt.Sprint(i))
			}
			for _, s := range pulls {
				m, err := s.Recv(within(t))
				check(t, err)
				received = append(received, m.String())
			}
			return received, took
		})
	})
}

// TestWhatADepartedLibzmqPeerLeftComesFirst: before what its successor of the same host
// sends.
func TestWhatADepartedLibzmqPeerLeftComesFirst(t *testing.T) {
	libzmq := peer.Start(t)
	for _, types := range [][2]string{{"PULL", "PUSH"}, {"DEALER", "DEALER"}} {
		typ := zmq.PULL
		if types[0] == "DEALER" {
			typ = zmq.DEALER
		}
		s := ours(t, typ, nil)
		at := bind(t, s, "tcp://127.0.0.1:*")
		const generations, each = 3, 100
		for g := range generations {
			theirs := libzmq.Socket(types[1], peer.Opts{"LINGER": -1})
			theirs.Connect(at)
			if _, err := theirs.SendMany(peer.Batch{Count: each, Size: 8, First: uint64(g * each)}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "all have come", func() bool { return s.Stats().QueuedIn == (g+1)*each })
			theirs.Close()
			noPeers(t, s)
		}
		for i := range generations * each {
			m, err := s.Recv(within(t))
			if err != nil {
				t.Fatal(err)
			}
			if n := binary.BigEndian.Uint64(m.Bytes()); n != uint64(i) {
				t.Fatalf("%s: message %d is number %d", types[0], i, n)
			}
		}
	}
}

// TestRouterLosesNoReplyThatALibzmqClientTakes: 10,000 small ones to a client that reads,
// as fast as a ROUTER can send, at ten times its high-water mark.
func TestRouterLosesNoReplyThatALibzmqClientTakes(t *testing.T) {
	const count = 10_000
	libzmq := peer.Start(t)
	router, dealer := ours(t, zmq.ROUTER, nil), libzmq.Socket("DEALER", nil)
	dealer.Connect(bind(t, router, "tcp://127.0.0.1:*"))
	sendTheirs(t, dealer, "begin")
	m, err := router.Recv(within(t))
	if err != nil {
		t.Fatal(err)
	}
	id := m.Frame(0)
	sent := make(chan error, 1)
	go func() {
		ctx := within(t)
		for i := range count {
			if err := router.Send(ctx, id, binary.BigEndian.AppendUint64(nil, uint64(i))); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	r, err := dealer.RecvMany(peer.Batch{Count: count, Size: 8})
	if err != nil || r.Wrong != "" || r.Count != count {
		t.Errorf("%d arrived: %q, %v; %+v", r.Count, r.Wrong, err, router.Stats().Drops)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

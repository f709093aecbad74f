// SPDX-License-Identifier: Apache-2.0

package reqrep

import (
	"context"
	"errors"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestEventOfAFormerConnection: if the next connection is there when the event of one is read,
// requests wait for the event of the next, so that the end of the former costs none of them.
func TestEventOfAFormerConnection(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	router, err := zmq.NewSocket(zmq.ROUTER, zmq.Linger.Of(0))
	if err != nil {
		t.Fatal(err)
	}
	defer router.Close()
	dealer, err := zmq.NewSocket(zmq.DEALER, zmq.Linger.Of(0))
	if err != nil {
		t.Fatal(err)
	}
	defer dealer.Close()
	if err := errors.Join(router.Bind("tcp://127.0.0.1:*"), dealer.Connect(router.LastEndpoint()), dealer.WaitPeers(ctx, 1)); err != nil {
		t.Fatal(err)
	}
	c, servers := chooser(1)
	c.ctx = ctx
	s := servers[0]
	s.sock, s.connected = dealer, false
	s.until, s.lost = context.WithCancel(ctx)
	defer func() { s.lost() }()
	peer := dealer.Peers()[0].Peer
	former := peer
	former.Local = "tcp://127.0.0.1:1"
	s.watch(func(yield func(zmq.Event) bool) {
		yield(zmq.Event{Kind: zmq.EventHandshakeSucceeded, Peer: former})
		if s.connected {
			t.Error("the former connection counts")
		}
		yield(zmq.Event{Kind: zmq.EventDisconnected, Peer: former})
		yield(zmq.Event{Kind: zmq.EventHandshakeSucceeded, Peer: peer})
		if !s.connected {
			t.Error("the present connection does not count")
		}
	})
}

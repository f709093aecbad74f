// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"errors"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// peerNamed returns the peer with a routing id.
func peerNamed(r *rig.Test, s *zmq.Socket, id string) zmq.Peer {
	r.Helper()
	for _, p := range s.Peers() {
		if string(p.Identity) == id {
			return p.Peer
		}
	}
	r.Fatalf("%s has no peer %q", s, id)
	return zmq.Peer{}
}

func TestDisconnectPeerEndsOnePeerAlone(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		a := r.Connect(zmq.DEALER, at, rig.RoutingID("a"), zmq.ReconnectInterval.Of(-1))
		b := r.Connect(zmq.DEALER, at, rig.RoutingID("b"))
		r.Send(a, "sent before")
		r.WaitArrived(router, 1)
		gone := peerNamed(r, router, "a")
		r.Check(router.DisconnectPeer(gone))
		r.WaitPeersLeft(router, 1)
		r.WaitPeersLeft(a, 0)
		r.WantRecv(router, "a", "sent before")
		if err := router.TrySend([]byte("a"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to the disconnected peer: %v", err)
		}
		if err := router.DisconnectPeer(gone); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("a second DisconnectPeer: %v", err)
		}
		r.Send(router, "b", "stays")
		r.WantRecv(b, "stays")
	})
}

func TestDisconnectPeerOfAMessage(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
		r.Send(push, "x")
		m, err := pull.Recv(r.Ctx)
		r.Check(err)
		r.Check(pull.DisconnectPeer(m.Peer()))
		r.WaitUntil("the connection has ended", func() bool { return pull.Stats().Disconnected == 1 })
	})
}

func TestDisconnectPeerOfAConnectIsDialledAgain(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
		r.Check(push.DisconnectPeer(push.Peers()[0].Peer))
		r.WaitUntil("there is a new connection", func() bool { return pull.Stats().Connected == 2 })
		r.Send(push, "goes on")
		r.WantRecv(pull, "goes on")
	})
}

func TestDisconnectPeerOfNoPeerIsHostUnreachable(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	if err := s.DisconnectPeer(zmq.Peer{}); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("the zero Peer: %v", err)
	}
	r.Check(s.Close())
	if err := s.DisconnectPeer(zmq.Peer{}); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("on a closed socket: %v", err)
	}
}

func TestDisconnectPeersOfAContext(t *testing.T) {
	r := rig.New(t)
	one, at1 := r.Bind(zmq.ROUTER, "tcp://127.0.0.1:*")
	two, at2 := r.Bind(zmq.ROUTER, "tcp://127.0.0.1:*")
	never := zmq.ReconnectInterval.Of(-1)
	for _, at := range []string{at1, at2} {
		r.Connect(zmq.DEALER, at, rig.RoutingID("bad"), never)
		r.Connect(zmq.DEALER, at, rig.RoutingID("good"), never)
	}
	r.WaitPeers(one, 2)
	r.WaitPeers(two, 2)
	if n := r.ZMQ.DisconnectPeers(func(p zmq.Peer) bool { return string(p.Identity) == "bad" }); n != 2 {
		t.Errorf("%d peers were disconnected, want 2", n)
	}
	for _, s := range []*zmq.Socket{one, two} {
		r.WaitPeersLeft(s, 1)
		peerNamed(r, s, "good")
	}
}

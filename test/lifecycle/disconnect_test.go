// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"context"
	"errors"
	"strings"
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
	one, at1 := r.Bind(zmq.ROUTER, rig.AnyPort)
	two, at2 := r.Bind(zmq.ROUTER, rig.AnyPort)
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

// shakingHands binds a PULL and connects a peer whose handshake stands still in the
// authorizer, until pass is closed.
func shakingHands(r *rig.Test, pass <-chan struct{}) (pull *zmq.Socket) {
	r.Helper()
	reached := make(chan struct{})
	authorize := zmq.WithAuthorizer(func(context.Context, zmq.Peer) error {
		close(reached)
		<-pass
		return nil
	})
	pull, at := r.Bind(zmq.PULL, rig.AnyPort, authorize, zmq.HandshakeInterval.Of(0))
	push := r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1))
	r.Check(push.Connect(at))
	r.Send(push, "let me in")
	<-reached
	return pull
}

// neverIn checks that the only peer of a socket was disconnected before it was in.
func neverIn(r *rig.Test, s *zmq.Socket, w *rig.Watch) {
	r.Helper()
	w.Want(zmq.EventHandshakeSucceeded, zmq.EventDisconnected)
	if st := s.Stats(); st.Connected != 0 || st.Received != 0 || st.QueuedIn != 0 {
		r.Errorf("the peer was in: %d connected, %d messages", st.Connected, st.Received+uint64(st.QueuedIn))
	}
}

const handshakeEnds = zmq.EventHandshakeSucceeded | zmq.EventDisconnected

func TestDisconnectPeersAsksAboutAPeerInItsHandshake(t *testing.T) {
	r := rig.New(t)
	pass := make(chan struct{})
	pull := shakingHands(r, pass)
	w := r.Watch(pull, handshakeEnds)
	if n := r.ZMQ.DisconnectPeers(func(p zmq.Peer) bool { return p.SocketType == "PUSH" }); n != 0 {
		t.Errorf("%d peers were disconnected, and none was in", n)
	}
	close(pass)
	neverIn(r, pull, w)
}

func TestDisconnectPeersKeepsOthersInTheirHandshake(t *testing.T) {
	r := rig.New(t)
	pass := make(chan struct{})
	pull := shakingHands(r, pass)
	r.ZMQ.DisconnectPeers(func(p zmq.Peer) bool { return p.SocketType == "PAIR" })
	close(pass)
	r.WantRecv(pull, "let me in")
}

// TestDisconnectPeersWhileAPeerIsAskedAbout: a revocation that comes while an earlier
// one is asked about the peer counts, too.
func TestDisconnectPeersWhileAPeerIsAskedAbout(t *testing.T) {
	r := rig.New(t)
	pass := make(chan struct{})
	pull := shakingHands(r, pass)
	w := r.Watch(pull, handshakeEnds)
	r.ZMQ.DisconnectPeers(func(zmq.Peer) bool {
		r.ZMQ.DisconnectPeers(func(p zmq.Peer) bool { return p.SocketType == "PUSH" })
		return false
	})
	close(pass)
	neverIn(r, pull, w)
}

// TestDisconnectPeersIsOverForPeersThatComeLater: the program has been asked about them
// after it, and knows what it has revoked.
func TestDisconnectPeersIsOverForPeersThatComeLater(t *testing.T) {
	r := rig.New(t)
	r.ZMQ.DisconnectPeers(func(zmq.Peer) bool { return true })
	authorize := zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return nil })
	pull, at := r.Bind(zmq.PULL, rig.AnyPort, authorize)
	r.Send(r.Connect(zmq.PUSH, at), "hello")
	r.WantRecv(pull, "hello")
}

func TestDisconnectPeersSurvivesAPanicAboutAPeerInItsHandshake(t *testing.T) {
	c, log := rig.LoggedContext(t)
	r := rig.New(t)
	r.ZMQ = c
	pass := make(chan struct{})
	pull := shakingHands(r, pass)
	w := r.Watch(pull, handshakeEnds)
	c.DisconnectPeers(func(zmq.Peer) bool { panic("no idea") })
	close(pass)
	neverIn(r, pull, w)
	if line := log.Wait(t, "function given to DisconnectPeers panics"); !strings.Contains(line, "no idea") {
		t.Errorf("the log says %q", line)
	}
}

// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// newcomer connects a peer with an identity, which may be empty.
func newcomer(t *testing.T, at, socketType, identity string) *rig.RawPeer {
	t.Helper()
	peer := rig.DialRaw(t, at)
	peer.Greet(1)
	properties := wire.AppendProperty(nil, "Socket-Type", []byte(socketType))
	if identity != "" {
		properties = wire.AppendProperty(properties, "Identity", []byte(identity))
	}
	peer.Write(wire.AppendCommandFrame(nil, "READY", properties))
	peer.ReadFrame()
	return peer
}

// TestWhatADepartedPeerLeftComesFirst, also what the receiver has no room for: the
// connection is not read then, and its end is not seen.
func TestWhatADepartedPeerLeftComesFirst(t *testing.T) {
	const each = 1000
	for _, x := range []struct {
		typ            zmq.SocketType
		peer, identity string
	}{
		{zmq.PULL, "PUSH", ""},
		{zmq.DEALER, "DEALER", ""},
		{zmq.ROUTER, "DEALER", "worker"},
	} {
		t.Run(x.typ.String(), func(t *testing.T) {
			r := rig.New(t)
			settings := []zmq.Setting{zmq.RecvHWM.Of(10), zmq.HeartbeatInterval.Of(0)}
			if x.typ == zmq.ROUTER {
				settings = append(settings, zmq.RouterHandover.Of(false))
			}
			s, at := r.Bind(x.typ, rig.AnyPort, settings...)
			for k := range 3 { // one after the other, and nothing is received
				peer := newcomer(t, at, x.peer, x.identity)
				r.WaitUntil("it is there", func() bool { return int(s.Stats().Connected) == k+1 })
				var b []byte
				for i := range each {
					b = wire.AppendFrame(b, 0, fmt.Appendf(nil, "%d", k*each+i))
				}
				peer.Write(b)
				r.Check(peer.Conn.Close())
			}
			for i := range 3 * each {
				m, err := s.Recv(r.Ctx)
				r.Check(err)
				if got := string(m.Frame(m.Len() - 1)); got != fmt.Sprint(i) {
					t.Fatalf("received %s, want %d", got, i)
				}
				if x.identity != "" && string(m.Frame(0)) != x.identity {
					t.Fatalf("message %d is from %q", i, m.Frame(0))
				}
			}
			r.WaitPeersLeft(s, 0)
			if n := s.Stats().DuplicateIDs; n != 0 {
				t.Errorf("%d peers are not read", n)
			}
		})
	}
}

// TestASuccessorIsReadWhileItsPredecessorLives: a peer that is stalled, and has not gone,
// holds up no other of its host.
func TestASuccessorIsReadWhileItsPredecessorLives(t *testing.T) {
	r := rig.New(t)
	s, at := r.Bind(zmq.PULL, rig.AnyPort, zmq.RecvHWM.Of(2))
	first := newcomer(t, at, "PUSH", "")
	var b []byte
	for range 100 {
		b = wire.AppendFrame(b, 0, []byte("first"))
	}
	first.Write(b)
	r.WaitUntil("its queue is full", func() bool { return s.Stats().QueuedIn == 2 })
	second := newcomer(t, at, "PUSH", "")
	second.Write(wire.AppendFrame(nil, 0, []byte("second")))
	r.WaitUntil("the second is read", func() bool { return s.Stats().QueuedIn == 3 })
}

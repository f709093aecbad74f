// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// zmtpTypes are the types that speak ZMTP.
var zmtpTypes = []zmq.SocketType{
	zmq.PAIR, zmq.PUB, zmq.SUB, zmq.REQ, zmq.REP, zmq.DEALER, zmq.ROUTER, zmq.PULL, zmq.PUSH, zmq.XPUB, zmq.XSUB,
}

func compatible(a, b zmq.SocketType) bool {
	for _, p := range pairs {
		if p.a == a && p.b == b || p.a == b && p.b == a {
			return true
		}
	}
	return false
}

// TestIncompatibleTypesAreRefused: every pair of types that do not fit
// ends in the handshake, whichever side connects.
func TestIncompatibleTypesAreRefused(t *testing.T) {
	libzmq := peer.Start(t)
	for _, a := range zmtpTypes {
		for _, b := range zmtpTypes {
			if compatible(a, b) {
				continue
			}
			t.Run(fmt.Sprintf("ours_%v,libzmq_%v", a, b), func(t *testing.T) {
				bound, connected := ours(t, a, nil), ours(t, a, nil)
				connecting, listening := libzmq.Socket(b.String(), nil), libzmq.Socket(b.String(), nil)
				defer connecting.Close()
				defer listening.Close()
				connecting.Connect(bind(t, bound, "tcp://127.0.0.1:*"))
				connect(t, connected, listening.Bind("tcp://127.0.0.1:*"))
				for _, s := range []*zmq.Socket{bound, connected} {
					eventually(t, "a handshake fails", func() bool { return s.Stats().HandshakesFailed > 0 })
					if st := s.Stats(); st.Connected != 0 || len(s.Peers()) != 0 {
						t.Errorf("connected all the same: %+v", st)
					}
				}
			})
		}
	}
}

// TestLibzmqRefusesIncompatibleTypeToo: both sides have the same opinion, seen at
// libzmq's monitor.
func TestLibzmqRefusesIncompatibleTypeToo(t *testing.T) {
	pull, sub := ours(t, zmq.PULL, nil), peer.Start(t).Socket("SUB", nil)
	sub.Monitor()
	sub.Connect(bind(t, pull, "tcp://127.0.0.1:*"))
	const over = peer.EventHandshakeSucceeded | peer.EventHandshakeFailedProto | peer.EventDisconnected | 0x0800
	e, err := sub.NextEvent(patience, over)
	if err != nil || e.Event == peer.EventHandshakeSucceeded {
		t.Errorf("%+v, %v; want a handshake that fails", e, err)
	}
}

// TestMetadataOfOursAtLibzmq: what zmq_msg_gets tells of a message of ours.
func TestMetadataOfOursAtLibzmq(t *testing.T) {
	s := ours(t, zmq.DEALER, peer.Opts{"METADATA": "X-colour:blue", "ROUTING_ID": []byte("me")})
	theirs := peer.Start(t).Socket("DEALER", nil)
	connect(t, s, theirs.Bind("tcp://127.0.0.1:*"))
	send(t, s, "hello")
	got, err := theirs.RecvProperties(patience, "X-colour", "Socket-Type", "Identity", "Peer-Address", "X-none")
	want := map[string]string{"X-colour": "blue", "Socket-Type": "DEALER", "Identity": "me", "Peer-Address": "127.0.0.1"}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

// TestMetadataOfLibzmqAtOurs: the same the other way round. ZMQ_METADATA is
// option 95, which Python has no name for.
func TestMetadataOfLibzmqAtOurs(t *testing.T) {
	s, theirs := ours(t, zmq.DEALER, nil), peer.Start(t).Socket("DEALER", peer.Opts{"ROUTING_ID": []byte("you")})
	if err := theirs.SetRaw(95, []byte("X-colour:red")); err != nil {
		t.Fatal(err)
	}
	theirs.Connect(bind(t, s, "tcp://127.0.0.1:*"))
	sendTheirs(t, theirs, "hello")
	m := recv(t, s, "hello")
	for name, want := range map[string]string{
		"X-colour": "red", "Socket-Type": "DEALER", "Identity": "you", "Routing-Id": "you", "Peer-Address": "127.0.0.1",
	} {
		if got, ok := m.Property(name); !ok || got != want {
			t.Errorf("%s is %q, %v; want %q", name, got, ok, want)
		}
	}
	p := m.Peer()
	if p.SocketType != "DEALER" || string(p.Identity) != "you" || p.Protocol != "ZMTP 3.1" || p.Mechanism != "NULL" || !p.Accepted {
		t.Errorf("%+v", p)
	}
}

// TestMaxMessageSizeCutsLibzmqOff: a frame above the limit ends the connection,
// one at the limit does not.
func TestMaxMessageSizeCutsLibzmqOff(t *testing.T) {
	pull := ours(t, zmq.PULL, peer.Opts{"MAXMSGSIZE": 1000})
	push := peer.Start(t).Socket("PUSH", quickly)
	push.Monitor()
	push.Connect(bind(t, pull, "tcp://127.0.0.1:*"))
	if err := push.Send(patience, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if m, err := pull.Recv(within(t)); err != nil || m.Size() != 1000 {
		t.Fatalf("%d bytes, %v", m.Size(), err)
	}
	if err := push.Send(patience, make([]byte, 1001)); err != nil {
		t.Fatal(err)
	}
	if _, err := push.NextEvent(patience, peer.EventDisconnected); err != nil {
		t.Fatal(err)
	}
	waitPeers(t, pull, 1) // libzmq comes back, and is welcome
	sendTheirs(t, push, "small")
	recv(t, pull, "small")
}

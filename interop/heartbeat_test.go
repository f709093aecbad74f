// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// beating asks often, and gives up soon.
var beating = peer.Opts{"HEARTBEAT_IVL": 20, "HEARTBEAT_TIMEOUT": 300, "RECONNECT_IVL": 20}

// TestHeartbeatFindsStoppedLibzmq: a process that hangs is noticed, and is a peer
// again when it goes on.
func TestHeartbeatFindsStoppedLibzmq(t *testing.T) {
	for _, oursBinds := range []bool{true, false} {
		libzmq, s := peer.Start(t), ours(t, zmq.DEALER, beating)
		theirs := libzmq.Socket("DEALER", quickly)
		if oursBinds {
			theirs.Connect(bind(t, s, "tcp://127.0.0.1:*"))
		} else {
			connect(t, s, theirs.Bind("tcp://127.0.0.1:*"))
		}
		waitPeers(t, s, 1)
		send(t, s, "before")
		recvTheirs(t, theirs, "before")
		for range 2 { // the second is the answer to a PING behind that message
			was := s.Peers()[0].RoundTrip()
			eventually(t, "a PING is answered", func() bool { return s.Peers()[0].RoundTrip() != was })
		}
		libzmq.Pause()
		noPeers(t, s)
		if n := s.Stats().TimedOut; n == 0 {
			t.Errorf("no connection timed out: %+v", s.Stats())
		}
		libzmq.Resume()
		waitPeers(t, s, 1)
		sendTheirs(t, theirs, "after")
		recv(t, s, "after")
	}
}

// TestBusyLibzmqIsKept: a PULL that works on its queue reads nothing and answers no
// PING for many time-outs, and gets every message in order.
func TestBusyLibzmqIsKept(t *testing.T) {
	s := ours(t, zmq.PUSH, beating)
	pull := peer.Start(t).Socket("PULL", peer.Opts{"RCVHWM": 10, "RCVBUF": 8192})
	pull.Connect(bind(t, s, "tcp://127.0.0.1:*"))
	waitPeers(t, s, 1)
	const n = 100
	body := strings.Repeat("x", 8192)
	for i := range n {
		send(t, s, fmt.Sprint(i, body))
	}
	eventually(t, "it is stalled", func() bool { return !s.Peers()[0].StalledSince.IsZero() })
	since := s.Peers()[0].StalledSince
	eventually(t, "it stays so for five time-outs", func() bool { return time.Since(since) > 1500*time.Millisecond })
	for i := range n {
		recvTheirs(t, pull, fmt.Sprint(i, body))
	}
	if st := s.Stats(); st.Disconnected != 0 {
		t.Errorf("connections were lost: %+v", st)
	}
	eventually(t, "it is stalled no more", func() bool { return s.Peers()[0].StalledSince.IsZero() })
}

// TestMessageThatLibzmqRefusesIsGivenUp: MAXMSGSIZE ends the connection each time
// that it comes; what is behind it arrives.
func TestMessageThatLibzmqRefusesIsGivenUp(t *testing.T) {
	pull := peer.Start(t).Socket("PULL", peer.Opts{"MAXMSGSIZE": 1000})
	s := ours(t, zmq.PUSH, quickly)
	connect(t, s, pull.Bind("tcp://127.0.0.1:*"))
	waitPeers(t, s, 1)
	send(t, s, strings.Repeat("x", 20<<20))
	send(t, s, "behind")
	recvTheirs(t, pull, "behind")
	if d := s.Stats().Drops; d.Refused != 1 {
		t.Errorf("dropped %+v", d)
	}
}

// TestMessageThatLibzmqRefusesOverCURVEIsGivenUp: also one that is smaller than what is
// taken from a queue at once. How far it came is known in whole frames only, and that the
// next one was begun. The buffers are such that the system does not take all of it.
func TestMessageThatLibzmqRefusesOverCURVEIsGivenUp(t *testing.T) {
	x := curveSecurity()
	small := peer.Opts{"SNDBUF": 16384, "RCVBUF": 16384}
	pull := peer.Start(t).Socket("PULL", merge(merge(small, x.server), peer.Opts{"MAXMSGSIZE": 1000}))
	s := ours(t, zmq.PUSH, merge(merge(small, quickly), x.client))
	connect(t, s, pull.Bind("tcp://127.0.0.1:*"))
	waitPeers(t, s, 1)
	send(t, s, strings.Repeat("x", 200_000))
	send(t, s, "behind")
	recvTheirs(t, pull, "behind")
	if d := s.Stats().Drops; d.Refused != 1 {
		t.Errorf("dropped %+v", d)
	}
}

// TestLibzmqHeartbeatIsAnswered: libzmq asks for longer than it would wait for an
// answer and keeps the connection; so does ours.
func TestLibzmqHeartbeatIsAnswered(t *testing.T) {
	for name, opts := range map[string]peer.Opts{
		"ours_asks_too": beating,
		"ours_does_not": {"HEARTBEAT_IVL": 0},
		"Go_defaults":   nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := ours(t, zmq.PULL, opts)
			push := peer.Start(t).Socket("PUSH", beating)
			push.Monitor()
			push.Connect(bind(t, s, "tcp://127.0.0.1:*"))
			if _, err := push.NextEvent(patience, peer.EventHandshakeSucceeded); err != nil {
				t.Fatal(err)
			}
			// The absence of an event can only be waited for: three time-outs long.
			if e, err := push.NextEvent(time.Second, peer.EventDisconnected); !errors.Is(err, syscall.EAGAIN) {
				t.Fatalf("%+v, %v; want no event", e, err)
			}
			sendTheirs(t, push, "still there")
			recv(t, s, "still there")
			if st := s.Stats(); st.Disconnected != 0 {
				t.Errorf("connections were lost: %+v", st)
			}
		})
	}
}

// TestLibzmqHeartbeatFindsOursStopped: our process hangs, and libzmq gets no
// answers.
func TestLibzmqHeartbeatFindsOursStopped(t *testing.T) {
	endpoint := address(t, "ipc")
	push := peer.Start(t).Socket("PUSH", beating)
	push.Monitor()
	pull := startChild(t, childSpec{Type: "PULL", Bind: endpoint})
	push.Connect(endpoint)
	sendTheirs(t, push, "before")
	pull.expect("before")
	pull.pause()
	if _, err := push.NextEvent(patience, peer.EventDisconnected); err != nil {
		t.Fatal(err)
	}
}

// TestTimeToLiveOfLibzmqCounts: ours asks nothing, and libzmq announces how long
// it may be silent (HEARTBEAT_TTL).
func TestTimeToLiveOfLibzmqCounts(t *testing.T) {
	libzmq, s := peer.Start(t), ours(t, zmq.PULL, peer.Opts{"HEARTBEAT_IVL": 0})
	push := libzmq.Socket("PUSH", peer.Opts{"HEARTBEAT_IVL": 20, "HEARTBEAT_TTL": 300, "HEARTBEAT_TIMEOUT": 10000})
	push.Connect(bind(t, s, "tcp://127.0.0.1:*"))
	waitPeers(t, s, 1)
	// It sends nothing else behind the handshake, whose bytes do not count.
	eventually(t, "a PING comes", func() bool { return s.Stats().ReceivedBytes > 0 })
	libzmq.Pause()
	noPeers(t, s)
	libzmq.Resume()
}

// TestOurTimeToLiveReachesLibzmq: the same the other way round, which libzmq
// answers by closing.
func TestOurTimeToLiveReachesLibzmq(t *testing.T) {
	endpoint := address(t, "ipc")
	pull := peer.Start(t).Socket("PULL", nil)
	pull.Monitor()
	pull.Bind(endpoint)
	push := startChild(t, childSpec{Type: "PUSH", Connect: endpoint, Options: peer.Opts{
		"HEARTBEAT_IVL": 20, "HEARTBEAT_TTL": 300, "HEARTBEAT_TIMEOUT": 10000}})
	push.send("hello")
	recvTheirs(t, pull, "hello")
	// libzmq starts its timer with the first PING, which is at most 20 ms away.
	if e, err := pull.NextEvent(500*time.Millisecond, peer.EventDisconnected); err == nil {
		t.Fatalf("%+v while ours sends PINGs", e)
	}
	push.pause()
	if _, err := pull.NextEvent(patience, peer.EventDisconnected); err != nil {
		t.Fatal(err)
	}
}

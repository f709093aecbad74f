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

// beating asks often, and gives a peer up that has been silent for that time.
func beating(timeout time.Duration) peer.Opts {
	return peer.Opts{"HEARTBEAT_IVL": 20, "HEARTBEAT_TIMEOUT": int(timeout.Milliseconds()), "RECONNECT_IVL": 20}
}

const soonGivenUp = 300 * time.Millisecond

// held runs what an honest peer survives, which answers at once unless the machine holds it
// up. If a connection was lost all the same, it runs again with a longer time-out. A fault
// of ours fails with each of them.
func held(t *testing.T, attempt func(timeout time.Duration) (lost error)) {
	t.Helper()
	var lost error
	for _, timeout := range []time.Duration{soonGivenUp, 5 * soonGivenUp, 30 * soonGivenUp} {
		if lost = attempt(timeout); lost == nil {
			return
		}
		t.Logf("with a time-out of %v: %v", timeout, lost)
	}
	t.Error(lost)
}

// keeps waits for two time-outs, in which a libzmq socket under its monitor must not
// lose its connection: the absence of an event can only be waited for.
func keeps(s *peer.Socket, timeout time.Duration) (lost error) {
	if e, err := s.NextEvent(2*timeout, peer.EventDisconnected); !errors.Is(err, syscall.EAGAIN) {
		return fmt.Errorf("%+v, %w; want no event", e, err)
	}
	return nil
}

// unbroken returns an error if a socket has lost a connection.
func unbroken(s *zmq.Socket) (lost error) {
	if st := s.Stats(); st.Disconnected != 0 {
		return fmt.Errorf("connections were lost: %+v", st)
	}
	return nil
}

// stopped stops libzmq while a socket has it as a peer, and waits until the socket has
// given it up. A peer that the machine had held up may have been given up before; then it
// goes on, and is stopped again. Ready says that what must have happened before has.
func stopped(t *testing.T, libzmq *peer.Process, s *zmq.Socket, ready func(zmq.PeerStats) bool) {
	t.Helper()
	for range 10 {
		eventually(t, "libzmq is a peer", func() bool { return isReady(s, ready) })
		before := s.Stats().TimedOut
		libzmq.Pause()
		if isReady(s, ready) {
			noPeers(t, s)
			if n := s.Stats().TimedOut; n == before {
				t.Errorf("no connection timed out: %+v", s.Stats())
			}
			return
		}
		libzmq.Resume()
	}
	t.Fatal("libzmq is never a peer when it is stopped")
}

// isReady reports whether a socket has one peer, and what the function says of it.
func isReady(s *zmq.Socket, ready func(zmq.PeerStats) bool) bool {
	p := s.Peers()
	return len(p) == 1 && ready(p[0])
}

// TestHeartbeatFindsStoppedLibzmq: a process that hangs is noticed, and is a peer
// again when it goes on.
func TestHeartbeatFindsStoppedLibzmq(t *testing.T) {
	for _, oursBinds := range []bool{true, false} {
		libzmq, s := peer.Start(t), ours(t, zmq.DEALER, beating(soonGivenUp))
		theirs := libzmq.Socket("DEALER", quickly)
		if oursBinds {
			theirs.Connect(bind(t, s, "tcp://127.0.0.1:*"))
		} else {
			connect(t, s, theirs.Bind("tcp://127.0.0.1:*"))
		}
		stopped(t, libzmq, s, func(p zmq.PeerStats) bool { return p.RoundTrip() > 0 })
		libzmq.Resume()
		eventually(t, "a message comes", func() bool {
			sendTheirs(t, theirs, "after")
			m, err := s.TryRecv()
			return err == nil && m.String() == "after"
		})
	}
}

// TestBusyLibzmqIsKept: a PULL that works on its queue reads nothing and answers no
// PING for many time-outs, and gets every message in order.
func TestBusyLibzmqIsKept(t *testing.T) {
	libzmq := peer.Start(t)
	const n = 100
	body := strings.Repeat("x", 8192)
	held(t, func(timeout time.Duration) error {
		s := ours(t, zmq.PUSH, beating(timeout))
		pull := libzmq.Socket("PULL", peer.Opts{"RCVHWM": 10, "RCVBUF": 8192})
		defer pull.Close()
		pull.Connect(bind(t, s, "tcp://127.0.0.1:*"))
		waitPeers(t, s, 1)
		for i := range n {
			send(t, s, fmt.Sprint(i, body))
		}
		lost := func() bool { return s.Stats().Disconnected > 0 }
		eventually(t, "it is stalled for two time-outs", func() bool {
			return lost() || isReady(s, func(p zmq.PeerStats) bool {
				return !p.StalledSince.IsZero() && time.Since(p.StalledSince) > 2*timeout
			})
		})
		for i := 0; i < n && !lost(); i++ {
			recvTheirs(t, pull, fmt.Sprint(i, body))
		}
		eventually(t, "it is stalled no more", func() bool {
			return lost() || isReady(s, func(p zmq.PeerStats) bool { return p.StalledSince.IsZero() })
		})
		return unbroken(s)
	})
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
	for name, opts := range map[string]func(time.Duration) peer.Opts{
		"ours_asks_too": beating,
		"ours_does_not": func(time.Duration) peer.Opts { return peer.Opts{"HEARTBEAT_IVL": 0} },
		"Go_defaults":   func(time.Duration) peer.Opts { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			libzmq := peer.Start(t)
			held(t, func(timeout time.Duration) error {
				s, push := ours(t, zmq.PULL, opts(timeout)), libzmq.Socket("PUSH", beating(timeout))
				defer push.Close()
				push.Monitor()
				push.Connect(bind(t, s, "tcp://127.0.0.1:*"))
				if _, err := push.NextEvent(patience, peer.EventHandshakeSucceeded); err != nil {
					t.Fatal(err)
				}
				if lost := keeps(push, timeout); lost != nil {
					return lost
				}
				return unbroken(s)
			})
		})
	}
}

// TestLibzmqHeartbeatFindsOursStopped: our process hangs, and libzmq gets no
// answers.
func TestLibzmqHeartbeatFindsOursStopped(t *testing.T) {
	endpoint := address(t, "ipc")
	push := peer.Start(t).Socket("PUSH", beating(soonGivenUp))
	push.Monitor()
	pull := startChild(t, childSpec{Type: "PULL", Bind: endpoint})
	push.Connect(endpoint)
	if _, err := push.NextEvent(patience, peer.EventHandshakeSucceeded); err != nil {
		t.Fatal(err)
	}
	pull.pause()
	if _, err := push.NextEvent(patience, peer.EventDisconnected); err != nil {
		t.Fatal(err)
	}
}

// TestTimeToLiveOfLibzmqCounts: ours asks nothing, and libzmq announces how long
// it may be silent (HEARTBEAT_TTL).
func TestTimeToLiveOfLibzmqCounts(t *testing.T) {
	libzmq, s := peer.Start(t), ours(t, zmq.PULL, peer.Opts{"HEARTBEAT_IVL": 0})
	push := libzmq.Socket("PUSH", peer.Opts{"HEARTBEAT_IVL": 20, "HEARTBEAT_TTL": 300, "HEARTBEAT_TIMEOUT": 10000, "RECONNECT_IVL": 20})
	push.Connect(bind(t, s, "tcp://127.0.0.1:*"))
	// Behind the handshake, whose bytes do not count, it sends nothing but PINGs.
	stopped(t, libzmq, s, func(p zmq.PeerStats) bool { return p.ReceivedBytes > 0 })
	libzmq.Resume()
}

// TestOurTimeToLiveReachesLibzmq: the same the other way round, which libzmq
// answers by closing.
func TestOurTimeToLiveReachesLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	held(t, func(timeout time.Duration) error {
		endpoint := address(t, "ipc")
		pull := libzmq.Socket("PULL", nil)
		defer pull.Close()
		pull.Monitor()
		pull.Bind(endpoint)
		push := startChild(t, childSpec{Type: "PUSH", Connect: endpoint, Options: peer.Opts{
			"HEARTBEAT_IVL": 20, "HEARTBEAT_TTL": int(timeout.Milliseconds()), "HEARTBEAT_TIMEOUT": 10000}})
		push.send("hello")
		recvTheirs(t, pull, "hello")
		// libzmq starts its timer with the first PING, which is at most 20 ms away.
		if lost := keeps(pull, timeout); lost != nil {
			return lost
		}
		push.pause()
		if _, err := pull.NextEvent(patience, peer.EventDisconnected); err != nil {
			t.Fatal(err)
		}
		return nil
	})
}

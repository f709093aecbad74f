// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
)

// TestRouterMakesUpIdentities for libzmq peers without one, and libzmq for ours:
// five bytes, the first of them zero.
func TestRouterMakesUpIdentities(t *testing.T) {
	libzmq := peer.Start(t)
	router, dealer := ours(t, zmq.ROUTER, nil), libzmq.Socket("DEALER", nil)
	dealer.Connect(bind(t, router, "tcp://127.0.0.1:*"))
	sendTheirs(t, dealer, "hello")
	m, err := router.Recv(within(t))
	if err != nil || m.Len() != 2 || len(m.Frame(0)) != 5 || m.Frame(0)[0] != 0 {
		t.Fatalf("%q, %v", m.Frames(), err)
	}
	if err := router.Send(within(t), m.Frames()...); err != nil {
		t.Fatal(err)
	}
	recvTheirs(t, dealer, "hello")

	theirRouter, ourDealer := libzmq.Socket("ROUTER", nil), ours(t, zmq.DEALER, nil)
	connect(t, ourDealer, theirRouter.Bind("tcp://127.0.0.1:*"))
	send(t, ourDealer, "hello")
	frames, err := theirRouter.Recv(patience)
	if err != nil || len(frames) != 2 || len(frames[0]) != 5 || frames[0][0] != 0 {
		t.Fatalf("%q, %v", frames, err)
	}
}

// TestRouterConnectedToRouterByGivenIdentity: CONNECT_ROUTING_ID names libzmq's
// end before anything was heard of it, and the other way round.
func TestRouterConnectedToRouterByGivenIdentity(t *testing.T) {
	libzmq := peer.Start(t)
	named := peer.Opts{"CONNECT_ROUTING_ID": []byte("you")}
	theirs, s := libzmq.Socket("ROUTER", nil), ours(t, zmq.ROUTER, named)
	connect(t, s, theirs.Bind("tcp://127.0.0.1:*"))
	send(t, s, "you", "hello")
	frames, err := theirs.Recv(patience)
	if err != nil || len(frames) != 2 {
		t.Fatalf("%q, %v", frames, err)
	}
	sendTheirs(t, theirs, string(frames[0]), "hello yourself")
	recv(t, s, "you", "hello yourself")

	s = ours(t, zmq.ROUTER, nil)
	theirs = libzmq.Socket("ROUTER", named)
	theirs.Connect(bind(t, s, "tcp://127.0.0.1:*"))
	sendTheirs(t, theirs, "you", "hello")
	m, err := s.Recv(within(t))
	if err != nil || m.Len() != 2 {
		t.Fatalf("%q, %v", m.Frames(), err)
	}
	send(t, s, m.String(), "hello yourself")
	recvTheirs(t, theirs, "you", "hello yourself")
}

// TestRouterMandatoryTellsThatLibzmqHasGone.
func TestRouterMandatoryTellsThatLibzmqHasGone(t *testing.T) {
	libzmq, router := peer.Start(t), ours(t, zmq.ROUTER, nil)
	dealer := libzmq.Socket("DEALER", peer.Opts{"ROUTING_ID": []byte("d")})
	endpoint := bind(t, router, "tcp://127.0.0.1:*")
	if err := router.SendString(within(t), "d", "early"); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("%v, want %v", err, zmq.ErrHostUnreachable)
	}
	dealer.Connect(endpoint)
	waitPeers(t, router, 1)
	send(t, router, "d", "hello")
	recvTheirs(t, dealer, "hello")
	libzmq.Kill()
	noPeers(t, router)
	if err := router.SendString(within(t), "d", "late"); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("%v, want %v", err, zmq.ErrHostUnreachable)
	}
}

// TestSecondLibzmqPeerWithAnIdentity stays unheard, or takes over with
// ROUTER_HANDOVER.
func TestSecondLibzmqPeerWithAnIdentity(t *testing.T) {
	libzmq, id := peer.Start(t), peer.Opts{"ROUTING_ID": []byte("twin")}
	for _, handover := range []int{0, 1} {
		t.Run(fmt.Sprintf("ROUTER_HANDOVER_%d", handover), func(t *testing.T) {
			router := ours(t, zmq.ROUTER, peer.Opts{"ROUTER_HANDOVER": handover})
			endpoint := bind(t, router, "tcp://127.0.0.1:*")
			first, second := libzmq.Socket("DEALER", id), libzmq.Socket("DEALER", id)
			first.Connect(endpoint)
			sendTheirs(t, first, "1")
			recv(t, router, "twin", "1")
			second.Monitor()
			second.Connect(endpoint)
			sendTheirs(t, second, "2")
			if _, err := second.NextEvent(patience, peer.EventHandshakeSucceeded); err != nil {
				t.Fatal(err)
			}
			if handover == 1 {
				recv(t, router, "twin", "2")
				send(t, router, "twin", "to the second")
				recvTheirs(t, second, "to the second")
				return
			}
			waitPeers(t, router, 2)
			sendTheirs(t, first, "3")
			recv(t, router, "twin", "3")
			send(t, router, "twin", "to the first")
			recvTheirs(t, first, "to the first")
			silent(t, second)
		})
	}
}

// TestProbeRouter: an empty message on every new connection, either way.
func TestProbeRouter(t *testing.T) {
	libzmq := peer.Start(t)
	probing := peer.Opts{"PROBE_ROUTER": 1, "ROUTING_ID": []byte("prober")}
	theirs, dealer := libzmq.Socket("ROUTER", nil), ours(t, zmq.DEALER, probing)
	connect(t, dealer, theirs.Bind("tcp://127.0.0.1:*"))
	recvTheirs(t, theirs, "prober", "")
	sendTheirs(t, theirs, "prober", "hello")
	recv(t, dealer, "hello")

	router, theirDealer := ours(t, zmq.ROUTER, nil), libzmq.Socket("DEALER", probing)
	theirDealer.Connect(bind(t, router, "tcp://127.0.0.1:*"))
	recv(t, router, "prober", "")
	send(t, router, "prober", "hello")
	recvTheirs(t, theirDealer, "hello")

	a, b := ours(t, zmq.ROUTER, probing), libzmq.Socket("ROUTER", nil)
	b.Connect(bind(t, a, "tcp://127.0.0.1:*"))
	recvTheirs(t, b, "prober", "")
}

// TestManyLibzmqPeersOnOneRouter: each gets its own answers.
func TestManyLibzmqPeersOnOneRouter(t *testing.T) {
	const peers, rounds = 200, 5
	libzmq, router := peer.Start(t), ours(t, zmq.ROUTER, nil)
	endpoint := bind(t, router, "tcp://127.0.0.1:*")
	var dealers []*peer.Socket
	for i := range peers {
		d := libzmq.Socket("DEALER", peer.Opts{"ROUTING_ID": fmt.Sprint("d", i)})
		d.Connect(endpoint)
		dealers = append(dealers, d)
	}
	waitPeers(t, router, peers)
	for range rounds {
		for i, d := range dealers {
			sendTheirs(t, d, fmt.Sprint("from ", i))
		}
		for range peers {
			m, err := router.Recv(within(t))
			if err != nil {
				t.Fatal(err)
			}
			if want := "from " + m.String()[1:]; string(m.Last()) != want {
				t.Fatalf("%q from %q", m.Last(), m.String())
			}
			send(t, router, m.String(), "to "+m.String())
		}
		for i, d := range dealers {
			recvTheirs(t, d, fmt.Sprint("to d", i))
		}
	}
	libzmq.Kill()
	noPeers(t, router)
	if st := router.Stats(); st.Connected != peers || st.Disconnected != peers {
		t.Errorf("%+v", st)
	}
}

// TestReqInStrictStepWithLibzmqRouter: without Request, the state
// machine of REQ holds as in libzmq.
func TestReqInStrictStepWithLibzmqRouter(t *testing.T) {
	router, req := peer.Start(t).Socket("ROUTER", nil), ours(t, zmq.REQ, peer.Opts{"ROUTING_ID": []byte("r")})
	connect(t, req, router.Bind("tcp://127.0.0.1:*"))
	send(t, req, "one")
	if err := req.SendString(within(t), "two"); !errors.Is(err, zmq.ErrState) {
		t.Errorf("%v, want %v", err, zmq.ErrState)
	}
	recvTheirs(t, router, "r", "", "one")
	sendTheirs(t, router, "r", "", "reply")
	recv(t, req, "reply")
	if _, err := req.TryRecv(); !errors.Is(err, zmq.ErrState) || zmq.Errno(err) != 156384763 {
		t.Errorf("%v (%d), want %v", err, zmq.Errno(err), zmq.ErrState)
	}
}

// TestCorrelatedRequestsThroughLibzmqRouter: the number in front is the
// application's to send back, and a late reply is passed over.
func TestCorrelatedRequestsThroughLibzmqRouter(t *testing.T) {
	router := peer.Start(t).Socket("ROUTER", nil)
	req := ours(t, zmq.REQ, peer.Opts{"ROUTING_ID": []byte("r"), "REQ_CORRELATE": 1, "REQ_RELAXED": 1})
	connect(t, req, router.Bind("tcp://127.0.0.1:*"))
	send(t, req, "one")
	first, err := router.Recv(patience)
	if err != nil || len(first) != 4 || len(first[1]) != 4 || len(first[2]) != 0 {
		t.Fatalf("%q, %v; want id, number, nothing, body", first, err)
	}
	send(t, req, "two") // gives the first up, and its connection with it
	second, err := router.Recv(patience)
	if err != nil || len(second) != 4 || string(second[1]) == string(first[1]) {
		t.Fatalf("%q, %v; want another number than %q", second, err, first[1])
	}
	if err := router.Send(patience, first[0], first[1], []byte{}, []byte("late")); err != nil {
		t.Fatal(err)
	}
	if err := router.Send(patience, second[0], second[1], []byte{}, []byte("reply")); err != nil {
		t.Fatal(err)
	}
	recv(t, req, "reply")
}

// TestCorrelatedRequestsOfLibzmq are answered by our REP with the number.
func TestCorrelatedRequestsOfLibzmq(t *testing.T) {
	rep := ours(t, zmq.REP, nil)
	req := peer.Start(t).Socket("REQ", peer.Opts{"REQ_CORRELATE": 1})
	req.Connect(bind(t, rep, "tcp://127.0.0.1:*"))
	for range 10 {
		sendTheirs(t, req, "question")
		recv(t, rep, "question")
		send(t, rep, "answer")
		recvTheirs(t, req, "answer")
	}
	if _, err := req.Recv(0); !errors.Is(err, syscall.Errno(156384763)) {
		t.Errorf("%v, want EFSM", err)
	}
}

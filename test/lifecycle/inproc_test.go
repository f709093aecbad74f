// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Endpoints of inproc (docs/libzmq.md, Endpoints).

const there = "inproc://there"

func TestInprocNameIsBoundOnce(t *testing.T) {
	r := rig.New(t)
	s, _ := r.Bind(zmq.PULL, there)
	for _, other := range []*zmq.Socket{s, r.Socket(zmq.PULL)} {
		wantError(t, other.Bind(there), "bind", there, zmq.ErrAddressInUse, zmq.Errno(syscall.EADDRINUSE))
	}
	if n := len(s.Endpoints()); n != 1 {
		t.Errorf("%d endpoints", n)
	}
}

func TestInprocNamesBelongToTheirContext(t *testing.T) {
	a, b := rig.New(t), rig.New(t)
	first, _ := a.Bind(zmq.PULL, there)
	second, _ := b.Bind(zmq.PULL, there)
	a.Send(a.Connect(zmq.PUSH, there), "a")
	b.Send(b.Connect(zmq.PUSH, there), "b")
	a.WantRecv(first, "a")
	b.WantRecv(second, "b")
	a.WantNothing(first)
}

func TestInprocConnectBeforeBindDelivers(t *testing.T) {
	r := rig.New(t)
	for i := range 3 {
		c := r.Socket(zmq.PUSH, zmq.SendHWM.Of(2))
		r.Check(c.Connect(there))
		if n := len(c.Peers()); n != 0 {
			t.Errorf("%d peers before the bind", n)
		}
		r.TrySend(c, fmt.Sprint(i), "first")
		r.TrySend(c, fmt.Sprint(i), "second")
		r.WantFull(c, "before the bind, the connecter's own mark counts")
	}
	b, _ := r.Bind(zmq.PULL, there) // joins all
	r.WaitPeers(b, 3)
	seen := make(map[string]string)
	for range 6 {
		m := r.Recv(b)
		if want := map[string]string{"": "first", "first": "second"}[seen[m[0]]]; m[1] != want {
			t.Fatalf("received %q after %q", m, seen[m[0]])
		}
		seen[m[0]] = m[1]
	}
}

func TestInprocBindWakesWhoWaitsToSend(t *testing.T) {
	r := rig.New(t)
	c := r.Socket(zmq.PUSH, zmq.SendHWM.Of(1))
	r.Check(c.Connect(there))
	r.TrySend(c, "1")
	done := r.GoSend(c, "2")
	waiting(r, 1)
	b, _ := r.Bind(zmq.PULL, there)
	r.Check(r.Result(done))
	r.WantRecv(b, "1")
	r.WantRecv(b, "2")
}

func TestInprocParkedConnectStillDeliversAfterItsEnd(t *testing.T) {
	for name, end := range map[string]func(*zmq.Socket) error{
		"close":      (*zmq.Socket).Close,
		"disconnect": func(s *zmq.Socket) error { return s.Disconnect(there) },
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t)
			c := r.Socket(zmq.PUSH)
			r.Check(c.Connect(there))
			r.Send(c, "1")
			r.Send(c, "2", "frames")
			r.Check(end(c)) // without linger
			b, _ := r.Bind(zmq.PULL, there)
			r.WantRecv(b, "1")
			r.WantRecv(b, "2", "frames")
			r.WantNothing(b)
			r.WaitPeersLeft(b, 0)
		})
	}
}

func TestInprocSeveralConnectsToOneName(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.DEALER, zmq.PUSH} { // no single-connect rule here
		r := rig.New(t)
		b, _ := r.Bind(zmq.ROUTER, there)
		c := r.Socket(typ)
		for range 3 {
			r.Check(c.Connect(there))
		}
		r.WaitPeers(b, 3)
		r.WaitPeers(c, 3)
		r.Check(c.Disconnect(there))
		r.WaitPeersLeft(b, 0)
		r.WaitPeersLeft(c, 0)
		if err := c.Disconnect(there); !errors.Is(err, zmq.ErrNoEndpoint) {
			t.Errorf("a second disconnect: %v", err)
		}
	}
}

func TestInprocSocketTalksToItself(t *testing.T) {
	for _, bindFirst := range []bool{true, false} {
		r := rig.New(t)
		s := r.Socket(zmq.DEALER)
		if !bindFirst {
			r.Check(s.Connect(there))
			r.Send(s, "early")
		}
		r.Check(s.Bind(there))
		if bindFirst {
			r.Check(s.Connect(there))
			r.Send(s, "early")
		}
		r.WaitPeers(s, 2)
		r.WantRecv(s, "early")
		for i := range 4 {
			r.Send(s, fmt.Sprint(i))
			r.WantRecv(s, fmt.Sprint(i))
		}
		r.Check(s.Close())
	}
}

func TestInprocBinderThatClosesIsNotReplaced(t *testing.T) {
	r := rig.New(t)
	b, _ := r.Bind(zmq.DEALER, there)
	c := r.Connect(zmq.DEALER, there)
	r.Send(b, "1")
	r.Send(b, "2")
	r.Send(c, "lost with its reader")
	r.Check(b.Close())
	r.WaitPeersLeft(c, 0)
	r.WantRecv(c, "1") // what it wrote before stays readable
	again, _ := r.Bind(zmq.DEALER, there)
	r.WantFull(c, "nobody")
	r.WantRecv(c, "2")
	r.Check(c.Connect(there))
	r.Send(c, "new")
	r.WantRecv(again, "new")
}

func TestInprocUnbindKeepsPipes(t *testing.T) {
	r := rig.New(t)
	b, _ := r.Bind(zmq.DEALER, there)
	c := r.Connect(zmq.DEALER, there)
	r.Check(b.Unbind(there))
	r.Send(c, "up")
	r.WantRecv(b, "up")
	r.Send(b, "down")
	r.WantRecv(c, "down")

	late := r.Socket(zmq.DEALER)
	r.Check(late.Connect(there)) // parked: the name is free
	r.Send(late, "late")
	other, _ := r.Bind(zmq.DEALER, there)
	r.WantRecv(other, "late")
	r.WantNothing(b)
	wantError(t, b.Unbind(there), "unbind", there, zmq.ErrNoEndpoint, zmq.Errno(syscall.ENOENT))
}

func TestInprocUnbindThenClosePartsFromPeers(t *testing.T) {
	r := rig.New(t)
	b, _ := r.Bind(zmq.DEALER, there)
	c := r.Connect(zmq.DEALER, there)
	r.Check(b.Unbind(there))
	r.Check(b.Close())
	r.WaitPeersLeft(c, 0)
	r.WantFull(c, "nobody")
}

func TestInprocDisconnectDeliversWhatWasSentAndDropsWhatIsUnread(t *testing.T) {
	r := rig.New(t)
	b, _ := r.Bind(zmq.DEALER, there)
	c := r.Connect(zmq.DEALER, there)
	r.Send(b, "unread")
	r.Send(c, "1")
	r.Send(c, "2")
	r.Check(c.Disconnect(there))
	r.WantNothing(c)
	r.WaitPeersLeft(b, 0)
	r.WantRecv(b, "1")
	r.WantRecv(b, "2")
	r.WantNothing(b)
}

func TestInprocBindAndConnectOfOneNameAreRemovedInTurn(t *testing.T) {
	r := rig.New(t)
	s, _ := r.Bind(zmq.DEALER, there)
	r.Check(s.Connect(there))
	r.Check(s.Disconnect(there)) // the binding first
	r.Send(s, "still connected to itself")
	r.WantRecv(s, "still connected to itself")
	r.Check(r.Socket(zmq.PULL).Bind(there))
	r.Check(s.Unbind(there)) // then the connections
	r.WaitPeersLeft(s, 0)
	wantError(t, s.Unbind(there), "unbind", there, zmq.ErrNoEndpoint, zmq.Errno(syscall.ENOENT))
}

func TestInprocUnbindIsForTheOwner(t *testing.T) {
	r := rig.New(t)
	r.Bind(zmq.PULL, there)
	wantError(t, r.Socket(zmq.PULL).Unbind(there), "unbind", there, zmq.ErrNoEndpoint, zmq.Errno(syscall.ENOENT))
}

func TestInprocParkedConnectDoesNotHoldUpTerm(t *testing.T) {
	r := rig.New(t)
	c := r.Socket(zmq.PUSH, zmq.Linger.Of(-1))
	r.Check(c.Connect(there))
	r.Send(c, "for nobody")
	r.Check(r.ZMQ.Term(r.Ctx))
}

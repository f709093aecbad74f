// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	zmq "github.com/gozmq/zmq"
)

// Endpoints of inproc (endpoints.md, section 4).

const there = "inproc://there"

func TestInprocNameIsBoundOnce(t *testing.T) {
	r := newRig(t)
	s, _ := r.bind(zmq.PULL, there)
	for _, other := range []*zmq.Socket{s, r.socket(zmq.PULL)} {
		wantError(t, other.Bind(there), "bind", there, zmq.ErrAddressInUse, int(syscall.EADDRINUSE))
	}
	if n := len(s.Endpoints()); n != 1 {
		t.Errorf("%d endpoints", n)
	}
}

func TestInprocNamesBelongToTheirContext(t *testing.T) {
	a, b := newRig(t), newRig(t)
	first, _ := a.bind(zmq.PULL, there)
	second, _ := b.bind(zmq.PULL, there)
	a.send(a.connect(zmq.PUSH, there), "a")
	b.send(b.connect(zmq.PUSH, there), "b")
	a.want(first, "a")
	b.want(second, "b")
	a.none(first)
}

func TestInprocConnectBeforeBindDelivers(t *testing.T) {
	r := newRig(t)
	for i := range 3 {
		c := r.socket(zmq.PUSH, zmq.SendHWM.Of(2))
		r.check(c.Connect(there))
		if n := len(c.Peers()); n != 0 {
			t.Errorf("%d peers before the bind", n)
		}
		r.try(c, fmt.Sprint(i), "first")
		r.try(c, fmt.Sprint(i), "second")
		r.full(c, "until somebody binds, the connecter's own mark counts")
	}
	b, _ := r.bind(zmq.PULL, there) // joins all
	r.peers(b, 3)
	seen := make(map[string]string)
	for range 6 {
		m := r.recv(b)
		if want := map[string]string{"": "first", "first": "second"}[seen[m[0]]]; m[1] != want {
			t.Fatalf("received %q after %q", m, seen[m[0]])
		}
		seen[m[0]] = m[1]
	}
}

func TestInprocBindWakesWhoWaitsToSend(t *testing.T) {
	r := newRig(t)
	c := r.socket(zmq.PUSH, zmq.SendHWM.Of(1))
	r.check(c.Connect(there))
	r.try(c, "1")
	done := r.blocks(c, "2")
	r.waiting(1)
	b, _ := r.bind(zmq.PULL, there)
	r.check(r.result(done))
	r.want(b, "1")
	r.want(b, "2")
}

func TestInprocParkedConnectStillDeliversAfterItsEnd(t *testing.T) {
	for name, end := range map[string]func(*zmq.Socket) error{
		"close":      (*zmq.Socket).Close,
		"disconnect": func(s *zmq.Socket) error { return s.Disconnect(there) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c := r.socket(zmq.PUSH)
			r.check(c.Connect(there))
			r.send(c, "1")
			r.send(c, "2", "frames")
			r.check(end(c)) // without linger
			b, _ := r.bind(zmq.PULL, there)
			r.want(b, "1")
			r.want(b, "2", "frames")
			r.none(b)
			r.left(b, 0)
		})
	}
}

func TestInprocSeveralConnectsToOneName(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.DEALER, zmq.PUSH} { // no single-connect rule here
		r := newRig(t)
		b, _ := r.bind(zmq.ROUTER, there)
		c := r.socket(typ)
		for range 3 {
			r.check(c.Connect(there))
		}
		r.peers(b, 3)
		r.peers(c, 3)
		r.check(c.Disconnect(there))
		r.left(b, 0)
		r.left(c, 0)
		if err := c.Disconnect(there); !errors.Is(err, zmq.ErrNoEndpoint) {
			t.Errorf("a second disconnect: %v", err)
		}
	}
}

func TestInprocSocketTalksToItself(t *testing.T) {
	for _, bindFirst := range []bool{true, false} {
		r := newRig(t)
		s := r.socket(zmq.DEALER)
		if !bindFirst {
			r.check(s.Connect(there))
			r.send(s, "early")
		}
		r.check(s.Bind(there))
		if bindFirst {
			r.check(s.Connect(there))
			r.send(s, "early")
		}
		r.peers(s, 2)
		r.want(s, "early")
		for i := range 4 {
			r.send(s, fmt.Sprint(i))
			r.want(s, fmt.Sprint(i))
		}
		r.check(s.Close())
	}
}

func TestInprocBinderThatClosesIsNotReplaced(t *testing.T) {
	r := newRig(t)
	b, _ := r.bind(zmq.DEALER, there)
	c := r.connect(zmq.DEALER, there)
	r.send(b, "1")
	r.send(b, "2")
	r.send(c, "lost with its reader")
	r.check(b.Close())
	r.left(c, 0)
	r.want(c, "1") // what it wrote before stays readable
	again, _ := r.bind(zmq.DEALER, there)
	r.full(c, "nobody")
	r.want(c, "2")
	r.check(c.Connect(there))
	r.send(c, "new")
	r.want(again, "new")
}

func TestInprocUnbindKeepsPipes(t *testing.T) {
	r := newRig(t)
	b, _ := r.bind(zmq.DEALER, there)
	c := r.connect(zmq.DEALER, there)
	r.check(b.Unbind(there))
	r.send(c, "up")
	r.want(b, "up")
	r.send(b, "down")
	r.want(c, "down")

	late := r.socket(zmq.DEALER)
	r.check(late.Connect(there)) // parked: the name is free
	r.send(late, "late")
	other, _ := r.bind(zmq.DEALER, there)
	r.want(other, "late")
	r.none(b)
	wantError(t, b.Unbind(there), "unbind", there, zmq.ErrNoEndpoint, int(syscall.ENOENT))
}

func TestInprocUnbindThenClosePartsFromPeers(t *testing.T) {
	r := newRig(t)
	b, _ := r.bind(zmq.DEALER, there)
	c := r.connect(zmq.DEALER, there)
	r.check(b.Unbind(there))
	r.check(b.Close())
	r.left(c, 0)
	r.full(c, "nobody")
}

func TestInprocDisconnectDeliversWhatWasSentAndDropsWhatIsUnread(t *testing.T) {
	r := newRig(t)
	b, _ := r.bind(zmq.DEALER, there)
	c := r.connect(zmq.DEALER, there)
	r.send(b, "unread")
	r.send(c, "1")
	r.send(c, "2")
	r.check(c.Disconnect(there))
	r.none(c)
	r.left(b, 0)
	r.want(b, "1")
	r.want(b, "2")
	r.none(b)
}

func TestInprocBindAndConnectOfOneNameAreRemovedInTurn(t *testing.T) {
	r := newRig(t)
	s, _ := r.bind(zmq.DEALER, there)
	r.check(s.Connect(there))
	r.check(s.Disconnect(there)) // the binding first
	r.send(s, "still connected to itself")
	r.want(s, "still connected to itself")
	r.check(r.socket(zmq.PULL).Bind(there))
	r.check(s.Unbind(there)) // then the connections
	r.left(s, 0)
	wantError(t, s.Unbind(there), "unbind", there, zmq.ErrNoEndpoint, int(syscall.ENOENT))
}

func TestInprocUnbindIsForTheOwner(t *testing.T) {
	r := newRig(t)
	r.bind(zmq.PULL, there)
	wantError(t, r.socket(zmq.PULL).Unbind(there), "unbind", there, zmq.ErrNoEndpoint, int(syscall.ENOENT))
}

func TestInprocParkedConnectDoesNotHoldUpTerm(t *testing.T) {
	r := newRig(t)
	c := r.socket(zmq.PUSH, zmq.Linger.Of(-1))
	r.check(c.Connect(there))
	r.send(c, "for nobody")
	r.check(r.zc.Term(r.ctx))
}

// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"errors"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// A setting or a connect is honoured or is an error, never silently nothing.

func TestConnectRoutingIDHoldsWithImmediateAndAfterAReconnect(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		dealer, at := r.Bind(zmq.DEALER, endpoint)
		router := r.Socket(zmq.ROUTER, zmq.Immediate.Of(true))
		r.Check(router.Connect(at, zmq.ConnectRoutingID.Of([]byte("anna"))))
		r.WaitPeers(router, 1)
		r.Send(router, "anna", "first")
		r.WantRecv(dealer, "first")
		r.Check(dealer.Close())
		r.WaitPeersLeft(router, 0)
		dealer = r.BindAt(zmq.DEALER, at)
		r.WaitPeers(router, 1)
		r.Send(router, "anna", "second")
		r.WantRecv(dealer, "second")
		r.Send(dealer, "back")
		r.WantRecv(router, "anna", "back")
	})
}

func TestConnectRoutingIDWithImmediateIsTakenFromTheCallOn(t *testing.T) {
	r := rig.New(t)
	router := r.Socket(zmq.ROUTER, zmq.Immediate.Of(true))
	id := zmq.ConnectRoutingID.Of([]byte("anna"))
	r.Check(router.Connect(r.FreeEndpoint(rig.AnyPort), id))
	if err := router.Connect(r.FreeEndpoint(rig.AnyPort), id); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("the id is given twice: %v", err)
	}
}

// A peer that connected under the name first keeps it, and the connect is told.
func TestConnectRoutingIDWithImmediateYieldsToAPeerOfThatName(t *testing.T) {
	r := rig.New(t)
	free := r.FreeEndpoint(rig.AnyPort)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort, zmq.Immediate.Of(true))
	w := r.Watch(router, zmq.EventDisconnected)
	r.Check(router.Connect(free, zmq.ConnectRoutingID.Of([]byte("anna"))))
	first := r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("anna")))
	r.Send(first, "hello")
	r.WantRecv(router, "anna", "hello")
	r.BindAt(zmq.DEALER, free)
	if e := w.Want(zmq.EventDisconnected)[0]; !errors.Is(e.Err, zmq.ErrInvalid) {
		t.Errorf("told %v", e)
	}
	r.Send(router, "anna", "yours")
	r.WantRecv(first, "yours")
}

func TestZAPEnforceDomainOnPlainTCPIsRefused(t *testing.T) {
	r := rig.New(t)
	for _, x := range []struct {
		typ zmq.SocketType
		set []zmq.Setting
	}{{zmq.STREAM, nil}, {zmq.ROUTER, []zmq.Setting{zmq.RouterRaw.Of(true)}}} {
		s := r.Socket(x.typ, append(x.set, zmq.ZAPDomain.Of("x"), zmq.ZAPEnforceDomain.Of(true))...)
		if err := s.Bind(rig.AnyPort); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s binds: %v", s, err)
		}
		r.Check(zmq.ZAPEnforceDomain.Set(s, false))
		r.Check(s.Bind(rig.AnyPort))
	}
}

func TestSecondPairInProcessIsRefusedByConnect(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PAIR, "inproc://it")
	first := r.Connect(zmq.PAIR, at)
	second := r.Socket(zmq.PAIR)
	if err := second.Connect(at); err == nil {
		t.Error("a second PAIR may connect")
	}
	if list := second.Endpoints(); len(list) > 0 {
		t.Errorf("it is left with %v", list)
	}
	r.Check(first.Close())
	r.WaitPeersLeft(b, 0)
	r.Check(second.Connect(at))
	r.Send(second, "mine")
	r.WantRecv(b, "mine")
}

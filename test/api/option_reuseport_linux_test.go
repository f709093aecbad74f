// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestReusePortSpreadsConnectionsOverListeners(t *testing.T) {
	r := rig.New(t)
	one, at := r.Bind(zmq.PULL, rig.AnyPort, zmq.ReusePort.Of(true))
	two := r.Socket(zmq.PULL, zmq.ReusePort.Of(true))
	r.Check(two.Bind(at))
	if err := r.Socket(zmq.PULL).Bind(at); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a listener without the option: %v", err)
	}
	// The system chooses by a hash of both addresses: that a hundred ports in a row all
	// lead to one listener does not happen.
	var clients []*zmq.Socket
	for range 100 {
		clients = append(clients, r.Connect(zmq.PUSH, at))
	}
	r.WaitUntil("all are connected", func() bool { return len(one.Peers())+len(two.Peers()) == len(clients) })
	if a, b := len(one.Peers()), len(two.Peers()); a == 0 || b == 0 {
		t.Errorf("%d and %d connections, want some for each", a, b)
	}
	// Those of a listener that stops go to the other one.
	r.Check(one.Close())
	r.WaitPeers(two, len(clients))
	for _, c := range clients {
		r.Send(c, "x")
		r.WantRecv(two, "x")
	}
}

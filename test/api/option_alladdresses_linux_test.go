// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
)

// hosts are the addresses of Linux's loopback interface that tests use.
var hosts = []string{"127.0.0.1", "127.0.0.2", "127.0.0.3"}

func TestAllAddressesOfAName(t *testing.T) {
	names := zmqtest.NewNames(t)
	names.Set("service.test", hosts[0], hosts[1])
	r := rig.New(t)
	servers, port := r.BindEach(zmq.PULL, "tcp", hosts...)
	at := "tcp://service.test:" + port
	push := r.Socket(zmq.PUSH)
	w := r.Watch(push, zmq.EventHandshakeSucceeded)
	r.Check(push.Connect(at, zmq.AllAddresses.Of(10), zmq.ResolveInterval.Of(100*time.Millisecond)))
	connected := func(want ...string) {
		t.Helper()
		r.WaitUntil(fmt.Sprintf("connected to %q", want), func() bool { return slices.Equal(rig.Addresses(push), want) })
		if list := push.Endpoints(); len(list) != 1 || list[0].Address != at || list[0].Bound || list[0].Peers != len(want) {
			t.Errorf("the endpoints are %+v", list)
		}
	}
	connected(hosts[0], hosts[1])
	for _, e := range w.Want(zmq.EventHandshakeSucceeded, zmq.EventHandshakeSucceeded) {
		if e.Endpoint != at || !strings.HasPrefix(e.Remote, "tcp://127.0.0.") || !strings.HasSuffix(e.Remote, ":"+port) {
			t.Errorf("the monitor names endpoint %q and peer %q", e.Endpoint, e.Remote)
		}
	}
	for range 2 {
		r.Send(push, "x")
	}
	r.WantRecv(servers[0], "x")
	r.WantRecv(servers[1], "x")

	names.Set("service.test", hosts[1], hosts[2])
	connected(hosts[1], hosts[2])
	r.WaitPeersLeft(servers[0], 0)
	names.Set("service.test") // it is away
	asked := names.Asked()
	r.WaitUntil("it has been resolved in vain", func() bool { return names.Asked() > asked+2 })
	connected(hosts[1], hosts[2])

	r.Check(push.Disconnect(at))
	for _, s := range servers {
		r.WaitPeersLeft(s, 0)
	}
	if list := push.Endpoints(); len(list) != 0 {
		t.Errorf("left are %+v", list)
	}
}

// TestAllAddressesOfPublishers: a SUB hears all of them.
func TestAllAddressesOfPublishers(t *testing.T) {
	zmqtest.NewNames(t).Set("service.test", hosts...)
	r := rig.New(t)
	pubs, port := r.BindEach(zmq.PUB, "tcp", hosts...)
	sub := r.Socket(zmq.SUB, zmq.AllAddresses.Of(10))
	r.Check(sub.Subscribe("a"))
	r.Check(sub.Connect("tcp://service.test:" + port))
	for _, s := range pubs {
		r.WaitSubscribers(s, "a", 1)
		r.Send(s, "a")
		r.WantRecv(sub, "a")
	}
}

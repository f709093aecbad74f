// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// hosts are addresses of Linux's loopback interface for which no certificate of the tests
// is valid.
var hosts = []string{"127.0.0.2", "127.0.0.3", "127.0.0.4"}

// TestAllAddressesOfAName: each is connected to, and verified by the name.
func TestAllAddressesOfAName(t *testing.T) {
	for _, scheme := range schemes {
		t.Run(scheme, func(t *testing.T) {
			names := zmqtest.NewNames(t)
			names.Set("service.test", hosts[:2]...)
			a := newAuthority(t)
			r := newTest(t, ws.Config{TLS: &tls.Config{Certificates: []tls.Certificate{a.issue("service.test")}, RootCAs: a.pool()}})
			servers, port := r.BindEach(zmq.PULL, scheme, hosts...)
			push := r.Socket(zmq.PUSH)
			w := r.Watch(push, zmq.EventHandshakeSucceeded)
			at := scheme + "://service.test:" + port
			r.Check(push.Connect(at, zmq.AllAddresses.Of(10), zmq.ResolveInterval.Of(100*time.Millisecond)))
			path := ""
			if scheme != "tls" {
				path = "/"
			}
			if last := push.LastEndpoint(); last != at+path {
				t.Errorf("LAST_ENDPOINT is %s", last)
			}
			for _, want := range [][]string{hosts[:2], hosts[1:]} {
				names.Set("service.test", want...)
				r.WaitUntil(fmt.Sprintf("connected to %q", want), func() bool { return slices.Equal(rig.Addresses(push), want) })
			}
			for _, e := range w.Want(zmq.EventHandshakeSucceeded, zmq.EventHandshakeSucceeded, zmq.EventHandshakeSucceeded) {
				if e.Endpoint != at || !strings.HasPrefix(e.Remote, scheme+"://127.0.0.") || !strings.HasSuffix(e.Remote, ":"+port) {
					t.Errorf("the monitor names endpoint %q and peer %q", e.Endpoint, e.Remote)
				}
			}
			r.WaitPeersLeft(servers[0], 0)
			for range 2 {
				r.Send(push, "x")
			}
			r.WantRecv(servers[1], "x")
			r.WantRecv(servers[2], "x")
			r.Check(push.Disconnect(at))
			for _, s := range servers {
				r.WaitPeersLeft(s, 0)
			}
		})
	}
}

// TestAddressOfANameIsVerified: a server whose certificate is for another name is refused.
func TestAddressOfANameIsVerified(t *testing.T) {
	for _, scheme := range []string{"wss", "tls"} {
		t.Run(scheme, func(t *testing.T) {
			zmqtest.NewNames(t).Set("other.test", hosts[0])
			r := newTest(t, ws.Config{})
			_, port := r.BindEach(zmq.PULL, scheme, hosts[0])
			push := r.Socket(zmq.PUSH, zmq.AllAddresses.Of(10))
			w := r.Watch(push, zmq.EventHandshakeFailedNoDetail)
			r.Check(push.Connect(scheme + "://other.test:" + port))
			if e := w.Want(zmq.EventHandshakeFailedNoDetail)[0]; !strings.Contains(fmt.Sprint(e.Err), "not other.test") {
				t.Errorf("the error is %v", e.Err)
			}
		})
	}
}

// TestRequestToAnAddressOfANameHasTheName in its Host field, by which proxies and web
// servers decide, and the path.
func TestRequestToAnAddressOfANameHasTheName(t *testing.T) {
	zmqtest.NewNames(t).Set("service.test", "127.0.0.1")
	r := newTest(t, ws.Config{})
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	defer lis.Close()
	_, port, err := net.SplitHostPort(lis.Addr().String())
	r.Check(err)
	push := r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1))
	r.Check(push.Connect("ws://service.test:"+port+"/prices", zmq.AllAddresses.Of(10)))
	r.Check(lis.(*net.TCPListener).SetDeadline(time.Now().Add(rig.Patience)))
	nc, err := lis.Accept()
	r.Check(err)
	defer nc.Close()
	r.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))
	req, err := readRequest(nc)
	r.Check(err)
	if req.Host != "service.test" || req.RequestURI != "/prices" {
		t.Errorf("requested %s of %q", req.RequestURI, req.Host)
	}
}

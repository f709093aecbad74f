// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"net"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/interop/peer"
)

// TestThroughTheSameProxy: we and libzmq go through a real proxy to each other, with and
// without a user, by an address and by a name that the proxy resolves.
func TestThroughTheSameProxy(t *testing.T) {
	libzmq := peer.Start(t)
	for _, user := range []string{"", "user"} {
		var args []string
		opts := peer.Opts{}
		if user != "" {
			args = []string{"-u", user, "-P", "secret"}
			opts["99"], opts["100"] = []byte(user), []byte("secret") // SOCKS_USERNAME and SOCKS_PASSWORD, which are drafts
		}
		at := peer.StartMicrosocks(t, args...)
		opts["SOCKS_PROXY"] = at
		own := []zmq.Setting{zmq.SOCKSProxy.Of(at), zmq.SOCKSUsername.Of(user), zmq.SOCKSPassword.Of("secret")}
		for _, host := range []string{"127.0.0.1", "localhost"} {
			t.Run(host+"/"+user, func(t *testing.T) {
				theirs := libzmq.Socket("REP", nil)
				there := strings.Replace(theirs.Bind("tcp://127.0.0.1:*"), "127.0.0.1", host, 1)
				req := ours(t, zmq.REQ, nil)
				check(t, req.Set(own...))
				connect(t, req, there)
				send(t, req, "ours")
				recvTheirs(t, theirs, "ours")
				sendTheirs(t, theirs, "answered")
				recv(t, req, "answered")

				rep := ours(t, zmq.REP, nil)
				here := strings.Replace(bind(t, rep, "tcp://127.0.0.1:*"), "127.0.0.1", host, 1)
				asking := libzmq.Socket("REQ", opts)
				asking.Connect(here)
				sendTheirs(t, asking, "theirs")
				recv(t, rep, "theirs")
				send(t, rep, "answered")
				recvTheirs(t, asking, "answered")
			})
		}
	}
}

// TestProxyRefusesUs: a real proxy, and what its errors become.
func TestProxyRefusesUs(t *testing.T) {
	at := peer.StartMicrosocks(t, "-u", "user", "-P", "secret")
	free, err := net.Listen("tcp", zmqtest.Host()+":0")
	check(t, err)
	closed := "tcp://" + free.Addr().String()
	check(t, free.Close())
	for password, want := range map[string]string{"wrong": "log in as", "secret": "have it connect"} {
		s := ours(t, zmq.PUSH, nil)
		ctx, cancel := zmqtest.Patient(patience)
		check(t, s.Set(zmq.SOCKSProxy.Of(at), zmq.SOCKSUsername.Of("user"), zmq.SOCKSPassword.Of(password)))
		events := s.Monitor(ctx, zmq.EventConnectRetried)
		connect(t, s, closed)
		for e := range events {
			if e.Err == nil || !strings.Contains(e.Err.Error(), want) {
				t.Errorf("password %q: %v, want %q", password, e.Err, want)
			}
			break
		}
		cancel()
	}
}

// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"errors"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// socksProxy is libzmq's number of SOCKS_PROXY.
const socksProxy = 68

// TestConnectDoesNotGoPastAProxy: until there is SOCKS, a connect that should go
// through a proxy fails. What is not TCP has nothing to do with it.
func TestConnectDoesNotGoPastAProxy(t *testing.T) {
	server := rig.Socket(t, zmq.PULL)
	rig.Must(t, server.Bind(rig.AnyPort))
	s := rig.Socket(t, zmq.PUSH)
	rig.Must(t, s.SetRawOption(socksProxy, []byte("127.0.0.1:1")))
	if err := s.Connect(server.LastEndpoint()); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("connect: %v", err)
	}
	rig.Must(t, s.Connect("inproc://no-proxy"))
	rig.Must(t, s.Bind(rig.AnyPort))
	rig.Must(t, s.SetRawOption(socksProxy, nil))
	rig.Must(t, s.Connect(server.LastEndpoint()))
	rig.Must(t, s.Send(rig.Deadline(t), []byte("direct")))
}

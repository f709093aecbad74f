// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"testing"
	"time"

	"github.com/gozmq/zmq/ws"
)

// TestAddTransports: ws is there for the sockets that are made afterwards.
func TestAddTransports(t *testing.T) {
	c := newTestContext(t)
	if err := c.socket(t, PULL).Bind("ws://127.0.0.1:*"); err != EPROTONOSUPPORT {
		t.Errorf("before: %v", err)
	}
	c.AddTransports(ws.Transports(ws.Config{})...)
	pull, push := c.socket(t, PULL), c.socket(t, PUSH)
	must(t, pull.SetRcvtimeo(30*time.Second))
	must(t, pull.Bind("ws://127.0.0.1:*/path"))
	at, err := pull.GetLastEndpoint()
	must(t, err)
	must(t, push.Connect(at))
	_, err = push.Send("word", 0)
	must(t, err)
	if got, err := pull.Recv(0); got != "word" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

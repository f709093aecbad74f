// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"testing"

	"github.com/gozmq/zmq/ws"
)

// TestAddTransports: ws is there for the sockets that are made afterwards.
func TestAddTransports(t *testing.T) {
	c := newContext(t)
	if err := c.socket(t, PULL).Bind("ws://127.0.0.1:*"); err == nil {
		t.Error("ws is there before")
	}
	c.AddTransports(ws.Transports(ws.Config{})...)
	pull, push := c.socket(t, PULL), c.socket(t, PUSH)
	must(t, pull.Bind("ws://127.0.0.1:*/path"))
	at, err := pull.GetSockOptString(lastEndpoint)
	must(t, err)
	must(t, push.Connect(at))
	send(t, push, "word", 0)
	want(t, pull, "word", false)
}

// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"crypto/tls"
	"net/http/httptest"
	"testing"

	"github.com/gozmq/zmq/ws"
)

// TestAddTransports: ws, wss and tls are there for the sockets that are made afterwards,
// with certificates of the program.
func TestAddTransports(t *testing.T) {
	c := newContext(t)
	if err := c.socket(t, PULL).Bind("ws://127.0.0.1:*"); err == nil {
		t.Error("ws is there before")
	}
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS() // for its certificate
	server.Close()
	c.AddTransports(ws.Transports(ws.Config{TLS: &tls.Config{Certificates: server.TLS.Certificates, InsecureSkipVerify: true}})...)
	for _, endpoint := range []string{"ws://127.0.0.1:*/path", "wss://127.0.0.1:*/path", "tls://127.0.0.1:*"} {
		pull, push := c.socket(t, PULL), c.socket(t, PUSH)
		must(t, pull.Bind(endpoint))
		at, err := pull.GetSockOptString(lastEndpoint)
		must(t, err)
		must(t, push.Connect(at))
		send(t, push, "word", 0)
		want(t, pull, "word", false)
	}
}

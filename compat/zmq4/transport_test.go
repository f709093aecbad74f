// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"crypto/tls"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gozmq/zmq/ws"
)

// TestAddTransports: ws, wss and tls are there for the sockets that are made afterwards,
// with certificates of the program.
func TestAddTransports(t *testing.T) {
	c := newTestContext(t)
	if err := c.socket(t, PULL).Bind("ws://127.0.0.1:*"); err != EPROTONOSUPPORT {
		t.Errorf("before: %v", err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS() // for its certificate
	server.Close()
	c.AddTransports(ws.Transports(ws.Config{TLS: &tls.Config{Certificates: server.TLS.Certificates, InsecureSkipVerify: true}})...)
	for _, endpoint := range []string{"ws://127.0.0.1:*/path", "wss://127.0.0.1:*/path", "tls://127.0.0.1:*"} {
		pull, push := c.socket(t, PULL), c.socket(t, PUSH)
		must(t, pull.SetRcvtimeo(30*time.Second))
		must(t, pull.Bind(endpoint))
		at, err := pull.GetLastEndpoint()
		must(t, err)
		must(t, push.Connect(at))
		_, err = push.Send("word", 0)
		must(t, err)
		if got, err := pull.Recv(0); got != "word" || err != nil {
			t.Errorf("%s: %q, %v", endpoint, got, err)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package ws

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// hijacked is the connection of a web server's request.
type hijacked struct {
	*httptest.ResponseRecorder
	nc net.Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.nc, bufio.NewReadWriter(bufio.NewReader(h.nc), bufio.NewWriter(h.nc)), nil
}

// timed notes the deadline that it was given last.
type timed struct {
	net.Conn
	until time.Time
}

func (t *timed) SetDeadline(until time.Time) error {
	t.until = until
	return t.Conn.SetDeadline(until)
}

// TestTimeoutsOfTheWebServerEnd: a connection that is handed over has no deadline of the
// server's left.
func TestTimeoutsOfTheWebServerEnd(t *testing.T) {
	near, far := zmqtest.Pipe()
	defer far.Close()
	defer near.Close()
	nc := &timed{Conn: near}
	must(t, nc.SetDeadline(time.Now().Add(time.Hour)))
	m := NewMount("ws://handler:x/", &Config{})
	lis, err := m.Listen(context.Background(), "", &transport.Config{})
	must(t, err)
	accepted := make(chan net.Conn, 1)
	go func() {
		c, _ := lis.Accept()
		accepted <- c
	}()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header = http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, "Sec-Websocket-Protocol": {"ZWS2.0"},
	}
	m.ServeHTTP(hijacked{httptest.NewRecorder(), nc}, r)
	if c := <-accepted; c == nil || transport.Bottom(c) != net.Conn(nc) {
		t.Fatalf("accepted %v", c)
	}
	if !nc.until.IsZero() {
		t.Errorf("the deadline is %v", nc.until)
	}
	must(t, lis.Close())
	if _, err := lis.Accept(); err == nil {
		t.Error("accepts after Close")
	}
}

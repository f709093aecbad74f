// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// TestRequestIsAnswered: RFC 6455, 4.2.2, with the check value of 1.3, and the one
// protocol that both speak, the first in the client's order.
func TestRequestIsAnswered(t *testing.T) {
	r := newTest(t, ws.Config{})
	_, at := r.Bind(zmq.PULL, anyPort("ws"))
	for offered, want := range map[string]string{
		"ZWS2.0":                                   "ZWS2.0",
		"ZWS2.0,ZWS2.0/NULL":                       "ZWS2.0",
		"ZWS2.0/NULL, ZWS2.0":                      "ZWS2.0/NULL",
		"chat, ZWS2.0/PLAIN , ZWS2.0/NULL":         "ZWS2.0/NULL",
		"zws2.0\r\nSec-WebSocket-Protocol: ZWS2.0": "ZWS2.0",
	} {
		p := dialRaw(t, at)
		a, body := p.ask(t, strings.Replace(goodHead, "Protocol: ZWS2.0", "Protocol: "+offered, 1))
		if a.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%q: %s %s", offered, a.Status, body)
		}
		if got := a.Header.Get("Sec-WebSocket-Accept"); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
			t.Errorf("Sec-WebSocket-Accept is %q", got)
		}
		if got := a.Header["Sec-Websocket-Protocol"]; len(got) != 1 || got[0] != want {
			t.Errorf("%q: %q, want %q", offered, got, want)
		}
		if c, u := a.Header.Get("Connection"), a.Header.Get("Upgrade"); c != "Upgrade" || u != "websocket" {
			t.Errorf("Connection %q, Upgrade %q: libzmq takes no others", c, u)
		}
	}
}

// TestRequestThatIsNoWebSocketIsRefused: with a status and a reason, and an event.
func TestRequestThatIsNoWebSocketIsRefused(t *testing.T) {
	r := newTest(t, ws.Config{Origins: []string{"https://good.example"}})
	pull, at := r.Bind(zmq.PULL, anyPort("ws"))
	w := r.Watch(pull, zmq.EventHandshakeFailedProtocol|zmq.EventHandshakeFailedNoDetail)
	for _, c := range []struct {
		name, head string
		status     int
		reason     string
	}{
		{"a page", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 426, "Upgrade"},
		{"a POST", "POST / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n", 400, "GET"},
		{"HTTP/1.0", strings.Replace(goodHead, "HTTP/1.1", "HTTP/1.0", 1), 400, "HTTP/1.1"},
		{"no Connection", without(goodHead, "Connection"), 400, "Connection"},
		{"another version", strings.Replace(goodHead, "Version: 13", "Version: 8", 1), 426, "13"},
		{"no key", without(goodHead, "Sec-WebSocket-Key"), 400, "Key"},
		{"a short key", strings.Replace(goodHead, "dGhlIHNhbXBsZSBub25jZQ==", "dGhl", 1), 400, "Key"},
		{"no protocol", without(goodHead, "Sec-WebSocket-Protocol"), 400, "ZWS2.0"},
		{"another mechanism", strings.Replace(goodHead, "Protocol: ZWS2.0", "Protocol: ZWS2.0/PLAIN", 1), 400, "ZWS2.0"},
		{"another origin", strings.Replace(goodHead, "Host: localhost", "Host: localhost\r\nOrigin: https://bad.example", 1), 403, "https://bad.example"},
		{"no HTTP", "hello\r\n\r\n", 400, "HTTP"},
		{"ZMTP", "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\r\n\r\n", 400, "HTTP"},
		{"a long head", "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 20_000) + "\r\n\r\n", 431, "long"},
	} {
		p := dialRaw(t, at)
		a, body := p.ask(t, c.head)
		if a.StatusCode != c.status || !strings.Contains(body, c.reason) {
			t.Errorf("%s: %s %q, want %d with %q", c.name, a.Status, body, c.status, c.reason)
		}
		if c.status == 426 && (a.Header.Get("Upgrade") != "websocket" || a.Header.Get("Sec-WebSocket-Version") != "13") {
			t.Errorf("%s: 426 says %v", c.name, a.Header)
		}
		_ = p.Conn.Close()
		if e := failure(r, w, zmq.EventHandshakeFailedProtocol); e.Value != 0x30000000 || e.Err == nil {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
}

// TestOriginsThatMayConnect: those of the same host, and those that are listed.
func TestOriginsThatMayConnect(t *testing.T) {
	for _, c := range []struct {
		origins []string
		origin  string
		ok      bool
	}{
		{nil, "http://localhost", true},
		{nil, "http://localhost:8080", false},
		{nil, "http://other", false},
		{nil, "null", false},
		{[]string{"https://Other.example:8443"}, "https://other.example:8443", true},
		{[]string{"https://other.example:8443"}, "https://other.example", false},
		{[]string{"https://other.example"}, "http://other.example", false},
		{[]string{"*"}, "null", true},
	} {
		r := newTest(t, ws.Config{Origins: c.origins})
		_, at := r.Bind(zmq.PULL, anyPort("ws"))
		a, body := dialRaw(t, at).ask(t, strings.Replace(goodHead, "Host: localhost", "Host: localhost\r\nOrigin: "+c.origin, 1))
		if ok := a.StatusCode == http.StatusSwitchingProtocols; ok != c.ok {
			t.Errorf("%v, a page of %s: %s %s", c.origins, c.origin, a.Status, body)
		}
	}
}

// TestHandshakeDeadlineHoldsForTheUpgrade: a client that says nothing, or a little from
// time to time, is let go at the end of HandshakeInterval.
func TestHandshakeDeadlineHoldsForTheUpgrade(t *testing.T) {
	for _, scheme := range schemes {
		for _, said := range []string{"", "GET / HTTP/1.1\r\n", "\x16\x03\x01"} {
			r := newTest(t, ws.Config{})
			noTLS := scheme != "ws" && said == "GET / HTTP/1.1\r\n"
			interval := 500 * time.Millisecond
			if noTLS {
				interval = 0 // it is said at once, unless the machine is held up
			}
			pull, at := r.Bind(zmq.PULL, anyPort(scheme), zmq.HandshakeInterval.Of(interval))
			w := r.Watch(pull, zmq.EventHandshakeFailedNoDetail|zmq.EventHandshakeFailedProtocol)
			p := dialRaw(t, at)
			p.Write([]byte(said))
			e, _ := w.Next()
			if !noTLS {
				if e.Kind != zmq.EventHandshakeFailedNoDetail || !errors.Is(e.Err, zmq.ErrTimeout) {
					t.Errorf("%s, %q: %v %v", scheme, said, e.Kind, e.Err)
				}
			} else if !strings.Contains(e.Err.Error(), "no TLS") {
				t.Errorf("%s, %q: %v", scheme, said, e.Err)
			}
			p.closed(t)
		}
	}
}

// TestHeadIsBoundedByMaxHandshakeBytes.
func TestHeadIsBoundedByMaxHandshakeBytes(t *testing.T) {
	r := newTest(t, ws.Config{})
	_, at := r.Bind(zmq.PULL, anyPort("ws"), zmq.MaxHandshakeBytes.Of(1000))
	p := dialRaw(t, at)
	if a, _ := p.ask(t, strings.Replace(goodHead, "\r\n\r\n", "\r\nX: "+strings.Repeat("x", 1000)+"\r\n\r\n", 1)); a.StatusCode != 431 {
		t.Error(a.Status)
	}
	q := dialRaw(t, at)
	if a, body := q.ask(t, goodHead); a.StatusCode != http.StatusSwitchingProtocols {
		t.Error(a.Status, body)
	}
}

// TestAnswerOfAServerIsChecked: RFC 6455, 4.1.
func TestAnswerOfAServerIsChecked(t *testing.T) {
	const good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: KEY\r\nSec-WebSocket-Protocol: ZWS2.0\r\n"
	for _, c := range []struct{ name, answer, want string }{
		{"no 101", "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot here!", "404 Not Found"},
		{"no HTTP", "hello\r\n\r\n", "HTTP"},
		{"another key", strings.Replace(good, "KEY", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 1) + "\r\n", "Accept"},
		{"no Upgrade", without(good, "Upgrade") + "\r\n", "upgrades"},
		{"no Connection", without(good, "Connection") + "\r\n", "upgrades"},
		{"no protocol", without(good, "Sec-WebSocket-Protocol") + "\r\n", "Protocol"},
		{"another protocol", strings.Replace(good, "ZWS2.0", "chat", 1) + "\r\n", "chat"},
		{"an extension", good + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "extensions"},
		{"a long head", "HTTP/1.1 101 Switching Protocols\r\nX: " + strings.Repeat("x", 20_000), "16384"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newTest(t, ws.Config{})
			lis, err := net.Listen("tcp", "127.0.0.1:0")
			r.Check(err)
			done := make(chan struct{})
			go func() {
				defer close(done)
				nc, err := lis.Accept()
				if err != nil {
					return
				}
				defer nc.Close()
				_ = nc.SetDeadline(time.Now().Add(rig.Patience))
				req, err := readRequest(nc)
				if err != nil {
					return
				}
				_, _ = nc.Write([]byte(strings.Replace(c.answer, "KEY", acceptOf(req.Header.Get("Sec-WebSocket-Key")), 1)))
				_, _ = nc.Read(make([]byte, 1)) // until the socket ends it
			}()
			push := r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1))
			w := r.Watch(push, zmq.EventHandshakeFailedProtocol|zmq.EventHandshakeFailedNoDetail|zmq.EventHandshakeSucceeded)
			r.Check(push.Connect("ws://" + lis.Addr().String()))
			if e := failure(r, w, zmq.EventHandshakeFailedProtocol); !strings.Contains(e.Err.Error(), c.want) || e.Value != 0x30000000 {
				t.Errorf("%v (%x), want %q", e.Err, e.Value, c.want)
			}
			_ = lis.Close()
			<-done
		})
	}
}

// TestRequestOfAClient: its protocols by its mechanism, the path, and the Host field as
// libzmq has it, without a port.
func TestRequestOfAClient(t *testing.T) {
	for _, m := range mechanisms() {
		for path, want := range map[string]string{"": "/", "/a/b?c=d": "/a/b?c=d"} {
			r := newTest(t, ws.Config{})
			lis, err := net.Listen("tcp", "127.0.0.1:0")
			r.Check(err)
			got := make(chan *http.Request, 1)
			go func() {
				defer close(got)
				if nc, err := lis.Accept(); err == nil {
					_ = nc.SetDeadline(time.Now().Add(rig.Patience))
					if req, err := readRequest(nc); err == nil {
						got <- req
					}
					_ = nc.Close()
				}
			}()
			push := r.Socket(zmq.PUSH, append([]zmq.Setting{zmq.ReconnectInterval.Of(-1)}, m.client...)...)
			r.Check(push.Connect("ws://" + lis.Addr().String() + path))
			req := <-got
			if req == nil {
				t.Fatal("no request")
			}
			protocols := "ZWS2.0/" + m.name
			if m.name == "NULL" {
				protocols += ",ZWS2.0"
			}
			h := req.Header
			if req.RequestURI != want || req.Host != "127.0.0.1" || h.Get("Sec-WebSocket-Protocol") != protocols ||
				h.Get("Upgrade") != "websocket" || h.Get("Connection") != "Upgrade" || h.Get("Sec-WebSocket-Version") != "13" {
				t.Errorf("%s, %q: %s %q %v", m.name, path, req.RequestURI, req.Host, h)
			}
			_ = lis.Close()
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// TestHandlerInAWebServer: a socket at a path of a server, beside a page, with and without
// TLS, for each mechanism.
func TestHandlerInAWebServer(t *testing.T) {
	for _, scheme := range []string{"ws", "wss"} {
		for _, m := range mechanisms() {
			t.Run(scheme+"/"+m.name, func(t *testing.T) {
				r := newTest(t, ws.Config{TLS: &tls.Config{InsecureSkipVerify: true}})
				admit(r)
				rep := r.Socket(zmq.REP)
				h, err := ws.NewHandler(rep, ws.Config{}, m.server...)
				r.Check(err)
				mux := http.NewServeMux()
				mux.Handle("/zmq", h)
				mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a page") })
				server := httptest.NewUnstartedServer(mux)
				if scheme == "ws" {
					server.Start()
				} else {
					server.StartTLS()
				}
				defer server.Close()

				req := r.Connect(zmq.REQ, scheme+"://"+plainly(server.URL)+"/zmq", m.client...)
				for range 10 {
					r.Send(req, "question")
					r.WantRecv(rep, "question")
					r.Send(rep, string(pattern(1, 100_000)))
					r.WantRecv(req, string(pattern(1, 100_000)))
				}
				if p := rep.Peers()[0]; !strings.HasPrefix(p.Remote, scheme+"://127.0.0.1:") || p.Endpoint != h.Endpoint() {
					t.Errorf("%+v", p)
				}
				page, err := server.Client().Get(server.URL)
				r.Check(err)
				body, _ := io.ReadAll(page.Body)
				if _ = page.Body.Close(); string(body) != "a page" {
					t.Errorf("beside it is %q", body)
				}
				r.Check(req.Close())
				r.Check(h.Close())
				if a, _ := get(t, server, "/zmq", goodHeader()); a.StatusCode != http.StatusServiceUnavailable {
					t.Errorf("after Close: %s", a.Status)
				}
				if err := h.Close(); !errors.Is(err, zmq.ErrNoEndpoint) {
					t.Errorf("a second Close: %v", err)
				}
			})
		}
	}
}

// get sends a request to a path with a header.
func get(t *testing.T, server *httptest.Server, path string, h http.Header) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
	rig.Must(t, err)
	req.Header = h
	a, err := server.Client().Do(req)
	rig.Must(t, err)
	defer a.Body.Close()
	if a.StatusCode == http.StatusSwitchingProtocols {
		return a, ""
	}
	body, err := io.ReadAll(a.Body)
	rig.Must(t, err)
	return a, string(body)
}

// goodHeader is that of a request that is taken.
func goodHeader() http.Header {
	return http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, "Sec-Websocket-Protocol": {"ZWS2.0"},
	}
}

// TestHandlerRefusesWithAReason: what is no WebSocket, pages of other origins, and
// protocols that the socket does not speak.
func TestHandlerRefusesWithAReason(t *testing.T) {
	r := newTest(t, ws.Config{})
	h, err := ws.NewHandler(r.Socket(zmq.PULL), ws.Config{Origins: []string{"https://good.example"}})
	r.Check(err)
	server := httptest.NewServer(h)
	defer server.Close()
	for _, c := range []struct {
		name, field, value string
		status             int
		reason             string
	}{
		{"no Upgrade", "Upgrade", "", 426, "Upgrade"},
		{"no key", "Sec-WebSocket-Key", "", 400, "Key"},
		{"another version", "Sec-WebSocket-Version", "8", 426, "13"},
		{"another protocol", "Sec-WebSocket-Protocol", "chat", 400, "ZWS2.0/NULL"},
		{"another origin", "Origin", "https://bad.example", 403, "bad.example"},
		{"a listed origin", "Origin", "https://good.example", 101, ""},
		{"its own origin", "Origin", server.URL, 101, ""},
	} {
		head := goodHeader()
		if head.Del(c.field); c.value != "" {
			head.Set(c.field, c.value)
		}
		a, body := get(t, server, "/", head)
		if a.StatusCode != c.status || !strings.Contains(body, c.reason) {
			t.Errorf("%s: %s %q, want %d with %q", c.name, a.Status, body, c.status, c.reason)
		}
		if c.status == 426 && (a.Header.Get("Upgrade") != "websocket" || a.Header.Get("Sec-WebSocket-Version") != "13") {
			t.Errorf("%s: %v", c.name, a.Header)
		}
	}
}

// TestHandlerOfAServerThatCannotUpgrade: HTTP/2, and writers of middleware that hide the
// connection.
func TestHandlerOfAServerThatCannotUpgrade(t *testing.T) {
	r := newTest(t, ws.Config{})
	h, err := ws.NewHandler(r.Socket(zmq.PULL), ws.Config{})
	r.Check(err)
	w := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.Header = goodHeader()
	h.ServeHTTP(w, req)
	if w.Code != http.StatusNotImplemented || !strings.Contains(w.Body.String(), "WebSocket") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// TestHandlerOfSocketsThatCannotHaveOne.
func TestHandlerOfSocketsThatCannotHaveOne(t *testing.T) {
	r := newTest(t, ws.Config{})
	for _, typ := range []zmq.SocketType{zmq.STREAM, zmq.DGRAM} {
		if _, err := ws.NewHandler(r.Socket(typ), ws.Config{}); !errors.Is(err, zmq.ErrIncompatibleTransport) {
			t.Errorf("%v: %v", typ, err)
		}
	}
	closed := r.Socket(zmq.PULL)
	r.Check(closed.Close())
	if _, err := ws.NewHandler(closed, ws.Config{}); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("a closed socket: %v", err)
	}
}

// TestHandshakeDeadlineHoldsForAHandler: a client that does not finish the handshake of
// the mechanism is let go.
func TestHandshakeDeadlineHoldsForAHandler(t *testing.T) {
	r := newTest(t, ws.Config{})
	pull := r.Socket(zmq.PULL)
	h, err := ws.NewHandler(pull, ws.Config{}, zmq.HandshakeInterval.Of(time.Second))
	r.Check(err)
	server := httptest.NewServer(h)
	defer server.Close()
	w := r.Watch(pull, zmq.EventHandshakeFailedNoDetail)
	p := dialRaw(t, server.URL)
	p.ask(t, goodHead) // and no identity
	if e := w.Want(zmq.EventHandshakeFailedNoDetail)[0]; !errors.Is(e.Err, zmq.ErrTimeout) {
		t.Error(e.Err)
	}
	p.closed(t)
}

// TestFramesBehindTheRequest: what a client sends together with its request is not lost.
func TestFramesBehindTheRequest(t *testing.T) {
	r := newTest(t, ws.Config{})
	pull, at := r.Bind(zmq.PULL, anyPort("ws"))
	mounted := r.Socket(zmq.PULL)
	h, err := ws.NewHandler(mounted, ws.Config{})
	r.Check(err)
	server := httptest.NewServer(h)
	defer server.Close()
	for at, s := range map[string]*zmq.Socket{at: pull, server.URL: mounted} {
		p := dialRaw(t, at)
		p.Write(append(append([]byte(goodHead), frameOf(2, "\x00")...), frameOf(2, "\x00early")...))
		r.WantRecv(s, "early")
	}
}

// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// TestEndpoints: LAST_ENDPOINT of a bind has the numeric address and the path, "/" if
// none was given; Unbind takes it, and Disconnect what Connect was given.
func TestEndpoints(t *testing.T) {
	for _, c := range []struct{ scheme, path, want string }{
		{"ws", "", "/"}, {"ws", "/", "/"}, {"ws", "/a/b", "/a/b"}, {"wss", "/x", "/x"}, {"tls", "", ""},
	} {
		r := newTest(t, ws.Config{})
		pull, at := r.Bind(zmq.PULL, anyPort(c.scheme)+c.path)
		if !strings.HasPrefix(at, c.scheme+"://127.0.0.1:") || strings.Contains(at, "*") || !strings.HasSuffix(at, c.want) ||
			strings.Count(at, "/") != 2+strings.Count(c.want, "/") {
			t.Errorf("%s%s is bound to %q", c.scheme, c.path, at)
		}
		given := strings.TrimSuffix(at, "/")
		push := r.Connect(zmq.PUSH, given)
		if last := push.LastEndpoint(); last != at {
			t.Errorf("connected to %q, LAST_ENDPOINT is %q", given, last)
		}
		r.WaitPeers(pull, 1)
		p := pull.Peers()[0]
		if !strings.HasPrefix(p.Remote, c.scheme+"://127.0.0.1:") || !strings.HasPrefix(p.Local, c.scheme+"://127.0.0.1:") ||
			p.Address != "127.0.0.1" || p.Endpoint != at {
			t.Errorf("%s: the peer is %+v", c.scheme, p)
		}
		if want := map[string]string{"ws": "ZWS 2.0", "wss": "ZWS 2.0", "tls": "ZMTP 3.1"}[c.scheme]; p.Protocol != want {
			t.Errorf("%s: protocol %q, want %q", c.scheme, p.Protocol, want)
		}
		r.Check(push.Disconnect(given))
		r.Check(pull.Unbind(at))
		if err := pull.Unbind(at); !errors.Is(err, zmq.ErrNoEndpoint) {
			t.Errorf("a second Unbind: %v", err)
		}
		again := r.Socket(zmq.PULL)
		r.Check(again.Bind(at)) // the port is free
	}
}

// TestEndpointsThatAreRefused: with an error that says what to do.
func TestEndpointsThatAreRefused(t *testing.T) {
	r := newTest(t, ws.Config{})
	for _, c := range []struct {
		typ      zmq.SocketType
		endpoint string
		code     error
		says     string
	}{
		{zmq.PULL, "ws://127.0.0.1", zmq.ErrInvalid, "port"},
		{zmq.PULL, "ws://127.0.0.1:80/a b", zmq.ErrInvalid, "%20"},
		{zmq.PULL, "ws://127.0.0.1:80/a\r\nX", zmq.ErrInvalid, "path"},
		{zmq.PULL, "ws://127.0.0.1:99999/", zmq.ErrInvalid, "port"},
		{zmq.STREAM, "ws://127.0.0.1:80/", zmq.ErrIncompatibleTransport, "tcp"},
		{zmq.STREAM, "tls://127.0.0.1:80", zmq.ErrIncompatibleTransport, "tcp"},
		{zmq.DGRAM, "wss://127.0.0.1:80/", zmq.ErrIncompatibleTransport, "udp"},
	} {
		s := r.Socket(c.typ)
		for op, err := range map[string]error{"bind": s.Bind(c.endpoint), "connect": s.Connect(c.endpoint)} {
			if !errors.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, %s %q: %v, want %v with %q", c.typ, op, c.endpoint, err, c.code, c.says)
			}
		}
	}
}

// TestWithoutTransportsTheErrorSaysWhereTheyAre.
func TestWithoutTransportsTheErrorSaysWhereTheyAre(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	for _, scheme := range schemes {
		err := s.Bind(anyPort(scheme))
		if !errors.Is(err, zmq.ErrUnsupportedTransport) || !strings.Contains(err.Error(), "WithTransports") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// TestTransportsOfASocketAndOfAnEndpoint: as settings of a context, of a socket and of a
// call, each before the one before it.
func TestTransportsOfASocketAndOfAnEndpoint(t *testing.T) {
	r := rig.New(t)
	one, other := newAuthority(t), newAuthority(t)
	pull := r.Socket(zmq.PULL, with(ws.Config{TLS: one.both()}))
	r.Check(pull.Bind(anyPort("wss")))
	first := pull.LastEndpoint()
	r.Check(pull.Bind(anyPort("wss"), with(ws.Config{TLS: other.both()})))
	second := pull.LastEndpoint()

	push := r.Socket(zmq.PUSH)
	r.Check(push.Connect(first, with(ws.Config{TLS: one.both()})))
	r.WaitPeers(push, 1)
	r.Check(push.Connect(second, with(ws.Config{TLS: other.both()})))
	r.WaitPeers(push, 2)
	r.Check(pull.Unbind(first)) // although neither is the socket's
	r.Check(push.Disconnect(first))
}

// TestOnlyTransportsOfTheLibraryAreTaken.
func TestOnlyTransportsOfTheLibraryAreTaken(t *testing.T) {
	if _, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.WithTransports(foreign{})}}); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a transport of somebody else: %v", err)
	}
	if text := with(ws.Config{}).String(); text != "transports" {
		t.Errorf("the setting is printed as %q", text)
	}
}

type foreign struct{}

func (foreign) Scheme() string { return "foreign" }

// TestMonitor: the events are those of tcp, in their order.
func TestMonitor(t *testing.T) {
	for _, scheme := range schemes {
		r := newTest(t, ws.Config{})
		pull, push := r.Socket(zmq.PULL), r.Socket(zmq.PUSH)
		at, from := r.Watch(pull, zmq.EventAll), r.Watch(push, zmq.EventAll&^zmq.EventConnectDelayed)
		r.Check(pull.Bind(anyPort(scheme)))
		r.Check(push.Connect(pull.LastEndpoint()))
		list := at.Want(zmq.EventListening, zmq.EventAccepted, zmq.EventHandshakeSucceeded)
		if list[0].Local != pull.LastEndpoint() || list[0].Value < 0 {
			t.Errorf("%s: %+v", scheme, list[0])
		}
		for _, e := range append(list[1:], from.Want(zmq.EventConnected, zmq.EventHandshakeSucceeded)...) {
			if !strings.HasPrefix(e.Local, scheme+"://127.0.0.1:") || !strings.HasPrefix(e.Remote, scheme+"://127.0.0.1:") {
				t.Errorf("%s: %+v", scheme, e)
			}
		}
		if list[1].Value < 0 {
			t.Errorf("%s: accepted without a descriptor", scheme)
		}
		r.Check(push.Close())
		at.Want(zmq.EventDisconnected)
	}
}

// TestReconnect: a connection that breaks is made again, with what was queued.
func TestReconnect(t *testing.T) {
	eachWay(t, func(r *rig.Test, scheme string, m sides) {
		again := zmq.ReconnectInterval.Of(5 * time.Millisecond)
		pull, at := r.Bind(zmq.PULL, anyPort(scheme), m.server...)
		push := r.Connect(zmq.PUSH, at, append([]zmq.Setting{again}, m.client...)...)
		r.Send(push, "before")
		r.WantRecv(pull, "before")
		w := r.Watch(pull, zmq.EventHandshakeSucceeded)
		for range 3 {
			r.Check(pull.DisconnectPeer(pull.Peers()[0].Peer))
			w.Want(zmq.EventHandshakeSucceeded)
			r.WaitUntil("a message over the new connection", func() bool { r.Send(push, "after"); return pollIn(pull) })
			for pollIn(pull) {
				r.WantRecv(pull, "after")
			}
		}
	})
}

// TestLinger: what is queued at Close arrives, however long the peer takes to read it.
func TestLinger(t *testing.T) {
	eachWay(t, func(r *rig.Test, scheme string, m sides) {
		pull, at := r.Bind(zmq.PULL, anyPort(scheme), append(rig.SmallQueues(1), m.server...)...)
		push := r.Connect(zmq.PUSH, at, append([]zmq.Setting{zmq.Linger.Of(-1), zmq.SendHWM.Of(0)}, m.client...)...)
		r.WaitPeers(pull, 1)
		const n = 50
		for i := range n {
			r.Check(push.Send(r.Ctx, pattern(i, 50_000)))
		}
		closed := make(chan error, 1)
		go func() { closed <- push.Close() }()
		for i := range n {
			got, err := pull.Recv(r.Ctx)
			r.Check(err)
			if len(got.Frame(0)) != 50_000 || got.Frame(0)[0] != byte(i) {
				r.Fatalf("message %d has %d bytes", i, len(got.Frame(0)))
			}
		}
		r.Check(<-closed)
	})
}

// TestHeartbeatIsAPing: HEARTBEAT_IVL sends Pings without a payload, and any frame of the
// peer answers.
func TestHeartbeatIsAPing(t *testing.T) {
	r := newTest(t, ws.Config{})
	pull, at := r.Bind(zmq.PULL, anyPort("ws"), zmq.HeartbeatInterval.Of(10*time.Millisecond), zmq.HeartbeatTimeout.Of(rig.Patience))
	p := dialRaw(t, at)
	p.upgrade(t)
	r.WaitPeers(pull, 1)
	for range 3 {
		if op, payload := p.frame(t); op != 9 || payload != "" {
			t.Fatalf("operation %d with %q, want a Ping", op, payload)
		}
		p.send(10, "")
	}
	r.WaitUntil("a round trip", func() bool { return pull.Peers()[0].RoundTrip() > 0 })
}

// TestHeartbeatsOfBothEnds: with every mechanism; Pings are not encrypted by it.
func TestHeartbeatsOfBothEnds(t *testing.T) {
	eachWay(t, func(r *rig.Test, scheme string, m sides) {
		beat := []zmq.Setting{zmq.HeartbeatInterval.Of(5 * time.Millisecond), zmq.HeartbeatTimeout.Of(rig.Patience)}
		pull, at := r.Bind(zmq.PULL, anyPort(scheme), append(beat, m.server...)...)
		push := r.Connect(zmq.PUSH, at, append(beat, m.client...)...)
		r.WaitPeers(push, 1)
		r.WaitPeers(pull, 1)
		r.WaitUntil("both to have measured", func() bool {
			r.Send(push, "x")
			r.WantRecv(pull, "x")
			return pull.Peers()[0].RoundTrip() > 0 && push.Peers()[0].RoundTrip() > 0
		})
	})
}

// TestSilentPeerIsLetGo: HEARTBEAT_TIMEOUT, for one that answers no Ping.
func TestSilentPeerIsLetGo(t *testing.T) {
	r := newTest(t, ws.Config{})
	pull, at := r.Bind(zmq.PULL, anyPort("ws"), zmq.HeartbeatInterval.Of(20*time.Millisecond), zmq.HeartbeatTimeout.Of(60*time.Millisecond))
	w := r.Watch(pull, zmq.EventDisconnected)
	p := dialRaw(t, at)
	p.upgrade(t)
	if e := w.Want(zmq.EventDisconnected)[0]; !errors.Is(e.Err, zmq.ErrTimeout) {
		t.Errorf("%v", e.Err)
	}
	p.closed(t)
}

// TestPingIsAnswered: RFC 6455, 5.5.3, with the same payload, also before the handshake
// of a mechanism is over.
func TestPingIsAnswered(t *testing.T) {
	r := newTest(t, ws.Config{})
	pull, at := r.Bind(zmq.PULL, anyPort("ws"))
	p := dialRaw(t, at)
	p.upgrade(t)
	r.WaitPeers(pull, 1)
	for _, payload := range []string{"", "abc", strings.Repeat("x", 125)} {
		p.send(9, payload)
		if op, got := p.frame(t); op != 10 || got != payload {
			t.Errorf("operation %d with %q, want a Pong with %q", op, got, payload)
		}
	}
	q := dialRaw(t, at)
	q.ask(t, strings.Replace(goodHead, "ZWS2.0\r\n", "ZWS2.0/NULL\r\n", 1))
	q.send(9, "early")
	for {
		if op, got := q.frame(t); op == 10 && got == "early" {
			break
		}
	}
}

// TestCloseOfAPeer: RFC 6455, 5.5.1: it is answered with the same code, and the
// connection ends.
func TestCloseOfAPeer(t *testing.T) {
	r := newTest(t, ws.Config{})
	pull, at := r.Bind(zmq.PULL, anyPort("ws"))
	w := r.Watch(pull, zmq.EventDisconnected)
	p := dialRaw(t, at)
	p.upgrade(t)
	p.send(2, "\x00last")
	p.send(8, "\x03\xe9bye")
	if op, got := p.frame(t); op != 8 || got != "\x03\xe9bye" {
		t.Errorf("operation %d with %q, want the same Close", op, got)
	}
	p.closed(t)
	w.Want(zmq.EventDisconnected)
	r.WantRecv(pull, "last")
}

// TestSocketSaysCloseAtItsEnd: RFC 6455, 7.1.2, behind the last message.
func TestSocketSaysCloseAtItsEnd(t *testing.T) {
	r := newTest(t, ws.Config{})
	push, at := r.Bind(zmq.PUSH, anyPort("ws"), zmq.Linger.Of(-1))
	p := dialRaw(t, at)
	p.upgrade(t)
	r.WaitPeers(push, 1)
	r.Send(push, "last")
	closed := make(chan error, 1)
	go func() { closed <- push.Close() }()
	if op, got := p.frame(t); op != 2 || got != "\x00last" {
		t.Fatalf("operation %d with %q", op, got)
	}
	if op, got := p.frame(t); op != 8 || got != "\x03\xe8" {
		t.Errorf("operation %d with %q, want Close with 1000", op, got)
	}
	rig.Must(t, p.Conn.Close())
	r.Check(<-closed)
}

// TestBrowserStylePeer: RFC 45 without a mechanism: an identity, subscriptions as
// messages, fragments.
func TestBrowserStylePeer(t *testing.T) {
	r := newTest(t, ws.Config{})
	pub, at := r.Bind(zmq.XPUB, anyPort("ws"))
	p := dialRaw(t, at)
	p.upgrade(t)
	p.send(2, "\x00\x01A.")
	r.WantRecv(pub, "\x01A.")
	r.Send(pub, "B.no")
	r.Send(pub, "A.yes", "more")
	for _, want := range []string{"\x01A.yes", "\x00more"} {
		if op, got := p.frame(t); op != 2 || got != want {
			t.Errorf("operation %d with %q, want %q", op, got, want)
		}
	}
	p.Write([]byte{0x02, 0x81, 0, 0, 0, 0, 0, 0x80, 0x83, 0, 0, 0, 0, 0, 'A', '.'})
	r.WantRecv(pub, "\x00A.")

	router, at := r.Bind(zmq.ROUTER, anyPort("ws"))
	q := dialRaw(t, at)
	q.ask(t, goodHead)
	q.send(2, "\x00me")
	q.send(2, "\x01hello")
	q.send(2, "\x00you")
	r.WantRecv(router, "me", "hello", "you")
}

// TestGroupsNeedCommands: RADIO and DISH do not speak ZWS without a mechanism.
func TestGroupsNeedCommands(t *testing.T) {
	r := newTest(t, ws.Config{})
	_, at := r.Bind(zmq.RADIO, anyPort("ws"))
	if a, body := dialRaw(t, at).ask(t, goodHead); a.StatusCode != 400 || !strings.Contains(body, "ZWS2.0/NULL") {
		t.Error(a.Status, body)
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/wire"
)

// requests records what a handler was asked.
type requests struct {
	mu   sync.Mutex
	list [][]string
}

// admit lets everybody in.
func (r *requests) admit(request []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, request)
	return reply("200")
}

func (r *requests) take() [][]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.list
	r.list = nil
	return list
}

// TestZAPRequest: what a handler sees, as RFC 27 has it, whatever type it
// is; the identity is that of the asking socket, as in libzmq.
func TestZAPRequest(t *testing.T) {
	for _, typ := range []SocketType{REP, ROUTER} {
		eachMechanism(t, func(t *testing.T, m sides) {
			var r requests
			c := newTestContext(t)
			zapHandler(t, c, typ, r.admit)
			server := append(m.server, ZAPDomain.Of("global"), RoutingID.Of([]byte("server")))
			meet(t, c, server, append(m.client, RoutingID.Of([]byte("client")))).succeeds(t)
			want := []string{"1.0", "1", "global", "127.0.0.1", "server", m.name}
			switch m.name {
			case "PLAIN":
				want = append(want, "admin", "secret")
			case "CURVE":
				want = append(want, string(m.clientKey.Bytes()))
			}
			if got := r.take(); len(got) != 1 || !slices.Equal(got[0], want) {
				t.Errorf("asked %q, want %q", got, want)
			}
		})
	}
}

// TestZAPAddressOfIPC: unix credentials, where the system has them.
func TestZAPAddressOfIPC(t *testing.T) {
	var r requests
	c := newTestContext(t)
	zapHandler(t, c, REP, r.admit)
	server := socketIn(t, c, PULL, ZAPDomain.Of("x"))
	client := newTestSocket(t, PUSH)
	must(t, server.Bind("ipc://*"))
	must(t, client.Connect(server.LastEndpoint()))
	must(t, client.SendString(testDeadline(t), "x"))
	m, err := server.Recv(testDeadline(t))
	must(t, err)
	if got := r.take(); len(got) != 1 || got[0][3] != m.Peer().Address {
		t.Errorf("asked %q about %q", got, m.Peer().Address)
	}
}

// TestZAPIsAskedOrNot: RFC 27, each row with and without a handler.
func TestZAPIsAskedOrNot(t *testing.T) {
	const asked, admitted, refused = "asked", "admitted", "refused"
	for _, x := range []struct {
		mechanism       string
		domain, enforce bool
		handler, none   string // what happens where there is a handler, and where there is none
	}{
		{"NULL", false, false, admitted, admitted},
		{"NULL", false, true, admitted, admitted},
		{"NULL", true, false, asked, admitted},
		{"NULL", true, true, asked, refused},
		{"PLAIN", false, false, asked, refused},
		{"PLAIN", true, false, asked, refused},
		{"PLAIN", true, true, asked, refused},
		{"PLAIN", false, true, refused, refused}, // libzmq ends the process
		{"CURVE", false, false, asked, admitted},
		{"CURVE", true, false, asked, admitted},
		{"CURVE", true, true, asked, refused},
		{"CURVE", false, true, admitted, admitted},
	} {
		for _, handler := range []bool{true, false} {
			want := x.none
			if handler {
				want = x.handler
			}
			var r requests
			c := newTestContext(t)
			if handler {
				zapHandler(t, c, REP, r.admit)
			}
			var m sides
			for _, m = range mechanisms() {
				if m.name == x.mechanism {
					break
				}
			}
			server := slices.Clone(m.server)
			if x.mechanism == "NULL" {
				server = nil
			}
			if x.domain {
				server = append(server, ZAPDomain.Of("d"))
			}
			got := admitted
			mt := meet(t, c, append(server, ZAPEnforceDomain.Of(x.enforce)), m.client)
			if want == refused {
				e := wantEvent(t, "server", mt.serverEvents, EventHandshakeFailedNoDetail, int64(syscall.EFAULT))
				wantLost(t, "client", mt.clientEvents)
				if !strings.Contains(e.Err.Error(), "handler") && !strings.Contains(e.Err.Error(), "DOMAIN") {
					t.Errorf("the reason does not help: %v", e.Err)
				}
				got = refused
			} else {
				p := mt.succeeds(t).Peer()
				if p.Authenticated != (want == asked) {
					t.Errorf("%+v: authenticated %v", x, p.Authenticated)
				}
			}
			if n := len(r.take()); n > 0 {
				got = asked
			}
			if got != want {
				t.Errorf("%+v with handler %v: %s, want %s", x, handler, got, want)
			}
		}
	}
}

// TestZAPVerdict: RFC 27
func TestZAPVerdict(t *testing.T) {
	for _, x := range []struct {
		status string
		value  int64
		client EventKind
		told   int64 // 0: nothing
	}{
		{"300", 300, EventHandshakeFailedNoDetail, 0},
		{"400", 400, EventHandshakeFailedAuth, 400},
		{"500", 500, EventHandshakeFailedAuth, 500},
	} {
		eachMechanism(t, func(t *testing.T, m sides) {
			c := newTestContext(t)
			zapHandler(t, c, REP, always(reply(x.status, "because")...))
			mt := meet(t, c, m.server, m.client)
			e := wantEvent(t, "server", mt.serverEvents, EventHandshakeFailedAuth, x.value)
			if !strings.Contains(e.Err.Error(), x.status) || !strings.Contains(e.Err.Error(), "because") {
				t.Errorf("the log gets %v", e.Err)
			}
			if x.told == 0 {
				wantLost(t, "client", mt.clientEvents)
			} else {
				wantEvent(t, "client", mt.clientEvents, x.client, x.told)
			}
			if len(mt.server.Peers()) != 0 {
				t.Error("the peer is there")
			}
		})
	}
}

// TestZAPServerThatConnects asks all the same: roles do not follow from who binds.
func TestZAPServerThatConnects(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		var r requests
		c := newTestContext(t)
		zapHandler(t, c, ROUTER, r.admit)
		server, client := socketIn(t, c, DEALER, m.server...), newTestSocket(t, DEALER, m.client...)
		events := handshakes(t, server)
		must(t, client.Bind("tcp://127.0.0.1:*"))
		must(t, server.Connect(client.LastEndpoint()))
		wantEvent(t, "server", events, EventHandshakeSucceeded, 0)
		(&meeting{server: server, client: client}).talk(t)
		if n := len(r.take()); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// TestZAPMalformedReply: RFC 27; whatever is wrong, nobody is let in.
func TestZAPMalformedReply(t *testing.T) {
	for _, x := range []struct {
		name   string
		answer []string
		code   int64
	}{
		{"too short", []string{"1.0", "1", "200", "", ""}, 0x20000001},
		{"too long", []string{"1.0", "1", "200", "", "", "", ""}, 0x20000001},
		{"one frame", []string{""}, 0x20000001},
		{"version", []string{"2.0", "1", "200", "", "", ""}, 0x20000003},
		{"request id", []string{"1.0", "2", "200", "", "", ""}, 0x20000002},
		{"status 201", reply("201"), 0x20000004},
		{"status 600", reply("600"), 0x20000004},
		{"status 100", reply("100"), 0x20000004},
		{"status of two digits", reply("20"), 0x20000004},
		{"status of four digits", reply("2000"), 0x20000004},
		{"status of nothing", reply(""), 0x20000004},
		{"metadata cut off", reply("200", "", "", "\x06X-R"), 0x20000005},
		{"metadata of another type", reply("200", "", "", property("Socket-Type", "PUB")), 0x20000005},
		{"metadata cut off in a refusal", reply("400", "", "", "\x06X-R"), 0x20000005},
	} {
		eachMechanism(t, func(t *testing.T, m sides) {
			c := newTestContext(t)
			zapHandler(t, c, REP, always(x.answer...))
			mt := meet(t, c, m.server, m.client)
			e := wantEvent(t, x.name, mt.serverEvents, EventHandshakeFailedProtocol, x.code)
			if !errors.Is(e.Err, ErrProtocol) {
				t.Errorf("%s: %v", x.name, e.Err)
			}
			wantLost(t, x.name, mt.clientEvents)
		})
	}
}

// TestZAPDelimiter: a ROUTER that does not send the delimiter back.
func TestZAPDelimiter(t *testing.T) {
	c := newTestContext(t)
	h := socketIn(t, c, ROUTER)
	must(t, h.Bind(zapEndpoint))
	m := mechanisms()[2]
	mt := meet(t, c, m.server, m.client)
	q, err := h.Recv(testDeadline(t))
	must(t, err)
	if q.Len() != 9 || len(q.Frame(0)) != 5 || len(q.Frame(1)) != 0 { // RFC 27
		t.Errorf("the envelope is %q", q.Frames()[:2])
	}
	must(t, h.SendString(testDeadline(t), string(q.Frame(0)), "x", "1.0", "1", "200", "", "", ""))
	wantEvent(t, "server", mt.serverEvents, EventHandshakeFailedProtocol, 0x20000000)
}

// TestZAPHandlerOfAnotherType cannot answer, and so nobody is let in. libzmq ends
// the process.
func TestZAPHandlerOfAnotherType(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := newTestContext(t)
		must(t, socketIn(t, c, PULL).Bind(zapEndpoint))
		mt := meet(t, c, m.server, m.client)
		e := wantEvent(t, "server", mt.serverEvents, EventHandshakeFailedNoDetail, int64(syscall.EFAULT))
		if !strings.Contains(e.Err.Error(), "PULL") {
			t.Error(e.Err)
		}
	})
}

// TestZAPHandlerThatLeaves: a question that nobody will answer any more is a no, at
// once; a handler that comes back is asked when the peer does.
func TestZAPHandlerThatLeaves(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := newTestContext(t)
		asked := make(chan struct{}, 100)
		h := zapHandler(t, c, REP, func([]string) []string { asked <- struct{}{}; return nil })
		mt := meet(t, c, m.server, append(m.client, ReconnectInterval.Of(time.Millisecond)))
		<-asked
		must(t, h.Close())
		wantEvent(t, "server", mt.serverEvents, EventHandshakeFailedNoDetail, int64(syscall.EFAULT))
		wantLost(t, "client", mt.clientEvents)
		zapHandler(t, c, ROUTER, always(reply("200")...))
		mt.talk(t)
	})
}

// TestZAPHandlerThatSaysNothing holds up nobody else, and the peer no longer than
// the handshake interval.
func TestZAPHandlerThatSaysNothing(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := newTestContext(t)
		asked := make(chan string, 100)
		h := socketIn(t, c, ROUTER)
		must(t, h.Bind(zapEndpoint))
		go func() { // answers each but the first
			for n := 0; ; n++ {
				q, err := h.Recv(testDeadline(t))
				if err != nil {
					close(asked)
					return
				}
				asked <- q.String()
				if n > 0 {
					_ = h.SendString(testDeadline(t), string(q.Frame(0)), "", "1.0", "1", "200", "", "", "")
				}
			}
		}()
		t.Cleanup(func() {
			_ = h.Close()
			for range asked {
			}
		})
		mt := meet(t, c, append(m.server, HandshakeInterval.Of(500*time.Millisecond)), m.client)
		<-asked
		other := newTestSocket(t, DEALER, m.client...)
		must(t, other.Connect(mt.server.LastEndpoint()))
		(&meeting{server: mt.server, client: other}).talk(t)
		wantEvent(t, "other", mt.serverEvents, EventHandshakeSucceeded, 0)
		e := wantEvent(t, "server", mt.serverEvents, EventHandshakeFailedNoDetail, int64(syscall.EAGAIN))
		if !errors.Is(e.Err, ErrTimeout) {
			t.Error(e.Err)
		}
	})
}

// TestZAPLateReply: one that nobody waits for any more, and a second one, change
// nothing; nor do they stay.
func TestZAPLateReply(t *testing.T) {
	c := newTestContext(t)
	h := socketIn(t, c, ROUTER)
	must(t, h.Bind(zapEndpoint))
	m := mechanisms()[2]
	mt := meet(t, c, m.server, m.client)
	q, err := h.Recv(testDeadline(t))
	must(t, err)
	for _, status := range []string{"200", "400"} {
		_ = h.SendString(testDeadline(t), string(q.Frame(0)), "", "1.0", "1", status, "", "", "")
	}
	mt.succeeds(t)
	must(t, mt.client.Disconnect(mt.server.LastEndpoint()))
	must(t, mt.client.Connect(mt.server.LastEndpoint()))
	q, err = h.Recv(testDeadline(t)) // the peer leaves before the answer
	must(t, err)
	must(t, mt.client.Disconnect(mt.server.LastEndpoint()))
	wantEvent(t, "server", mt.serverEvents, EventHandshakeFailedNoDetail, int64(syscall.EPIPE))
	noPeersOf(t, h)
	if err := h.SendString(testDeadline(t), string(q.Frame(0)), "", "1.0", "1", "200", "", "", ""); !errors.Is(err, ErrHostUnreachable) {
		t.Errorf("a late answer: %v", err)
	}
	noPeersOf(t, mt.server) // not the first connection any more either
}

// TestZAPRequestOfAPeerThatHasLeft is taken back unless the handler has begun: who
// comes and goes would make more work than it can do, for nobody.
func TestZAPRequestOfAPeerThatHasLeft(t *testing.T) {
	for _, typ := range []SocketType{REP, ROUTER} {
		c := newTestContext(t)
		h := socketIn(t, c, typ)
		must(t, h.Bind(zapEndpoint))
		s := socketIn(t, c, DEALER, PlainServer.Of(true))
		must(t, s.Bind("tcp://127.0.0.1:*"))
		events := handshakes(t, s)
		for i := range 20 {
			p := dialRaw(t, s.LastEndpoint())
			p.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "PLAIN"}))
			p.read(wire.GreetingSize)
			p.write([]byte("\x04\x13\x05HELLO\x05admin\x06secret"))
			for len(h.Peers()) == 0 || h.Peers()[0].QueuedIn == 0 {
				if testDeadline(t).Err() != nil {
					t.Fatal("not asked")
				}
				<-time.After(time.Millisecond)
			}
			must(t, p.nc.Close())
			wantEvent(t, "server", events, EventHandshakeFailedNoDetail, int64(syscall.EPIPE))
			noPeersOf(t, h)
			if i%2 == 0 {
				continue // the next one comes before the handler looks
			}
			if m, err := h.TryRecv(); !errors.Is(err, ErrAgain) {
				t.Fatalf("asked %q, %v", m.Frames(), err)
			}
		}
		client := newTestSocket(t, DEALER, PlainUsername.Of("bob"), PlainPassword.Of("x"))
		must(t, client.Connect(s.LastEndpoint()))
		if m, err := h.Recv(testDeadline(t)); err != nil || string(m.Frame(m.Len()-2)) != "bob" {
			t.Errorf("asked %q, %v", m.Frames(), err)
		}
	}
}

// TestZAPPeerOutOfTurn: a client that does not wait for the verdict breaks the
// protocol (RFC 27), and the handler is not waited for. NULL has no turns.
func TestZAPPeerOutOfTurn(t *testing.T) {
	c := newTestContext(t)
	asked := make(chan struct{}, 10)
	zapHandler(t, c, REP, func([]string) []string { asked <- struct{}{}; return nil })
	s := socketIn(t, c, DEALER, PlainServer.Of(true), HandshakeInterval.Of(0))
	must(t, s.Bind("tcp://127.0.0.1:*"))
	events := handshakes(t, s)
	const hello, more = "\x04\x13\x05HELLO\x05admin\x06secret", "\x04\x09\x08INITIATE"
	for _, together := range []bool{true, false} {
		p := dialRaw(t, s.LastEndpoint())
		p.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "PLAIN"}))
		p.read(wire.GreetingSize)
		if together {
			p.write([]byte(hello + more))
		} else {
			p.write([]byte(hello))
			<-asked
			p.write([]byte(more))
		}
		wantEvent(t, "server", events, EventHandshakeFailedProtocol, 0x10000000)
		p.closed()
	}
}

// noPeersOf waits until a socket has none.
func noPeersOf(t testing.TB, s *Socket) {
	t.Helper()
	for len(s.Peers()) > 0 {
		if testDeadline(t).Err() != nil {
			t.Fatalf("peers %+v", s.Peers())
		}
		<-time.After(time.Millisecond)
	}
}

// TestZAPCloseWhileAsked: neither the server nor its context wait for a handler.
func TestZAPCloseWhileAsked(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := newTestContext(t)
		asked := make(chan struct{}, 100)
		h := zapHandler(t, c, REP, func([]string) []string { asked <- struct{}{}; return nil })
		mt := meet(t, c, m.server, m.client)
		<-asked
		must(t, mt.server.Close())
		noPeersOf(t, h)
	})
}

// TestZAPProperties: what the handler says of a peer is known of its messages, and
// wins over what the peer says of itself (RFC 27).
func TestZAPProperties(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := newTestContext(t)
		zapHandler(t, c, REP, always(reply("200", "", "alice", property("X-Role", "op")+property("X-Other", "1"))...))
		client := append(m.client, metadataSetting(t, "X-Role:admin"), metadataSetting(t, "X-Mine:2"))
		got := meet(t, c, m.server, client).succeeds(t)
		for name, want := range map[string]string{
			"User-Id": "alice", "X-Role": "op", "X-Other": "1", "X-Mine": "2", "Socket-Type": "DEALER", "Peer-Address": "127.0.0.1",
		} {
			if v, ok := got.Property(name); !ok || v != want {
				t.Errorf("%s is %q, %v; want %q", name, v, ok, want)
			}
		}
		for name, want := range map[string]string{"User-Id": "alice", "X-Role": "op", "X-Other": "1", "X-Mine": "", "Socket-Type": "", "Identity": ""} {
			if v, ok := got.Peer().Vouched(name); ok != (want != "") || v != want {
				t.Errorf("the handler's word for %s is %q, %v; want %q", name, v, ok, want)
			}
		}
		p := got.Peer()
		if p.UserID != "alice" || !p.Authenticated || p.Mechanism != m.name || p.PublicKey != m.clientKey {
			t.Errorf("%+v", p)
		}
	})
}

func metadataSetting(t testing.TB, text string) Setting {
	t.Helper()
	x, err := ParseSetting("METADATA", text)
	must(t, err)
	return x
}

// TestZAPEmptyUserID: the property is there even if the handler names nobody.
func TestZAPEmptyUserID(t *testing.T) {
	c := newTestContext(t)
	zapHandler(t, c, REP, always(reply("200")...))
	got := meet(t, c, []Setting{ZAPDomain.Of("x")}, nil).succeeds(t)
	if v, ok := got.Property("User-Id"); v != "" || !ok {
		t.Errorf("%q, %v", v, ok)
	}
}

// TestUserIDIsTheHandlersWord: a peer that announces one of its own is not
// believed. libzmq would pass it on.
func TestUserIDIsTheHandlersWord(t *testing.T) {
	s := newTestSocket(t, PULL)
	must(t, s.Bind("tcp://127.0.0.1:*"))
	p := dialRaw(t, s.LastEndpoint())
	p.greet(1)
	p.write(append([]byte{4, byte(6 + len(property("User-Id", "root")))}, "\x05READY"+property("User-Id", "root")...))
	p.frame()
	p.write([]byte{0, 1, 'x'})
	m, err := s.Recv(testDeadline(t))
	must(t, err)
	if v, ok := m.Property("User-Id"); ok || m.Peer().UserID != "" {
		t.Errorf("%q", v)
	}
	if v, ok := m.Peer().Vouched("User-Id"); ok {
		t.Errorf("%q", v)
	}
}

// SPDX-License-Identifier: Apache-2.0

package security_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// requests records what a handler was asked.
type requests struct {
	mu   sync.Mutex
	list [][]string
}

// admit lets all peers in.
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
	for _, typ := range []zmq.SocketType{zmq.REP, zmq.ROUTER} {
		eachMechanism(t, func(t *testing.T, m sides) {
			var r requests
			c := rig.Context(t)
			zapHandler(t, c, typ, r.admit)
			server := append(m.server, zmq.ZAPDomain.Of("global"), zmq.RoutingID.Of([]byte("server")))
			meet(t, c, server, append(m.client, zmq.RoutingID.Of([]byte("client")))).succeeds(t)
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
	c := rig.Context(t)
	zapHandler(t, c, zmq.REP, r.admit)
	server := rig.SocketIn(t, c, zmq.PULL, zmq.ZAPDomain.Of("x"))
	client := rig.Socket(t, zmq.PUSH)
	rig.Must(t, server.Bind("ipc://*"))
	rig.Must(t, client.Connect(server.LastEndpoint()))
	rig.Must(t, client.SendString(rig.Deadline(t), "x"))
	m, err := server.Recv(rig.Deadline(t))
	rig.Must(t, err)
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
			c := rig.Context(t)
			if handler {
				zapHandler(t, c, zmq.REP, r.admit)
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
				server = append(server, zmq.ZAPDomain.Of("d"))
			}
			got := admitted
			mt := meet(t, c, append(server, zmq.ZAPEnforceDomain.Of(x.enforce)), m.client)
			if want == refused {
				e := wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedNoDetail, int64(syscall.EFAULT))
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
		client zmq.EventKind
		told   int64 // 0: nothing
	}{
		{"300", 300, zmq.EventHandshakeFailedNoDetail, 0},
		{"400", 400, zmq.EventHandshakeFailedAuth, 400},
		{"500", 500, zmq.EventHandshakeFailedAuth, 500},
	} {
		eachMechanism(t, func(t *testing.T, m sides) {
			c := rig.Context(t)
			zapHandler(t, c, zmq.REP, always(reply(x.status, "because")...))
			mt := meet(t, c, m.server, m.client)
			e := wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedAuth, x.value)
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

// TestZAPServerThatConnects asks all the same, because a server need not be the side
// that binds.
func TestZAPServerThatConnects(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		var r requests
		c := rig.Context(t)
		zapHandler(t, c, zmq.ROUTER, r.admit)
		server, client := rig.SocketIn(t, c, zmq.DEALER, m.server...), rig.Socket(t, zmq.DEALER, m.client...)
		events := handshakes(t, server)
		rig.Must(t, client.Bind(rig.AnyPort))
		rig.Must(t, server.Connect(client.LastEndpoint()))
		wantEvent(t, "server", events, zmq.EventHandshakeSucceeded, 0)
		(&meeting{server: server, client: client}).talk(t)
		if n := len(r.take()); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// TestZAPMalformedReply: RFC 27. Whatever is wrong with a reply, the peer is refused.
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
			c := rig.Context(t)
			zapHandler(t, c, zmq.REP, always(x.answer...))
			mt := meet(t, c, m.server, m.client)
			e := wantEvent(t, x.name, mt.serverEvents, zmq.EventHandshakeFailedProtocol, x.code)
			if !errors.Is(e.Err, zmq.ErrProtocol) {
				t.Errorf("%s: %v", x.name, e.Err)
			}
			wantLost(t, x.name, mt.clientEvents)
		})
	}
}

// TestZAPDelimiter: a ROUTER that does not send the delimiter back.
func TestZAPDelimiter(t *testing.T) {
	c := rig.Context(t)
	h := rig.SocketIn(t, c, zmq.ROUTER)
	rig.Must(t, h.Bind(zapEndpoint))
	m := mechanisms()[2]
	mt := meet(t, c, m.server, m.client)
	q, err := h.Recv(rig.Deadline(t))
	rig.Must(t, err)
	if q.Len() != 9 || len(q.Frame(0)) != 5 || len(q.Frame(1)) != 0 { // RFC 27
		t.Errorf("the envelope is %q", q.Frames()[:2])
	}
	rig.Must(t, h.SendString(rig.Deadline(t), string(q.Frame(0)), "x", "1.0", "1", "200", "", "", ""))
	wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedProtocol, 0x20000000)
}

// TestZAPHandlerOfAnotherType cannot answer, and so all peers are refused. libzmq ends
// the process.
func TestZAPHandlerOfAnotherType(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		rig.Must(t, rig.SocketIn(t, c, zmq.PULL).Bind(zapEndpoint))
		mt := meet(t, c, m.server, m.client)
		e := wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedNoDetail, int64(syscall.EFAULT))
		if !strings.Contains(e.Err.Error(), "PULL") {
			t.Error(e.Err)
		}
	})
}

// TestZAPHandlerThatLeaves: a question whose handler leaves is refused at once. When
// handler and peer are back, the handler is asked again.
func TestZAPHandlerThatLeaves(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		asked := make(chan struct{}, 100)
		h := zapHandler(t, c, zmq.REP, func([]string) []string { asked <- struct{}{}; return nil })
		mt := meet(t, c, m.server, append(m.client, zmq.ReconnectInterval.Of(time.Millisecond)))
		<-asked
		rig.Must(t, h.Close())
		wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedNoDetail, int64(syscall.EFAULT))
		wantLost(t, "client", mt.clientEvents)
		zapHandler(t, c, zmq.ROUTER, always(reply("200")...))
		mt.talk(t)
	})
}

// TestZAPHandlerThatSaysNothing delays its peer no longer than the handshake interval,
// and other peers not at all.
func TestZAPHandlerThatSaysNothing(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		asked := make(chan string, 100)
		h := rig.SocketIn(t, c, zmq.ROUTER)
		rig.Must(t, h.Bind(zapEndpoint))
		go func() { // answers the other client
			for {
				q, err := h.Recv(rig.Deadline(t))
				if err != nil {
					close(asked)
					return
				}
				asked <- q.String()
				if string(q.Frame(4)) == "other" { // the domain
					_ = h.SendString(rig.Deadline(t), string(q.Frame(0)), "", "1.0", "1", "200", "", "", "")
				}
			}
		}()
		t.Cleanup(func() {
			_ = h.Close()
			for range asked {
			}
		})
		mt := meet(t, c, append(m.server, zmq.HandshakeInterval.Of(500*time.Millisecond)), tryingOn(m.client))
		<-asked
		mt.timesOut(t, mt.besides(t, m.client, zmq.ZAPDomain.Of("other")))
	})
}

// TestZAPLateReply: a reply to a question that has been given up, and a second reply,
// change nothing and are not kept.
func TestZAPLateReply(t *testing.T) {
	c := rig.Context(t)
	h := rig.SocketIn(t, c, zmq.ROUTER)
	rig.Must(t, h.Bind(zapEndpoint))
	m := mechanisms()[2]
	mt := meet(t, c, m.server, m.client)
	q, err := h.Recv(rig.Deadline(t))
	rig.Must(t, err)
	for _, status := range []string{"200", "400"} {
		_ = h.SendString(rig.Deadline(t), string(q.Frame(0)), "", "1.0", "1", status, "", "", "")
	}
	mt.succeeds(t)
	rig.Must(t, mt.client.Disconnect(mt.server.LastEndpoint()))
	rig.Must(t, mt.client.Connect(mt.server.LastEndpoint()))
	q, err = h.Recv(rig.Deadline(t)) // the peer leaves before the answer
	rig.Must(t, err)
	rig.Must(t, mt.client.Disconnect(mt.server.LastEndpoint()))
	wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedNoDetail, int64(syscall.EPIPE))
	noPeersOf(t, h)
	if err := h.SendString(rig.Deadline(t), string(q.Frame(0)), "", "1.0", "1", "200", "", "", ""); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("a late answer: %v", err)
	}
	noPeersOf(t, mt.server) // not the first connection any more either
}

// TestZAPRequestOfAPeerThatHasLeft is taken back unless the handler has received it.
// Otherwise peers that come and go could fill the handler's queue with useless work.
func TestZAPRequestOfAPeerThatHasLeft(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.REP, zmq.ROUTER} {
		c := rig.Context(t)
		h := rig.SocketIn(t, c, typ)
		rig.Must(t, h.Bind(zapEndpoint))
		s := rig.SocketIn(t, c, zmq.DEALER, zmq.PlainServer.Of(true))
		rig.Must(t, s.Bind(rig.AnyPort))
		events := handshakes(t, s)
		for i := range 20 {
			p := rig.DialRaw(t, s.LastEndpoint())
			p.Write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "PLAIN"}))
			p.Read(wire.GreetingSize)
			p.Write([]byte("\x04\x13\x05HELLO\x05admin\x06secret"))
			for len(h.Peers()) == 0 || h.Peers()[0].QueuedIn == 0 {
				if rig.Deadline(t).Err() != nil {
					t.Fatal("not asked")
				}
				<-time.After(time.Millisecond)
			}
			rig.Must(t, p.Conn.Close())
			wantEvent(t, "server", events, zmq.EventHandshakeFailedNoDetail, int64(syscall.EPIPE))
			noPeersOf(t, h)
			if i%2 == 0 {
				continue // the next one comes before the handler looks
			}
			if m, err := h.TryRecv(); !errors.Is(err, zmq.ErrAgain) {
				t.Fatalf("asked %q, %v", m.Frames(), err)
			}
		}
		client := rig.Socket(t, zmq.DEALER, zmq.PlainUsername.Of("bob"), zmq.PlainPassword.Of("x"))
		rig.Must(t, client.Connect(s.LastEndpoint()))
		if m, err := h.Recv(rig.Deadline(t)); err != nil || string(m.Frame(m.Len()-2)) != "bob" {
			t.Errorf("asked %q, %v", m.Frames(), err)
		}
	}
}

// TestZAPPeerOutOfTurn: a client that does not wait for the verdict breaks the
// protocol (RFC 27), and the handler is not waited for. NULL has no turns.
func TestZAPPeerOutOfTurn(t *testing.T) {
	c := rig.Context(t)
	asked := make(chan struct{}, 10)
	zapHandler(t, c, zmq.REP, func([]string) []string { asked <- struct{}{}; return nil })
	s := rig.SocketIn(t, c, zmq.DEALER, zmq.PlainServer.Of(true), zmq.HandshakeInterval.Of(0))
	rig.Must(t, s.Bind(rig.AnyPort))
	events := handshakes(t, s)
	const hello, more = "\x04\x13\x05HELLO\x05admin\x06secret", "\x04\x09\x08INITIATE"
	for _, together := range []bool{true, false} {
		p := rig.DialRaw(t, s.LastEndpoint())
		p.Write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "PLAIN"}))
		p.Read(wire.GreetingSize)
		if together {
			p.Write([]byte(hello + more))
		} else {
			p.Write([]byte(hello))
			<-asked
			p.Write([]byte(more))
		}
		wantEvent(t, "server", events, zmq.EventHandshakeFailedProtocol, 0x10000000)
		p.WaitClosed()
	}
}

// noPeersOf waits until a socket has none.
func noPeersOf(t testing.TB, s *zmq.Socket) {
	t.Helper()
	for len(s.Peers()) > 0 {
		if rig.Deadline(t).Err() != nil {
			t.Fatalf("peers %+v", s.Peers())
		}
		<-time.After(time.Millisecond)
	}
}

// TestZAPCloseWhileAsked: neither the server nor its context wait for a handler.
func TestZAPCloseWhileAsked(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		asked := make(chan struct{}, 100)
		h := zapHandler(t, c, zmq.REP, func([]string) []string { asked <- struct{}{}; return nil })
		mt := meet(t, c, m.server, m.client)
		<-asked
		rig.Must(t, mt.server.Close())
		noPeersOf(t, h)
	})
}

// TestZAPProperties: what the handler says of a peer is known of its messages, and
// wins over what the peer says of itself (RFC 27).
func TestZAPProperties(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		zapHandler(t, c, zmq.REP, always(reply("200", "", "alice", property("X-Role", "op")+property("X-Other", "1"))...))
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

func metadataSetting(t testing.TB, text string) zmq.Setting {
	t.Helper()
	x, err := zmq.ParseSetting("METADATA", text)
	rig.Must(t, err)
	return x
}

// TestZAPEmptyUserID: the property exists even if the handler's user id is empty.
func TestZAPEmptyUserID(t *testing.T) {
	c := rig.Context(t)
	zapHandler(t, c, zmq.REP, always(reply("200")...))
	got := meet(t, c, []zmq.Setting{zmq.ZAPDomain.Of("x")}, nil).succeeds(t)
	if v, ok := got.Property("User-Id"); v != "" || !ok {
		t.Errorf("%q, %v", v, ok)
	}
}

// TestReservedPropertiesAreOurWord: what the library itself says of a peer, the peer
// cannot say, however it spells the name. libzmq would pass it on.
func TestReservedPropertiesAreOurWord(t *testing.T) {
	for _, name := range []string{"User-Id", "user-id", "USER-ID", "Peer-Address", "peer-address", "Routing-Id", "routing-ID", "__fd", "__FD"} {
		t.Run(name, func(t *testing.T) {
			s := rig.Socket(t, zmq.PULL)
			rig.Must(t, s.Bind(rig.AnyPort))
			p := rig.DialRaw(t, s.LastEndpoint())
			p.Greet(1)
			announced := property(name, "forged") + property("X-Other", "1")
			p.Write(append([]byte{4, byte(6 + len(announced))}, "\x05READY"+announced...))
			p.ReadFrame()
			p.Write([]byte{0, 1, 'x'})
			m, err := s.Recv(rig.Deadline(t))
			rig.Must(t, err)
			if v, _ := m.Property("X-Other"); v != "1" {
				t.Errorf("the property behind it is lost: %q", v)
			}
			for _, asked := range []string{name, "User-Id", "Peer-Address", "Routing-Id", "__fd"} {
				if v, ok := m.Property(asked); v == "forged" || ok && asked == "User-Id" {
					t.Errorf("%s is %q", asked, v)
				}
				if v, ok := m.Peer().Vouched(asked); ok {
					t.Errorf("vouched for %s: %q", asked, v)
				}
			}
			if m.Peer().UserID != "" {
				t.Errorf("user id %q", m.Peer().UserID)
			}
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq/internal/wire"
)

const (
	unexpectedCommand = 0x10000001
	mismatch          = 0x11000002
	cryptographic     = 0x11000001
)

// letIn runs a handler that admits everybody.
func letIn(t testing.TB, c *Context) { zapHandler(t, c, REP, always(reply("200")...)) }

// TestMechanismsInBothRoles: each mechanism, whoever binds, over tcp and ipc.
func TestMechanismsInBothRoles(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		for _, endpoint := range []string{"tcp://127.0.0.1:*", "ipc://*"} {
			for _, serverBinds := range []bool{true, false} {
				c := newTestContext(t)
				letIn(t, c)
				server, client := socketIn(t, c, DEALER, m.server...), newTestSocket(t, DEALER, m.client...)
				bound, connected := server, client
				if !serverBinds {
					bound, connected = client, server
				}
				must(t, bound.Bind(endpoint))
				must(t, connected.Connect(bound.LastEndpoint()))
				p := (&meeting{server: server, client: client}).talk(t).Peer()
				if p.Mechanism != m.name || p.Accepted != serverBinds || p.PublicKey != m.clientKey {
					t.Errorf("%s, server binds %v: %+v", endpoint, serverBinds, p)
				}
				if p := client.Peers()[0]; p.Mechanism != m.name || p.Authenticated || !p.PublicKey.IsZero() {
					t.Errorf("the client's peer: %+v", p)
				}
			}
		}
	})
}

// TestSettingsOfOneEndpoint: each Bind and Connect has its own mechanism.
func TestSettingsOfOneEndpoint(t *testing.T) {
	c := newTestContext(t)
	letIn(t, c)
	server := socketIn(t, c, DEALER)
	client := newTestSocket(t, DEALER)
	for _, m := range mechanisms() {
		must(t, server.Bind("tcp://127.0.0.1:*", m.server...))
		must(t, client.Connect(server.LastEndpoint(), m.client...))
	}
	must(t, server.WaitPeers(testDeadline(t), 3))
	var names []string
	for _, p := range server.Peers() {
		names = append(names, p.Mechanism)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"CURVE", "NULL", "PLAIN"}) {
		t.Errorf("mechanisms %v", names)
	}
	if n := Mechanism.Get(server); n != 0 {
		t.Errorf("the socket's own mechanism is %d", n)
	}
}

// TestDowngradeIsRefused: sides with different mechanisms do not talk, and both are
// told why.
func TestDowngradeIsRefused(t *testing.T) {
	all := mechanisms()
	for _, a := range all {
		for _, b := range all {
			if a.name == b.name {
				continue
			}
			c := newTestContext(t)
			letIn(t, c)
			mt := meet(t, c, a.server, b.client)
			for who, events := range map[string]<-chan Event{"server": mt.serverEvents, "client": mt.clientEvents} {
				e := nextOf(t, events)
				// Who closes first leaves the other with an end in the middle.
				if e.Kind == EventHandshakeSucceeded || e.Kind == EventHandshakeFailedProtocol && e.Value != mismatch {
					t.Errorf("%s of %s against %s: %v %#x %v", who, a.name, b.name, e.Kind, e.Value, e.Err)
				}
			}
			if len(mt.server.Peers())+len(mt.client.Peers()) > 0 {
				t.Errorf("%s talks to %s", a.name, b.name)
			}
		}
	}
}

// TestDowngradeIsTold: a peer that stays to see what happens.
func TestDowngradeIsTold(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		for _, other := range []string{"NULL", "PLAIN", "CURVE", "GSSAPI", "", "curve"} {
			if other == m.name {
				continue
			}
			s := newTestSocket(t, DEALER, m.server...)
			must(t, s.Bind("tcp://127.0.0.1:*"))
			events := handshakes(t, s)
			p := dialRaw(t, s.LastEndpoint())
			p.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: other}))
			e := wantEvent(t, other, events, EventHandshakeFailedProtocol, mismatch)
			if !strings.Contains(e.Err.Error(), m.name) || !errors.Is(e.Err, ErrProtocol) {
				t.Error(e.Err)
			}
			p.closed()
		}
	})
}

// TestOldProtocolsAreRefused where there is a mechanism or a domain: a peer below
// ZMTP 3.0 cannot be held to it.
func TestOldProtocolsAreRefused(t *testing.T) {
	for name, says := range map[string]string{
		"ZMTP 2.0":             "\xFF\x00\x00\x00\x00\x00\x00\x00\x01\x7F\x01\x05\x00\x00",
		"ZMTP 1.0":             "\xFF\x00\x00\x00\x00\x00\x00\x00\x01\x7F\x00\x05\x01\x00",
		"ZMTP 1.0 unversioned": "\x01\x00\x02\x00x",
	} {
		for _, m := range mechanisms() {
			for role, settings := range map[string][]Setting{"server": m.server, "client": m.client} {
				if m.name == "NULL" && role == "client" {
					continue
				}
				s := newTestSocket(t, DEALER, settings...)
				must(t, s.Bind("tcp://127.0.0.1:*"))
				events := handshakes(t, s)
				p := dialRaw(t, s.LastEndpoint())
				p.write([]byte(says))
				if e := nextOf(t, events); e.Kind != EventHandshakeFailedProtocol {
					t.Errorf("%s to a %s of %s: %v %v", name, role, m.name, e.Kind, e.Err)
				}
				p.closed()
			}
		}
	}
}

// TestBothClients: each gets a HELLO where it wants a WELCOME.
func TestBothClients(t *testing.T) {
	for _, m := range mechanisms()[1:] {
		mt := meet(t, newTestContext(t), m.client, m.client)
		a, b := nextOf(t, mt.serverEvents), nextOf(t, mt.clientEvents)
		if (a.Kind != EventHandshakeFailedProtocol || a.Value != unexpectedCommand) && (b.Kind != EventHandshakeFailedProtocol || b.Value != unexpectedCommand) {
			t.Errorf("%s: %v %v; %v %v", m.name, a.Kind, a.Err, b.Kind, b.Err)
		}
	}
}

// TestBothServers do not wait for each other: ours say in the greeting what they
// are.
func TestBothServers(t *testing.T) {
	for _, m := range mechanisms()[1:] {
		mt := meet(t, newTestContext(t), m.server, m.server)
		a, b := nextOf(t, mt.serverEvents), nextOf(t, mt.clientEvents)
		if a.Kind != EventHandshakeFailedProtocol && b.Kind != EventHandshakeFailedProtocol {
			t.Errorf("%s: %v %v; %v %v", m.name, a.Kind, a.Err, b.Kind, b.Err)
		}
	}
}

// TestCurveWrongServerKey: the client gets no farther than HELLO.
func TestCurveWrongServerKey(t *testing.T) {
	server, client := NewCurveKeypair(), NewCurveKeypair()
	mt := meet(t, newTestContext(t), []Setting{server.AsServer()}, []Setting{client.AsClient(client.Public)})
	wantEvent(t, "server", mt.serverEvents, EventHandshakeFailedProtocol, cryptographic)
	wantLost(t, "client", mt.clientEvents)
}

// TestCurveKeysAreChecked at Bind and Connect, where somebody can still do
// something about them.
func TestCurveKeysAreChecked(t *testing.T) {
	a, b := NewCurveKeypair(), NewCurveKeypair()
	public, secret := CurvePublicKey.Of(a.Public.Bytes()), CurveSecretKey.Of(a.Secret.Bytes())
	for name, x := range map[string]struct {
		settings []Setting
		says     string // "" is fine
	}{
		"server":                  {[]Setting{secret, CurveServer.Of(true)}, ""},
		"server without a key":    {[]Setting{CurveServer.Of(true)}, "CURVE_SECRETKEY"},
		"client":                  {[]Setting{public, secret, CurveServerKey.Of(b.Public.Bytes())}, ""},
		"client without a public": {[]Setting{secret, CurveServerKey.Of(b.Public.Bytes())}, ""},
		"client without a secret": {[]Setting{public, CurveServerKey.Of(b.Public.Bytes())}, "CURVE_SECRETKEY"},
		"client without a server": {[]Setting{public, secret}, "CURVE_SERVERKEY"},
		"halves of two pairs":     {[]Setting{CurvePublicKey.Of(b.Public.Bytes()), secret, CurveServer.Of(true)}, "does not belong"},
	} {
		s := newTestSocket(t, DEALER, x.settings...)
		for call, err := range map[string]error{"bind": s.Bind("tcp://127.0.0.1:*"), "connect": s.Connect("tcp://127.0.0.1:1")} {
			switch {
			case x.says == "" && err != nil:
				t.Errorf("%s, %s: %v", name, call, err)
			case x.says != "" && (!errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), x.says)):
				t.Errorf("%s, %s: %v", name, call, err)
			}
			if err != nil && (strings.Contains(err.Error(), a.Secret.Z85()) || strings.Contains(err.Error(), string(a.Secret.Bytes()))) {
				t.Error("the error tells the secret key")
			}
		}
	}
}

// TestCurvePublicKeyFollowsFromTheSecret: a client that has set its secret key only
// is known by the right public key.
func TestCurvePublicKeyFollowsFromTheSecret(t *testing.T) {
	server, client := NewCurveKeypair(), NewCurveKeypair()
	mt := meet(t, newTestContext(t), []Setting{server.AsServer()},
		[]Setting{CurveSecretKey.Of([]byte(client.Secret.Z85())), CurveServerKey.Of([]byte(server.Public.String()))})
	if p := mt.succeeds(t).Peer(); p.PublicKey != client.Public {
		t.Errorf("known as %v, not %v", p.PublicKey, client.Public)
	}
}

// TestStreamHasNoMechanism: a socket that was told to encrypt does not talk in
// clear.
func TestStreamHasNoMechanism(t *testing.T) {
	for _, m := range mechanisms()[1:] {
		s := newTestSocket(t, STREAM, m.server...)
		if err := s.Bind("tcp://127.0.0.1:*"); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", m.name, err)
		}
	}
}

// TestGSSAPIIsRefused instead of talking in clear.
func TestGSSAPIIsRefused(t *testing.T) {
	x, err := ParseSetting("GSSAPI_SERVER", "true")
	must(t, err)
	s := newTestSocket(t, PULL, x)
	if err := s.Bind("tcp://127.0.0.1:*"); !errors.Is(err, ErrNotSupported) {
		t.Error(err)
	}
}

// TestMechanismOption: the last option of a mechanism decides; by itself it can
// only be read.
func TestMechanismOption(t *testing.T) {
	s := newTestSocket(t, PULL)
	for _, x := range []struct {
		set  Setting
		want int
	}{
		{PlainUsername.Of("x"), 1}, {CurveServer.Of(true), 2}, {CurveServer.Of(false), 0}, {PlainServer.Of(true), 1}, {PlainServer.Of(false), 0},
	} {
		must(t, s.Set(x.set))
		if got := Mechanism.Get(s); got != x.want {
			t.Errorf("mechanism %d, want %d", got, x.want)
		}
	}
	if err := Mechanism.Set(s, 2); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

// TestCurveOverTCP: large and small messages mixed, a reader that is slower than
// the writer, and so writes that the system takes in parts.
func TestCurveOverTCP(t *testing.T) {
	server, client := NewCurveKeypair(), NewCurveKeypair()
	pull := newTestSocket(t, PULL, server.AsServer())
	push := newTestSocket(t, PUSH, client.AsClient(server.Public), SendBuffer.Of(4096))
	must(t, pull.Bind("tcp://127.0.0.1:*"))
	must(t, push.Connect(pull.LastEndpoint()))
	const n = 600
	sizes := []int{8, 8, 8, 230, 300, 5000, 8, 66000, 90000}
	sent := make(chan error, 1)
	go func() {
		for i := range n {
			b := make([]byte, sizes[i%len(sizes)])
			binary.BigEndian.PutUint64(b, uint64(i))
			if err := push.Send(testDeadline(t), b, b[:i%9]); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for i := range n {
		m, err := pull.Recv(testDeadline(t))
		must(t, err)
		if m.Len() != 2 || len(m.Frame(0)) != sizes[i%len(sizes)] || binary.BigEndian.Uint64(m.Frame(0)) != uint64(i) || len(m.Frame(1)) != i%9 {
			t.Fatalf("message %d: %d frames of %d octets", i, m.Len(), m.Size())
		}
	}
	must(t, <-sent)
}

// TestPublisherWithAndWithoutCurve: subscribers that share a queue get the same
// messages, each encrypted for itself, beside those that get them in clear.
func TestPublisherWithAndWithoutCurve(t *testing.T) {
	server := NewCurveKeypair()
	pub := newTestSocket(t, PUB, SendHWM.Of(0))
	must(t, pub.Bind("tcp://127.0.0.1:*", server.AsServer()))
	secret := pub.LastEndpoint()
	must(t, pub.Bind("tcp://127.0.0.1:*"))
	inClear := pub.LastEndpoint()
	var subs []*Socket
	for i := range 8 {
		s := newTestSocket(t, SUB, RecvHWM.Of(0))
		if i%4 == 3 {
			must(t, s.Connect(inClear))
		} else {
			must(t, s.Connect(secret, NewCurveKeypair().AsClient(server.Public)))
		}
		must(t, s.Subscribe("t"))
		subs = append(subs, s)
	}
	must(t, pub.WaitSubscribers(testDeadline(t), "t", len(subs)))
	const n = 2000
	for i := range n {
		must(t, pub.SendString(testDeadline(t), "t", strings.Repeat("x", i%300), fmt.Sprint(i)))
	}
	for k, s := range subs {
		for i := range n {
			m, err := s.Recv(testDeadline(t))
			must(t, err)
			if m.Len() != 3 || len(m.Frame(1)) != i%300 || string(m.Last()) != fmt.Sprint(i) {
				t.Fatalf("subscriber %d, message %d: %d frames, the last is %q", k, i, m.Len(), m.Last())
			}
		}
	}
}

// TestCurveReconnects with fresh keys, and keeps what was queued.
func TestCurveReconnects(t *testing.T) {
	server, client := NewCurveKeypair(), NewCurveKeypair()
	pull := newTestSocket(t, PULL, server.AsServer())
	push := newTestSocket(t, PUSH, client.AsClient(server.Public))
	must(t, pull.Bind("tcp://127.0.0.1:*"))
	endpoint := pull.LastEndpoint()
	must(t, push.Connect(endpoint))
	for i := range 5 {
		must(t, push.WaitPeers(testDeadline(t), 1))
		must(t, pull.Close())
		noPeersOf(t, push)
		must(t, push.SendString(testDeadline(t), fmt.Sprint(i))) // to nobody yet
		pull = newTestSocket(t, PULL, server.AsServer())
		must(t, pull.Bind(endpoint))
		m, err := pull.Recv(testDeadline(t))
		must(t, err)
		if m.String() != fmt.Sprint(i) {
			t.Fatalf("%q", m)
		}
	}
}

// TestNothingSecretIsLogged, whatever succeeds or fails.
func TestNothingSecretIsLogged(t *testing.T) {
	server, client := NewCurveKeypair(), NewCurveKeypair()
	c, log := newLoggedContext(t)
	zapHandler(t, c, REP, func(r []string) []string {
		if r[5] == "PLAIN" && r[7] == "wrongpassword" {
			return reply("400", "no")
		}
		return reply("200", "", "alice")
	})
	sock := func(settings ...Setting) *Socket {
		s, err := c.NewSocket(DEALER, append(settings, Linger.Of(0), ReconnectInterval.Of(-1))...)
		must(t, err)
		return s
	}
	plain, curve := sock(PlainServer.Of(true)), sock(server.AsServer())
	must(t, plain.Bind("tcp://127.0.0.1:*"))
	must(t, curve.Bind("tcp://127.0.0.1:*"))
	for _, s := range []*Socket{plain, curve} {
		for _, x := range [][]Setting{
			{PlainUsername.Of("admin"), PlainPassword.Of("rightpassword")}, {PlainUsername.Of("admin"), PlainPassword.Of("wrongpassword")},
			{client.AsClient(server.Public)}, {client.AsClient(client.Public)},
		} {
			must(t, sock(x...).Connect(s.LastEndpoint()))
		}
	}
	var all strings.Builder
	for range 6 {
		all.WriteString(log.wait(t, "handshake failed") + "\n")
	}
	must(t, c.Term(testDeadline(t)))
	for len(log) > 0 {
		all.WriteString(<-log + "\n")
	}
	for _, secret := range []string{"rightpassword", "wrongpassword", server.Secret.Z85(), client.Secret.Z85(), string(client.Secret.Bytes())} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

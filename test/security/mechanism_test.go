// SPDX-License-Identifier: Apache-2.0

package security_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

const (
	unexpectedCommand = 0x10000001
	mismatch          = 0x11000002
	cryptographic     = 0x11000001
)

// letIn runs a handler that admits all peers.
func letIn(t testing.TB, c *zmq.Context) { zapHandler(t, c, zmq.REP, always(reply("200")...)) }

// TestMechanismsInBothRoles: each mechanism over tcp and ipc, with the server bound
// and with the client bound.
func TestMechanismsInBothRoles(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		for _, endpoint := range []string{rig.AnyPort, "ipc://*"} {
			for _, serverBinds := range []bool{true, false} {
				c := rig.Context(t)
				letIn(t, c)
				server, client := rig.SocketIn(t, c, zmq.DEALER, m.server...), rig.Socket(t, zmq.DEALER, m.client...)
				bound, connected := server, client
				if !serverBinds {
					bound, connected = client, server
				}
				rig.Must(t, bound.Bind(endpoint))
				rig.Must(t, connected.Connect(bound.LastEndpoint()))
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
	c := rig.Context(t)
	letIn(t, c)
	server := rig.SocketIn(t, c, zmq.DEALER)
	client := rig.Socket(t, zmq.DEALER)
	for _, m := range mechanisms() {
		rig.Must(t, server.Bind(rig.AnyPort, m.server...))
		rig.Must(t, client.Connect(server.LastEndpoint(), m.client...))
	}
	rig.Must(t, server.WaitPeers(rig.Deadline(t), 3))
	var names []string
	for _, p := range server.Peers() {
		names = append(names, p.Mechanism)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"CURVE", "NULL", "PLAIN"}) {
		t.Errorf("mechanisms %v", names)
	}
	if n := zmq.Mechanism.Get(server); n != 0 {
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
			c := rig.Context(t)
			letIn(t, c)
			mt := meet(t, c, a.server, b.client)
			for who, events := range map[string]<-chan zmq.Event{"server": mt.serverEvents, "client": mt.clientEvents} {
				e := nextOf(t, events)
				// The side that closes first leaves the other in the middle of the handshake.
				if e.Kind == zmq.EventHandshakeSucceeded || e.Kind == zmq.EventHandshakeFailedProtocol && e.Value != mismatch {
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
			s := rig.Socket(t, zmq.DEALER, m.server...)
			rig.Must(t, s.Bind(rig.AnyPort))
			events := handshakes(t, s)
			p := rig.DialRaw(t, s.LastEndpoint())
			p.Write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: other}))
			e := wantEvent(t, other, events, zmq.EventHandshakeFailedProtocol, mismatch)
			if !strings.Contains(e.Err.Error(), m.name) || !errors.Is(e.Err, zmq.ErrProtocol) {
				t.Error(e.Err)
			}
			p.WaitClosed()
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
			for role, settings := range map[string][]zmq.Setting{"server": m.server, "client": m.client} {
				if m.name == "NULL" && role == "client" {
					continue
				}
				s := rig.Socket(t, zmq.DEALER, settings...)
				rig.Must(t, s.Bind(rig.AnyPort))
				events := handshakes(t, s)
				p := rig.DialRaw(t, s.LastEndpoint())
				p.Write([]byte(says))
				if e := nextOf(t, events); e.Kind != zmq.EventHandshakeFailedProtocol {
					t.Errorf("%s to a %s of %s: %v %v", name, role, m.name, e.Kind, e.Err)
				}
				p.WaitClosed()
			}
		}
	}
}

// TestBothClients: each gets a HELLO where it wants a WELCOME.
func TestBothClients(t *testing.T) {
	for _, m := range mechanisms()[1:] {
		mt := meet(t, rig.Context(t), m.client, m.client)
		a, b := nextOf(t, mt.serverEvents), nextOf(t, mt.clientEvents)
		if (a.Kind != zmq.EventHandshakeFailedProtocol || a.Value != unexpectedCommand) && (b.Kind != zmq.EventHandshakeFailedProtocol || b.Value != unexpectedCommand) {
			t.Errorf("%s: %v %v; %v %v", m.name, a.Kind, a.Err, b.Kind, b.Err)
		}
	}
}

// TestBothServers do not wait for each other: ours say in the greeting what they
// are.
func TestBothServers(t *testing.T) {
	for _, m := range mechanisms()[1:] {
		mt := meet(t, rig.Context(t), m.server, m.server)
		a, b := nextOf(t, mt.serverEvents), nextOf(t, mt.clientEvents)
		if a.Kind != zmq.EventHandshakeFailedProtocol && b.Kind != zmq.EventHandshakeFailedProtocol {
			t.Errorf("%s: %v %v; %v %v", m.name, a.Kind, a.Err, b.Kind, b.Err)
		}
	}
}

// TestCurveWrongServerKey: the client gets no farther than HELLO.
func TestCurveWrongServerKey(t *testing.T) {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	mt := meet(t, rig.Context(t), []zmq.Setting{server.AsServer()}, []zmq.Setting{client.AsClient(client.Public)})
	wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedProtocol, cryptographic)
	wantLost(t, "client", mt.clientEvents)
}

// TestCurveKeysAreChecked at Bind and Connect, where the caller can still correct
// them.
func TestCurveKeysAreChecked(t *testing.T) {
	a, b := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	public, secret := zmq.CurvePublicKey.Of(a.Public.Bytes()), zmq.CurveSecretKey.Of(a.Secret.Bytes())
	for name, x := range map[string]struct {
		settings []zmq.Setting
		says     string // "" is fine
	}{
		"server":                  {[]zmq.Setting{secret, zmq.CurveServer.Of(true)}, ""},
		"server without a key":    {[]zmq.Setting{zmq.CurveServer.Of(true)}, "CURVE_SECRETKEY"},
		"client":                  {[]zmq.Setting{public, secret, zmq.CurveServerKey.Of(b.Public.Bytes())}, ""},
		"client without a public": {[]zmq.Setting{secret, zmq.CurveServerKey.Of(b.Public.Bytes())}, ""},
		"client without a secret": {[]zmq.Setting{public, zmq.CurveServerKey.Of(b.Public.Bytes())}, "CURVE_SECRETKEY"},
		"client without a server": {[]zmq.Setting{public, secret}, "CURVE_SERVERKEY"},
		"halves of two pairs":     {[]zmq.Setting{zmq.CurvePublicKey.Of(b.Public.Bytes()), secret, zmq.CurveServer.Of(true)}, "does not belong"},
	} {
		s := rig.Socket(t, zmq.DEALER, x.settings...)
		for call, err := range map[string]error{"bind": s.Bind(rig.AnyPort), "connect": s.Connect("tcp://127.0.0.1:1")} {
			switch {
			case x.says == "" && err != nil:
				t.Errorf("%s, %s: %v", name, call, err)
			case x.says != "" && (!errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), x.says)):
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
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	mt := meet(t, rig.Context(t), []zmq.Setting{server.AsServer()},
		[]zmq.Setting{zmq.CurveSecretKey.Of([]byte(client.Secret.Z85())), zmq.CurveServerKey.Of([]byte(server.Public.String()))})
	if p := mt.succeeds(t).Peer(); p.PublicKey != client.Public {
		t.Errorf("known as %v, not %v", p.PublicKey, client.Public)
	}
}

// TestStreamHasNoMechanism: a socket that was told to encrypt does not talk in
// clear.
func TestStreamHasNoMechanism(t *testing.T) {
	for _, m := range mechanisms()[1:] {
		s := rig.Socket(t, zmq.STREAM, m.server...)
		if err := s.Bind(rig.AnyPort); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s: %v", m.name, err)
		}
	}
}

// TestGSSAPIIsRefused instead of talking in clear.
func TestGSSAPIIsRefused(t *testing.T) {
	x, err := zmq.ParseSetting("GSSAPI_SERVER", "true")
	rig.Must(t, err)
	s := rig.Socket(t, zmq.PULL, x)
	if err := s.Bind(rig.AnyPort); !errors.Is(err, zmq.ErrNotSupported) {
		t.Error(err)
	}
}

// TestMechanismOption: the last option of a mechanism decides; by itself it can
// only be read.
func TestMechanismOption(t *testing.T) {
	s := rig.Socket(t, zmq.PULL)
	for _, x := range []struct {
		set  zmq.Setting
		want int
	}{
		{zmq.PlainUsername.Of("x"), 1}, {zmq.CurveServer.Of(true), 2}, {zmq.CurveServer.Of(false), 0}, {zmq.PlainServer.Of(true), 1}, {zmq.PlainServer.Of(false), 0},
	} {
		rig.Must(t, s.Set(x.set))
		if got := zmq.Mechanism.Get(s); got != x.want {
			t.Errorf("mechanism %d, want %d", got, x.want)
		}
	}
	if err := zmq.Mechanism.Set(s, 2); !errors.Is(err, zmq.ErrInvalid) {
		t.Error(err)
	}
}

// TestCurveOverTCP: large and small messages mixed, a reader that is slower than
// the writer, and so writes that the system takes in parts.
func TestCurveOverTCP(t *testing.T) {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	pull := rig.Socket(t, zmq.PULL, server.AsServer())
	push := rig.Socket(t, zmq.PUSH, client.AsClient(server.Public), zmq.SendBuffer.Of(4096))
	rig.Must(t, pull.Bind(rig.AnyPort))
	rig.Must(t, push.Connect(pull.LastEndpoint()))
	const n = 600
	sizes := []int{8, 8, 8, 230, 300, 5000, 8, 66000, 90000}
	sent := make(chan error, 1)
	go func() {
		for i := range n {
			b := make([]byte, sizes[i%len(sizes)])
			binary.BigEndian.PutUint64(b, uint64(i))
			if err := push.Send(rig.Deadline(t), b, b[:i%9]); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for i := range n {
		m, err := pull.Recv(rig.Deadline(t))
		rig.Must(t, err)
		if m.Len() != 2 || len(m.Frame(0)) != sizes[i%len(sizes)] || binary.BigEndian.Uint64(m.Frame(0)) != uint64(i) || len(m.Frame(1)) != i%9 {
			t.Fatalf("message %d: %d frames of %d bytes", i, m.Len(), m.Size())
		}
	}
	rig.Must(t, <-sent)
}

// TestPublisherWithAndWithoutCurve: subscribers that share a queue get the same
// messages, each encrypted for itself, beside those that get them in clear.
func TestPublisherWithAndWithoutCurve(t *testing.T) {
	server := zmq.NewCurveKeypair()
	pub := rig.Socket(t, zmq.PUB, zmq.SendHWM.Of(0))
	rig.Must(t, pub.Bind(rig.AnyPort, server.AsServer()))
	secret := pub.LastEndpoint()
	rig.Must(t, pub.Bind(rig.AnyPort))
	inClear := pub.LastEndpoint()
	var subs []*zmq.Socket
	for i := range 8 {
		s := rig.Socket(t, zmq.SUB, zmq.RecvHWM.Of(0))
		if i%4 == 3 {
			rig.Must(t, s.Connect(inClear))
		} else {
			rig.Must(t, s.Connect(secret, zmq.NewCurveKeypair().AsClient(server.Public)))
		}
		rig.Must(t, s.Subscribe("t"))
		subs = append(subs, s)
	}
	rig.Must(t, pub.WaitSubscribers(rig.Deadline(t), "t", len(subs)))
	const n = 2000
	for i := range n {
		rig.Must(t, pub.SendString(rig.Deadline(t), "t", strings.Repeat("x", i%300), fmt.Sprint(i)))
	}
	for k, s := range subs {
		for i := range n {
			m, err := s.Recv(rig.Deadline(t))
			rig.Must(t, err)
			if m.Len() != 3 || len(m.Frame(1)) != i%300 || string(m.Last()) != fmt.Sprint(i) {
				t.Fatalf("subscriber %d, message %d: %d frames, the last is %q", k, i, m.Len(), m.Last())
			}
		}
	}
}

// TestCurveReconnects with fresh keys, and keeps what was queued.
func TestCurveReconnects(t *testing.T) {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	pull := rig.Socket(t, zmq.PULL, server.AsServer())
	push := rig.Socket(t, zmq.PUSH, client.AsClient(server.Public))
	rig.Must(t, pull.Bind(rig.AnyPort))
	endpoint := pull.LastEndpoint()
	rig.Must(t, push.Connect(endpoint))
	for i := range 5 {
		rig.Must(t, push.WaitPeers(rig.Deadline(t), 1))
		rig.Must(t, pull.Close())
		noPeersOf(t, push)
		rig.Must(t, push.SendString(rig.Deadline(t), fmt.Sprint(i))) // there is no peer yet
		pull = rig.Socket(t, zmq.PULL, server.AsServer())
		rig.Must(t, pull.Bind(endpoint))
		m, err := pull.Recv(rig.Deadline(t))
		rig.Must(t, err)
		if m.String() != fmt.Sprint(i) {
			t.Fatalf("%q", m)
		}
	}
}

// TestNothingSecretIsLogged, whatever succeeds or fails.
func TestNothingSecretIsLogged(t *testing.T) {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	c, log := rig.LoggedContext(t)
	zapHandler(t, c, zmq.REP, func(r []string) []string {
		if r[5] == "PLAIN" && r[7] == "wrongpassword" {
			return reply("400", "no")
		}
		return reply("200", "", "alice")
	})
	sock := func(settings ...zmq.Setting) *zmq.Socket {
		s, err := c.NewSocket(zmq.DEALER, append(settings, zmq.Linger.Of(0), zmq.ReconnectInterval.Of(-1))...)
		rig.Must(t, err)
		return s
	}
	plain, curve := sock(zmq.PlainServer.Of(true)), sock(server.AsServer())
	rig.Must(t, plain.Bind(rig.AnyPort))
	rig.Must(t, curve.Bind(rig.AnyPort))
	for _, s := range []*zmq.Socket{plain, curve} {
		for _, x := range [][]zmq.Setting{
			{zmq.PlainUsername.Of("admin"), zmq.PlainPassword.Of("rightpassword")}, {zmq.PlainUsername.Of("admin"), zmq.PlainPassword.Of("wrongpassword")},
			{client.AsClient(server.Public)}, {client.AsClient(client.Public)},
		} {
			rig.Must(t, sock(x...).Connect(s.LastEndpoint()))
		}
	}
	var all strings.Builder
	for range 6 {
		all.WriteString(log.Wait(t, "handshake failed") + "\n")
	}
	rig.Must(t, c.Term(rig.Deadline(t)))
	for len(log) > 0 {
		all.WriteString(<-log + "\n")
	}
	for _, secret := range []string{"rightpassword", "wrongpassword", server.Secret.Z85(), client.Secret.Z85(), string(client.Secret.Bytes())} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package security_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

var errStranger = errors.New("strangers are not served")

// TestAuthorizerSeesThePeer: everything that is known of it, once, before it can
// exchange a message.
func TestAuthorizerSeesThePeer(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		zapHandler(t, c, zmq.REP, always(reply("200", "", "alice", property("X-Role", "op"))...))
		seen := make(chan zmq.Peer, 10)
		server := append(m.server, zmq.WithAuthorizer(func(_ context.Context, p zmq.Peer) error { seen <- p; return nil }))
		mt := meet(t, c, server, append(m.client, zmq.RoutingID.Of([]byte("me")), metadataSetting(t, "X-Mine:2")))
		mt.succeeds(t)
		p := <-seen
		role, _ := p.Property("X-Role")
		mine, _ := p.Property("X-Mine")
		if p.Address != "127.0.0.1" || p.Mechanism != m.name || p.UserID != "alice" || !p.Authenticated || !p.Accepted ||
			string(p.Identity) != "me" || p.SocketType != "DEALER" || p.PublicKey != m.clientKey || role != "op" || mine != "2" ||
			p.Local != mt.server.LastEndpoint() || p.Remote == "" || p.Protocol != "ZMTP 3.1" {
			t.Errorf("%+v, role %q, mine %q", p, role, mine)
		}
		if len(seen) != 0 {
			t.Error("asked again")
		}
	})
}

// TestAuthorizerRefuses: the reason reaches the event, the log, and the peer.
func TestAuthorizerRefuses(t *testing.T) {
	for _, m := range mechanisms() {
		c, log := rig.LoggedContext(t)
		zapHandler(t, c, zmq.REP, always(reply("200")...))
		server := append(m.server, zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return errStranger }))
		mt := meet(t, c, server, m.client)
		e := wantEvent(t, m.name, mt.serverEvents, zmq.EventHandshakeFailedAuth, 400)
		if !errors.Is(e.Err, errStranger) || !errors.Is(e.Err, zmq.ErrRefused) {
			t.Errorf("%s: %v", m.name, e.Err)
		}
		log.Wait(t, "handshake failed: refused", errStranger.Error())
		e = nextOf(t, mt.clientEvents)
		if e.Kind == zmq.EventHandshakeSucceeded || e.Err == nil || !strings.Contains(e.Err.Error(), errStranger.Error()) || !errors.Is(e.Err, zmq.ErrProtocol) || !errors.Is(e.Err, zmq.ErrRefused) {
			t.Errorf("%s: the peer learns %v %v", m.name, e.Kind, e.Err)
		}
		if len(mt.server.Peers()) != 0 {
			t.Errorf("%s: the peer is there", m.name)
		}
	}
}

// TestAuthorizerOfClients: the connecting side may refuse, too. The server gets no
// reason, since the protocol has no place for it.
func TestAuthorizerOfClients(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		zapHandler(t, c, zmq.REP, always(reply("200")...))
		client := append(m.client, zmq.WithAuthorizer(func(_ context.Context, p zmq.Peer) error {
			if p.Accepted || p.SocketType != "DEALER" {
				t.Errorf("%+v", p)
			}
			return errStranger
		}))
		mt := meet(t, c, m.server, client)
		wantEvent(t, "client", mt.clientEvents, zmq.EventHandshakeFailedAuth, 400)
		if len(mt.client.Peers()) != 0 {
			t.Error("the peer is there")
		}
	})
}

// TestAuthorizerOfBothEnds: without a mechanism neither waits for the other for
// ever.
func TestAuthorizerOfBothEnds(t *testing.T) {
	admit := zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return nil })
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		zapHandler(t, c, zmq.REP, always(reply("200")...))
		meet(t, c, append(m.server, admit), append(m.client, admit)).succeeds(t)
	})
}

// TestAuthorizerOfOneEndpoint takes the place of the socket's there, and only there.
func TestAuthorizerOfOneEndpoint(t *testing.T) {
	refuse := zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return errStranger })
	s := rig.Socket(t, zmq.DEALER, refuse)
	rig.Must(t, s.Bind(rig.AnyPort))
	refused := s.LastEndpoint()
	rig.Must(t, s.Bind(rig.AnyPort, zmq.WithAuthorizer(nil)))
	open := s.LastEndpoint()
	events := handshakes(t, s)
	for endpoint, want := range map[string]zmq.EventKind{refused: zmq.EventHandshakeFailedAuth, open: zmq.EventHandshakeSucceeded} {
		c := rig.Socket(t, zmq.DEALER)
		rig.Must(t, c.Connect(endpoint))
		if e := nextOf(t, events); e.Kind != want || e.Endpoint != endpoint {
			t.Errorf("%s: %v at %s, want %v", endpoint, e.Kind, e.Endpoint, want)
		}
		rig.Must(t, c.Close())
	}
	rig.Must(t, s.Set(zmq.WithAuthorizer(nil))) // reaches later endpoints
	rig.Must(t, s.Bind(rig.AnyPort))
	c := rig.Socket(t, zmq.DEALER)
	rig.Must(t, c.Connect(s.LastEndpoint()))
	wantEvent(t, "later endpoint", events, zmq.EventHandshakeSucceeded, 0)
}

// TestAuthorizerOfAContext is that of all its sockets.
func TestAuthorizerOfAContext(t *testing.T) {
	c := rig.Context(t, zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return errStranger }))
	mt := meet(t, c, nil, nil)
	wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedAuth, 400)
}

// TestAuthorizerMayBlock until the end of the handshake, while others go on.
func TestAuthorizerMayBlock(t *testing.T) {
	eachMechanism(t, func(t *testing.T, m sides) {
		c := rig.Context(t)
		zapHandler(t, c, zmq.REP, always(reply("200")...))
		entered, left := make(chan struct{}, 1000), make(chan error, 1000)
		block := zmq.WithAuthorizer(func(ctx context.Context, _ zmq.Peer) error {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("the context has no deadline")
			}
			entered <- struct{}{}
			<-ctx.Done()
			left <- ctx.Err()
			return nil // too late
		})
		admit := zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return nil })
		mt := meet(t, c, append(m.server, block, zmq.HandshakeInterval.Of(500*time.Millisecond)), tryingOn(m.client))
		<-entered
		mt.timesOut(t, mt.besides(t, m.client, admit))
		if err := <-left; err == nil {
			t.Error("the context has not ended")
		}
	})
}

// TestAuthorizerThatNeverReturns delays neither Close nor other peers.
func TestAuthorizerThatNeverReturns(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	s := rig.Socket(t, zmq.DEALER, zmq.HandshakeInterval.Of(0), zmq.WithAuthorizer(func(context.Context, zmq.Peer) error {
		close(entered)
		<-release
		return nil
	}))
	rig.Must(t, s.Bind(rig.AnyPort))
	c := rig.Socket(t, zmq.DEALER)
	rig.Must(t, c.Connect(s.LastEndpoint()))
	<-entered
	rig.Must(t, s.Close())
	close(release)
}

// TestAuthorizerOfAPeerThatLeaves: its context ends.
func TestAuthorizerOfAPeerThatLeaves(t *testing.T) {
	entered, left := make(chan struct{}), make(chan struct{})
	s := rig.Socket(t, zmq.DEALER, zmq.WithAuthorizer(func(ctx context.Context, _ zmq.Peer) error {
		close(entered)
		<-ctx.Done()
		close(left)
		return nil
	}))
	rig.Must(t, s.Bind(rig.AnyPort))
	events := handshakes(t, s)
	c := rig.Socket(t, zmq.DEALER)
	rig.Must(t, c.Connect(s.LastEndpoint()))
	<-entered
	rig.Must(t, c.Close())
	<-left
	wantLost(t, "server", events)
}

// TestAuthorizerThatPanics refuses the peer, is told, and does not end the process.
func TestAuthorizerThatPanics(t *testing.T) {
	c, log := rig.LoggedContext(t)
	mt := meet(t, c, []zmq.Setting{zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { panic("oh dear") })}, nil)
	wantEvent(t, "server", mt.serverEvents, zmq.EventHandshakeFailedAuth, 500)
	log.Wait(t, "authorizer panics", "oh dear", "authorizer_test.go")
	e := nextOf(t, mt.clientEvents)
	if !strings.Contains(e.Err.Error(), "internal error") || strings.Contains(e.Err.Error(), "oh dear") {
		t.Errorf("the peer learns %v", e.Err)
	}
}

// TestAuthorizerOfRawPeers and of those that speak old protocols: there is a
// connection to refuse, and no place for a reason.
func TestAuthorizerOfRawPeers(t *testing.T) {
	seen := make(chan zmq.Peer, 10)
	refuse := zmq.WithAuthorizer(func(_ context.Context, p zmq.Peer) error { seen <- p; return errStranger })
	for protocol, typ := range map[string]zmq.SocketType{"raw": zmq.STREAM, "ZMTP 2.0": zmq.PULL} {
		s := rig.Socket(t, typ, refuse)
		rig.Must(t, s.Bind(rig.AnyPort))
		events := handshakes(t, s)
		p := rig.DialRaw(t, s.LastEndpoint())
		p.Write([]byte("\xFF\x00\x00\x00\x00\x00\x00\x00\x01\x7F\x01\x08\x00\x00")) // a PUSH of ZMTP 2.0
		wantEvent(t, protocol, events, zmq.EventHandshakeFailedAuth, 400)
		if got := <-seen; got.Protocol != protocol || got.Address != "127.0.0.1" {
			t.Errorf("%+v", got)
		}
		b, _ := io.ReadAll(p.Conn)
		if strings.Contains(string(b), "ERROR") {
			t.Errorf("% X", b)
		}
	}
	s := rig.Socket(t, zmq.STREAM, zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return nil }))
	rig.Must(t, s.Bind(rig.AnyPort))
	p := rig.DialRaw(t, s.LastEndpoint())
	p.Write([]byte("hello"))
	got := ""
	for got != "hello" { // what came while the authorizer was asked is not lost
		m, err := s.Recv(rig.Deadline(t))
		rig.Must(t, err)
		got += string(m.Last())
	}
}

// TestAuthorizerReasonIsCutToWhatFits: 255 bytes of printable text.
func TestAuthorizerReasonIsCutToWhatFits(t *testing.T) {
	reason := "\x00\x1b[2J\n\xff" + strings.Repeat("x", 300)
	mt := meet(t, rig.Context(t), []zmq.Setting{zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { return errors.New(reason) })}, nil)
	e := nextOf(t, mt.clientEvents)
	if want := "\"??[2J??" + strings.Repeat("x", 255-7) + "\""; !strings.Contains(e.Err.Error(), want) {
		t.Errorf("the peer learns %v", e.Err)
	}
}

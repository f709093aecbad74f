// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// secured are the schemes with TLS.
var secured = []string{"wss", "tls"}

// TestBindNeedsACertificate.
func TestBindNeedsACertificate(t *testing.T) {
	r := newTest(t, ws.Config{TLS: &tls.Config{}})
	for _, scheme := range secured {
		err := r.Socket(zmq.PULL).Bind(anyPort(scheme))
		if !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// TestServerIsVerified: by its authority and by the host of the endpoint, or by
// ServerName.
func TestServerIsVerified(t *testing.T) {
	ours := newAuthority(t)
	for _, scheme := range secured {
		for _, c := range []struct {
			name   string
			server *tls.Config
			client *tls.Config
			ok     bool
		}{
			{"ours", ours.both(), &tls.Config{RootCAs: ours.pool()}, true},
			{"a stranger's", newAuthority(t).both(), &tls.Config{RootCAs: ours.pool()}, false},
			{"of a name", ours.both(), &tls.Config{RootCAs: ours.pool(), ServerName: "localhost"}, true},
			{"of another name", ours.both(), &tls.Config{RootCAs: ours.pool(), ServerName: "example.com"}, false},
			{"whatever", newAuthority(t).both(), &tls.Config{InsecureSkipVerify: true}, true},
		} {
			r := newTest(t, ws.Config{TLS: c.server})
			_, at := r.Bind(zmq.PULL, anyPort(scheme))
			push := r.Socket(zmq.PUSH, with(ws.Config{TLS: c.client}), zmq.ReconnectInterval.Of(-1))
			w := r.Watch(push, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailedNoDetail|zmq.EventHandshakeFailedProtocol)
			r.Check(push.Connect(at))
			e, _ := w.Next()
			if ok := e.Kind == zmq.EventHandshakeSucceeded; ok != c.ok {
				t.Errorf("%s, %s: %v %v", scheme, c.name, e.Kind, e.Err)
			}
			var wrong *tls.CertificateVerificationError
			if !c.ok && !(errors.As(e.Err, &wrong) && errors.Is(e.Err, zmq.ErrRefused)) {
				t.Errorf("%s, %s: %v", scheme, c.name, e.Err)
			}
			if c.ok {
				_, err := ws.Certificate(e.Peer)
				if verified := !c.client.InsecureSkipVerify; verified != (err == nil) {
					t.Errorf("%s, %s: certificate of the server: %v", scheme, c.name, err)
				}
			}
		}
	}
}

// TestPeerCertificate: the verified certificate of a client is part of its Peer, and an
// authorizer decides by it.
func TestPeerCertificate(t *testing.T) {
	ours := newAuthority(t)
	server := &tls.Config{Certificates: []tls.Certificate{ours.issue("server")}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ours.pool()}
	onlyAlice := zmq.WithAuthorizer(func(_ context.Context, p zmq.Peer) error {
		c, err := ws.Certificate(p)
		if err == nil && c.Subject.CommonName != "alice" {
			err = errors.New("only alice may connect")
		}
		return err
	})
	for _, scheme := range secured {
		for name, want := range map[string]zmq.EventKind{
			"alice": zmq.EventHandshakeSucceeded, "mallory": zmq.EventHandshakeFailedAuth, "": zmq.EventHandshakeFailedNoDetail,
		} {
			r := newTest(t, ws.Config{TLS: server})
			pull, at := r.Bind(zmq.PULL, anyPort(scheme), onlyAlice)
			w := r.Watch(pull, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailedAuth|zmq.EventHandshakeFailedNoDetail)
			client := &tls.Config{RootCAs: ours.pool()}
			if name != "" {
				client.Certificates = []tls.Certificate{ours.issue(name)}
			}
			push := r.Socket(zmq.PUSH, with(ws.Config{TLS: client}), zmq.ReconnectInterval.Of(-1))
			r.Check(push.Connect(at))
			e := w.Want(want)[0]
			if want != zmq.EventHandshakeSucceeded {
				continue
			}
			r.Send(push, "x")
			m, err := pull.Recv(r.Ctx)
			r.Check(err)
			for _, p := range []zmq.Peer{e.Peer, m.Peer(), pull.Peers()[0].Peer} {
				if c, err := ws.Certificate(p); err != nil || c.Subject.CommonName != name {
					t.Errorf("%s: %v", scheme, err)
				}
				if !strings.Contains(p.String(), `certificate "CN=alice`) {
					t.Errorf("%s: the peer prints as %s", scheme, p)
				}
			}
		}
	}
}

// TestUnverifiedCertificateIsNone: one that a server asked for and did not check.
func TestUnverifiedCertificateIsNone(t *testing.T) {
	ours := newAuthority(t)
	r := newTest(t, ws.Config{TLS: &tls.Config{Certificates: []tls.Certificate{ours.issue("server")}, ClientAuth: tls.RequireAnyClientCert}})
	pull, at := r.Bind(zmq.PULL, anyPort("tls"))
	push := r.Socket(zmq.PUSH, with(ws.Config{TLS: &tls.Config{RootCAs: ours.pool(), Certificates: []tls.Certificate{newAuthority(t).issue("x")}}}))
	r.Check(push.Connect(at))
	r.WaitPeers(pull, 1)
	if _, err := ws.Certificate(pull.Peers()[0].Peer); !errors.Is(err, ws.ErrNoCertificate) {
		t.Error(err)
	}
}

// TestVersionsOfTLS: tls is TLS 1.3 alone, wss also 1.2.
func TestVersionsOfTLS(t *testing.T) {
	ours := newAuthority(t)
	for scheme, oldest := range map[string]uint16{"tls": tls.VersionTLS13, "wss": tls.VersionTLS12} {
		r := newTest(t, ws.Config{TLS: ours.both()})
		_, at := r.Bind(zmq.PULL, anyPort(scheme))
		for v := uint16(tls.VersionTLS11); v <= tls.VersionTLS13; v++ {
			c, err := tls.Dial("tcp", plainly(at), &tls.Config{RootCAs: ours.pool(), MinVersion: v, MaxVersion: v})
			if ok := err == nil; ok != (v >= oldest) {
				t.Errorf("%s, version %x: %v", scheme, v, err)
			}
			if err == nil {
				_ = c.Close()
			}
		}
	}
}

// TestPlainPeerOfTLS: one that speaks no TLS is told apart, and so is one that speaks it
// to a socket that does not.
func TestPlainPeerOfTLS(t *testing.T) {
	r := newTest(t, ws.Config{})
	pull, at := r.Bind(zmq.PULL, anyPort("tls"))
	w := r.Watch(pull, zmq.EventHandshakeFailedProtocol)
	r.Check(r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1)).Connect("tcp://" + plainly(at)))
	if e := w.Want(zmq.EventHandshakeFailedProtocol)[0]; !strings.Contains(e.Err.Error(), "no TLS") {
		t.Error(e.Err)
	}
	plain, at := r.Bind(zmq.PULL, rig.AnyPort)
	w = r.Watch(plain, zmq.EventHandshakeFailedProtocol)
	r.Check(r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1)).Connect("tls://" + plainly(at)))
	if e := w.Want(zmq.EventHandshakeFailedProtocol)[0]; !strings.Contains(e.Err.Error(), "TLS") {
		t.Error(e.Err)
	}
}

// TestTLSPeerOfAnotherKind: ZMTP through crypto/tls as it is, so that what is on the wire
// is TLS: a greeting, READY and a message, in records that are cut anywhere, and a
// close_notify at the end.
func TestTLSPeerOfAnotherKind(t *testing.T) {
	ours := newAuthority(t)
	r := newTest(t, ws.Config{TLS: ours.both()})
	pair, at := r.Bind(zmq.PAIR, anyPort("tls"), zmq.Linger.Of(-1))
	nc, err := tls.Dial("tcp", plainly(at), &tls.Config{RootCAs: ours.pool()})
	r.Check(err)
	r.Check(nc.SetDeadline(time.Now().Add(rig.Patience)))
	p := rig.NewRawPeer(t, nc)
	p.Handshake(1, "PAIR")
	for _, b := range append([]byte{0, 2, 'h', 'i', 2, 0, 0, 0, 0, 0, 0, 1, 0}, make([]byte, 256)...) {
		p.Write([]byte{b}) // a record each
	}
	r.WantRecv(pair, "hi")
	r.WantRecv(pair, string(make([]byte, 256)))
	r.Send(pair, "answer")
	if _, body := p.ReadFrame(); string(body) != "answer" {
		t.Errorf("%q", body)
	}
	closed := make(chan error, 1)
	go func() { closed <- pair.Close() }()
	if _, err := nc.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the end is %v", err)
	}
	r.Check(nc.Close())
	r.Check(<-closed)
}

// TestHandshakeOfTLSIsBounded: MaxHandshakeBytes, for a peer that sends a chain of
// certificates without end.
func TestHandshakeOfTLSIsBounded(t *testing.T) {
	ours := newAuthority(t)
	r := newTest(t, ws.Config{TLS: &tls.Config{
		Certificates: []tls.Certificate{ours.issue("server")}, ClientAuth: tls.RequireAnyClientCert,
	}})
	pull, at := r.Bind(zmq.PULL, anyPort("tls"), zmq.MaxHandshakeBytes.Of(1000))
	w := r.Watch(pull, zmq.EventHandshakeFailedProtocol|zmq.EventHandshakeSucceeded)
	chain := ours.issue("client")
	for range 20 {
		chain.Certificate = append(chain.Certificate, chain.Certificate[0])
	}
	push := r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1), with(ws.Config{TLS: &tls.Config{RootCAs: ours.pool(), Certificates: []tls.Certificate{chain}}}))
	r.Check(push.Connect(at))
	if e := w.Want(zmq.EventHandshakeFailedProtocol)[0]; !errors.Is(e.Err, zmq.ErrMessageTooLarge) {
		t.Error(e.Err)
	}
}

// TestConfigurationIsCopied: a pool that the program gives is not changed, and the
// program's configuration neither.
func TestConfigurationIsCopied(t *testing.T) {
	cfg := newAuthority(t).both()
	r := newTest(t, ws.Config{TLS: cfg})
	_, at := r.Bind(zmq.PULL, anyPort("tls"))
	r.WaitPeers(r.Connect(zmq.PUSH, at), 1)
	if cfg.MinVersion != 0 || cfg.ServerName != "" || cfg.DynamicRecordSizingDisabled {
		t.Errorf("%+v", cfg)
	}
}

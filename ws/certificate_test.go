// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// certified is a server that asks for certificates of clients, and the handler that
// decides by them.
type certified struct {
	*rig.Test
	authority *authority
	handler   *auth.Handler
	rules     auth.Rules
}

func newCertified(t *testing.T, certificates auth.Certificates) *certified {
	t.Helper()
	c := &certified{authority: newAuthority(t)}
	c.Test = newTest(t, ws.Config{TLS: &tls.Config{
		Certificates: []tls.Certificate{c.authority.issue("server")}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: c.authority.pool(),
	}})
	c.rules = auth.Rules{Certificates: certificates, Passwords: auth.PasswordMap{"user": "secret"}, Keys: auth.InsecureAllowAnyKey()}
	var err error
	c.handler, err = auth.Start(c.ZMQ, auth.Config{Default: c.rules})
	c.Check(err)
	t.Cleanup(func() { c.Check(c.handler.Close()) })
	return c
}

// client connects with a certificate, or without one.
func (c *certified) client(at string, cert *tls.Certificate, settings ...zmq.Setting) *zmq.Socket {
	c.Helper()
	cfg := &tls.Config{RootCAs: c.authority.pool()}
	if cert != nil {
		cfg.Certificates = []tls.Certificate{*cert}
	}
	s := c.Socket(zmq.PUSH, append(settings, with(ws.Config{TLS: cfg}), zmq.ReconnectInterval.Of(-1))...)
	c.Check(s.Connect(at))
	return s
}

// TestHandlerDecidesByCertificate: over wss and tls, with each mechanism. NULL needs no
// more than the certificate, PLAIN and CURVE their own credentials as well.
func TestHandlerDecidesByCertificate(t *testing.T) {
	named := auth.CertificateFunc(func(_ context.Context, r auth.Request) (auth.User, error) {
		cert, err := x509.ParseCertificate(r.Certificate)
		if err != nil {
			return auth.User{}, err
		}
		if cert.Subject.CommonName != "alice" {
			return auth.User{}, auth.ErrDenied
		}
		return auth.User{ID: "CN=" + cert.Subject.CommonName}, nil
	})
	for _, scheme := range secured {
		for _, m := range mechanisms() {
			t.Run(scheme+"/"+m.name, func(t *testing.T) {
				c := newCertified(t, named)
				pull, at := c.Bind(zmq.PULL, anyPort(scheme), append(m.server, zmq.ZAPDomain.Of("d"), zmq.ZAPEnforceDomain.Of(true))...)
				w := c.Watch(pull, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailedAuth)
				alice, mallory := c.authority.issue("alice"), c.authority.issue("mallory")
				c.client(at, &mallory, m.client...)
				w.Want(zmq.EventHandshakeFailedAuth)
				c.client(at, nil, m.client...)
				w.Want(zmq.EventHandshakeFailedAuth)
				s := c.client(at, &alice, m.client...)
				w.Want(zmq.EventHandshakeSucceeded)
				c.Send(s, "x")
				got, err := pull.Recv(c.Ctx)
				c.Check(err)
				want := map[string]string{"NULL": "CN=alice", "PLAIN": "user"}[m.name]
				if p := got.Peer(); want != "" && p.UserID != want || !p.Authenticated || p.Certificate == nil {
					t.Errorf("the peer is %+v", p)
				}
				if m.name != "PLAIN" {
					return
				}
				c.client(at, &alice, zmq.PlainUsername.Of("user"), zmq.PlainPassword.Of("wrong"))
				w.Want(zmq.EventHandshakeFailedAuth)
			})
		}
	}
}

// TestHandlerRefusesWithoutTLS: rules that want a certificate let no peer in over tcp.
func TestHandlerRefusesWithoutTLS(t *testing.T) {
	c := newCertified(t, auth.CertificateFunc(func(context.Context, auth.Request) (auth.User, error) { return auth.User{}, nil }))
	for _, scheme := range []string{"tcp", "ws"} {
		pull, at := c.Bind(zmq.PULL, anyPort(scheme), zmq.ZAPDomain.Of("d"))
		w := c.Watch(pull, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailedAuth)
		c.client(at, nil)
		w.Want(zmq.EventHandshakeFailedAuth)
	}
}

// TestFingerprints: which are taken back by Configure, so that the peer goes.
func TestFingerprints(t *testing.T) {
	set := auth.FingerprintSet{}
	c := newCertified(t, set)
	alice, mallory := c.authority.issue("alice"), c.authority.issue("mallory")
	f := auth.FingerprintOf(alice.Certificate[0])
	rules := c.rules
	rules.Certificates = auth.FingerprintSet{f: {}}
	c.Check(c.handler.Configure(auth.Config{Default: rules}))
	pull, at := c.Bind(zmq.PULL, anyPort("tls"), zmq.ZAPDomain.Of("d"))
	w := c.Watch(pull, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailedAuth)
	c.client(at, &mallory)
	w.Want(zmq.EventHandshakeFailedAuth)
	c.client(at, &alice)
	w.Want(zmq.EventHandshakeSucceeded)
	c.WaitPeers(pull, 1)
	if p := pull.Peers()[0]; p.UserID != f.String() {
		t.Errorf("the user is %q", p.UserID)
	}
	gone := c.Watch(pull, zmq.EventDisconnected)
	c.Check(c.handler.Configure(auth.Config{Default: c.rules}))
	gone.Want(zmq.EventDisconnected)
}

// TestCertificateOfAWebServer: what the web server has verified counts, too.
func TestCertificateOfAWebServer(t *testing.T) {
	c := newCertified(t, auth.CertificateFunc(func(_ context.Context, r auth.Request) (auth.User, error) {
		cert, err := x509.ParseCertificate(r.Certificate)
		if err != nil {
			return auth.User{}, err
		}
		return auth.User{ID: cert.Subject.CommonName}, nil
	}))
	pull := c.Socket(zmq.PULL)
	h, err := ws.NewHandler(pull, ws.Config{}, zmq.ZAPDomain.Of("d"))
	c.Check(err)
	server := httptest.NewUnstartedServer(h)
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{c.authority.issue("localhost")}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: c.authority.pool(),
	}
	server.StartTLS()
	defer server.Close()
	alice := c.authority.issue("alice")
	s := c.client("wss://"+plainly(server.URL), &alice)
	c.Send(s, "x")
	m, err := pull.Recv(c.Ctx)
	c.Check(err)
	if p := m.Peer(); p.UserID != "alice" || p.Certificate == nil {
		t.Errorf("the peer is %+v", p)
	}
	if _, err := ws.Certificate(m.Peer()); errors.Is(err, ws.ErrNoCertificate) {
		t.Error(err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// certPEM and keyPEM are the texts that the options take.
func certPEM(c tls.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}))
}

func keyPEM(t testing.TB, c tls.Certificate) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	rig.Must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func (a *authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
}

// optionTest has contexts with the transports and nothing in their configuration.
func optionTest(t *testing.T, libzmq bool) *rig.Test {
	t.Helper()
	return rig.NewWith(t, zmq.ContextConfig{LibzmqDefaults: libzmq, Settings: []zmq.Setting{with(ws.Config{}), zmq.Linger.Of(0)}})
}

// TestOptionsOfWSS: WSS_KEY_PEM and WSS_CERT_PEM make a listener, WSS_TRUST_PEM and
// WSS_HOSTNAME decide which servers a client trusts; on a socket or an endpoint, over wss and tls.
func TestOptionsOfWSS(t *testing.T) {
	ours, stranger := newAuthority(t), newAuthority(t)
	cert := ours.issue("server.example")
	for _, scheme := range secured {
		for _, libzmq := range []bool{false, true} {
			for _, c := range []struct {
				name   string
				client []zmq.Setting
				ok     bool
			}{
				{"its authority, and the host of the endpoint", []zmq.Setting{zmq.WSSTrustPEM.Of(ours.pem())}, true},
				{"a name", []zmq.Setting{zmq.WSSTrustPEM.Of(ours.pem()), zmq.WSSHostname.Of("server.example")}, true},
				{"another name", []zmq.Setting{zmq.WSSTrustPEM.Of(ours.pem()), zmq.WSSHostname.Of("other.example")}, false},
				{"another authority", []zmq.Setting{zmq.WSSTrustPEM.Of(stranger.pem())}, false},
				{"several, with those of the system", []zmq.Setting{zmq.WSSTrustPEM.Of(stranger.pem() + ours.pem()), zmq.WSSTrustSystem.Of(true)}, true},
				{"those of the system alone", []zmq.Setting{zmq.WSSTrustSystem.Of(true)}, false},
				{"nothing", nil, false},
			} {
				r := optionTest(t, libzmq)
				_, at := r.Bind(zmq.PULL, anyPort(scheme), zmq.WSSCertPEM.Of(certPEM(cert)), zmq.WSSKeyPEM.Of(keyPEM(t, cert)))
				push := r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1))
				w := r.Watch(push, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailedNoDetail|zmq.EventHandshakeFailedProtocol)
				r.Check(push.Connect(at, c.client...))
				e, _ := w.Next()
				if ok := e.Kind == zmq.EventHandshakeSucceeded; ok != c.ok {
					t.Errorf("%s, libzmq's defaults %v, %s: %v %v", scheme, libzmq, c.name, e.Kind, e.Err)
				}
			}
		}
	}
}

// TestEmptyHostname: the host of the endpoint is verified, and with libzmq's defaults none.
func TestEmptyHostname(t *testing.T) {
	ours := newAuthority(t)
	cert := ours.issue("server.example") // and 127.0.0.1, but not localhost
	for _, libzmq := range []bool{false, true} {
		r := optionTest(t, libzmq)
		_, at := r.Bind(zmq.PULL, anyPort("wss"), zmq.WSSCertPEM.Of(certPEM(cert)), zmq.WSSKeyPEM.Of(keyPEM(t, cert)))
		push := r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1), zmq.WSSTrustPEM.Of(ours.pem()))
		w := r.Watch(push, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailedNoDetail)
		r.Check(push.Connect(strings.Replace(at, "127.0.0.1", "localhost", 1)))
		e, _ := w.Next()
		if ok := e.Kind == zmq.EventHandshakeSucceeded; ok != libzmq {
			t.Errorf("libzmq's defaults %v: %v %v", libzmq, e.Kind, e.Err)
		}
	}
}

// TestClientCertificateByOption: a client shows WSS_CERT_PEM to a server that asks.
func TestClientCertificateByOption(t *testing.T) {
	ours := newAuthority(t)
	r := newTest(t, ws.Config{TLS: &tls.Config{
		Certificates: []tls.Certificate{ours.issue("server")}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ours.pool(),
	}})
	pull, at := r.Bind(zmq.PULL, anyPort("wss"))
	alice := ours.issue("alice")
	push := r.Socket(zmq.PUSH, zmq.WSSTrustPEM.Of(ours.pem()), zmq.WSSCertPEM.Of(certPEM(alice)), zmq.WSSKeyPEM.Of(keyPEM(t, alice)))
	r.Check(push.Connect(at))
	r.WaitPeers(pull, 1)
	if c, err := ws.Certificate(pull.Peers()[0].Peer); err != nil || c.Subject.CommonName != "alice" {
		t.Error(err)
	}
}

// TestBadPEMIsRefusedByTheCall: options are not checked when they are set.
func TestBadPEMIsRefusedByTheCall(t *testing.T) {
	ours := newAuthority(t)
	one, other := ours.issue("one"), ours.issue("other")
	r := optionTest(t, false)
	s := r.Socket(zmq.PULL)
	for name, list := range map[string][]zmq.Setting{
		"no PEM":        {zmq.WSSCertPEM.Of("x"), zmq.WSSKeyPEM.Of("y")},
		"no key":        {zmq.WSSCertPEM.Of(certPEM(one))},
		"no cert":       {zmq.WSSKeyPEM.Of(keyPEM(t, one))},
		"another's key": {zmq.WSSCertPEM.Of(certPEM(one)), zmq.WSSKeyPEM.Of(keyPEM(t, other))},
		"neither":       nil,
	} {
		err := s.Bind(anyPort("wss"), list...)
		if !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "WSS_CERT_PEM") {
			t.Errorf("bind with %s: %v", name, err)
		}
	}
	for _, scheme := range secured {
		if err := s.Connect(scheme+"://127.0.0.1:1", zmq.WSSTrustPEM.Of("x")); !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "WSS_TRUST_PEM") {
			t.Errorf("connect: %v", err)
		}
	}
	if x := zmq.WSSKeyPEM.Of("secret"); strings.Contains(x.String(), "secret") {
		t.Errorf("the key is printed: %v", x)
	}
}

// TestConfigurationWithLibzmqDefaults: a configuration of the program decides which servers
// are trusted, also where the options have libzmq's defaults, with which none would be.
func TestConfigurationWithLibzmqDefaults(t *testing.T) {
	ours, stranger := newAuthority(t), newAuthority(t)
	cert := ours.issue("server.example") // and 127.0.0.1, but not localhost
	for _, scheme := range secured {
		for name, c := range map[string]struct {
			cfg  *tls.Config
			host string
			ok   bool
		}{
			"its authority":       {&tls.Config{RootCAs: ours.pool()}, "127.0.0.1", true},
			"another name":        {&tls.Config{RootCAs: ours.pool()}, "localhost", false},
			"a name":              {&tls.Config{RootCAs: ours.pool(), ServerName: "server.example"}, "localhost", true},
			"another authority":   {&tls.Config{RootCAs: stranger.pool()}, "127.0.0.1", false},
			"those of the system": {&tls.Config{}, "127.0.0.1", false},
			"none is verified":    {&tls.Config{InsecureSkipVerify: true}, "localhost", true},
		} {
			r := optionTest(t, true)
			_, at := r.Bind(zmq.PULL, anyPort(scheme), zmq.WSSCertPEM.Of(certPEM(cert)), zmq.WSSKeyPEM.Of(keyPEM(t, cert)))
			push := r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(-1), with(ws.Config{TLS: c.cfg}))
			w := r.Watch(push, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailedNoDetail|zmq.EventHandshakeFailedProtocol)
			r.Check(push.Connect(strings.Replace(at, "127.0.0.1", c.host, 1)))
			e, _ := w.Next()
			if ok := e.Kind == zmq.EventHandshakeSucceeded; ok != c.ok {
				t.Errorf("%s, %s: %v %v", scheme, name, e.Kind, e.Err)
			}
		}
	}
}

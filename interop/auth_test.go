// SPDX-License-Identifier: Apache-2.0

// Package auth between libzmq's clients and ours, and its files between pyzmq and
// us.

package interop

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/interop/peer"
)

// authenticating returns a PULL of ours that is bound, in a context whose handler
// goes by rules.
func authenticating(t *testing.T, rules auth.Rules, settings ...zmq.Setting) (s *zmq.Socket, at string) {
	t.Helper()
	c := newContext(t, zmq.ContextConfig{})
	h, err := auth.Start(c, auth.Config{Default: rules})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	s, err = c.NewSocket(zmq.PULL, settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, bind(t, s, "tcp://127.0.0.1:*")
}

// refused waits until a libzmq client is told that it is not wanted.
func refused(t *testing.T, s *peer.Socket) {
	t.Helper()
	const handshakeFailedAuth = 0x4000
	e, err := s.NextEvent(20*time.Second, handshakeFailedAuth)
	if err != nil || e.Value != 400 {
		t.Errorf("the client sees %+v, %v", e, err)
	}
}

func TestAuthOfLibzmqOverPlain(t *testing.T) {
	libzmq := peer.Start(t)
	line, err := auth.PasswordLine("alice", "secret", map[string]string{"X-Role": "op"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(path, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	users, err := auth.OpenPasswordFile(path)
	if err != nil {
		t.Fatal(err)
	}
	server, at := authenticating(t, auth.Rules{Passwords: users}, zmq.PlainServer.Of(true))

	good := libzmq.Socket("PUSH", peer.Opts{"PLAIN_USERNAME": "alice", "PLAIN_PASSWORD": "secret"})
	good.Connect(at)
	sendTheirs(t, good, "hello")
	m := recv(t, server, "hello")
	if role, _ := m.Peer().Vouched("X-Role"); m.Peer().UserID != "alice" || role != "op" {
		t.Errorf("%+v, role %q", m.Peer(), role)
	}
	bad := libzmq.Socket("PUSH", peer.Opts{"PLAIN_USERNAME": "alice", "PLAIN_PASSWORD": "guess", "LINGER": 0})
	bad.Monitor()
	bad.Connect(at)
	refused(t, bad)
}

func TestAuthOfLibzmqOverCurve(t *testing.T) {
	libzmq := peer.Start(t)
	key, err := zmq.ParsePublicKey(clientPublic)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := zmq.ParseSecretKey(serverSecret)
	if err != nil {
		t.Fatal(err)
	}
	rules := auth.Rules{Keys: auth.KeySet{key: {ID: "alice"}}}
	server, at := authenticating(t, rules, zmq.CurveKeypair{Secret: secret}.AsServer())

	good := libzmq.Socket("PUSH", curveSecurity().client)
	good.Connect(at)
	sendTheirs(t, good, "hello")
	if m := recv(t, server, "hello"); m.Peer().UserID != "alice" {
		t.Errorf("%+v", m.Peer())
	}
	stranger := zmq.NewCurveKeypair()
	bad := libzmq.Socket("PUSH", merge(curveSecurity().client, peer.Opts{
		"CURVE_PUBLICKEY": stranger.Public.Bytes(), "CURVE_SECRETKEY": stranger.Secret.Bytes(), "LINGER": 0}))
	bad.Monitor()
	bad.Connect(at)
	refused(t, bad)
}

// TestServerKeysForLibzmq: clients of libzmq that know the server's old key or its new
// one are served at a time, while one with a third key is not.
func TestServerKeysForLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	before, after, third := zmq.NewCurveKeypair(), zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	server := ours(t, zmq.PULL, nil)
	events := server.Monitor(within(t), zmq.EventHandshakeFailed)
	settings := zmq.WithCurveServerKeys(func(context.Context, zmq.CurveHello) ([]zmq.SecretKey, error) {
		return []zmq.SecretKey{after.Secret, before.Secret}, nil
	})
	if err := server.Bind("tcp://127.0.0.1:*", settings); err != nil {
		t.Fatal(err)
	}
	client := func(k zmq.CurveKeypair) *peer.Socket {
		s := libzmq.Socket("PUSH", merge(curveSecurity().client, peer.Opts{"CURVE_SERVERKEY": k.Public.Bytes(), "LINGER": 0}))
		s.Connect(server.LastEndpoint())
		return s
	}
	for name, k := range map[string]zmq.CurveKeypair{"old": before, "new": after} {
		sendTheirs(t, client(k), name)
		recv(t, server, name)
	}
	client(third)
	for e := range events {
		if e.Kind != zmq.EventHandshakeFailedProtocol {
			t.Errorf("a client with another key: %v %v", e.Kind, e.Err)
		}
		break
	}
}

// TestRefusalByLibzmq: our client knows that it is not wanted, also with PLAIN,
// where libzmq spells ERROR in a way of its own.
func TestRefusalByLibzmq(t *testing.T) {
	libzmq := peer.Start(t)
	handler := libzmq.Socket("REP", nil)
	handler.Bind("inproc://zeromq.zap.01")
	for name, r := range map[string]security{
		"CURVE": curveSecurity(),
		"PLAIN": {server: peer.Opts{"PLAIN_SERVER": 1}, client: peer.Opts{"PLAIN_USERNAME": "alice", "PLAIN_PASSWORD": "guess"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := libzmq.Socket("PULL", merge(r.server, peer.Opts{"ZAP_DOMAIN": "d"}))
			at := server.Bind("tcp://127.0.0.1:*")
			client := ours(t, zmq.PUSH, r.client)
			events := client.Monitor(within(t), zmq.EventHandshakeFailed)
			connect(t, client, at)
			if _, err := handler.Recv(20 * time.Second); err != nil {
				t.Fatal(err)
			}
			sendTheirs(t, handler, "1.0", "1", "400", "no", "", "")
			for e := range events {
				if e.Kind != zmq.EventHandshakeFailedAuth || e.Value != 400 {
					t.Errorf("our client sees %v %d", e.Kind, e.Value)
				}
				break
			}
			if err := client.Disconnect(at); err != nil {
				t.Error(err)
			}
			server.Close()
		})
	}
}

// TestCertificatesOfPyzmq: what pyzmq's "zmq.auth" writes we read, and the other way round.
func TestCertificatesOfPyzmq(t *testing.T) {
	dir := t.TempDir()
	out := peer.Script(t, `
import sys, zmq.auth
dir = sys.argv[1]
public, secret = zmq.auth.create_certificates(dir, "theirs", {"name": "Alice", "note": "two words"})
print(zmq.auth.load_certificate(secret)[1].decode())
`, dir)
	c, err := auth.ReadCertificate(filepath.Join(dir, "theirs.key_secret"))
	if err != nil || c.Keys.Secret.Z85() != strings.TrimSpace(out) || c.Metadata["name"] != "Alice" || c.Metadata["note"] != "two words" {
		t.Errorf("the secret certificate is %+v, %v", c, err)
	}
	public, err := auth.ReadCertificate(filepath.Join(dir, "theirs.key"))
	if err != nil || public.Keys.Public != c.Keys.Public || !public.Keys.Secret.IsZero() {
		t.Errorf("the public certificate is %+v, %v", public, err)
	}

	ours := auth.NewCertificate(map[string]string{"name": "Bob"})
	if err := ours.WriteFiles(filepath.Join(dir, "ours")); err != nil {
		t.Fatal(err)
	}
	out = peer.Script(t, `
import sys, zmq.auth
public, secret = zmq.auth.load_certificate(sys.argv[1] + "/ours.key_secret")
print(public.decode(), secret.decode())
print(" ".join(sorted(k.decode() for k in zmq.auth.load_certificates(sys.argv[1]))))
`, dir)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || lines[0] != ours.Keys.Public.String()+" "+ours.Keys.Secret.Z85() {
		t.Errorf("pyzmq reads %q", out)
	}
	for _, k := range []zmq.PublicKey{ours.Keys.Public, c.Keys.Public} {
		if !strings.Contains(lines[len(lines)-1], k.String()) {
			t.Errorf("pyzmq's directory of keys has no %s", k)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

// Over real connections: PLAIN and NULL.

package auth

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// served reports whether a client's message reaches a server, and returns it. A client
// that is refused is refused for good, which ends the wait.
func served(t *testing.T, r *rig, server []zmq.Setting, client []zmq.Setting) (zmq.Message, bool) {
	t.Helper()
	pull := r.socket(zmq.PULL, server...)
	must(t, pull.Bind("tcp://127.0.0.1:*"))
	push, err := newContext(t).NewSocket(zmq.PUSH, append(client, zmq.Linger.Of(0), zmq.ReconnectInterval.Of(-1))...)
	must(t, err)
	must(t, push.Connect(pull.LastEndpoint()))
	if err := push.TrySend([]byte("hello")); err != nil && !errors.Is(err, zmq.ErrAgain) { // it may have been refused already
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(zmqtest.Deadline(t))
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		m, err := pull.TryRecv()
		if err == nil {
			return m, true
		}
		if !errors.Is(err, zmq.ErrAgain) {
			t.Fatal(err)
		}
		if pull.Stats().HandshakesFailed > 0 {
			return zmq.Message{}, false
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("neither served nor refused")
		}
	}
}

func TestPlainOverTCP(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	write(t, path, "alice:"+argonOf("secret")+":X-Role=op\n")
	f, err := OpenPasswordFile(path)
	must(t, err)
	server := []zmq.Setting{zmq.PlainServer.Of(true)}
	as := func(user, password string) []zmq.Setting {
		return []zmq.Setting{zmq.PlainUsername.Of(user), zmq.PlainPassword.Of(password)}
	}
	r := with(t, Rules{Passwords: f, Allow: MustParseAddresses("127.0.0.0/8")})
	m, ok := served(t, r, server, as("alice", "secret"))
	if role, _ := m.Peer().Vouched("X-Role"); !ok || m.Peer().UserID != "alice" || role != "op" {
		t.Errorf("%v, %+v, %q", ok, m.Peer(), role)
	}
	for _, c := range [][]zmq.Setting{as("alice", "wrong"), as("bob", "secret"), nil} {
		if _, ok := served(t, r, server, c); ok {
			t.Error("a stranger is served")
		}
	}
	r.logged("peer refused", "user=bob", "address=127.0.0.1")
	if _, ok := served(t, with(t, Rules{Passwords: f, Deny: MustParseAddresses("127.0.0.1")}), server, as("alice", "secret")); ok {
		t.Error("a denied address is served")
	}
}

func TestNullOverTCP(t *testing.T) {
	r := newRig(t, Config{Domains: map[string]Rules{
		"open": {InsecureAllowNull: true, Allow: MustParseAddresses("127.0.0.1")},
		"far":  {InsecureAllowNull: true, Allow: MustParseAddresses("192.0.2.1")},
	}})
	for domain, want := range map[string]bool{"open": true, "far": false, "other": false, "": true} {
		var server []zmq.Setting
		if domain != "" { // without one the handler is not asked
			server = []zmq.Setting{zmq.ZAPDomain.Of(domain)}
		}
		if _, ok := served(t, r, server, nil); ok != want {
			t.Errorf("domain %q: served %v", domain, ok)
		}
	}
}

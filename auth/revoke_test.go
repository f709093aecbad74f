// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// server is a bound PULL that the handler guards, and endpoint its address.
func (r *rig) server(settings ...zmq.Setting) (s *zmq.Socket, endpoint string) {
	r.Helper()
	s = r.socket(zmq.PULL, settings...)
	must(r, s.Bind("tcp://127.0.0.1:*"))
	return s, s.LastEndpoint()
}

// join connects a client and waits until the server has n peers.
func (r *rig) join(s *zmq.Socket, at string, n int, settings ...zmq.Setting) *zmq.Socket {
	r.Helper()
	c := r.socket(zmq.PUSH, append(settings, zmq.ReconnectInterval.Of(-1))...)
	must(r, c.Connect(at))
	must(r, s.WaitPeers(zmqtest.Deadline(r), n))
	return c
}

// left waits until exactly n connections of a server have ended, and checks that one
// with that user is not among the others.
func (r *rig) left(s *zmq.Socket, n uint64, gone string) {
	r.Helper()
	limit, tick := zmqtest.Deadline(r).Done(), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for s.Stats().Disconnected < n {
		select {
		case <-tick.C:
		case <-limit:
			r.Fatalf("%d connections have ended, want %d", s.Stats().Disconnected, n)
		}
	}
	if got := s.Stats().Disconnected; got != n {
		r.Errorf("%d connections have ended, want %d", got, n)
	}
	for _, p := range s.Peers() {
		if p.UserID == gone {
			r.Errorf("%q is still connected", gone)
		}
	}
}

// stays checks that a client is still heard.
func (r *rig) stays(s, client *zmq.Socket) {
	r.Helper()
	must(r, client.SendString(zmqtest.Deadline(r), "here"))
	if _, err := s.Recv(zmqtest.Deadline(r)); err != nil {
		r.Errorf("a client that may stay is not heard: %v", err)
	}
}

func plainClient(user, password string) []zmq.Setting {
	return []zmq.Setting{zmq.PlainUsername.Of(user), zmq.PlainPassword.Of(password)}
}

func TestReloadDisconnectsUsersWhoseLineChangedOrWent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	line := func(user, password string) string { return user + ":" + argonOf(password) + "\n" }
	alice := line("alice", "a")
	write(t, path, alice+line("bob", "b")+line("carol", "c"))
	f, err := OpenPasswordFile(path)
	must(t, err)
	r := with(t, Rules{Passwords: f})
	s, at := r.server(zmq.PlainServer.Of(true))
	r.join(s, at, 1, plainClient("alice", "a")...)
	r.join(s, at, 2, plainClient("bob", "b")...)
	carol := r.join(s, at, 3, plainClient("carol", "c")...)
	must(t, r.h.Reload())
	r.stays(s, carol) // nothing has changed

	write(t, path, alice+line("carol", "new"))
	if _, err := f.CheckPassword(background(), Request{User: "bob"}, "b"); !errors.Is(err, ErrDenied) {
		t.Fatalf("bob's password: %v", err) // the change has been noticed before Reload
	}
	must(t, r.h.Reload())
	r.left(s, 2, "bob")
	r.left(s, 2, "carol")
	r.logged("peer disconnected", "user=bob", "see=docs/troubleshooting.md#refused-or-denied")
	carol = r.join(s, at, 2, plainClient("carol", "new")...)
	must(t, r.h.Reload())
	r.stays(s, carol)
}

func TestReloadWithoutAPasswordFileDisconnectsNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	write(t, path, "alice:"+argonOf("a")+"\n")
	f, err := OpenPasswordFile(path)
	must(t, err)
	r := with(t, Rules{Passwords: f})
	s, at := r.server(zmq.PlainServer.Of(true))
	client := r.join(s, at, 1, plainClient("alice", "a")...)
	must(t, os.Remove(path))
	if r.h.Reload() == nil {
		t.Error("Reload says nothing of the missing file")
	}
	r.stays(s, client)
	write(t, path, "alice:"+argonOf("another")+"\n")
	must(t, r.h.Reload())
	r.left(s, 1, "alice")
}

func TestReloadDisconnectsKeysThatWereTakenAway(t *testing.T) {
	dir := t.TempDir()
	keys := zmq.NewCurveKeypair()
	client := func(name string) []zmq.Setting {
		k := zmq.NewCurveKeypair()
		write(t, filepath.Join(dir, name+".key"), certificate(t, k.Public, nil))
		return []zmq.Setting{k.AsClient(keys.Public)}
	}
	a, b := client("a"), client("b")
	d, err := OpenKeyDirectory(dir)
	must(t, err)
	r := with(t, Rules{Keys: d})
	s, at := r.server(keys.AsServer())
	r.join(s, at, 1, a...)
	other := r.join(s, at, 2, b...)
	must(t, os.Remove(filepath.Join(dir, "a.key")))
	must(t, r.h.Reload())
	r.left(s, 1, "")
	r.stays(s, other)
}

func TestConfigureAsksAgainAboutTheConnected(t *testing.T) {
	check := PasswordFunc(func(context.Context, Request, string) (User, error) { return User{}, nil })
	for _, y := range []struct {
		name  string
		rules Rules
		ends  uint64
	}{
		{"another source of passwords", Rules{Passwords: check}, 1},
		{"its address", Rules{Passwords: accept{}, Deny: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, 1},
		{"Authorize", Rules{Passwords: accept{}, Authorize: func(_ context.Context, _ Request, u User) (User, error) {
			return u, fmt.Errorf("%s is no longer welcome: %w", u.ID, ErrDenied)
		}}, 1},
		{"no word on it", Rules{Passwords: accept{}}, 0},
		{"a source that fails", Rules{Passwords: accept{}, Authorize: func(context.Context, Request, User) (User, error) {
			return User{}, errors.New("the database is away")
		}}, 0},
	} {
		t.Run(y.name, func(t *testing.T) {
			r := with(t, Rules{Passwords: accept{}})
			s, at := r.server(zmq.PlainServer.Of(true))
			client := r.join(s, at, 1, plainClient("alice", "a")...)
			must(t, r.h.Configure(Config{Default: y.rules}))
			if y.ends == 0 {
				r.stays(s, client)
			}
			r.left(s, y.ends, "")
		})
	}
}

// accept lets every user in.
type accept struct{}

func (accept) CheckPassword(context.Context, Request, string) (User, error) { return User{}, nil }

// arriving is a peer whose handshake stands still after the old rules have begun to
// decide about it, or after they have accepted it.
type arriving struct {
	*rig
	server, client *zmq.Socket
	at             string
	pass           func() // lets the handshake go on
}

// arrive connects a PLAIN client and returns when its handshake stands still: in
// Authorize of the rules, or if they have decided in the server's authorizer, which is
// asked behind them.
func arrive(t *testing.T, decided bool) *arriving {
	t.Helper()
	reached, pass := make(chan struct{}), make(chan struct{})
	first := make(chan struct{}, 1)
	first <- struct{}{}
	hold := func() {
		select {
		case <-first:
			close(reached)
			<-pass
		default: // peers that come later are not held
		}
	}
	rules, settings := Rules{Passwords: accept{}}, []zmq.Setting{zmq.PlainServer.Of(true), zmq.HandshakeInterval.Of(0)}
	if decided {
		settings = append(settings, zmq.WithAuthorizer(func(context.Context, zmq.Peer) error { hold(); return nil }))
	} else {
		rules.Authorize = func(_ context.Context, _ Request, u User) (User, error) { hold(); return u, nil }
	}
	a := &arriving{rig: newRig(t, Config{Default: rules, Timeout: time.Hour}), pass: sync.OnceFunc(func() { close(pass) })}
	t.Cleanup(a.pass) // before the handler and the sockets are closed
	a.server, a.at = a.rig.server(settings...)
	a.client = a.socket(zmq.PUSH, append(plainClient("alice", "a"), zmq.ReconnectInterval.Of(-1))...)
	must(t, a.client.Connect(a.at))
	must(t, a.client.SendString(zmqtest.Deadline(t), "here"))
	<-reached
	return a
}

// eachArrival runs a test for both moments at which rules may change.
func eachArrival(t *testing.T, test func(*arriving)) {
	for name, decided := range map[string]bool{"while they decide": false, "after they have decided": true} {
		t.Run(name, func(t *testing.T) { test(arrive(t, decided)) })
	}
}

var noUser = Config{Default: Rules{Passwords: PasswordFunc(func(context.Context, Request, string) (User, error) {
	return User{}, ErrDenied
})}}

// TestConfigureEndsAPeerThatTheOldRulesLetIn by a handshake that was under way.
func TestConfigureEndsAPeerThatTheOldRulesLetIn(t *testing.T) {
	eachArrival(t, func(a *arriving) {
		events := a.server.Monitor(zmqtest.Deadline(a), zmq.EventDisconnected)
		must(a, a.h.Configure(noUser))
		a.pass()
		for range events {
			break
		}
		if st := a.server.Stats(); st.Connected != 0 || st.Received != 0 || st.QueuedIn != 0 {
			a.Errorf("the peer was let in: %d connected, %d messages received", st.Connected, st.Received)
		}
	})
}

func TestConfigureKeepsAPeerThatBothRulesLetIn(t *testing.T) {
	eachArrival(t, func(a *arriving) {
		must(a, a.h.Configure(Config{Default: Rules{Passwords: accept{}, Deny: MustParseAddresses("192.0.2.1")}}))
		a.pass()
		if _, err := a.server.Recv(zmqtest.Deadline(a)); err != nil {
			a.Errorf("the peer is not heard: %v", err)
		}
	})
}

// TestReloadEndsAPeerWhoseKeyWentDuringTheHandshake: the rules are the same ones, and
// what they read has changed.
func TestReloadEndsAPeerWhoseKeyWentDuringTheHandshake(t *testing.T) {
	dir := t.TempDir()
	keys, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	write(t, filepath.Join(dir, "a.key"), certificate(t, client.Public, nil))
	d, err := OpenKeyDirectory(dir)
	must(t, err)
	r := with(t, Rules{Keys: d})
	reached, pass := make(chan struct{}), make(chan struct{})
	s, at := r.server(keys.AsServer(), zmq.HandshakeInterval.Of(0), zmq.WithAuthorizer(func(context.Context, zmq.Peer) error {
		close(reached)
		<-pass
		return nil
	}))
	events := s.Monitor(zmqtest.Deadline(t), zmq.EventDisconnected)
	c := r.socket(zmq.PUSH, client.AsClient(keys.Public), zmq.ReconnectInterval.Of(-1))
	must(t, c.Connect(at))
	<-reached
	must(t, os.Remove(filepath.Join(dir, "a.key")))
	must(t, r.h.Reload())
	close(pass)
	for range events {
		break
	}
	if st := s.Stats(); st.Connected != 0 {
		t.Error("a peer without a key is in")
	}
	r.logged("peer disconnected", "mechanism=CURVE", "see=docs/troubleshooting.md#refused-or-denied")
}

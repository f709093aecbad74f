// SPDX-License-Identifier: Apache-2.0

package security_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// ring is what a server's function returns, and what it was asked.
type ring struct {
	keys  atomic.Pointer[[]zmq.SecretKey]
	asked chan zmq.CurveHello
}

func newRing(keys ...zmq.CurveKeypair) *ring {
	k := &ring{asked: make(chan zmq.CurveHello, 100)}
	k.set(keys...)
	return k
}

func (k *ring) set(keys ...zmq.CurveKeypair) {
	list := []zmq.SecretKey{}
	for _, x := range keys {
		list = append(list, x.Secret)
	}
	k.keys.Store(&list)
}

func (k *ring) setting() zmq.Setting {
	return zmq.WithCurveServerKeys(func(_ context.Context, h zmq.CurveHello) ([]zmq.SecretKey, error) {
		k.asked <- h
		return *k.keys.Load(), nil
	})
}

// clientOf connects a client that believes in one key of the server.
func clientOf(t *testing.T, at string, server zmq.PublicKey) *zmq.Socket {
	t.Helper()
	s := rig.Socket(t, zmq.PUSH, zmq.NewCurveKeypair().AsClient(server), zmq.ReconnectInterval.Of(-1))
	rig.Must(t, s.Connect(at))
	return s
}

// hears checks that a message of a client arrives.
func hears(t *testing.T, server, client *zmq.Socket, text string) {
	t.Helper()
	rig.Must(t, client.SendString(rig.Deadline(t), text))
	m, err := server.Recv(rig.Deadline(t))
	if err != nil || m.String() != text || m.Peer().Mechanism != "CURVE" {
		t.Fatalf("received %q from %+v: %v", m, m.Peer(), err)
	}
}

func bound(t *testing.T, settings ...zmq.Setting) (s *zmq.Socket, at string) {
	t.Helper()
	s = rig.Socket(t, zmq.PULL, settings...)
	rig.Must(t, s.Bind(rig.AnyPort))
	return s, s.LastEndpoint()
}

// TestServerKeysChangeWhileTheServerRuns: a rotation from one key to the next, without a
// new bind and without the loss of a connection.
func TestServerKeysChangeWhileTheServerRuns(t *testing.T) {
	old, young := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	k := newRing(old)
	server, at := bound(t, k.setting())
	events := handshakes(t, server)
	early := clientOf(t, at, old.Public)
	hears(t, server, early, "before")
	wantEvent(t, "old key", events, zmq.EventHandshakeSucceeded, 0)
	clientOf(t, at, young.Public)
	wantEvent(t, "a key that is to come", events, zmq.EventHandshakeFailedProtocol, 0x11000001)

	k.set(young, old)
	hears(t, server, clientOf(t, at, old.Public), "old key")
	wantEvent(t, "old key", events, zmq.EventHandshakeSucceeded, 0)
	hears(t, server, clientOf(t, at, young.Public), "new key")
	wantEvent(t, "new key", events, zmq.EventHandshakeSucceeded, 0)

	k.set(young)
	clientOf(t, at, old.Public)
	wantEvent(t, "a key that has gone", events, zmq.EventHandshakeFailedProtocol, 0x11000001)
	hears(t, server, clientOf(t, at, young.Public), "new key")
	hears(t, server, early, "still connected")
}

// TestServerKeysAreAskedForOncePerClient, with what is known of it.
func TestServerKeysAreAskedForOncePerClient(t *testing.T) {
	keys := zmq.NewCurveKeypair()
	k := newRing(keys)
	server, at := bound(t, k.setting())
	hears(t, server, clientOf(t, at, keys.Public), "one")
	hears(t, server, clientOf(t, at, keys.Public), "two")
	one, two := <-k.asked, <-k.asked
	if len(k.asked) != 0 {
		t.Error("asked again")
	}
	if one.Address != "127.0.0.1" || one.Local != at || one.Remote == "" || !one.Accepted || one.Key.IsZero() || one.Key == two.Key {
		t.Errorf("asked about %+v and %+v", one, two)
	}
}

// TestServerKeysOfAConnect: the role does not depend on which side connects.
func TestServerKeysOfAConnect(t *testing.T) {
	keys := zmq.NewCurveKeypair()
	client := rig.Socket(t, zmq.PUSH, zmq.NewCurveKeypair().AsClient(keys.Public))
	rig.Must(t, client.Bind(rig.AnyPort))
	k := newRing(zmq.NewCurveKeypair(), keys)
	server := rig.Socket(t, zmq.PULL)
	rig.Must(t, server.Connect(client.LastEndpoint(), k.setting()))
	hears(t, server, client, "hello")
	if h := <-k.asked; h.Accepted {
		t.Error("the client has not connected to the server")
	}
}

// TestServerKeysThatCannotBe refuse the client, and the log of the server knows why.
func TestServerKeysThatCannotBe(t *testing.T) {
	none := errors.New("the key store is away")
	keys := zmq.NewCurveKeypair()
	many := make([]zmq.SecretKey, zmq.MaxCurveServerKeys+1)
	for i := range many {
		many[i] = keys.Secret
	}
	for name, y := range map[string]struct {
		keys  []zmq.SecretKey
		err   error
		cause error
	}{
		"an error":      {err: none, cause: none},
		"too many keys": {keys: many, cause: zmq.ErrInvalid},
		"the zero key":  {keys: []zmq.SecretKey{keys.Secret, {}}, cause: zmq.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			server, at := bound(t, zmq.WithCurveServerKeys(func(context.Context, zmq.CurveHello) ([]zmq.SecretKey, error) {
				return y.keys, y.err
			}))
			events := handshakes(t, server)
			clientOf(t, at, keys.Public)
			e := wantEvent(t, "server", events, zmq.EventHandshakeFailedAuth, 400)
			if !errors.Is(e.Err, y.cause) || !errors.Is(e.Err, zmq.ErrRefused) {
				t.Errorf("the server sees %v", e.Err)
			}
		})
	}
}

// TestServerKeysAsManyAsThereMayBe: the last one counts, too.
func TestServerKeysAsManyAsThereMayBe(t *testing.T) {
	var keys []zmq.CurveKeypair
	for range zmq.MaxCurveServerKeys {
		keys = append(keys, zmq.NewCurveKeypair())
	}
	server, at := bound(t, newRing(keys...).setting())
	hears(t, server, clientOf(t, at, keys[len(keys)-1].Public), "hello")
}

func TestServerKeysFunctionThatPanics(t *testing.T) {
	c, log := rig.LoggedContext(t)
	server := rig.SocketIn(t, c, zmq.PULL, zmq.WithCurveServerKeys(func(context.Context, zmq.CurveHello) ([]zmq.SecretKey, error) {
		panic("no keys")
	}))
	rig.Must(t, server.Bind(rig.AnyPort))
	events := handshakes(t, server)
	clientOf(t, server.LastEndpoint(), zmq.NewCurveKeypair().Public)
	wantEvent(t, "server", events, zmq.EventHandshakeFailedAuth, 500)
	log.Wait(t, "function of the CURVE server's keys panics", "no keys")
}

// TestServerKeysFunctionHoldsNobodyUp: neither another client nor Close waits for one
// that does not return, and its late answer counts for nothing.
func TestServerKeysFunctionHoldsNobodyUp(t *testing.T) {
	keys := zmq.NewCurveKeypair()
	var calls atomic.Int32
	held, release, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	server, at := bound(t, zmq.HandshakeInterval.Of(0), zmq.WithCurveServerKeys(
		func(ctx context.Context, _ zmq.CurveHello) ([]zmq.SecretKey, error) {
			if calls.Add(1) == 1 {
				defer close(ended)
				close(held)
				<-ctx.Done() // when the socket is closed
				<-release
			}
			return []zmq.SecretKey{keys.Secret}, nil
		}))
	clientOf(t, at, keys.Public)
	<-held
	hears(t, server, clientOf(t, at, keys.Public), "past the other")
	rig.Must(t, server.Close())
	close(release)
	<-ended
}

// TestServerKeysTakeThePlaceOfTheSocketsKey, and without a function the socket's counts
// again.
func TestServerKeysTakeThePlaceOfTheSocketsKey(t *testing.T) {
	own, ring := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	server := rig.Socket(t, zmq.PULL, own.AsServer(), newRing(ring).setting())
	rig.Must(t, server.Bind(rig.AnyPort))
	events := handshakes(t, server)
	clientOf(t, server.LastEndpoint(), own.Public)
	wantEvent(t, "the socket's own key", events, zmq.EventHandshakeFailedProtocol, 0x11000001)
	hears(t, server, clientOf(t, server.LastEndpoint(), ring.Public), "the ring's")

	rig.Must(t, server.Set(zmq.WithCurveServerKeys(nil)))
	rig.Must(t, server.Bind(rig.AnyPort))
	hears(t, server, clientOf(t, server.LastEndpoint(), own.Public), "the socket's")
}

func TestServerKeysSettingShowsItsName(t *testing.T) {
	if s := newRing().setting().String(); s != "CURVE server keys CURVE_SERVER=1" && s != "CURVE server keys CURVE_SERVER=true" {
		t.Errorf("it shows %q", s)
	}
}

// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/test/rig"
)

// logged is what the text handler of log/slog writes for a value.
func logged(x any) string {
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("it", "x", x)
	return b.String()
}

// wantParts checks that a text has parts, and not others, which begin with "-".
func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		absent, isAbsent := strings.CutPrefix(part, "-")
		if isAbsent == strings.Contains(text, absent) {
			t.Errorf("%q, want %q", text, part)
		}
	}
}

func TestPeerPrintsWhatIsKnownOfIt(t *testing.T) {
	r := rig.New(t)
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	h, err := auth.Start(r.ZMQ, auth.Config{Default: auth.Rules{Keys: auth.KeyFunc(func(context.Context, auth.Request) (auth.User, error) {
		return auth.User{ID: "alice"}, nil
	})}})
	r.Check(err)
	defer h.Close()
	router, at := r.Bind(zmq.ROUTER, "tcp://127.0.0.1:*", server.AsServer())
	dealer := r.Socket(zmq.DEALER, client.AsClient(server.Public), rig.RoutingID("bob\n"))
	r.Check(dealer.Connect(at))
	r.WaitPeers(router, 1)
	r.Send(dealer, "question")
	r.WaitArrived(router, 1)
	r.Check(router.SendString(r.Ctx, "bob\n", "answer"))
	p := router.Peers()[0]
	wantParts(t, p.Peer.String(), "DEALER "+p.Remote+" (ZMTP 3.1, CURVE, ", `id "bob\n"`, `user "alice"`, client.Public.String())
	wantParts(t, p.String(), p.Peer.String()+": sent 1, received 1, queued in 1 of 1000")
	wantParts(t, logged(p.Peer), "x.type=DEALER", "x.remote="+p.Remote, `x.version="ZMTP 3.1"`, "x.mechanism=CURVE", `x.id="bob\n"`, "x.user=alice", "-username")
	wantParts(t, logged(p), "x.type=DEALER", "x.sent=1", "x.queued_in=1", "-dropped")
	wantParts(t, zmq.Peer{}.String(), "peer", "-(")
	wantParts(t, zmq.PeerStats{}.String(), "peer", "-:")
	wantParts(t, fmt.Sprint(zmq.PeerStats{QueuedOut: 2, StalledSince: time.Now().Add(-time.Hour)}), "peer: queued out 2, has not answered for 1h0m")
}

// The content of a message is logged as far as it takes to tell what it is.
func TestMessageLogsItsBeginning(t *testing.T) {
	m := zmq.NewStringMessage("topic\x00"+strings.Repeat("x", 100), "secret")
	wantParts(t, logged(m), "x.frames=2", "x.bytes=112", "topic\\\\x00xxx", "…", "-secret", "-routing_id", "-group", "-"+strings.Repeat("x", 50))
	wantParts(t, logged(zmq.NewStringMessage("a").WithGroup("news").WithRoutingID(7)), "x.group=news", "x.routing_id=7", "-…")
	wantParts(t, logged(zmq.Message{}), "x.frames=0", "-first")
	r := rig.New(t)
	pull, push := r.Pair(zmq.PULL, zmq.PUSH, "tcp://127.0.0.1:*")
	r.Send(push, "x")
	got, err := pull.Recv(r.Ctx)
	r.Check(err)
	wantParts(t, logged(got), "x.from="+got.Peer().Remote)
}

func TestStatisticsPrintWhatIsNotZero(t *testing.T) {
	s := zmq.SocketStats{Sent: 3, Peers: 1, HandshakeFailures: zmq.HandshakeFailures{Auth: 2}, Drops: zmq.Drops{Mute: 4, Unread: 1}}
	if got, want := s.String(), "peers 1, sent 3, handshakes_failed (auth 2), drops (mute 4, unread 1)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	wantParts(t, logged(s), "x.sent=3", "x.peers=1", "x.handshakes_failed.auth=2", "x.drops.mute=4", "x.drops.unread=1", "-received")
	for want, got := range map[string]fmt.Stringer{
		"nothing has happened": zmq.SocketStats{}, "none": zmq.Drops{}, "auth 2": s.HandshakeFailures, "mute 4, unread 1": s.Drops,
	} {
		if got.String() != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	wantParts(t, logged(s.Drops), "x.mute=4")
	wantParts(t, logged(s.HandshakeFailures), "x.auth=2")
}

// Every counter of these structs is printed, a new one too.
func TestStatisticsPrintEveryCounter(t *testing.T) {
	if got, want := len(strings.Split(allOnes[zmq.Drops]().String(), ", ")), fields[zmq.Drops](); got != want {
		t.Errorf("%d losses of %d are printed", got, want)
	}
	if got, want := len(strings.Split(allOnes[zmq.HandshakeFailures]().String(), ", ")), fields[zmq.HandshakeFailures](); got != want {
		t.Errorf("%d failures of %d are printed", got, want)
	}
	// Instead of HandshakesFailed its causes are printed.
	if got, want := len(strings.Split(allOnes[zmq.SocketStats]().String(), ", ")), fields[zmq.SocketStats]()-3; got != want {
		t.Errorf("%d counters of %d are printed: %s", got, want, allOnes[zmq.SocketStats]())
	}
}

func TestHandshakeIsLoggedWithWhatThePeerSaid(t *testing.T) {
	c, log := rig.LoggedContext(t)
	h, err := auth.Start(c, auth.Config{Default: auth.Rules{Passwords: auth.PasswordMap{"carol": "pw"}}})
	rig.Must(t, err)
	defer h.Close()
	router := rig.SocketIn(t, c, zmq.ROUTER, zmq.PlainServer.Of(true))
	rig.Must(t, router.Bind("tcp://127.0.0.1:*"))
	dealer := rig.SocketIn(t, c, zmq.DEALER, zmq.PlainUsername.Of("carol"), zmq.PlainPassword.Of("pw"), rig.RoutingID("bob\n"))
	rig.Must(t, dealer.Connect(router.LastEndpoint()))
	log.Wait(t, "handshake done", "socket="+router.String(), "type=DEALER", "version=ZMTP 3.1", "mechanism=PLAIN", `id="bob\n"`, "user=carol")
}

// allOnes returns a struct whose counters are all one.
func allOnes[T any]() (x T) {
	v := reflect.ValueOf(&x).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case f.CanUint():
			f.SetUint(1)
		case f.CanInt():
			f.SetInt(1)
		}
	}
	return x
}

func fields[T any]() int { return reflect.TypeFor[T]().NumField() }

// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// expiring is a context whose deadline passes when the test says so.
type expiring struct {
	context.Context
	passed chan struct{}
}

func (e expiring) Done() <-chan struct{} { return e.passed }

func (e expiring) Err() error {
	select {
	case <-e.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// untilKnown calls do and lets its deadline pass once the socket's endpoints are as far
// as known wants.
func untilKnown(r *rig.Test, s *zmq.Socket, known func([]zmq.Endpoint) bool, do func(context.Context) error) error {
	ctx := expiring{r.Ctx, make(chan struct{})}
	done := make(chan error, 1)
	go func() { done <- do(ctx) }()
	r.WaitUntil("the endpoint is as far as that", func() bool { return known(s.Endpoints()) })
	close(ctx.passed)
	return r.Result(done)
}

// connecting returns a socket that does not have its peer yet.
func connecting(r *rig.Test, typ zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	s := r.Socket(typ, settings...)
	r.Check(s.Connect(at))
	return s
}

// failed reports whether the last attempt of the only endpoint has failed.
func failed(list []zmq.Endpoint) bool { return list[0].LastError != nil }

// noName is a name of which no name server has to be asked: its label is too long.
var noName = strings.Repeat("x", 64) + ".invalid"

func inState(want zmq.EndpointState) func([]zmq.Endpoint) bool {
	return func(list []zmq.Endpoint) bool { return list[0].State == want }
}

func TestCallThatGivesUpWaitingSaysWhy(t *testing.T) {
	r := rig.New(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	defer silent.Close()
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	key, own, wrong := zmq.NewCurveKeypair(), zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	_, pub := r.Bind(zmq.PUB, rig.AnyPort)
	_, rep := r.Bind(zmq.REP, rig.AnyPort)
	_, curve := r.Bind(zmq.REP, rig.AnyPort, key.AsServer())
	_, strict := r.Bind(zmq.REP, rig.AnyPort, zmq.WithAuthorizer(func(context.Context, zmq.Peer) error {
		return errors.New("not on Sundays")
	}))
	_, picky := r.Bind(zmq.REP, rig.AnyPort, key.AsServer(), zmq.WithAuthorizer(func(context.Context, zmq.Peer) error {
		return errors.New("not on Mondays")
	}))
	down := r.FreeEndpoint(rig.AnyPort)
	for _, c := range []struct {
		name     string
		at       string
		settings []zmq.Setting
		known    func([]zmq.Endpoint) bool
		want     string
		section  string
	}{
		{"no listener", down, nil, failed, "connection refused", "connection-refused"},
		{"a name that does not resolve", "tcp://" + noName + ":5555", nil, failed, "no such host", "connection-refused"},
		{"no host", "tcp://:5555", nil, failed, "there is no host in front of the port", "connection-refused"},
		{"listens and is silent", "tcp://" + silent.Addr().String(), nil, inState(zmq.EndpointHandshaking), "is it a ZeroMQ socket?", "handshake-failed"},
		{"a web server", "tcp://" + web.Listener.Addr().String(), nil, inState(zmq.EndpointHandshaking), "is it a ZeroMQ socket?", "handshake-failed"},
		{"a REQ to a PUB", pub, nil, failed, `a REQ does not talk to a "PUB"`, "handshake-failed"},
		{"a wrong server key", curve, []zmq.Setting{own.AsClient(wrong.Public)}, failed, "whose public key is not the one", "handshake-failed"},
		{"no key", curve, nil, failed, `ours is NULL, the peer's "CURVE"`, "handshake-failed"},
		{"a key for a server without", rep, []zmq.Setting{own.AsClient(wrong.Public)}, failed, `ours is CURVE, the peer's "NULL"`, "handshake-failed"},
		{"an authorizer that says no", strict, nil, failed, "not on Sundays", "refused-or-denied"},
		{"an authorizer that says no with CURVE", picky, []zmq.Setting{own.AsClient(key.Public)}, failed, "not on Mondays", "refused-or-denied"},
		{"a name in process that is not bound", "inproc://unbound", nil, inState(zmq.EndpointConnecting), "has bound the name", "nothing-arrives"},
		{"a server that does not answer", rep, nil, inState(zmq.EndpointReady), ": connected", "context-deadline-exceeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t)
			s := connecting(r, zmq.REQ, c.at, append(c.settings, zmq.HandshakeInterval.Of(0), zmq.ReconnectInterval.Of(time.Hour))...)
			err := untilKnown(r, s, c.known, func(ctx context.Context) error {
				_, err := s.Request(ctx, []byte("?"))
				return err
			})
			if text := err.Error(); !strings.Contains(text, c.want) || !strings.Contains(text, c.at) ||
				!strings.HasPrefix(text, "zmq: request on "+s.String()+": context deadline exceeded; ") || strings.Count(text, "zmq: ") > 1 {
				t.Errorf("the error says %q, want %q in it", text, c.want)
			}
			if text := err.Error(); !strings.HasSuffix(text, "; see docs/troubleshooting.md#"+c.section) {
				t.Errorf("the error says %q, want section %s at its end", text, c.section)
			}
			var waited *zmq.WaitError
			if !errors.As(err, &waited) || len(waited.Endpoints) != 1 || waited.Endpoints[0].Address != c.at {
				t.Errorf("%#v", err)
			}
		})
	}
}

func TestWaitErrorIsTheErrorThatEndedTheCall(t *testing.T) {
	r := rig.New(t)
	pull := r.Socket(zmq.PULL, zmq.RecvTimeout.Of(time.Nanosecond))
	_, timedOut := pull.Recv(r.Ctx)
	push := r.Socket(zmq.PUSH)
	past, cancel := context.WithTimeout(r.Ctx, -1)
	defer cancel()
	late := push.Send(past, []byte("x"))
	for _, c := range []struct {
		err, is error
	}{
		{timedOut, zmq.ErrTimeout}, {timedOut, os.ErrDeadlineExceeded},
		{late, context.DeadlineExceeded}, {push.WaitPeers(past, 1), context.DeadlineExceeded},
	} {
		var waited *zmq.WaitError
		var plain *zmq.Error
		var timeout net.Error
		if !errors.Is(c.err, c.is) || !errors.As(c.err, &waited) || !errors.As(c.err, &timeout) || !timeout.Timeout() {
			t.Errorf("%v is not %v", c.err, c.is)
		}
		if !errors.As(c.err, &plain) || plain.Op != waited.Op || plain.Endpoint != waited.Socket || plain.Err != waited.Err {
			t.Errorf("as an Error it is %+v", plain)
		}
		if waited.Hint != "the socket is neither bound nor connected" || zmq.Errno(c.err) != zmq.Errno(zmq.ErrAgain) {
			t.Errorf("hint %q, number %d", waited.Hint, zmq.Errno(c.err))
		}
	}
	cancelled, cancel := context.WithCancel(r.Ctx)
	cancel()
	if err := push.Send(cancelled, []byte("x")); err != context.Canceled {
		t.Errorf("a cancelled call: %v, want context.Canceled as it is", err)
	}
}

func TestWaitErrorSaysWhatWasForgotten(t *testing.T) {
	r := rig.New(t)
	pub, at := r.Bind(zmq.PUB, "inproc://pub")
	radio, group := r.Bind(zmq.RADIO, "inproc://radio")
	_ = pub
	_ = radio
	push, _ := r.Pair(zmq.PUSH, zmq.PULL, "inproc://full")
	r.Flood(push, 1)
	past, cancel := context.WithTimeout(r.Ctx, -1)
	defer cancel()
	receive := func(s *zmq.Socket) error { _, err := s.Recv(past); return err }
	for _, c := range []struct {
		err     error
		want    string
		section string
	}{
		{receive(r.Connect(zmq.SUB, at)), "the socket has subscribed to nothing", "nothing-arrives"},
		{receive(r.Connect(zmq.DISH, group)), "the socket has joined no group", "nothing-arrives"},
		{push.Send(past, []byte("x")), "the queues of its peers are full", "send-blocks"},
	} {
		var waited *zmq.WaitError
		if !errors.As(c.err, &waited) || !strings.Contains(waited.Hint, c.want) || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%v, want %q in it", c.err, c.want)
		}
		if !strings.HasSuffix(c.err.Error(), "; see docs/troubleshooting.md#"+c.section) {
			t.Errorf("%v, want section %s at its end", c.err, c.section)
		}
	}
	sub := r.Connect(zmq.SUB, at)
	r.Check(sub.Subscribe("a"))
	if err := receive(sub); strings.Contains(err.Error(), "nothing") {
		t.Error(err)
	}
}

func TestEndpointTellsHowFarItHasCome(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		at := r.FreeEndpoint(endpoint)
		s := connecting(r, zmq.DEALER, at, zmq.ReconnectInterval.Of(time.Millisecond))
		only := func() zmq.Endpoint { return s.Endpoints()[0] }
		r.WaitUntil("three attempts have failed", func() bool { return only().Attempts >= 3 })
		r.WaitUntil("the next attempt is known", func() bool { return !only().Next.IsZero() })
		if e := only(); e.LastError == nil || e.Since.IsZero() || e.Bound || e.Peers != 0 {
			t.Errorf("%+v", e)
		}
		peer := r.BindAt(zmq.DEALER, at)
		r.WaitUntil("the peer is there", func() bool { return only().State == zmq.EndpointReady })
		r.WaitPeers(s, 1)
		if e := only(); e.Attempts != 0 || !e.Next.IsZero() || e.Peers != 1 || !strings.HasSuffix(e.String(), ": connected") {
			t.Errorf("%+v is %q", e, e)
		}
		r.Check(peer.Close())
		r.WaitUntil("it is tried again", func() bool { return only().Attempts > 0 })
		bound, other := r.Bind(zmq.REP, r.FreeEndpoint(endpoint))
		if e := bound.Endpoints()[0]; e.State != zmq.EndpointReady || !strings.HasSuffix(e.String(), ": bound, no peer has connected") {
			t.Errorf("%+v is %q", e, e)
		}
		connecting(r, zmq.SUB, other)
		r.WaitUntil("the stranger has failed", func() bool { return bound.Endpoints()[0].Attempts > 0 })
		if text := bound.Endpoints()[0].String(); !strings.Contains(text, `a REP does not talk to a "SUB"`) {
			t.Error(text)
		}
	})
}

func TestEndpointOfConnectThatGivesUpHasEnded(t *testing.T) {
	r := rig.New(t)
	s := connecting(r, zmq.DEALER, r.FreeEndpoint(rig.AnyPort), zmq.ReconnectInterval.Of(-1))
	r.WaitUntil("it has given up", func() bool { return s.Endpoints()[0].State == zmq.EndpointEnded })
	if text := s.Endpoints()[0].String(); !strings.Contains(text, "given up: connection refused") {
		t.Error(text)
	}
}

func TestEndpointsOfWaitErrorAreBounded(t *testing.T) {
	e := &zmq.WaitError{Op: "receive", Socket: "PULL#1", Err: zmq.ErrTimeout, Endpoints: make([]zmq.Endpoint, 1000)}
	e.Endpoints[999] = zmq.Endpoint{Address: "tcp://ready:1", State: zmq.EndpointReady, Peers: 1}
	if text := e.Error(); len(text) > 1000 || !strings.Contains(text, "; and 992 more endpoints; see ") || strings.Contains(text, "ready") {
		t.Error(text)
	}
}

func TestEndpointIsLoggedByItsParts(t *testing.T) {
	e := zmq.Endpoint{Address: "tcp://a:1", State: zmq.EndpointRetrying, Attempts: 3, LastError: zmq.ErrTimeout}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("it", "endpoint", e)
	for _, want := range []string{"endpoint.address=tcp://a:1", "endpoint.state=retrying", "endpoint.attempts=3", "endpoint.error=\"zmq: timed out\""} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s, want %s in it", &b, want)
		}
	}
}

// TestAddressIsSaidOnce: the error of a system names the address, which stands in front of
// it anyway.
func TestAddressIsSaidOnce(t *testing.T) {
	for _, c := range []struct{ address, err string }{
		{"tcp://10.0.0.7:5555", "dial tcp 10.0.0.7:5555: connect: connection refused"},
		{"ipc:///run/a", "dial unix /run/a: connect: connection refused"},
		{"vsock://2:5555", "connection refused"},
	} {
		e := zmq.Endpoint{Address: c.address, LastError: errors.New(c.err), State: zmq.EndpointConnecting}
		if got, want := e.String(), c.address+": connection refused"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestHandshakeThatHangsIsToldBeforeEarlierFailures: a server that was down and is now
// replaced by something silent is not said to refuse connections.
func TestHandshakeThatHangsIsToldBeforeEarlierFailures(t *testing.T) {
	e := zmq.Endpoint{Address: "tcp://a:1", State: zmq.EndpointHandshaking, Attempts: 2, LastError: zmq.ErrRefused}
	if text := e.String(); !strings.HasPrefix(text, "tcp://a:1: connected, but what listens there") || !strings.Contains(text, "before that: ") {
		t.Error(text)
	}
}

// SPDX-License-Identifier: Apache-2.0

// What the tests of security share: a handler that does what a test wants, both
// sides of each mechanism, and the events of their handshakes.

package security_test

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

const zapEndpoint = "inproc://zeromq.zap.01"

// zapHandler runs an authentication handler in a context until the test ends. It
// hands each request to the function as a REP receives it, and sends back what that
// returns; nil sends nothing.
func zapHandler(t testing.TB, c *zmq.Context, typ zmq.SocketType, answer func(request []string) []string) *zmq.Socket {
	t.Helper()
	h := rig.SocketIn(t, c, typ)
	rig.Must(t, h.Bind(zapEndpoint))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			m, err := h.Recv(context.Background())
			if err != nil {
				return
			}
			frames, envelope := m.Frames(), 0
			if typ == zmq.ROUTER {
				envelope = 2 // routing id, delimiter
			}
			var request []string
			for _, f := range frames[envelope:] {
				request = append(request, string(f))
			}
			answers := answer(request)
			if answers == nil {
				continue
			}
			reply := frames[:envelope:envelope]
			for _, s := range answers {
				reply = append(reply, []byte(s))
			}
			_ = h.Send(context.Background(), reply...) // the peer may have gone
		}
	}()
	t.Cleanup(func() { _ = h.Close(); <-done })
	return h
}

// reply is a well-formed one.
func reply(status string, rest ...string) []string {
	return append([]string{"1.0", "1", status}, append(rest, "", "", "")[:3]...)
}

// always answers every request alike.
func always(answer ...string) func([]string) []string {
	return func([]string) []string { return answer }
}

// property encodes one property of metadata.
func property(name, value string) string {
	b := append([]byte{byte(len(name))}, name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return string(append(b, value...))
}

// sides are the settings of both ends of a mechanism.
type sides struct {
	name           string
	server, client []zmq.Setting
	clientKey      zmq.PublicKey
}

// mechanisms returns fresh settings for each mechanism. The server of NULL has a
// domain, without which it does not ask the handler.
func mechanisms() []sides {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	return []sides{
		{name: "NULL", server: []zmq.Setting{zmq.ZAPDomain.Of("here")}},
		{name: "PLAIN", server: []zmq.Setting{zmq.PlainServer.Of(true)}, client: []zmq.Setting{zmq.PlainUsername.Of("admin"), zmq.PlainPassword.Of("secret")}},
		{name: "CURVE", server: []zmq.Setting{server.AsServer()}, client: []zmq.Setting{client.AsClient(server.Public)}, clientKey: client.Public},
	}
}

// eachMechanism runs a test for all of them.
func eachMechanism(t *testing.T, test func(t *testing.T, m sides)) {
	for _, m := range mechanisms() {
		t.Run(m.name, func(t *testing.T) { test(t, m) })
	}
}

const anyHandshake = zmq.EventHandshakeSucceeded | zmq.EventHandshakeFailedNoDetail | zmq.EventHandshakeFailedProtocol | zmq.EventHandshakeFailedAuth

// handshakes returns how the handshakes of a socket end, from here on.
func handshakes(t testing.TB, s *zmq.Socket) <-chan zmq.Event {
	ctx, cancel := context.WithCancel(context.Background())
	events := s.Monitor(ctx, anyHandshake)
	ch, done := make(chan zmq.Event, 1000), make(chan struct{})
	go func() {
		defer close(done)
		for e := range events {
			if e.Kind&anyHandshake != 0 {
				ch <- e
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return ch
}

// nextOf waits for the next event.
func nextOf(t testing.TB, ch <-chan zmq.Event) zmq.Event {
	t.Helper()
	select {
	case e := <-ch:
		return e
	case <-rig.Deadline(t).Done():
		t.Fatal("no handshake has ended")
		panic("not reached")
	}
}

// wantEvent waits for the next event and checks it.
func wantEvent(t testing.TB, who string, ch <-chan zmq.Event, kind zmq.EventKind, value int64) zmq.Event {
	t.Helper()
	e := nextOf(t, ch)
	// A connection that the peer has closed tells so by its end, or by a reset where
	// the peer had not read all.
	if value == int64(syscall.EPIPE) && e.Value == int64(syscall.ECONNRESET) {
		value = e.Value
	}
	if e.Kind != kind || e.Value != value {
		t.Errorf("%s: %v %#x (%v), want %v %#x", who, e.Kind, e.Value, e.Err, kind, value)
	}
	return e
}

// wantLost waits for the next event, which must be the loss of a connection whose
// other end went without a word. What was still under way turns the end into a
// reset.
func wantLost(t testing.TB, who string, ch <-chan zmq.Event) {
	t.Helper()
	e := nextOf(t, ch)
	if e.Kind != zmq.EventHandshakeFailedNoDetail || e.Value != int64(syscall.EPIPE) && e.Value != int64(syscall.ECONNRESET) {
		t.Errorf("%s: %v %#x (%v), want a lost connection", who, e.Kind, e.Value, e.Err)
	}
}

// meeting is a server and a client that have been told to meet. The client tries
// once only.
type meeting struct {
	server, client             *zmq.Socket
	serverEvents, clientEvents <-chan zmq.Event
}

// meet lets a server in context c meet a client in a context of its own, over tcp.
func meet(t *testing.T, c *zmq.Context, server, client []zmq.Setting) *meeting {
	t.Helper()
	m := &meeting{server: rig.SocketIn(t, c, zmq.DEALER, server...)}
	m.client = rig.Socket(t, zmq.DEALER, append([]zmq.Setting{zmq.ReconnectInterval.Of(-1)}, client...)...)
	m.serverEvents, m.clientEvents = handshakes(t, m.server), handshakes(t, m.client)
	rig.Must(t, m.server.Bind(rig.AnyPort))
	rig.Must(t, m.client.Connect(m.server.LastEndpoint()))
	return m
}

// besides lets another client in at an endpoint of its own, which has all the time that it
// needs, and returns where the first one fails.
func (m *meeting) besides(t *testing.T, client []zmq.Setting, settings ...zmq.Setting) (hasty string) {
	t.Helper()
	hasty = m.server.LastEndpoint()
	rig.Must(t, m.server.Bind(rig.AnyPort, append(settings, zmq.HandshakeInterval.Of(0))...))
	other := rig.Socket(t, zmq.DEALER, client...)
	rig.Must(t, other.Connect(m.server.LastEndpoint()))
	(&meeting{server: m.server, client: other}).talk(t)
	return hasty
}

// timesOut checks that the next handshake at an endpoint takes too long.
func (m *meeting) timesOut(t *testing.T, endpoint string) {
	t.Helper()
	for {
		e := nextOf(t, m.serverEvents)
		if e.Endpoint != endpoint {
			continue
		}
		if e.Kind != zmq.EventHandshakeFailedNoDetail || e.Value != int64(syscall.EAGAIN) || !errors.Is(e.Err, zmq.ErrTimeout) {
			t.Errorf("%v %#x (%v), want a time-out", e.Kind, e.Value, e.Err)
		}
		return
	}
}

// tryingOn are the settings of a client that tries again: a handshake with little time may
// end on a machine that is held up before what a test waits for.
func tryingOn(client []zmq.Setting) []zmq.Setting {
	return append(slices.Clip(client), zmq.ReconnectInterval.Of(5*time.Millisecond))
}

// talk checks that messages pass both ways, and returns what the server received.
func (m *meeting) talk(t *testing.T) zmq.Message {
	t.Helper()
	rig.Must(t, m.client.SendString(rig.Deadline(t), "hello", "there"))
	got, err := m.server.Recv(rig.Deadline(t))
	rig.Must(t, err)
	if got.Len() != 2 || got.String() != "hello" || string(got.Frame(1)) != "there" {
		t.Errorf("received %q", got.Frames())
	}
	rig.Must(t, m.server.SendString(rig.Deadline(t), "and back"))
	back, err := m.client.Recv(rig.Deadline(t))
	rig.Must(t, err)
	if back.String() != "and back" {
		t.Errorf("received %q", back)
	}
	return got
}

// succeeds checks that both sides are content, and that they talk.
func (m *meeting) succeeds(t *testing.T) zmq.Message {
	t.Helper()
	wantEvent(t, "server", m.serverEvents, zmq.EventHandshakeSucceeded, 0)
	wantEvent(t, "client", m.clientEvents, zmq.EventHandshakeSucceeded, 0)
	return m.talk(t)
}

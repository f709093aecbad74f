// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"errors"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/wire"
)

const anyPort = "tcp://127.0.0.1:*"

func TestImmediateQueuesForReadyPeersOnly(t *testing.T) {
	s := newTestSocket(t, PUSH, Immediate.Of(true))
	must(t, s.Connect(nobody(t)))
	if err := s.TrySend([]byte{1}); !errors.Is(err, ErrAgain) {
		t.Errorf("without a peer: %v, want ErrAgain", err)
	}
	must(t, s.Connect(nobody(t), Immediate.Of(false)))
	must(t, s.TrySend([]byte{1}))
}

func TestReconnectIntervalDoublesUpToTheMaximum(t *testing.T) {
	c, e := newLoggedContext(t)
	s := socketIn(t, c, PUSH, ReconnectInterval.Of(time.Millisecond), ReconnectIntervalMax.Of(3*time.Millisecond))
	must(t, s.Connect(nobody(t)))
	for _, in := range []string{"in=1ms", "in=2ms", "in=3ms", "in=3ms"} {
		if text := e.wait(t, "trying again"); !strings.HasSuffix(text, in) {
			t.Fatalf("%q, want %s", text, in)
		}
	}
}

// waitGivenUp waits until a socket with one connect has given it up: it takes no
// message any more.
func waitGivenUp(t *testing.T, s *Socket) {
	t.Helper()
	for ctx := testDeadline(t); s.TrySend([]byte{1}) == nil; runtime.Gosched() {
		must(t, ctx.Err())
	}
	if n := s.Stats().Reconnects; n != 0 {
		t.Errorf("it tried again %d times", n)
	}
}

func TestReconnectIntervalBelowZeroGivesUp(t *testing.T) {
	c := newTestContext(t)
	pull, push := socketIn(t, c, PULL), socketIn(t, c, PUSH, ReconnectInterval.Of(-1), SendHWM.Of(0))
	must(t, pull.Bind(anyPort))
	must(t, push.Connect(pull.LastEndpoint()))
	must(t, push.WaitPeers(testDeadline(t), 1))
	must(t, pull.Close())
	waitGivenUp(t, push)
}

func TestReconnectStopAfterRefusal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a socket file that is left behind refuses connections on Unix")
	}
	endpoint := nobody(t)
	l, err := net.Listen("unix", strings.TrimPrefix(endpoint, "ipc://"))
	must(t, err)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	must(t, l.Close())
	s := newTestSocket(t, PUSH, ReconnectStop.Of(1), SendHWM.Of(0))
	must(t, s.Connect(endpoint))
	waitGivenUp(t, s)
}

func TestReconnectStopAfterHandshake(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	s := newTestSocket(t, PUSH, ReconnectStop.Of(2), SendHWM.Of(0))
	must(t, s.Connect("tcp://"+l.Addr().String()))
	nc, err := l.Accept()
	must(t, err)
	must(t, nc.Close())
	waitGivenUp(t, s)
}

// badPeer accepts one connection at an address and breaks the protocol on it.
func badPeer(t *testing.T, l net.Listener) {
	t.Helper()
	nc, err := l.Accept()
	must(t, err)
	r := newRawPeer(t, nc)
	r.write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NONE"}))
	r.closed()
}

func TestReconnectAfterProtocolError(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	endpoint := "tcp://" + l.Addr().String()

	once := newTestSocket(t, PUSH, ReconnectAfterProtocolError.Of(false), SendHWM.Of(0))
	must(t, once.Connect(endpoint))
	badPeer(t, l)
	waitGivenUp(t, once)

	again := newTestSocket(t, PUSH, ReconnectInterval.Of(time.Millisecond))
	must(t, again.Connect(endpoint))
	badPeer(t, l)
	badPeer(t, l)
}

func TestHandshakeIntervalEndsSilentConnections(t *testing.T) {
	s := newTestSocket(t, PULL, HandshakeInterval.Of(5*time.Millisecond))
	must(t, s.Bind(anyPort))
	dialRaw(t, s.LastEndpoint()).closed()
}

func TestRefuseOldPeers(t *testing.T) {
	old := append(wire.AppendSignature(nil, 0), 1, byte(PUSH), 0, 0) // ZMTP 2.0, no identity
	s := newTestSocket(t, PULL)
	must(t, s.Bind(anyPort))
	dialRaw(t, s.LastEndpoint()).write(old)
	must(t, s.WaitPeers(testDeadline(t), 1))

	c, e := newLoggedContext(t)
	s = socketIn(t, c, PULL, RefuseOldPeers.Of(true))
	must(t, s.Bind(anyPort))
	r := dialRaw(t, s.LastEndpoint())
	r.write(old)
	r.closed()
	e.wait(t, "handshake failed", "older than ZMTP 3.0")
}

func TestBacklog(t *testing.T) {
	c := newTestContext(t)
	pull, push := socketIn(t, c, PULL, Backlog.Of(1)), socketIn(t, c, PUSH)
	must(t, pull.Bind(anyPort))
	must(t, push.Connect(pull.LastEndpoint()))
	must(t, pull.WaitPeers(testDeadline(t), 1))
}

func TestTCPAcceptFilter(t *testing.T) {
	c, e := newLoggedContext(t)
	s := socketIn(t, c, PULL, TCPAcceptFilter.Of("192.0.2.0/24"))
	must(t, s.Bind(anyPort))
	dialRaw(t, s.LastEndpoint()).closed()
	e.wait(t, "connection not accepted")
	must(t, s.Bind(anyPort, TCPAcceptFilter.Of("127.0.0.0/8"))) // one of two now
	dialRaw(t, s.LastEndpoint()).greet(1)
	must(t, TCPAcceptFilter.Set(s, ""))
	must(t, s.Bind(anyPort))
	dialRaw(t, s.LastEndpoint()).greet(1)
}

func TestIPCFilterUID(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the credentials of peers are asked for on Linux")
	}
	c, e := newLoggedContext(t)
	pull, push := socketIn(t, c, PULL), socketIn(t, c, PUSH, ReconnectInterval.Of(-1))
	must(t, pull.Bind(nobody(t), IPCFilterUID.Of(os.Getuid()+1)))
	must(t, push.Connect(pull.LastEndpoint()))
	e.wait(t, "connection not accepted")
	must(t, pull.Bind(nobody(t), IPCFilterUID.Of(os.Getuid()+1), IPCFilterUID.Of(os.Getuid())))
	must(t, push.Connect(pull.LastEndpoint()))
	must(t, pull.WaitPeers(testDeadline(t), 1))
}

func TestHeartbeatsAreSentAndAwaited(t *testing.T) {
	s := newTestSocket(t, PULL, HeartbeatInterval.Of(5*time.Millisecond), HeartbeatTimeout.Of(20*time.Millisecond),
		HeartbeatTTL.Of(399*time.Millisecond))
	must(t, s.Bind(anyPort))
	r := dialRaw(t, s.LastEndpoint())
	r.handshake(1, "PUSH")
	if ttl := r.ping(); ttl != 3 { // tenths of a second
		t.Errorf("the PING asks for %d tenths, want 3", ttl)
	}
	r.closed() // no answer came
	if n := s.Stats().HandshakesFailed; n != 0 {
		t.Errorf("%d handshakes failed", n)
	}
}

func TestHeartbeatOldPeers(t *testing.T) {
	s := newTestSocket(t, PULL, HeartbeatInterval.Of(time.Millisecond), HeartbeatOldPeers.Of(true))
	must(t, s.Bind(anyPort))
	r := dialRaw(t, s.LastEndpoint())
	r.handshake(0, "PUSH")
	r.ping()
}

func TestHandshakeTellsRoutingIDAndMetadata(t *testing.T) {
	s := newTestSocket(t, DEALER, RoutingID.Of([]byte("me")), Metadata.Of("X-a:first"), Metadata.Of("X-b:2"), Metadata.Of("X-a:second"))
	must(t, s.Bind(anyPort))
	got := dialRaw(t, s.LastEndpoint()).handshake(1, "ROUTER")
	for name, want := range map[string]string{"Socket-Type": "DEALER", "Identity": "me", "X-a": "first", "X-b": "2"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

func TestRoutingIDAndMetadataReachThePeer(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	router, dealer := socketIn(t, c, ROUTER), socketIn(t, c, DEALER, Metadata.Of("X-version:7"))
	must(t, router.Bind(anyPort))
	must(t, dealer.Connect(router.LastEndpoint(), RoutingID.Of([]byte("one"))))
	must(t, dealer.SendString(ctx, "hello"))
	m, err := router.Recv(ctx)
	must(t, err)
	if m.String() != "one" || string(m.Peer().Identity) != "one" {
		t.Errorf("from %q, identity %q; want one", m, m.Peer().Identity)
	}
	if v, ok := m.Property("X-version"); v != "7" || !ok {
		t.Errorf("X-version is %q, %v", v, ok)
	}
	if _, ok := m.Property("X-other"); ok {
		t.Error("a property that nobody sent is there")
	}
}

// TestSettingsOfEachEndpoint: two connects of one socket with names of their own.
func TestSettingsOfEachEndpoint(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	router, dealer := socketIn(t, c, ROUTER), socketIn(t, c, DEALER)
	must(t, router.Bind(anyPort))
	first := router.LastEndpoint()
	must(t, router.Bind(anyPort))
	must(t, dealer.Connect(first, RoutingID.Of([]byte("one"))))
	must(t, dealer.Connect(router.LastEndpoint(), RoutingID.Of([]byte("two"))))
	must(t, router.WaitPeers(ctx, 2))
	must(t, router.SendString(ctx, "one", "a"))
	must(t, router.SendString(ctx, "two", "b"))
	for range 2 {
		_, err := dealer.Recv(ctx)
		must(t, err)
	}
	if id := RoutingID.Get(dealer); len(id) != 0 {
		t.Errorf("the socket itself is named %q, want nothing", id)
	}
}

func TestHelloMessageIsFirst(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	router, dealer := socketIn(t, c, ROUTER), socketIn(t, c, DEALER, HelloMessage.Of([]byte("hello")))
	must(t, router.Bind(anyPort))
	must(t, dealer.Connect(router.LastEndpoint()))
	must(t, dealer.SendString(ctx, "second"))
	for _, want := range []string{"hello", "second"} {
		m, err := router.Recv(ctx)
		if must(t, err); string(m.Last()) != want {
			t.Errorf("%q, want %q", m.Last(), want)
		}
	}
}

func TestProbeRouterAndNotify(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	router := socketIn(t, c, ROUTER, RouterNotify.Of(3), DisconnectMessage.Of([]byte("gone")))
	dealer := socketIn(t, c, DEALER, ProbeRouter.Of(true), RoutingID.Of([]byte("d")))
	must(t, router.Bind(anyPort))
	must(t, dealer.Connect(router.LastEndpoint()))
	recv := func(want string) {
		t.Helper()
		m, err := router.Recv(ctx)
		if must(t, err); m.String() != "d" || m.Len() != 2 || string(m.Last()) != want {
			t.Errorf("%q, want d and %q", m.Frames(), want)
		}
	}
	recv("") // it connected
	recv("") // its probe
	must(t, dealer.Close())
	recv("gone")
	recv("")
}

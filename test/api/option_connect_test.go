// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"errors"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

func TestImmediateQueuesForReadyPeersOnly(t *testing.T) {
	s := rig.Socket(t, zmq.PUSH, zmq.Immediate.Of(true))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t)))
	if err := s.TrySend([]byte{1}); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("without a peer: %v, want ErrAgain", err)
	}
	rig.Must(t, s.Connect(rig.IPCEndpoint(t), zmq.Immediate.Of(false)))
	rig.Must(t, s.TrySend([]byte{1}))
}

func TestReconnectIntervalDoublesUpToTheMaximum(t *testing.T) {
	c, e := rig.LoggedContext(t)
	s := rig.SocketIn(t, c, zmq.PUSH, zmq.ReconnectInterval.Of(time.Millisecond), zmq.ReconnectIntervalMax.Of(3*time.Millisecond))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t)))
	for _, in := range []string{" in=1ms ", " in=2ms ", " in=3ms ", " in=3ms "} {
		if text := e.Wait(t, "trying again"); !strings.Contains(text+" ", in) {
			t.Fatalf("%q, want %s", text, in)
		}
	}
}

// waitGivenUp waits until a socket with one connect has given it up: it takes no
// message any more.
func waitGivenUp(t *testing.T, s *zmq.Socket) {
	t.Helper()
	for ctx := rig.Deadline(t); s.TrySend([]byte{1}) == nil; runtime.Gosched() {
		rig.Must(t, ctx.Err())
	}
	if n := s.Stats().Reconnects; n != 0 {
		t.Errorf("it tried again %d times", n)
	}
}

func TestReconnectIntervalBelowZeroGivesUp(t *testing.T) {
	c := rig.Context(t)
	pull, push := rig.SocketIn(t, c, zmq.PULL), rig.SocketIn(t, c, zmq.PUSH, zmq.ReconnectInterval.Of(-1), zmq.SendHWM.Of(0))
	rig.Must(t, pull.Bind(rig.AnyPort))
	rig.Must(t, push.Connect(pull.LastEndpoint()))
	rig.Must(t, push.WaitPeers(rig.Deadline(t), 1))
	rig.Must(t, pull.Close())
	waitGivenUp(t, push)
}

func TestReconnectStopAfterRefusal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a socket file that is left behind refuses connections on Unix")
	}
	endpoint := rig.IPCEndpoint(t)
	l, err := net.Listen("unix", strings.TrimPrefix(endpoint, "ipc://"))
	rig.Must(t, err)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	rig.Must(t, l.Close())
	s := rig.Socket(t, zmq.PUSH, zmq.ReconnectStop.Of(1), zmq.SendHWM.Of(0))
	rig.Must(t, s.Connect(endpoint))
	waitGivenUp(t, s)
}

func TestReconnectStopAfterHandshake(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	rig.Must(t, err)
	defer l.Close()
	s := rig.Socket(t, zmq.PUSH, zmq.ReconnectStop.Of(2), zmq.SendHWM.Of(0))
	rig.Must(t, s.Connect("tcp://"+l.Addr().String()))
	nc, err := l.Accept()
	rig.Must(t, err)
	rig.Must(t, nc.Close())
	waitGivenUp(t, s)
}

// badPeer accepts one connection at an address and breaks the protocol on it.
func badPeer(t *testing.T, l net.Listener) {
	t.Helper()
	nc, err := l.Accept()
	rig.Must(t, err)
	r := rig.NewRawPeer(t, nc)
	r.Write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NONE"}))
	r.WaitClosed()
}

func TestReconnectAfterProtocolError(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	rig.Must(t, err)
	defer l.Close()
	endpoint := "tcp://" + l.Addr().String()

	once := rig.Socket(t, zmq.PUSH, zmq.ReconnectAfterProtocolError.Of(false), zmq.SendHWM.Of(0))
	rig.Must(t, once.Connect(endpoint))
	badPeer(t, l)
	waitGivenUp(t, once)

	again := rig.Socket(t, zmq.PUSH, zmq.ReconnectInterval.Of(time.Millisecond))
	rig.Must(t, again.Connect(endpoint))
	badPeer(t, l)
	badPeer(t, l)
}

func TestHandshakeIntervalEndsSilentConnections(t *testing.T) {
	s := rig.Socket(t, zmq.PULL, zmq.HandshakeInterval.Of(5*time.Millisecond))
	rig.Must(t, s.Bind(rig.AnyPort))
	rig.DialRaw(t, s.LastEndpoint()).WaitClosed()
}

func TestRefuseOldPeers(t *testing.T) {
	old := append(wire.AppendSignature(nil, 0), 1, byte(zmq.PUSH), 0, 0) // ZMTP 2.0, no identity
	s := rig.Socket(t, zmq.PULL)
	rig.Must(t, s.Bind(rig.AnyPort))
	rig.DialRaw(t, s.LastEndpoint()).Write(old)
	rig.Must(t, s.WaitPeers(rig.Deadline(t), 1))

	c, e := rig.LoggedContext(t)
	s = rig.SocketIn(t, c, zmq.PULL, zmq.RefuseOldPeers.Of(true))
	rig.Must(t, s.Bind(rig.AnyPort))
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Write(old)
	r.WaitClosed()
	e.Wait(t, "handshake failed", "older than ZMTP 3.0")
}

func TestBacklog(t *testing.T) {
	c := rig.Context(t)
	pull, push := rig.SocketIn(t, c, zmq.PULL, zmq.Backlog.Of(1)), rig.SocketIn(t, c, zmq.PUSH)
	rig.Must(t, pull.Bind(rig.AnyPort))
	rig.Must(t, push.Connect(pull.LastEndpoint()))
	rig.Must(t, pull.WaitPeers(rig.Deadline(t), 1))
}

func TestTCPAcceptFilter(t *testing.T) {
	c, e := rig.LoggedContext(t)
	s := rig.SocketIn(t, c, zmq.PULL, zmq.TCPAcceptFilter.Of("192.0.2.0/24"))
	rig.Must(t, s.Bind(rig.AnyPort))
	rig.DialRaw(t, s.LastEndpoint()).WaitClosed()
	e.Wait(t, "connection not accepted")
	rig.Must(t, s.Bind(rig.AnyPort, zmq.TCPAcceptFilter.Of("127.0.0.0/8"))) // one of two now
	rig.DialRaw(t, s.LastEndpoint()).Greet(1)
	rig.Must(t, zmq.TCPAcceptFilter.Set(s, ""))
	rig.Must(t, s.Bind(rig.AnyPort))
	rig.DialRaw(t, s.LastEndpoint()).Greet(1)
}

func TestIPCFilterUID(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the credentials of peers are asked for on Linux")
	}
	c, e := rig.LoggedContext(t)
	pull, push := rig.SocketIn(t, c, zmq.PULL), rig.SocketIn(t, c, zmq.PUSH, zmq.ReconnectInterval.Of(-1))
	rig.Must(t, pull.Bind(rig.IPCEndpoint(t), zmq.IPCFilterUID.Of(os.Getuid()+1)))
	rig.Must(t, push.Connect(pull.LastEndpoint()))
	e.Wait(t, "connection not accepted")
	rig.Must(t, pull.Bind(rig.IPCEndpoint(t), zmq.IPCFilterUID.Of(os.Getuid()+1), zmq.IPCFilterUID.Of(os.Getuid())))
	rig.Must(t, push.Connect(pull.LastEndpoint()))
	rig.Must(t, pull.WaitPeers(rig.Deadline(t), 1))
}

func TestHeartbeatsAreSentAndAwaited(t *testing.T) {
	s := rig.Socket(t, zmq.PULL, zmq.HeartbeatInterval.Of(5*time.Millisecond), zmq.HeartbeatTimeout.Of(20*time.Millisecond),
		zmq.HeartbeatTTL.Of(399*time.Millisecond))
	rig.Must(t, s.Bind(rig.AnyPort))
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Handshake(1, "PUSH")
	if ttl := r.ReadPing(); ttl != 3 { // tenths of a second
		t.Errorf("the PING asks for %d tenths, want 3", ttl)
	}
	r.WaitClosed() // no answer came
	if n := s.Stats().HandshakesFailed; n != 0 {
		t.Errorf("%d handshakes failed", n)
	}
}

func TestHeartbeatOldPeers(t *testing.T) {
	s := rig.Socket(t, zmq.PULL, zmq.HeartbeatInterval.Of(time.Millisecond), zmq.HeartbeatOldPeers.Of(true))
	rig.Must(t, s.Bind(rig.AnyPort))
	r := rig.DialRaw(t, s.LastEndpoint())
	r.Handshake(0, "PUSH")
	r.ReadPing()
}

func TestHandshakeTellsRoutingIDAndMetadata(t *testing.T) {
	s := rig.Socket(t, zmq.DEALER, zmq.RoutingID.Of([]byte("me")), zmq.Metadata.Of("X-a:first"), zmq.Metadata.Of("X-b:2"), zmq.Metadata.Of("X-a:second"))
	rig.Must(t, s.Bind(rig.AnyPort))
	got := rig.DialRaw(t, s.LastEndpoint()).Handshake(1, "ROUTER")
	for name, want := range map[string]string{"Socket-Type": "DEALER", "Identity": "me", "X-a": "first", "X-b": "2"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

func TestRoutingIDAndMetadataReachThePeer(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	router, dealer := rig.SocketIn(t, c, zmq.ROUTER), rig.SocketIn(t, c, zmq.DEALER, zmq.Metadata.Of("X-version:7"))
	rig.Must(t, router.Bind(rig.AnyPort))
	rig.Must(t, dealer.Connect(router.LastEndpoint(), zmq.RoutingID.Of([]byte("one"))))
	rig.Must(t, dealer.SendString(ctx, "hello"))
	m, err := router.Recv(ctx)
	rig.Must(t, err)
	if m.String() != "one" || string(m.Peer().Identity) != "one" {
		t.Errorf("from %q, identity %q; want one", m, m.Peer().Identity)
	}
	if v, ok := m.Property("X-version"); v != "7" || !ok {
		t.Errorf("X-version is %q, %v", v, ok)
	}
	if _, ok := m.Property("X-other"); ok {
		t.Error("a property that the peer did not send is there")
	}
}

// TestSettingsOfEachEndpoint: two connects of one socket with names of their own.
func TestSettingsOfEachEndpoint(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	router, dealer := rig.SocketIn(t, c, zmq.ROUTER), rig.SocketIn(t, c, zmq.DEALER)
	rig.Must(t, router.Bind(rig.AnyPort))
	first := router.LastEndpoint()
	rig.Must(t, router.Bind(rig.AnyPort))
	rig.Must(t, dealer.Connect(first, zmq.RoutingID.Of([]byte("one"))))
	rig.Must(t, dealer.Connect(router.LastEndpoint(), zmq.RoutingID.Of([]byte("two"))))
	rig.Must(t, router.WaitPeers(ctx, 2))
	rig.Must(t, router.SendString(ctx, "one", "a"))
	rig.Must(t, router.SendString(ctx, "two", "b"))
	for range 2 {
		_, err := dealer.Recv(ctx)
		rig.Must(t, err)
	}
	if id := zmq.RoutingID.Get(dealer); len(id) != 0 {
		t.Errorf("the socket itself is named %q, want nothing", id)
	}
}

func TestHelloMessageIsFirst(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	router, dealer := rig.SocketIn(t, c, zmq.ROUTER), rig.SocketIn(t, c, zmq.DEALER, zmq.HelloMessage.Of([]byte("hello")))
	rig.Must(t, router.Bind(rig.AnyPort))
	rig.Must(t, dealer.Connect(router.LastEndpoint()))
	rig.Must(t, dealer.SendString(ctx, "second"))
	for _, want := range []string{"hello", "second"} {
		m, err := router.Recv(ctx)
		if rig.Must(t, err); string(m.Last()) != want {
			t.Errorf("%q, want %q", m.Last(), want)
		}
	}
}

func TestProbeRouterAndNotify(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	router := rig.SocketIn(t, c, zmq.ROUTER, zmq.RouterNotify.Of(3), zmq.DisconnectMessage.Of([]byte("gone")))
	dealer := rig.SocketIn(t, c, zmq.DEALER, zmq.ProbeRouter.Of(true), zmq.RoutingID.Of([]byte("d")))
	rig.Must(t, router.Bind(rig.AnyPort))
	rig.Must(t, dealer.Connect(router.LastEndpoint()))
	recv := func(want string) {
		t.Helper()
		m, err := router.Recv(ctx)
		if rig.Must(t, err); m.String() != "d" || m.Len() != 2 || string(m.Last()) != want {
			t.Errorf("%q, want d and %q", m.Frames(), want)
		}
	}
	recv("") // it connected
	recv("") // its probe
	rig.Must(t, dealer.Close())
	recv("gone")
	recv("")
}

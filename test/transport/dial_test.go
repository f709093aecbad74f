// SPDX-License-Identifier: Apache-2.0

package transport_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/test/rig"
)

// newTest has a context whose sockets live on a network of the program.
func newTest(t *testing.T, n *memory, settings ...zmq.Setting) *rig.Test {
	t.Helper()
	all := append(n.settings(), zmq.Linger.Of(0), zmq.ReconnectInterval.Of(5*time.Millisecond), zmq.ReconnectIntervalMax.Of(20*time.Millisecond))
	return rig.NewWith(t, zmq.ContextConfig{Settings: append(all, settings...)})
}

// TestConnectionsOfAProgramCarryMessages: in memory, over connections without any room,
// for tcp and ipc, each mechanism, and first messages of both ends.
func TestConnectionsOfAProgramCarryMessages(t *testing.T) {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	for _, c := range []struct {
		endpoint, call string
		server, client []zmq.Setting
	}{
		{"tcp://here:5555", "tcp here:5555", nil, nil},
		{"tcp://[::1]:5555", "tcp [::1]:5555", nil, nil},
		{"ipc:///run/it", "unix /run/it", nil, nil},
		{"tcp://here:5555", "tcp here:5555", []zmq.Setting{zmq.PlainServer.Of(true)}, []zmq.Setting{zmq.PlainUsername.Of("user"), zmq.PlainPassword.Of("secret")}},
		{"tcp://here:5555", "tcp here:5555", []zmq.Setting{server.AsServer()}, []zmq.Setting{client.AsClient(server.Public)}},
		{"tcp://here:5555", "tcp here:5555", []zmq.Setting{zmq.HelloMessage.Of([]byte(rig.Large(100_000)))}, []zmq.Setting{zmq.HelloMessage.Of([]byte(rig.Large(100_000)))}},
	} {
		n := newMemory()
		r := newTest(t, n)
		h, err := auth.Start(r.ZMQ, auth.Config{Default: auth.Rules{
			InsecureAllowNull: true, Passwords: auth.PasswordMap{"user": "secret"}, Keys: auth.InsecureAllowAnyKey(),
		}})
		r.Check(err)
		hello := len(c.client) == 1 && strings.Contains(c.client[0].String(), "HELLO")
		dealer, at := r.Bind(zmq.DEALER, c.endpoint, c.server...)
		if at != c.endpoint {
			t.Errorf("bound to %s, which is %s", c.endpoint, at)
		}
		other := r.Connect(zmq.DEALER, at, c.client...)
		for _, s := range []*zmq.Socket{dealer, other} {
			if hello {
				r.WantRecv(s, rig.Large(100_000))
			}
		}
		for _, size := range []int{1, 1000, 100_000, 1_000_000} {
			r.Send(other, rig.Large(size), "x")
			r.Send(dealer, rig.Large(size), "y")
			r.WantRecv(dealer, rig.Large(size), "x")
			r.WantRecv(other, rig.Large(size), "y")
		}
		if calls := n.calls(); !slices.Equal(calls, []string{c.call}) {
			t.Errorf("%s: dialled %q", c.endpoint, calls)
		}
		if p := dealer.Peers()[0]; p.Remote != "pipe://pipe" || p.Address != "" {
			t.Errorf("the peer is %+v", p.Peer)
		}
		r.Check(h.Close())
	}
}

// TestMonitorOfConnectionsOfAProgram: the events are those of tcp, when the connection
// comes, breaks, cannot be made again, and is there again.
func TestMonitorOfConnectionsOfAProgram(t *testing.T) {
	n := newMemory()
	r := newTest(t, n)
	mask := zmq.EventAll &^ zmq.EventConnectDelayed
	pull := r.Socket(zmq.PULL)
	bound := r.Watch(pull, mask&^zmq.EventDisconnected)
	parted := r.Watch(pull, zmq.EventDisconnected) // which may be told after the next connection
	r.Check(pull.Bind("tcp://here:1"))
	push := r.Socket(zmq.PUSH)
	w := r.Watch(push, mask&^(zmq.EventClosed|zmq.EventConnectRetried))
	r.Check(push.Connect("tcp://here:1"))
	if e := w.Want(zmq.EventConnected, zmq.EventHandshakeSucceeded)[0]; e.Endpoint != "tcp://here:1" {
		t.Errorf("connected to %s", e.Endpoint)
	}
	bound.Want(zmq.EventListening, zmq.EventAccepted, zmq.EventHandshakeSucceeded)
	n.cut()
	w.Want(zmq.EventDisconnected, zmq.EventConnected, zmq.EventHandshakeSucceeded)
	bound.Want(zmq.EventAccepted, zmq.EventHandshakeSucceeded)
	parted.Want(zmq.EventDisconnected)
	r.Send(push, "after")
	r.WantRecv(pull, "after")

	failing := r.Watch(push, zmq.EventClosed)
	r.Check(pull.Unbind("tcp://here:1"))
	bound.Want(zmq.EventClosed)
	if e := failing.Want(zmq.EventClosed)[0]; !errors.Is(e.Err, syscall.ECONNREFUSED) {
		t.Errorf("the attempt ended by %v", e.Err)
	}
	if e := push.Endpoints()[0]; e.Address != "tcp://here:1" {
		t.Errorf("the endpoint is %+v", e)
	}
	again := r.BindAt(zmq.PULL, "tcp://here:1")
	r.Send(push, "again")
	r.WantRecv(again, "again")
}

// TestDialThatFails: the error goes to the monitor with what was dialled, and another
// attempt follows.
func TestDialThatFails(t *testing.T) {
	r := rig.New(t)
	refusal := errors.New("the tunnel is closed")
	for name, c := range map[string]struct {
		dial func(context.Context, string, string) (net.Conn, error)
		want string
	}{
		"an error":   {func(context.Context, string, string) (net.Conn, error) { return nil, refusal }, refusal.Error()},
		"nothing":    {func(context.Context, string, string) (net.Conn, error) { return nil, nil }, "neither"},
		"a panic":    {func(context.Context, string, string) (net.Conn, error) { panic("mine") }, "internal error"},
		"a deadline": {func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }, "deadline"},
	} {
		s := r.Socket(zmq.PUSH)
		if name == "a deadline" { // which the others would pass on a machine that is held up
			r.Check(zmq.ConnectTimeout.Set(s, 10*time.Millisecond))
		}
		w := r.Watch(s, zmq.EventClosed)
		r.Check(s.Connect("tcp://there:1", zmq.WithDial(c.dial)))
		for range 2 {
			e := w.Want(zmq.EventClosed)[0]
			if e.Err == nil || !strings.Contains(e.Err.Error(), c.want) || !strings.Contains(e.Err.Error(), "tcp there:1") {
				t.Errorf("%s: %v", name, e.Err)
			}
			if name == "an error" && !errors.Is(e.Err, refusal) {
				t.Errorf("%v does not match the program's error", e.Err)
			}
		}
		r.Check(s.Close())
	}
}

// TestDialThatIgnoresItsContext: ConnectTimeout, Disconnect and Close do not wait for it,
// and what it returns too late is closed.
func TestDialThatIgnoresItsContext(t *testing.T) {
	r := rig.New(t)
	let := make(chan struct{})
	var calls atomic.Int32
	late := make(chan net.Conn, 10)
	dial := func(context.Context, string, string) (net.Conn, error) {
		calls.Add(1)
		<-let
		near, far := net.Pipe()
		late <- far
		return near, nil
	}
	s := r.Socket(zmq.PUSH, zmq.WithDial(dial))
	w := r.Watch(s, zmq.EventClosed)
	r.Check(s.Connect("tcp://timeout:1", zmq.ConnectTimeout.Of(time.Millisecond), zmq.ReconnectInterval.Of(0)))
	if e := w.Want(zmq.EventClosed)[0]; !errors.Is(e.Err, context.DeadlineExceeded) {
		t.Errorf("ended by %v", e.Err)
	}
	r.Check(s.Connect("tcp://disconnect:1"))
	r.Check(s.Connect("tcp://close:1"))
	r.WaitUntil("three calls", func() bool { return calls.Load() == 3 })
	r.Check(s.Disconnect("tcp://disconnect:1"))
	r.Check(s.Close())
	close(let)
	for range 3 {
		far := <-late
		if _, err := far.Read(make([]byte, 1)); err == nil {
			t.Error("a connection that came too late is used")
		}
	}
}

// TestDialOfAnEndpointComesFirst: before that of the socket, and nil is the system's.
func TestDialOfAnEndpointComesFirst(t *testing.T) {
	one, other := newMemory(), newMemory()
	r := newTest(t, one)
	plain, at := r.Bind(zmq.PULL, rig.AnyPort, zmq.WithListen(nil))
	far := r.Socket(zmq.PULL)
	r.Check(far.Bind("tcp://here:1", zmq.WithListen(other.listen)))
	near, _ := r.Bind(zmq.PULL, "tcp://here:1")

	s := r.Socket(zmq.PUSH)
	r.Check(s.Connect(at, zmq.WithDial(nil)))
	r.Send(s, "by the system")
	r.WantRecv(plain, "by the system")
	r.Check(s.Disconnect(at))
	r.Check(s.Connect("tcp://here:1", zmq.WithDial(other.dial)))
	r.Send(s, "of the endpoint")
	r.WantRecv(far, "of the endpoint")
	r.Check(s.Disconnect("tcp://here:1"))
	r.Check(s.Connect("tcp://here:1"))
	r.Send(s, "of the context")
	r.WantRecv(near, "of the context")
}

// TestNamesAreTheProgramsToResolve: also with AllAddresses, which has no effect. An
// address with a source cannot be used.
func TestNamesAreTheProgramsToResolve(t *testing.T) {
	n := newMemory()
	r := newTest(t, n)
	pull, _ := r.Bind(zmq.PULL, "tcp://only-there.invalid:1")
	push := r.Socket(zmq.PUSH, zmq.AllAddresses.Of(10))
	r.Check(push.Connect("tcp://only-there.invalid:1"))
	r.Send(push, "x")
	r.WantRecv(pull, "x")
	if err := push.Disconnect("tcp://only-there.invalid:2"); !errors.Is(err, zmq.ErrNoEndpoint) {
		t.Errorf("%v", err)
	}
	if err := push.Connect("tcp://127.0.0.1:1;only-there.invalid:1"); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("a source: %v", err)
	}
}

// TestLimitsHoldForConnectionsOfAProgram: the size of messages, and the time that a
// handshake takes.
func TestLimitsHoldForConnectionsOfAProgram(t *testing.T) {
	n := newMemory()
	r := newTest(t, n)
	pull := r.Socket(zmq.PULL, zmq.MaxMessageSize.Of(1000))
	w := r.Watch(pull, zmq.EventDisconnected|zmq.EventHandshakeFailedNoDetail)
	r.Check(pull.Bind("tcp://here:1"))
	r.Check(pull.Bind("tcp://here:2", zmq.HandshakeInterval.Of(50*time.Millisecond)))
	silent, err := n.dial(r.Ctx, "tcp", "here:2")
	r.Check(err)
	defer silent.Close()
	if e := w.Want(zmq.EventHandshakeFailedNoDetail, zmq.EventDisconnected)[0]; !errors.Is(e.Err, zmq.ErrTimeout) {
		t.Errorf("%v", e.Err)
	}
	peer := rig.NewRawPeer(t, plainly(t, r, n))
	peer.Handshake(1, "PUSH")
	peer.Write(append([]byte{2, 0, 0, 0, 0, 0, 0, 4, 0}, make([]byte, 10)...))
	if e := w.Want(zmq.EventDisconnected)[0]; !errors.Is(e.Err, zmq.ErrMessageTooLarge) {
		t.Errorf("%v", e.Err)
	}
}

// plainly connects without the library.
func plainly(t *testing.T, r *rig.Test, n *memory) net.Conn {
	t.Helper()
	c, err := n.dial(r.Ctx, "tcp", "here:1")
	r.Check(err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// counting is a connection with a descriptor and methods of its own.
type counting struct {
	*net.TCPConn
	bytes *atomic.Int64
}

func (c counting) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	c.bytes.Add(int64(n))
	return n, err
}

func (c counting) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	c.bytes.Add(int64(n))
	return n, err
}

// TestMethodsOfAConnectionAreCalled: although it has a descriptor, which would be faster.
// A *net.TCPConn as such has the options of tcp.
func TestMethodsOfAConnectionAreCalled(t *testing.T) {
	r := rig.New(t)
	rep, at := r.Bind(zmq.REP, rig.AnyPort)
	var bytes atomic.Int64
	req := r.Socket(zmq.REQ, zmq.WithDial(func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return counting{c.(*net.TCPConn), &bytes}, nil
	}))
	r.Check(req.Connect(at))
	plain := r.Socket(zmq.REQ, zmq.WithDial(new(net.Dialer).DialContext), zmq.WithListen(new(net.ListenConfig).Listen))
	r.Check(plain.Connect(at))
	for _, s := range []*zmq.Socket{req, plain} {
		for range 10 {
			r.Send(s, rig.Large(1000))
			r.WantRecv(rep, rig.Large(1000))
			r.Send(rep, rig.Large(1000))
			r.WantRecv(s, rig.Large(1000))
		}
	}
	if n := bytes.Load(); n < 20_000 {
		t.Errorf("%d bytes went by the methods", n)
	}
	for _, p := range rep.Peers() {
		if p.Address != "127.0.0.1" || !strings.HasPrefix(p.Remote, "tcp://127.0.0.1:") {
			t.Errorf("%+v", p.Peer)
		}
	}
}

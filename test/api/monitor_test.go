// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Events of monitors, by the rules of zmq_socket_monitor.

// delayed is how a connection over this transport begins: TCP says that it waits.
func delayed(endpoint string, kinds ...zmq.EventKind) []zmq.EventKind {
	if strings.HasPrefix(endpoint, "tcp") {
		return append([]zmq.EventKind{zmq.EventConnectDelayed}, kinds...)
	}
	return kinds
}

func TestMonitorOfAConnection(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, c := r.Socket(zmq.PULL), r.Socket(zmq.PUSH, zmq.RoutingID.Of([]byte("me")))
		wb, wc := r.Watch(b, zmq.EventAll), r.Watch(c, zmq.EventAll)
		r.Check(b.Bind(endpoint))
		at := b.LastEndpoint()
		listening := wb.Want(zmq.EventListening)[0]
		if listening.Endpoint != at || listening.Local != at || listening.Remote != "" || listening.Value <= 0 {
			r.Errorf("%+v", listening)
		}
		r.Check(c.Connect(at))
		list := wc.Want(delayed(at, zmq.EventConnected, zmq.EventHandshakeSucceeded)...)
		for _, e := range list {
			if e.Endpoint != at || e.Remote != at || e.Err != nil {
				r.Errorf("%+v", e)
			}
		}
		if e := list[0]; e.Kind == zmq.EventConnectDelayed && (e.Value != int64(syscall.EINPROGRESS) || e.Local != "") {
			r.Errorf("%+v", e)
		}
		connected, ready := list[len(list)-2], list[len(list)-1]
		if connected.Value <= 0 || connected.Local == "" || connected.Peer.SocketType != "" {
			r.Errorf("%+v", connected)
		}
		if ready.Value != 0 || ready.Local != connected.Local || ready.Peer.SocketType != "PULL" || ready.Peer.Accepted {
			r.Errorf("%+v", ready)
		}
		accepted, done := wb.Want(zmq.EventAccepted)[0], wb.Want(zmq.EventHandshakeSucceeded)[0]
		if accepted.Endpoint != at || accepted.Local != at || accepted.Remote != connected.Local || accepted.Value <= 0 {
			r.Errorf("%+v", accepted)
		}
		if done.Value != 0 || done.Remote != connected.Local || done.Peer.SocketType != "PUSH" || !done.Peer.Accepted {
			r.Errorf("%+v", done)
		}
		r.Check(c.Close())
		gone := wb.Want(zmq.EventDisconnected)[0]
		if gone.Value != accepted.Value || gone.Peer.SocketType != "PUSH" || gone.Err == nil || gone.Remote != connected.Local {
			r.Errorf("%+v", gone)
		}
		wc.End() // nothing of an orderly end
		r.Check(b.Close())
		closed := wb.Want(zmq.EventClosed)[0]
		if closed.Endpoint != at || closed.Value != listening.Value {
			r.Errorf("%+v", closed)
		}
		wb.End()
	})
}

// Whatever the mechanism, the events of both sides come in the same order: of a peer
// that is let in, and of one that the handler refuses.
func TestMonitorOfEachMechanism(t *testing.T) {
	key := zmq.NewCurveKeypair()
	for _, m := range []struct {
		name           string
		server, client []zmq.Setting
	}{
		{"NULL", []zmq.Setting{zmq.ZAPDomain.Of("here")}, nil},
		{"PLAIN", []zmq.Setting{zmq.PlainServer.Of(true)}, []zmq.Setting{zmq.PlainUsername.Of("user"), zmq.PlainPassword.Of("secret")}},
		{"CURVE", []zmq.Setting{key.AsServer()}, []zmq.Setting{zmq.NewCurveKeypair().AsClient(key.Public)}},
	} {
		for status, done := range map[string]zmq.EventKind{"200": zmq.EventHandshakeSucceeded, "400": zmq.EventHandshakeFailedAuth} {
			t.Run(m.name+" "+status, func(t *testing.T) {
				rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
					answersZAP(r, status)
					b, c := r.Socket(zmq.ROUTER, m.server...), r.Socket(zmq.DEALER, append(m.client, zmq.ReconnectInterval.Of(time.Hour))...)
					wb, wc := r.Watch(b, zmq.EventAll), r.Watch(c, zmq.EventAll)
					r.Check(b.Bind(endpoint))
					r.Check(c.Connect(b.LastEndpoint()))
					wb.Want(zmq.EventListening, zmq.EventAccepted)
					ours := wb.Want(done)[0]
					wc.Want(delayed(endpoint, zmq.EventConnected)...)
					theirs := wc.Want(done)[0]
					if done == zmq.EventHandshakeSucceeded {
						if ours.Peer.Mechanism != m.name || theirs.Peer.Mechanism != m.name || !ours.Peer.Authenticated {
							r.Errorf("%+v, %+v", ours, theirs)
						}
						r.Check(c.Close())
						wb.Want(zmq.EventDisconnected)
						return
					}
					if ours.Value != 400 || theirs.Value != 400 || !errors.Is(ours.Err, zmq.ErrRefused) || !errors.Is(theirs.Err, zmq.ErrRefused) {
						r.Errorf("%+v, %+v", ours, theirs)
					}
					wb.Want(zmq.EventDisconnected)
					wc.Want(zmq.EventDisconnected, zmq.EventConnectRetried)
				})
			})
		}
	}
}

// answersZAP runs an authentication handler that gives all peers the same answer.
func answersZAP(r *rig.Test, status string) {
	r.Helper()
	h, _ := r.Bind(zmq.REP, "inproc://zeromq.zap.01")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			m, err := h.Recv(r.Ctx)
			if err != nil {
				return
			}
			_ = h.Send(r.Ctx, rig.Frames([]string{"1.0", rig.Texts(m)[1], status, "", "", ""})...)
		}
	}()
	r.Cleanup(func() {
		_ = h.Close()
		<-done
	})
}

func TestMonitorOfReconnect(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint)
		c := r.Socket(zmq.PUSH, zmq.ReconnectInterval.Of(40*time.Millisecond), zmq.ReconnectIntervalMax.Of(40*time.Millisecond))
		w := r.Watch(c, zmq.EventAll)
		r.Check(c.Connect(at))
		w.Want(delayed(at, zmq.EventConnected, zmq.EventHandshakeSucceeded)...)
		r.Check(b.Close())
		lost := w.Want(zmq.EventDisconnected, zmq.EventConnectRetried)
		if !lost[0].Peer.LastHeard().Before(time.Now()) || lost[0].Err == nil || lost[0].Value <= 0 {
			r.Errorf("%+v", lost[0])
		}
		if e := lost[1]; e.Value != 40 || e.Retry != 40*time.Millisecond || e.Local != "" || e.Remote != at {
			r.Errorf("%+v", e)
		}
		refused := w.Want(delayed(at, zmq.EventClosed, zmq.EventConnectRetried)...)
		if e := refused[len(refused)-2]; e.Value <= 0 || e.Err == nil || e.Endpoint != at {
			r.Errorf("%+v", e)
		}
		r.BindAt(zmq.PULL, at)
		r.WaitPeers(c, 1)
		for { // as often as it was refused meanwhile
			e, _ := w.Next()
			if e.Kind == zmq.EventConnected {
				break
			}
		}
		w.Want(zmq.EventHandshakeSucceeded)
	})
}

// RECONNECT_IVL of -1, and RECONNECT_STOP: after the refusal nothing follows.
func TestMonitorOfRefusedConnect(t *testing.T) {
	for name, setting := range map[string]zmq.Setting{
		"no reconnect": zmq.ReconnectInterval.Of(-1), "stop": zmq.ReconnectStop.Of(1),
	} {
		t.Run(name, func(t *testing.T) {
			rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
				at := r.FreeEndpoint(endpoint)
				if name == "stop" && !strings.HasPrefix(at, "tcp") {
					r.Skip("SKIPPED: a path where nothing is does not refuse, it is missing")
				}
				c := r.Socket(zmq.PUSH, setting)
				w := r.Watch(c, zmq.EventAll)
				r.Check(c.Connect(at))
				w.Want(delayed(at, zmq.EventClosed)...)
				r.Check(c.Close())
				w.End()
			})
		})
	}
}

// A name that does not resolve has no socket that could be closed.
func TestMonitorOfUnresolvedName(t *testing.T) {
	r := rig.New(t)
	c := r.Socket(zmq.PUSH)
	w := r.Watch(c, zmq.EventAll)
	r.Check(c.Connect("tcp://:5")) // no host: never asks a server for names
	e := w.Want(zmq.EventConnectRetried, zmq.EventConnectRetried)[1]
	if e.Endpoint != "tcp://:5" {
		t.Errorf("%+v", e)
	}
}

func TestMonitorOfDisconnect(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint)
		wb := r.Watch(b, zmq.EventDisconnected|zmq.EventClosed|zmq.EventMonitorStopped)
		c := r.Socket(zmq.PUSH)
		wc := r.Watch(c, zmq.EventAll)
		r.Check(c.Connect(at))
		wc.Want(delayed(at, zmq.EventConnected, zmq.EventHandshakeSucceeded)...)
		r.Send(c, "x")
		r.Check(c.Disconnect(at))
		wb.Want(zmq.EventDisconnected)
		r.Check(c.Close())
		wc.End()
	})
}

func TestMonitorOfUnbind(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b := r.Socket(zmq.PULL)
		w := r.Watch(b, zmq.EventAll)
		r.Check(b.Bind(endpoint))
		at := b.LastEndpoint()
		c := r.Connect(zmq.PUSH, at)
		wc := r.Watch(c, zmq.EventDisconnected)
		w.Want(zmq.EventListening, zmq.EventAccepted, zmq.EventHandshakeSucceeded)
		r.Check(b.Unbind(at))
		w.Want(zmq.EventClosed)
		wc.Want(zmq.EventDisconnected) // the peer sees it
		r.Check(b.Close())
		w.End()
	})
}

func TestMonitorOfBindFailed(t *testing.T) {
	r := rig.New(t)
	_, taken := r.Bind(zmq.PULL, rig.AnyPort)
	for _, c := range []struct {
		endpoint string
		number   syscall.Errno
		opened   bool
	}{
		{taken, syscall.EADDRINUSE, true},
		{"tcp://192.0.2.1:*", syscall.EADDRNOTAVAIL, true},
		{"tcp://nosuchif0:*", syscall.ENODEV, false},
		{"ipc:///no/such/directory/s", syscall.ENOENT, true},
		{"ipc:///" + strings.Repeat("x", 200), syscall.ENAMETOOLONG, false},
	} {
		s := r.Socket(zmq.PULL)
		w := r.Watch(s, zmq.EventAll)
		err := s.Bind(c.endpoint)
		if err == nil {
			t.Fatalf("bound %s", c.endpoint)
		}
		if c.opened {
			if e := w.Want(zmq.EventClosed)[0]; e.Endpoint != c.endpoint || e.Value <= 0 {
				t.Errorf("%s: %+v", c.endpoint, e)
			}
		}
		e := w.Want(zmq.EventBindFailed)[0]
		if e.Endpoint != c.endpoint || e.Value != int64(zmq.Errno(err)) || !errors.Is(e.Err, c.number) || e.Local != "" {
			t.Errorf("%s: %+v, want %d", c.endpoint, e, c.number)
		}
		r.Check(s.Close())
		w.End()
	}
}

// CLOSE_FAILED: the directory of a wildcard bind cannot be removed.
func TestMonitorOfCloseFailed(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	w := r.Watch(s, zmq.EventAll)
	r.Check(s.Bind("ipc://*"))
	at := s.LastEndpoint()
	dir := filepath.Dir(strings.TrimPrefix(at, "ipc://"))
	r.Check(os.WriteFile(filepath.Join(dir, "other"), nil, 0o600))
	defer os.RemoveAll(dir)
	r.Check(s.Unbind(at))
	e := w.Want(zmq.EventListening, zmq.EventCloseFailed)[1]
	if e.Endpoint != at || e.Value != int64(syscall.ENOTEMPTY) || !errors.Is(e.Err, syscall.ENOTEMPTY) {
		t.Errorf("%+v", e)
	}
	r.Check(s.Close())
	w.End()
}

// A limit is a reason not to accept.
func TestMonitorOfLimits(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, rig.AnyPort, zmq.MaxPeers.Of(1))
	w := r.Watch(b, zmq.EventAll)
	r.Connect(zmq.PUSH, at)
	r.WaitPeers(b, 1)
	c := r.Socket(zmq.PUSH)
	r.Check(c.Connect(at))
	e := w.Want(zmq.EventAccepted, zmq.EventHandshakeSucceeded, zmq.EventAcceptFailed)[2]
	if !errors.Is(e.Err, zmq.ErrLimit) || e.Value != int64(syscall.ENOBUFS) || e.Endpoint != at || e.Remote == "" {
		t.Errorf("%+v", e)
	}
}

// A second peer of a PAIR shakes hands and is then closed, where libzmq leaves the
// connection open without traffic.
func TestMonitorOfSecondPeerOfAPair(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PAIR, endpoint)
		w := r.Watch(b, zmq.EventAll)
		r.Connect(zmq.PAIR, at)
		r.WaitPeers(b, 1)
		c := r.Socket(zmq.PAIR, zmq.ReconnectInterval.Of(-1))
		r.Check(c.Connect(at))
		e := w.Want(zmq.EventAccepted, zmq.EventHandshakeSucceeded,
			zmq.EventAccepted, zmq.EventHandshakeSucceeded, zmq.EventDisconnected)[4]
		if e.Err == nil || e.Peer.SocketType != "PAIR" {
			r.Errorf("%+v", e)
		}
	})
}

func TestMonitorOfAcceptFailed(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, rig.AnyPort, zmq.TCPAcceptFilter.Of("192.0.2.0/24"))
	w := r.Watch(b, zmq.EventAll)
	c := r.Socket(zmq.PUSH)
	r.Check(c.Connect(at))
	e := w.Want(zmq.EventAcceptFailed)[0]
	if e.Endpoint != at || !strings.HasPrefix(e.Remote, "tcp://127.0.0.1:") || e.Err == nil || e.Value == 0 {
		t.Errorf("%+v", e)
	}
}

func TestMonitorOfHandshakeFailures(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes []byte
		close bool
		kind  zmq.EventKind
		value int64
	}{
		{"closed", nil, true, zmq.EventHandshakeFailedNoDetail, int64(syscall.EPIPE)},
		{"closed in the greeting", rawGreeting("NULL")[:30], true, zmq.EventHandshakeFailedNoDetail, int64(syscall.EPIPE)},
		{"silent", nil, false, zmq.EventHandshakeFailedNoDetail, int64(syscall.EAGAIN)},
		{"other mechanism", rawGreeting("PLAIN"), false, zmq.EventHandshakeFailedProtocol, 0x11000002},
		{"unknown command", append(rawGreeting("NULL"), "\x04\x05\x04NOPE"...), false, zmq.EventHandshakeFailedProtocol, 0x10000001},
		{"refusal", append(rawGreeting("NULL"), "\x04\x0a\x05ERROR\x03400"...), false, zmq.EventHandshakeFailedAuth, 400},
		{"odd refusal", append(rawGreeting("NULL"), "\x04\x0a\x05ERROR\x03abc"...), false, zmq.EventHandshakeFailedProtocol, 0},
		{"malformed refusal", append(rawGreeting("NULL"), "\x04\x07\x05ERROR\x09"...), false, zmq.EventHandshakeFailedProtocol, 0x10000015},
		{"other type", append(rawGreeting("NULL"), "\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB"[:27]...), false, zmq.EventHandshakeFailedProtocol, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t)
			b, at := r.Bind(zmq.PULL, rig.AnyPort)
			if c.name == "silent" {
				r.Check(b.Bind(rig.AnyPort, zmq.HandshakeInterval.Of(50*time.Millisecond)))
				at = b.LastEndpoint()
			}
			w := r.Watch(b, zmq.EventAll)
			conn, err := net.Dial("tcp", strings.TrimPrefix(at, "tcp://"))
			r.Check(err)
			defer conn.Close()
			_, err = conn.Write(c.bytes)
			r.Check(err)
			if c.close {
				r.Check(conn.(*net.TCPConn).CloseWrite())
			}
			list := w.Want(zmq.EventAccepted, c.kind, zmq.EventDisconnected)
			if list[1].Value != c.value || list[1].Err == nil || list[1].Remote != "tcp://"+conn.LocalAddr().String() {
				t.Errorf("%+v, want value %#x", list[1], c.value)
			}
			if list[2].Value != list[0].Value || list[2].Err == nil {
				t.Errorf("%+v", list[2])
			}
		})
	}
}

// rawGreeting is the greeting of a ZMTP 3.1 peer.
func rawGreeting(mechanism string) []byte {
	b := make([]byte, 64)
	copy(b, "\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x01"+mechanism)
	return b
}

// Local mistakes that a handshake shows at both ends.
func TestMonitorOfTypesThatDoNotFit(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint)
		wb := r.Watch(b, zmq.EventHandshakeFailed|zmq.EventDisconnected)
		c := r.Socket(zmq.SUB, zmq.ReconnectAfterProtocolError.Of(false))
		wc := r.Watch(c, zmq.EventHandshakeFailed|zmq.EventDisconnected|zmq.EventConnectRetried)
		r.Check(c.Connect(at))
		for _, w := range []*rig.Watch{wb, wc} {
			e := w.Want(zmq.EventHandshakeFailedProtocol, zmq.EventDisconnected)[0]
			var pe *zmq.ProtocolError
			if e.Value != 0 || !errors.As(e.Err, &pe) || !strings.Contains(e.Err.Error(), "PULL") {
				r.Errorf("%+v", e)
			}
		}
	})
}

func TestMonitorOfHeartbeatTimeout(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, rig.AnyPort,
		zmq.HeartbeatInterval.Of(10*time.Millisecond), zmq.HeartbeatTimeout.Of(30*time.Millisecond))
	w := r.Watch(b, zmq.EventAll)
	p := dialRaw(t, at, "PUSH") // never answers a PING
	defer p.Close()
	e := w.Want(zmq.EventAccepted, zmq.EventHandshakeSucceeded, zmq.EventDisconnected)[2]
	if !errors.Is(e.Err, zmq.ErrTimeout) || e.Peer.SocketType != "PUSH" {
		t.Errorf("%+v", e)
	}
}

// dialRaw connects and shakes hands as a peer of that type that then says nothing.
func dialRaw(t *testing.T, at, typ string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(at, "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	ready := "\x05READY\x0bSocket-Type\x00\x00\x00" + string(rune(len(typ))) + typ
	if _, err := conn.Write(append(rawGreeting("NULL"), "\x04"+string(rune(len(ready)))+ready...)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestMonitorOfInprocTellsNothing(t *testing.T) {
	r := rig.New(t)
	b := r.Socket(zmq.PULL)
	w := r.Watch(b, zmq.EventAll)
	r.Check(b.Bind("inproc://it"))
	c := r.Connect(zmq.PUSH, "inproc://it")
	r.Check(c.Close())
	if err := r.Socket(zmq.PULL).Bind("inproc://it"); err == nil {
		t.Error("bound twice")
	}
	r.Check(b.Close())
	w.End()
}

func TestSeveralMonitorsOfOneSocket(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	all, some, none := r.Watch(s, zmq.EventAll), r.Watch(s, zmq.EventClosed), r.Watch(s, 0)
	r.Check(s.Bind(rig.AnyPort))
	late := r.Watch(s, zmq.EventAll)
	r.Check(s.Close())
	all.Want(zmq.EventListening, zmq.EventClosed)
	all.End()
	some.Want(zmq.EventClosed)
	late.Want(zmq.EventClosed)
	late.End()
	for _, w := range []*rig.Watch{some, none} { // MONITOR_STOPPED obeys the mask
		if e, ok := w.Next(); ok {
			t.Errorf("%+v", e)
		}
	}
}

func TestMonitorEndsWithItsLoop(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	ctx, cancel := context.WithCancel(r.Ctx)
	done := make(chan int, 1)
	events := s.Monitor(ctx, zmq.EventAll)
	go func() {
		n := 0
		for range events {
			n++
		}
		done <- n
	}()
	r.Check(s.Bind(rig.AnyPort))
	cancel()
	if n := <-done; n > 1 {
		t.Errorf("%d events", n)
	}
	events = s.Monitor(r.Ctx, zmq.EventAll)
	r.Check(s.Bind(rig.AnyPort))
	r.Check(s.Unbind(s.LastEndpoint()))
	for range events {
		break
	}
	for e := range events { // leaving the loop has ended the monitor
		t.Errorf("%+v", e)
	}
}

func TestMonitorEndsWithItsContextAndShutdown(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	w := r.Watch(s, zmq.EventAll)
	r.ZMQ.Shutdown()
	w.End()
	r.Watch(s, zmq.EventAll).End() // one that comes late ends at once
	r.Check(s.Close())
	r.Watch(s, zmq.EventAll).End()
}

func TestMonitorThatIsNotReadCountsWhatItDrops(t *testing.T) {
	const extra = 7
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	w := r.Watch(s, zmq.EventListening|zmq.EventMonitorStopped)
	lively := r.Watch(s, zmq.EventListening)
	for range 1000 + extra {
		r.Check(s.Bind(rig.AnyPort))
		r.Check(s.Unbind(s.LastEndpoint()))
		lively.Want(zmq.EventListening)
	}
	if n := s.Stats().EventsDropped; n != extra {
		t.Errorf("%d events dropped, want %d", n, extra)
	}
	w.Want(zmq.EventListening)
	r.Check(s.Bind(rig.AnyPort))
	for range 999 {
		if e := w.Want(zmq.EventListening)[0]; e.Dropped != 0 {
			t.Fatalf("%+v", e)
		}
	}
	if e := w.Want(zmq.EventListening)[0]; e.Dropped != extra {
		t.Errorf("%+v, want %d events dropped before it", e, extra)
	}
	r.Check(s.Close())
	w.End()
}

func TestEventKindNames(t *testing.T) {
	for k, want := range map[zmq.EventKind]string{
		zmq.EventConnected: "CONNECTED", zmq.EventPipesStats: "PIPES_STATS", 0: "", 0x8000: "",
		zmq.EventClosed | zmq.EventAccepted:   "ACCEPTED|CLOSED",
		zmq.EventHandshakeFailed &^ (1 << 14): "HANDSHAKE_FAILED_NO_DETAIL|HANDSHAKE_FAILED_PROTOCOL",
	} {
		if got := k.String(); got != want {
			t.Errorf("%#x is %q, want %q", uint64(k), got, want)
		}
	}
	if got := fmt.Sprint(zmq.EventAll); strings.Count(got, "|") != 14 {
		t.Errorf("EventAll is %q", got)
	}
	if !reflect.DeepEqual(zmq.EventAllV2, zmq.EventAll|zmq.EventPipesStats) {
		t.Errorf("EventAllV2 is %#x", uint64(zmq.EventAllV2))
	}
}

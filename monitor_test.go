// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	zmq "github.com/gozmq/zmq"
)

// Events of monitors, by the rules of zmq_socket_monitor.

// watch is a monitor that a test reads step by step.
type watch struct {
	r    *rig
	next func() (zmq.Event, bool)
	seen []string
}

func (r *rig) watch(s *zmq.Socket, mask zmq.EventKind) *watch {
	next, stop := iter.Pull(s.Monitor(r.ctx, mask))
	r.Cleanup(stop)
	return &watch{r: r, next: next}
}

// want reads the next events, which must be of these kinds, and returns them.
func (w *watch) want(kinds ...zmq.EventKind) []zmq.Event {
	w.r.Helper()
	var list []zmq.Event
	for _, k := range kinds {
		e, ok := w.next()
		if !ok {
			w.r.Fatalf("the monitor ends, want %v; before that: %v", k, w.seen)
		}
		w.seen = append(w.seen, e.Kind.String())
		if e.Kind != k {
			w.r.Fatalf("%v (%+v), want %v; before that: %v", e.Kind, e, k, w.seen)
		}
		if e.Time.IsZero() || time.Since(e.Time) > patience {
			w.r.Errorf("%v at %v", e.Kind, e.Time)
		}
		list = append(list, e)
	}
	return list
}

// end says that the monitor tells nothing but its end.
func (w *watch) end() {
	w.r.Helper()
	w.want(zmq.EventMonitorStopped)
	if e, ok := w.next(); ok {
		w.r.Fatalf("%v after the last event", e.Kind)
	}
}

// delayed is how a connection over this transport begins: TCP says that it waits.
func delayed(endpoint string, kinds ...zmq.EventKind) []zmq.EventKind {
	if strings.HasPrefix(endpoint, "tcp") {
		return append([]zmq.EventKind{zmq.EventConnectDelayed}, kinds...)
	}
	return kinds
}

func TestMonitorOfAConnection(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, c := r.socket(zmq.PULL), r.socket(zmq.PUSH, zmq.RoutingID.Of([]byte("me")))
		wb, wc := r.watch(b, zmq.EventAll), r.watch(c, zmq.EventAll)
		r.check(b.Bind(endpoint))
		at := b.LastEndpoint()
		listening := wb.want(zmq.EventListening)[0]
		if listening.Endpoint != at || listening.Local != at || listening.Remote != "" || listening.Value <= 0 {
			r.Errorf("%+v", listening)
		}
		r.check(c.Connect(at))
		list := wc.want(delayed(at, zmq.EventConnected, zmq.EventHandshakeSucceeded)...)
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
		accepted, done := wb.want(zmq.EventAccepted)[0], wb.want(zmq.EventHandshakeSucceeded)[0]
		if accepted.Endpoint != at || accepted.Local != at || accepted.Remote != connected.Local || accepted.Value <= 0 {
			r.Errorf("%+v", accepted)
		}
		if done.Value != 0 || done.Remote != connected.Local || done.Peer.SocketType != "PUSH" || !done.Peer.Accepted {
			r.Errorf("%+v", done)
		}
		r.check(c.Close())
		gone := wb.want(zmq.EventDisconnected)[0]
		if gone.Value != accepted.Value || gone.Peer.SocketType != "PUSH" || gone.Err == nil || gone.Remote != connected.Local {
			r.Errorf("%+v", gone)
		}
		wc.end() // nothing of an orderly end
		r.check(b.Close())
		closed := wb.want(zmq.EventClosed)[0]
		if closed.Endpoint != at || closed.Value != listening.Value {
			r.Errorf("%+v", closed)
		}
		wb.end()
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
				eachNetwork(t, func(r *rig, endpoint string) {
					r.answersZAP(status)
					b, c := r.socket(zmq.ROUTER, m.server...), r.socket(zmq.DEALER, append(m.client, zmq.ReconnectInterval.Of(time.Hour))...)
					wb, wc := r.watch(b, zmq.EventAll), r.watch(c, zmq.EventAll)
					r.check(b.Bind(endpoint))
					r.check(c.Connect(b.LastEndpoint()))
					wb.want(zmq.EventListening, zmq.EventAccepted)
					ours := wb.want(done)[0]
					wc.want(delayed(endpoint, zmq.EventConnected)...)
					theirs := wc.want(done)[0]
					if done == zmq.EventHandshakeSucceeded {
						if ours.Peer.Mechanism != m.name || theirs.Peer.Mechanism != m.name || !ours.Peer.Authenticated {
							r.Errorf("%+v, %+v", ours, theirs)
						}
						r.check(c.Close())
						wb.want(zmq.EventDisconnected)
						return
					}
					if ours.Value != 400 || theirs.Value != 400 || !errors.Is(ours.Err, zmq.ErrRefused) || !errors.Is(theirs.Err, zmq.ErrRefused) {
						r.Errorf("%+v, %+v", ours, theirs)
					}
					wb.want(zmq.EventDisconnected)
					wc.want(zmq.EventDisconnected, zmq.EventConnectRetried)
				})
			})
		}
	}
}

// answersZAP runs an authentication handler that has one answer for everybody.
func (r *rig) answersZAP(status string) {
	r.Helper()
	h, _ := r.bind(zmq.REP, "inproc://zeromq.zap.01")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			m, err := h.Recv(r.ctx)
			if err != nil {
				return
			}
			_ = h.Send(r.ctx, octets([]string{"1.0", texts(m)[1], status, "", "", ""})...)
		}
	}()
	r.Cleanup(func() {
		_ = h.Close()
		<-done
	})
}

func TestMonitorOfReconnect(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PULL, endpoint)
		c := r.socket(zmq.PUSH, zmq.ReconnectInterval.Of(40*time.Millisecond), zmq.ReconnectIntervalMax.Of(40*time.Millisecond))
		w := r.watch(c, zmq.EventAll)
		r.check(c.Connect(at))
		w.want(delayed(at, zmq.EventConnected, zmq.EventHandshakeSucceeded)...)
		r.check(b.Close())
		lost := w.want(zmq.EventDisconnected, zmq.EventConnectRetried)
		if !lost[0].Peer.LastHeard().Before(time.Now()) || lost[0].Err == nil || lost[0].Value <= 0 {
			r.Errorf("%+v", lost[0])
		}
		if e := lost[1]; e.Value != 40 || e.Retry != 40*time.Millisecond || e.Local != "" || e.Remote != at {
			r.Errorf("%+v", e)
		}
		refused := w.want(delayed(at, zmq.EventClosed, zmq.EventConnectRetried)...)
		if e := refused[len(refused)-2]; e.Value <= 0 || e.Err == nil || e.Endpoint != at {
			r.Errorf("%+v", e)
		}
		r.bindAt(zmq.PULL, at)
		r.peers(c, 1)
		for { // as often as it was refused meanwhile
			e, _ := w.next()
			if e.Kind == zmq.EventConnected {
				break
			}
		}
		w.want(zmq.EventHandshakeSucceeded)
	})
}

// RECONNECT_IVL of -1, and RECONNECT_STOP: after the refusal nothing follows.
func TestMonitorOfRefusedConnect(t *testing.T) {
	for name, setting := range map[string]zmq.Setting{
		"no reconnect": zmq.ReconnectInterval.Of(-1), "stop": zmq.ReconnectStop.Of(1),
	} {
		t.Run(name, func(t *testing.T) {
			eachNetwork(t, func(r *rig, endpoint string) {
				at := r.vacant(endpoint)
				if name == "stop" && !strings.HasPrefix(at, "tcp") {
					r.Skip("SKIPPED: a path where nothing is does not refuse, it is missing")
				}
				c := r.socket(zmq.PUSH, setting)
				w := r.watch(c, zmq.EventAll)
				r.check(c.Connect(at))
				w.want(delayed(at, zmq.EventClosed)...)
				r.check(c.Close())
				w.end()
			})
		})
	}
}

// A name that does not resolve has no socket that could be closed.
func TestMonitorOfUnresolvedName(t *testing.T) {
	r := newRig(t)
	c := r.socket(zmq.PUSH)
	w := r.watch(c, zmq.EventAll)
	r.check(c.Connect("tcp://:5")) // no host: never asks a server for names
	e := w.want(zmq.EventConnectRetried, zmq.EventConnectRetried)[1]
	if e.Endpoint != "tcp://:5" {
		t.Errorf("%+v", e)
	}
}

func TestMonitorOfDisconnect(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PULL, endpoint)
		wb := r.watch(b, zmq.EventDisconnected|zmq.EventClosed|zmq.EventMonitorStopped)
		c := r.socket(zmq.PUSH)
		wc := r.watch(c, zmq.EventAll)
		r.check(c.Connect(at))
		wc.want(delayed(at, zmq.EventConnected, zmq.EventHandshakeSucceeded)...)
		r.send(c, "x")
		r.check(c.Disconnect(at))
		wb.want(zmq.EventDisconnected)
		r.check(c.Close())
		wc.end()
	})
}

func TestMonitorOfUnbind(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b := r.socket(zmq.PULL)
		w := r.watch(b, zmq.EventAll)
		r.check(b.Bind(endpoint))
		at := b.LastEndpoint()
		c := r.connect(zmq.PUSH, at)
		wc := r.watch(c, zmq.EventDisconnected)
		w.want(zmq.EventListening, zmq.EventAccepted, zmq.EventHandshakeSucceeded)
		r.check(b.Unbind(at))
		w.want(zmq.EventClosed)
		wc.want(zmq.EventDisconnected) // the peer sees it
		r.check(b.Close())
		w.end()
	})
}

func TestMonitorOfBindFailed(t *testing.T) {
	r := newRig(t)
	_, taken := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
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
		s := r.socket(zmq.PULL)
		w := r.watch(s, zmq.EventAll)
		err := s.Bind(c.endpoint)
		if err == nil {
			t.Fatalf("bound %s", c.endpoint)
		}
		if c.opened {
			if e := w.want(zmq.EventClosed)[0]; e.Endpoint != c.endpoint || e.Value <= 0 {
				t.Errorf("%s: %+v", c.endpoint, e)
			}
		}
		e := w.want(zmq.EventBindFailed)[0]
		if e.Endpoint != c.endpoint || e.Value != int64(zmq.Errno(err)) || !errors.Is(e.Err, c.number) || e.Local != "" {
			t.Errorf("%s: %+v, want %d", c.endpoint, e, c.number)
		}
		r.check(s.Close())
		w.end()
	}
}

// CLOSE_FAILED: the directory of a wildcard bind cannot be removed.
func TestMonitorOfCloseFailed(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	w := r.watch(s, zmq.EventAll)
	r.check(s.Bind("ipc://*"))
	at := s.LastEndpoint()
	dir := filepath.Dir(strings.TrimPrefix(at, "ipc://"))
	r.check(os.WriteFile(filepath.Join(dir, "other"), nil, 0o600))
	defer os.RemoveAll(dir)
	r.check(s.Unbind(at))
	e := w.want(zmq.EventListening, zmq.EventCloseFailed)[1]
	if e.Endpoint != at || e.Value != int64(syscall.ENOTEMPTY) || !errors.Is(e.Err, syscall.ENOTEMPTY) {
		t.Errorf("%+v", e)
	}
	r.check(s.Close())
	w.end()
}

// A limit is a reason not to accept.
func TestMonitorOfLimits(t *testing.T) {
	r := newRig(t)
	b, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*", zmq.MaxPeers.Of(1))
	w := r.watch(b, zmq.EventAll)
	r.connect(zmq.PUSH, at)
	r.peers(b, 1)
	c := r.socket(zmq.PUSH)
	r.check(c.Connect(at))
	e := w.want(zmq.EventAccepted, zmq.EventHandshakeSucceeded, zmq.EventAcceptFailed)[2]
	if !errors.Is(e.Err, zmq.ErrLimit) || e.Value != int64(syscall.ENOBUFS) || e.Endpoint != at || e.Remote == "" {
		t.Errorf("%+v", e)
	}
}

// A second peer of a PAIR shakes hands and is then closed, where libzmq leaves the
// connection open without traffic.
func TestMonitorOfSecondPeerOfAPair(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PAIR, endpoint)
		w := r.watch(b, zmq.EventAll)
		r.connect(zmq.PAIR, at)
		r.peers(b, 1)
		c := r.socket(zmq.PAIR, zmq.ReconnectInterval.Of(-1))
		r.check(c.Connect(at))
		e := w.want(zmq.EventAccepted, zmq.EventHandshakeSucceeded,
			zmq.EventAccepted, zmq.EventHandshakeSucceeded, zmq.EventDisconnected)[4]
		if e.Err == nil || e.Peer.SocketType != "PAIR" {
			r.Errorf("%+v", e)
		}
	})
}

func TestMonitorOfAcceptFailed(t *testing.T) {
	r := newRig(t)
	b, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*", zmq.TCPAcceptFilter.Of("192.0.2.0/24"))
	w := r.watch(b, zmq.EventAll)
	c := r.socket(zmq.PUSH)
	r.check(c.Connect(at))
	e := w.want(zmq.EventAcceptFailed)[0]
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
			r := newRig(t)
			b, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*", zmq.HandshakeInterval.Of(300*time.Millisecond))
			w := r.watch(b, zmq.EventAll)
			conn, err := net.Dial("tcp", strings.TrimPrefix(at, "tcp://"))
			r.check(err)
			defer conn.Close()
			_, err = conn.Write(c.bytes)
			r.check(err)
			if c.close {
				r.check(conn.(*net.TCPConn).CloseWrite())
			}
			list := w.want(zmq.EventAccepted, c.kind, zmq.EventDisconnected)
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
	eachNetwork(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PULL, endpoint)
		wb := r.watch(b, zmq.EventHandshakeFailed|zmq.EventDisconnected)
		c := r.socket(zmq.SUB, zmq.ReconnectAfterProtocolError.Of(false))
		wc := r.watch(c, zmq.EventHandshakeFailed|zmq.EventDisconnected|zmq.EventConnectRetried)
		r.check(c.Connect(at))
		for _, w := range []*watch{wb, wc} {
			e := w.want(zmq.EventHandshakeFailedProtocol, zmq.EventDisconnected)[0]
			var pe *zmq.ProtocolError
			if e.Value != 0 || !errors.As(e.Err, &pe) || !strings.Contains(e.Err.Error(), "PULL") {
				r.Errorf("%+v", e)
			}
		}
	})
}

func TestMonitorOfHeartbeatTimeout(t *testing.T) {
	r := newRig(t)
	b, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*",
		zmq.HeartbeatInterval.Of(10*time.Millisecond), zmq.HeartbeatTimeout.Of(30*time.Millisecond))
	w := r.watch(b, zmq.EventAll)
	p := dialRaw(t, at, "PUSH") // never answers a PING
	defer p.Close()
	e := w.want(zmq.EventAccepted, zmq.EventHandshakeSucceeded, zmq.EventDisconnected)[2]
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
	r := newRig(t)
	b := r.socket(zmq.PULL)
	w := r.watch(b, zmq.EventAll)
	r.check(b.Bind("inproc://it"))
	c := r.connect(zmq.PUSH, "inproc://it")
	r.check(c.Close())
	if err := r.socket(zmq.PULL).Bind("inproc://it"); err == nil {
		t.Error("bound twice")
	}
	r.check(b.Close())
	w.end()
}

func TestSeveralMonitorsOfOneSocket(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	all, some, none := r.watch(s, zmq.EventAll), r.watch(s, zmq.EventClosed), r.watch(s, 0)
	r.check(s.Bind("tcp://127.0.0.1:*"))
	late := r.watch(s, zmq.EventAll)
	r.check(s.Close())
	all.want(zmq.EventListening, zmq.EventClosed)
	all.end()
	some.want(zmq.EventClosed)
	late.want(zmq.EventClosed)
	late.end()
	for _, w := range []*watch{some, none} { // MONITOR_STOPPED obeys the mask
		if e, ok := w.next(); ok {
			t.Errorf("%+v", e)
		}
	}
}

func TestMonitorEndsWithItsLoop(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	ctx, cancel := context.WithCancel(r.ctx)
	done := make(chan int, 1)
	events := s.Monitor(ctx, zmq.EventAll)
	go func() {
		n := 0
		for range events {
			n++
		}
		done <- n
	}()
	r.check(s.Bind("tcp://127.0.0.1:*"))
	cancel()
	if n := <-done; n > 1 {
		t.Errorf("%d events", n)
	}
	events = s.Monitor(r.ctx, zmq.EventAll)
	r.check(s.Bind("tcp://127.0.0.1:*"))
	r.check(s.Unbind(s.LastEndpoint()))
	for range events {
		break
	}
	for e := range events { // leaving the loop has ended the monitor
		t.Errorf("%+v", e)
	}
}

func TestMonitorEndsWithItsContextAndShutdown(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	w := r.watch(s, zmq.EventAll)
	r.zc.Shutdown()
	w.end()
	r.watch(s, zmq.EventAll).end() // one that comes late ends at once
	r.check(s.Close())
	r.watch(s, zmq.EventAll).end()
}

func TestMonitorThatIsNotReadCountsWhatItDrops(t *testing.T) {
	const extra = 7
	r := newRig(t)
	s := r.socket(zmq.PULL)
	w := r.watch(s, zmq.EventListening|zmq.EventMonitorStopped)
	lively := r.watch(s, zmq.EventListening)
	for range 1000 + extra {
		r.check(s.Bind("tcp://127.0.0.1:*"))
		r.check(s.Unbind(s.LastEndpoint()))
		lively.want(zmq.EventListening)
	}
	if n := s.Stats().EventsDropped; n != extra {
		t.Errorf("%d events dropped, want %d", n, extra)
	}
	w.want(zmq.EventListening)
	r.check(s.Bind("tcp://127.0.0.1:*"))
	for range 999 {
		if e := w.want(zmq.EventListening)[0]; e.Dropped != 0 {
			t.Fatalf("%+v", e)
		}
	}
	if e := w.want(zmq.EventListening)[0]; e.Dropped != extra {
		t.Errorf("%+v, want %d events dropped before it", e, extra)
	}
	r.check(s.Close())
	w.end()
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

// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Monitors as sockets, by the rules of zmq_socket_monitor_versioned.

// nextWireEvent is a message of a monitor taken apart.
type wireEvent struct {
	kind          zmq.EventKind
	values        []uint64
	endpoint      string // version 1
	local, remote string // version 2
}

func nextWireEvent(r *rig.Test, s *zmq.Socket, version int) (e wireEvent) {
	r.Helper()
	m, err := s.Recv(r.Ctx)
	r.Check(err)
	order, frames := binary.NativeEndian, m.Frames()
	if version == 1 {
		if len(frames) != 2 || len(frames[0]) != 6 {
			r.Fatalf("message %q", frames)
		}
		e.kind = zmq.EventKind(order.Uint16(frames[0]))
		e.values = []uint64{uint64(order.Uint32(frames[0][2:]))}
		e.endpoint = string(frames[1])
		return e
	}
	if len(frames) < 4 || len(frames[0]) != 8 || len(frames[1]) != 8 || order.Uint64(frames[1]) != uint64(len(frames)-4) {
		r.Fatalf("message %q", frames)
	}
	e.kind = zmq.EventKind(order.Uint64(frames[0]))
	for _, f := range frames[2 : len(frames)-2] {
		e.values = append(e.values, order.Uint64(f))
	}
	e.local, e.remote = string(frames[len(frames)-2]), string(frames[len(frames)-1])
	return e
}

// newReader connects a socket to a monitor.
func newReader(r *rig.Test, typ zmq.SocketType, at string) *zmq.Socket {
	r.Helper()
	s := r.Socket(typ)
	if typ == zmq.SUB {
		r.Check(s.Subscribe(""))
	}
	r.Check(s.Connect(at))
	return s
}

func wantWire(r *rig.Test, s *zmq.Socket, version int, kinds ...zmq.EventKind) (list []wireEvent) {
	r.Helper()
	for _, k := range kinds {
		e := nextWireEvent(r, s, version)
		if e.kind != k {
			r.Fatalf("%v (%+v), want %v", e.kind, e, k)
		}
		list = append(list, e)
	}
	return list
}

// The endpoint of a bind is the local one, that of a connect the remote one.
func TestMonitorToVersion1(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, c := r.Socket(zmq.PULL), r.Socket(zmq.PUSH)
		r.Check(b.MonitorTo("inproc://b", zmq.EventAll, 1, zmq.PAIR))
		r.Check(c.MonitorTo("inproc://c", zmq.EventAll, 1, zmq.PAIR))
		wb, wc := newReader(r, zmq.PAIR, "inproc://b"), newReader(r, zmq.PAIR, "inproc://c")
		r.Check(b.Bind(endpoint))
		at := b.LastEndpoint()
		if e := nextWireEvent(r, wb, 1); e.kind != zmq.EventListening || e.endpoint != at || e.values[0] == 0 {
			r.Errorf("%+v", e)
		}
		r.Check(c.Connect(at))
		for _, k := range delayed(at, zmq.EventConnected, zmq.EventHandshakeSucceeded) {
			if e := nextWireEvent(r, wc, 1); e.kind != k || e.endpoint != at {
				r.Errorf("%+v, want %v", e, k)
			}
		}
		for _, k := range []zmq.EventKind{zmq.EventAccepted, zmq.EventHandshakeSucceeded} {
			if e := nextWireEvent(r, wb, 1); e.kind != k || e.endpoint != at {
				r.Errorf("%+v, want %v", e, k)
			}
		}
		r.Check(b.Close())
		if e := nextWireEvent(r, wb, 1); e.kind != zmq.EventClosed || e.endpoint != at {
			r.Errorf("%+v", e)
		}
		for _, k := range []zmq.EventKind{zmq.EventDisconnected, zmq.EventConnectRetried} {
			if e := nextWireEvent(r, wc, 1); e.kind != k || e.endpoint != at {
				r.Errorf("%+v, want %v", e, k)
			}
		}
		if e := nextWireEvent(r, wb, 1); !reflect.DeepEqual(e, wireEvent{kind: zmq.EventMonitorStopped, values: []uint64{0}}) {
			r.Errorf("%+v", e)
		}
	})
}

func TestMonitorToVersion2(t *testing.T) {
	r := rig.New(t)
	b, c := r.Socket(zmq.PULL), r.Socket(zmq.PUSH)
	r.Check(b.MonitorTo("inproc://b", zmq.EventAll, 2, zmq.PAIR))
	r.Check(c.MonitorTo("inproc://c", zmq.EventAll, 2, zmq.PAIR))
	wb, wc := newReader(r, zmq.PAIR, "inproc://b"), newReader(r, zmq.PAIR, "inproc://c")
	r.Check(b.Bind(rig.AnyPort))
	at := b.LastEndpoint()
	if e := wantWire(r, wb, 2, zmq.EventListening)[0]; e.local != at || e.remote != "" {
		t.Errorf("%+v", e)
	}
	r.Check(c.Connect(at))
	if e := wantWire(r, wc, 2, zmq.EventConnectDelayed)[0]; e.local != "" || e.remote != at || e.values[0] != uint64(syscall.EINPROGRESS) {
		t.Errorf("%+v", e)
	}
	connected := wantWire(r, wc, 2, zmq.EventConnected)[0]
	if !strings.HasPrefix(connected.local, "tcp://127.0.0.1:") || connected.remote != at {
		t.Errorf("%+v", connected)
	}
	if e := wantWire(r, wc, 2, zmq.EventHandshakeSucceeded)[0]; e.local != connected.local || e.remote != at || e.values[0] != 0 {
		t.Errorf("%+v", e)
	}
	for _, e := range wantWire(r, wb, 2, zmq.EventAccepted, zmq.EventHandshakeSucceeded) {
		if e.local != at || e.remote != connected.local {
			t.Errorf("%+v", e)
		}
	}
	r.Check(b.Close())
	if e := wantWire(r, wb, 2, zmq.EventClosed)[0]; e.local != at || e.remote != "" {
		t.Errorf("%+v", e)
	}
	if e := wantWire(r, wb, 2, zmq.EventMonitorStopped)[0]; e.local != "" || e.remote != "" || e.values[0] != 0 {
		t.Errorf("%+v", e)
	}
	list := wantWire(r, wc, 2, zmq.EventDisconnected, zmq.EventConnectRetried)
	if list[0].local != connected.local || list[0].remote != at || list[0].values[0] != connected.values[0] {
		t.Errorf("%+v", list[0])
	}
	if list[1].local != "" || list[1].remote != at || list[1].values[0] != 5 {
		t.Errorf("%+v", list[1])
	}
}

// A connecter that had a connection goes on with the address that it led to.
func TestMonitorToTargetAfterTheFirstConnection(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, "tcp://127.0.0.1:*")
	named := strings.Replace(at, "127.0.0.1", "localhost", 1)
	c := r.Socket(zmq.PUSH, zmq.IPv6.Of(false))
	r.Check(c.MonitorTo("inproc://c", zmq.EventConnected|zmq.EventConnectRetried, 1, zmq.PAIR))
	w := newReader(r, zmq.PAIR, "inproc://c")
	go2 := r.Watch(c, zmq.EventConnected|zmq.EventConnectRetried)
	r.Check(c.Connect(named))
	if e := wantWire(r, w, 1, zmq.EventConnected)[0]; e.endpoint != named {
		t.Errorf("%+v, want %s", e, named)
	}
	r.Check(b.Close())
	if e := wantWire(r, w, 1, zmq.EventConnectRetried)[0]; e.endpoint != at {
		t.Errorf("%+v, want %s", e, at)
	}
	for _, e := range go2.Want(zmq.EventConnected, zmq.EventConnectRetried) { // by which Disconnect knows it
		if e.Endpoint != named {
			t.Errorf("%+v, want %s", e, named)
		}
	}
}

func TestMonitorToBindFailed(t *testing.T) {
	r := rig.New(t)
	_, taken := r.Bind(zmq.PULL, rig.AnyPort)
	for version := 1; version <= 2; version++ {
		for endpoint, closedAt := range map[string]string{taken: "", "ipc:///no/such/directory/s": "ipc:///no/such/directory/s"} {
			s := r.Socket(zmq.PULL)
			r.Check(s.MonitorTo("inproc://m", zmq.EventAll, version, zmq.PAIR))
			w := newReader(r, zmq.PAIR, "inproc://m")
			err := s.Bind(endpoint)
			if err == nil {
				t.Fatal("bound", endpoint)
			}
			list := wantWire(r, w, version, zmq.EventClosed, zmq.EventBindFailed)
			closed, failed := list[0].endpoint+list[0].local, list[1].endpoint+list[1].local
			bare := endpoint[strings.Index(endpoint, "://")+3:]
			if closed != closedAt || failed != bare || list[0].remote+list[1].remote != "" {
				t.Errorf("version %d: %+v", version, list)
			}
			if list[1].values[0] != uint64(zmq.Errno(err)) {
				t.Errorf("version %d: %+v, want %d", version, list[1], zmq.Errno(err))
			}
			r.Check(s.Close())
		}
	}
}

// libzmq keeps to itself what has no number, and takes the end of a connection
// without mechanism for a failed handshake.
func TestMonitorToIsSilentWhereLibzmqIs(t *testing.T) {
	const mask = zmq.EventHandshakeFailed | zmq.EventHandshakeSucceeded | zmq.EventDisconnected
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, rig.AnyPort)
	r.Check(b.MonitorTo("inproc://b", mask, 1, zmq.PAIR))
	w := newReader(r, zmq.PAIR, "inproc://b")
	for _, typ := range []string{"SUB", "PULL"} {
		p := dialRaw(t, at, typ)
		wantWire(r, w, 1, zmq.EventDisconnected)
		r.Check(p.Close())
	}
	old, err := net.Dial("tcp", strings.TrimPrefix(at, "tcp://"))
	r.Check(err)
	_, err = old.Write([]byte("\x01\x00")) // ZMTP 1.0 without a version, anonymous
	r.Check(err)
	r.WaitPeers(b, 1)
	r.Check(old.(*net.TCPConn).CloseWrite())
	e := wantWire(r, w, 1, zmq.EventHandshakeFailedNoDetail, zmq.EventDisconnected)[0]
	if e.values[0] != uint64(syscall.EPIPE) {
		t.Errorf("%+v", e)
	}
	r.Check(old.Close())
	p := dialRaw(t, at, "PUSH")
	wantWire(r, w, 1, zmq.EventHandshakeSucceeded)
	r.Check(p.Close())
	wantWire(r, w, 1, zmq.EventDisconnected)

	only := r.Socket(zmq.STREAM)
	r.Check(only.Bind(rig.AnyPort))
	r.Check(only.MonitorTo("inproc://only", zmq.EventHandshakeFailedNoDetail, 1, zmq.PAIR))
	wo := newReader(r, zmq.PAIR, "inproc://only")
	raw, err := net.Dial("tcp", strings.TrimPrefix(only.LastEndpoint(), "tcp://"))
	r.Check(err)
	r.Check(raw.Close())
	wantWire(r, wo, 1, zmq.EventHandshakeFailedNoDetail) // without asking for DISCONNECTED
}

func TestMonitorToErrors(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	r.Check(r.Socket(zmq.PULL).Bind("inproc://taken"))
	for _, c := range []struct {
		endpoint string
		mask     zmq.EventKind
		version  int
		typ      zmq.SocketType
		want     error
	}{
		{"inproc://m", 0x10000, 1, zmq.PAIR, zmq.ErrInvalid},
		{"inproc://m", ^zmq.EventKind(0), 1, zmq.PAIR, zmq.ErrInvalid}, // -1 of the old call
		{rig.AnyPort, 0x10000, 1, zmq.PAIR, zmq.ErrInvalid},            // before the endpoint
		{"", zmq.EventAll, 1, zmq.PAIR, zmq.ErrInvalid},
		{"inproc", zmq.EventAll, 1, zmq.PAIR, zmq.ErrInvalid},
		{"inproc://", zmq.EventAll, 1, zmq.PAIR, zmq.ErrInvalid},
		{rig.AnyPort, zmq.EventAll, 1, zmq.PAIR, zmq.ErrUnsupportedTransport},
		{"ipc:///tmp/x", zmq.EventAll, 1, zmq.SUB, zmq.ErrUnsupportedTransport}, // before the type
		{"nosuch://x", zmq.EventAll, 1, zmq.PAIR, zmq.ErrUnsupportedTransport},
		{"inproc://m", zmq.EventAll, 1, zmq.SUB, zmq.ErrInvalid},
		{"inproc://m", zmq.EventAll, 2, zmq.SocketType(99), zmq.ErrInvalid},
		{"inproc://taken", zmq.EventAll, 1, zmq.PAIR, zmq.ErrAddressInUse},
	} {
		if err := s.MonitorTo(c.endpoint, c.mask, c.version, c.typ); !errors.Is(err, c.want) {
			t.Errorf("%q, mask %#x, version %d, %v: %v, want %v", c.endpoint, uint64(c.mask), c.version, c.typ, err, c.want)
		}
	}
	r.Check(s.StopMonitorTo()) // nothing is left of it
	r.Check(s.MonitorTo("inproc://m", zmq.EventAllV2|1<<40, 2, zmq.PAIR))
	r.Check(s.Close())
	for name, err := range map[string]error{
		"MonitorTo": s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR), "StopMonitorTo": s.StopMonitorTo(), "MonitorPipesStats": s.MonitorPipesStats(),
	} {
		rig.WantEnd(t, name, err, zmq.ErrClosed, zmq.Errno(syscall.ENOTSOCK))
	}
	few := rig.NewWith(t, zmq.ContextConfig{MaxSockets: 1})
	if err := few.Socket(zmq.PULL).MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR); !errors.Is(err, zmq.ErrTooManySockets) {
		t.Errorf("a second socket: %v", err)
	}
}

// Up to the type a failing call leaves the monitor that is there, and from there
// on it does not.
func TestMonitorToReplaced(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	r.Check(s.MonitorTo("inproc://one", zmq.EventAll, 1, zmq.PAIR))
	one := newReader(r, zmq.PAIR, "inproc://one")
	if err := s.MonitorTo(rig.AnyPort, zmq.EventAll, 1, zmq.PAIR); err == nil {
		t.Fatal("a monitor over tcp")
	}
	r.Check(s.Bind(rig.AnyPort))
	wantWire(r, one, 1, zmq.EventListening)
	r.Check(s.MonitorTo("inproc://one", zmq.EventAll, 1, zmq.PAIR)) // the name is free at once
	wantWire(r, one, 1, zmq.EventMonitorStopped)
	two := newReader(r, zmq.PAIR, "inproc://one")
	if err := s.MonitorTo("inproc://two", zmq.EventAll, 1, zmq.PULL); err == nil {
		t.Fatal("a monitor that is a PULL")
	}
	wantWire(r, two, 1, zmq.EventMonitorStopped)
	r.Check(s.MonitorTo("inproc://two", zmq.EventAll, 1, zmq.PAIR))
	r.Check(s.StopMonitorTo())
	r.Check(s.StopMonitorTo())
	r.WantNothing(one)
}

// Before the reader connects nothing is lost, whichever of the two comes first.
func TestMonitorToWaitsForItsReader(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.PAIR, zmq.PUSH} {
		for _, early := range []bool{false, true} {
			r := rig.New(t)
			s, end := r.Socket(zmq.PULL), map[zmq.SocketType]zmq.SocketType{zmq.PAIR: zmq.PAIR, zmq.PUSH: zmq.PULL}[typ]
			var w *zmq.Socket
			if early {
				w = newReader(r, end, "inproc://m")
			}
			r.Check(s.MonitorTo("inproc://m", zmq.EventListening, 1, typ))
			const binds = 3000 // more than the queues of the sockets take
			for range binds {
				r.Check(s.Bind(rig.AnyPort))
				r.Check(s.Unbind(s.LastEndpoint()))
			}
			if !early {
				w = newReader(r, end, "inproc://m")
			}
			for range binds {
				wantWire(r, w, 1, zmq.EventListening)
			}
			if n := s.Stats().EventsDropped; n != 0 {
				t.Errorf("%v: %d events dropped", typ, n)
			}
		}
	}
}

func TestMonitorToPublishes(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	r.Check(s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PUB))
	r.Check(s.Bind(rig.AnyPort)) // before the first reader
	all := newReader(r, zmq.SUB, "inproc://m")
	closed := r.Socket(zmq.SUB)
	r.Check(closed.Subscribe(string(binary.NativeEndian.AppendUint16(nil, uint16(zmq.EventClosed)))))
	r.Check(closed.Connect("inproc://m"))
	r.Check(s.Bind(rig.AnyPort))
	r.Check(s.Unbind(s.LastEndpoint()))
	wantWire(r, all, 1, zmq.EventListening, zmq.EventClosed)
	wantWire(r, closed, 1, zmq.EventClosed)
	r.Check(s.StopMonitorTo())
	wantWire(r, all, 1, zmq.EventMonitorStopped)
	r.WantNothing(closed)
}

// A reader that closes or never reads disturbs neither the socket nor other readers.
func TestMonitorToWithoutReader(t *testing.T) {
	for _, how := range []string{"never there", "closed", "does not read"} {
		t.Run(how, func(t *testing.T) {
			r := rig.New(t)
			b, c := r.Socket(zmq.PULL), r.Socket(zmq.PUSH)
			for i, s := range []*zmq.Socket{b, c} {
				r.Check(s.MonitorTo(fmt.Sprintf("inproc://%d", i), zmq.EventAll, 1, zmq.PAIR))
				if how != "never there" {
					w := newReader(r, zmq.PAIR, fmt.Sprintf("inproc://%d", i))
					if how == "closed" {
						r.Check(w.Close())
					}
				}
			}
			r.Check(b.Bind(rig.AnyPort))
			at := b.LastEndpoint()
			for i := range 800 { // more events than the sockets queue
				r.Check(c.Connect(at))
				r.Send(c, fmt.Sprint(i))
				r.WantRecv(b, fmt.Sprint(i))
				r.Check(c.Disconnect(at))
			}
			r.Check(c.StopMonitorTo())
			r.Check(c.Close())
			r.Check(b.Close())
		})
	}
}

// A reader that is behind gets all that waits in the end, and the last event with
// it, beyond any high-water mark: it may be reading until that comes.
func TestMonitorToEndsForASlowReader(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	r.Check(s.MonitorTo("inproc://m", zmq.EventListening|zmq.EventMonitorStopped, 1, zmq.PAIR))
	w := newReader(r, zmq.PAIR, "inproc://m")
	const binds = 3000 // more than the queues of the sockets take
	for range binds {
		r.Check(s.Bind(rig.AnyPort))
		r.Check(s.Unbind(s.LastEndpoint()))
	}
	r.Check(s.Close())
	for range binds {
		wantWire(r, w, 1, zmq.EventListening)
	}
	wantWire(r, w, 1, zmq.EventMonitorStopped)
}

// The endpoint policy has a say, and may call the socket.
func TestMonitorToAsksThePolicy(t *testing.T) {
	var s *zmq.Socket
	refused := errors.New("no")
	r := rig.NewWith(t, zmq.ContextConfig{EndpointPolicy: func(op, endpoint string) error {
		if op != "bind" {
			return nil
		}
		if endpoint == "inproc://refused" {
			return refused
		}
		return s.StopMonitorTo()
	}})
	s = r.Socket(zmq.PULL)
	if err := s.MonitorTo("inproc://refused", zmq.EventAll, 1, zmq.PAIR); !errors.Is(err, refused) || !errors.Is(err, zmq.ErrRefused) {
		t.Errorf("refused with %v", err)
	}
	r.Check(s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR))
	w := newReader(r, zmq.PAIR, "inproc://m")
	r.Check(s.Bind(rig.AnyPort))
	wantWire(r, w, 1, zmq.EventMonitorStopped)
}

// A wrong version is taken, and then nothing is ever sent.
func TestMonitorToUnknownVersion(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	r.Check(s.MonitorTo("inproc://m", zmq.EventAll, 3, zmq.PAIR))
	w := newReader(r, zmq.PAIR, "inproc://m")
	r.Check(s.Bind(rig.AnyPort))
	r.Check(s.StopMonitorTo())
	r.WantNothing(w)
}

func TestMonitorToEndsWithShutdown(t *testing.T) {
	r := rig.New(t)
	s := r.Socket(zmq.PULL)
	r.Check(s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR))
	r.Check(s.Bind(rig.AnyPort)) // waits for a reader
	r.ZMQ.Shutdown()
	rig.WantEnd(t, "MonitorTo", s.MonitorTo("inproc://n", zmq.EventAll, 1, zmq.PAIR), zmq.ErrTerminated, rig.ETERM)
	r.Check(s.Close())
	r.Check(r.ZMQ.Term(r.Ctx)) // the monitor's own socket is not left
}

// The statistics of pipes: one event for each, with both queues.
func TestMonitorPipesStats(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	r.Check(b.Bind("inproc://b"))
	if err := b.MonitorPipesStats(); !errors.Is(err, zmq.ErrInvalid) || zmq.Errno(err) != zmq.Errno(syscall.EINVAL) {
		t.Errorf("without a monitor: %v", err)
	}
	r.Check(b.MonitorTo("inproc://m", zmq.EventAll, 2, zmq.PAIR))
	if err := b.MonitorPipesStats(); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("without the bit: %v", err)
	}
	r.Check(b.MonitorTo("inproc://m", zmq.EventPipesStats, 2, zmq.PAIR))
	w := newReader(r, zmq.PAIR, "inproc://m")
	if err := b.MonitorPipesStats(); !errors.Is(err, zmq.ErrAgain) || zmq.Errno(err) != zmq.Errno(syscall.EAGAIN) {
		t.Errorf("without a pipe: %v", err)
	}
	c := r.Connect(zmq.DEALER, at)
	r.WaitPeers(b, 1)
	for range 3 {
		r.Send(c, "x")
	}
	r.WaitArrived(b, 3)
	seen := r.Watch(b, zmq.EventPipesStats)
	r.Check(b.MonitorPipesStats())
	e := nextWireEvent(r, w, 2)
	if e.kind != zmq.EventPipesStats || !reflect.DeepEqual(e.values, []uint64{0, 3}) || e.local != at || e.remote == "" || e.remote == at {
		t.Errorf("%+v", e)
	}
	if e := seen.Want(zmq.EventPipesStats)[0]; e.QueuedIn != 3 || e.QueuedOut != 0 || e.Endpoint != at || e.Peer.SocketType != "DEALER" {
		t.Errorf("%+v", e)
	}
	unbound := r.FreeEndpoint(rig.AnyPort)
	waiting := r.Socket(zmq.DEALER)
	r.Check(waiting.Connect(unbound))
	r.TrySend(waiting, "one")
	r.TrySend(waiting, "two")
	r.Check(waiting.MonitorTo("inproc://w", zmq.EventAllV2&^zmq.EventAll, 2, zmq.PAIR))
	ww := newReader(r, zmq.PAIR, "inproc://w")
	r.Check(waiting.MonitorPipesStats())
	if e := nextWireEvent(r, ww, 2); !reflect.DeepEqual(e.values, []uint64{2, 0}) || e.local != "" || e.remote != unbound {
		t.Errorf("%+v", e)
	}
	r.Connect(zmq.DEALER, "inproc://b")
	r.Check(c.Close())
	r.WaitPeersLeft(b, 1)
	r.Check(b.MonitorPipesStats())
	if e := nextWireEvent(r, w, 2); !reflect.DeepEqual(e.values, []uint64{0, 0}) || e.local != "" || e.remote != "" {
		t.Errorf("%+v", e)
	}
}

// Registration, stop and emission from many goroutines.
func TestMonitorToUnderWay(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, rig.AnyPort)
	done := make(chan error, 3)
	for i := range cap(done) {
		go func() {
			for j := range 30 {
				err := b.MonitorTo(fmt.Sprintf("inproc://%d", i), zmq.EventAll, 1+j%2, zmq.PAIR)
				if err == nil && j%3 == 0 {
					err = b.StopMonitorTo()
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for i := range 100 {
		w := newReader(r, zmq.PAIR, fmt.Sprintf("inproc://%d", i%cap(done)))
		c := r.Connect(zmq.PUSH, at)
		r.Check(c.Close())
		r.Check(w.Close())
	}
	for range cap(done) {
		select {
		case err := <-done:
			r.Check(err)
		case <-time.After(rig.Patience):
			t.Fatal("MonitorTo hangs")
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmq_test

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

	zmq "github.com/gozmq/zmq"
)

// Monitors as sockets, by the rules of zmq_socket_monitor_versioned.

// wireEvent is a message of a monitor taken apart.
type wireEvent struct {
	kind          zmq.EventKind
	values        []uint64
	endpoint      string // version 1
	local, remote string // version 2
}

func (r *rig) wireEvent(s *zmq.Socket, version int) (e wireEvent) {
	r.Helper()
	m, err := s.Recv(r.ctx)
	r.check(err)
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

// reader connects a socket to a monitor.
func (r *rig) reader(typ zmq.SocketType, at string) *zmq.Socket {
	r.Helper()
	s := r.socket(typ)
	if typ == zmq.SUB {
		r.check(s.Subscribe(""))
	}
	r.check(s.Connect(at))
	return s
}

func (r *rig) wantWire(s *zmq.Socket, version int, kinds ...zmq.EventKind) (list []wireEvent) {
	r.Helper()
	for _, k := range kinds {
		e := r.wireEvent(s, version)
		if e.kind != k {
			r.Fatalf("%v (%+v), want %v", e.kind, e, k)
		}
		list = append(list, e)
	}
	return list
}

// The endpoint of a bind is local, that of a connect is whom it goes to.
func TestMonitorToVersion1(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		b, c := r.socket(zmq.PULL), r.socket(zmq.PUSH)
		r.check(b.MonitorTo("inproc://b", zmq.EventAll, 1, zmq.PAIR))
		r.check(c.MonitorTo("inproc://c", zmq.EventAll, 1, zmq.PAIR))
		wb, wc := r.reader(zmq.PAIR, "inproc://b"), r.reader(zmq.PAIR, "inproc://c")
		r.check(b.Bind(endpoint))
		at := b.LastEndpoint()
		if e := r.wireEvent(wb, 1); e.kind != zmq.EventListening || e.endpoint != at || e.values[0] == 0 {
			r.Errorf("%+v", e)
		}
		r.check(c.Connect(at))
		for _, k := range delayed(at, zmq.EventConnected, zmq.EventHandshakeSucceeded) {
			if e := r.wireEvent(wc, 1); e.kind != k || e.endpoint != at {
				r.Errorf("%+v, want %v", e, k)
			}
		}
		for _, k := range []zmq.EventKind{zmq.EventAccepted, zmq.EventHandshakeSucceeded} {
			if e := r.wireEvent(wb, 1); e.kind != k || e.endpoint != at {
				r.Errorf("%+v, want %v", e, k)
			}
		}
		r.check(b.Close())
		if e := r.wireEvent(wb, 1); e.kind != zmq.EventClosed || e.endpoint != at {
			r.Errorf("%+v", e)
		}
		for _, k := range []zmq.EventKind{zmq.EventDisconnected, zmq.EventConnectRetried} {
			if e := r.wireEvent(wc, 1); e.kind != k || e.endpoint != at {
				r.Errorf("%+v, want %v", e, k)
			}
		}
		if e := r.wireEvent(wb, 1); !reflect.DeepEqual(e, wireEvent{kind: zmq.EventMonitorStopped, values: []uint64{0}}) {
			r.Errorf("%+v", e)
		}
	})
}

func TestMonitorToVersion2(t *testing.T) {
	r := newRig(t)
	b, c := r.socket(zmq.PULL), r.socket(zmq.PUSH)
	r.check(b.MonitorTo("inproc://b", zmq.EventAll, 2, zmq.PAIR))
	r.check(c.MonitorTo("inproc://c", zmq.EventAll, 2, zmq.PAIR))
	wb, wc := r.reader(zmq.PAIR, "inproc://b"), r.reader(zmq.PAIR, "inproc://c")
	r.check(b.Bind("tcp://127.0.0.1:*"))
	at := b.LastEndpoint()
	if e := r.wantWire(wb, 2, zmq.EventListening)[0]; e.local != at || e.remote != "" {
		t.Errorf("%+v", e)
	}
	r.check(c.Connect(at))
	if e := r.wantWire(wc, 2, zmq.EventConnectDelayed)[0]; e.local != "" || e.remote != at || e.values[0] != uint64(syscall.EINPROGRESS) {
		t.Errorf("%+v", e)
	}
	connected := r.wantWire(wc, 2, zmq.EventConnected)[0]
	if !strings.HasPrefix(connected.local, "tcp://127.0.0.1:") || connected.remote != at {
		t.Errorf("%+v", connected)
	}
	if e := r.wantWire(wc, 2, zmq.EventHandshakeSucceeded)[0]; e.local != connected.local || e.remote != at || e.values[0] != 0 {
		t.Errorf("%+v", e)
	}
	for _, e := range r.wantWire(wb, 2, zmq.EventAccepted, zmq.EventHandshakeSucceeded) {
		if e.local != at || e.remote != connected.local {
			t.Errorf("%+v", e)
		}
	}
	r.check(b.Close())
	if e := r.wantWire(wb, 2, zmq.EventClosed)[0]; e.local != at || e.remote != "" {
		t.Errorf("%+v", e)
	}
	if e := r.wantWire(wb, 2, zmq.EventMonitorStopped)[0]; e.local != "" || e.remote != "" || e.values[0] != 0 {
		t.Errorf("%+v", e)
	}
	list := r.wantWire(wc, 2, zmq.EventDisconnected, zmq.EventConnectRetried)
	if list[0].local != connected.local || list[0].remote != at || list[0].values[0] != connected.values[0] {
		t.Errorf("%+v", list[0])
	}
	if list[1].local != "" || list[1].remote != at || list[1].values[0] != 5 {
		t.Errorf("%+v", list[1])
	}
}

// A connecter that had a connection goes on with the address that it led to.
func TestMonitorToTargetAfterTheFirstConnection(t *testing.T) {
	r := newRig(t)
	b, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
	named := strings.Replace(at, "127.0.0.1", "localhost", 1)
	c := r.socket(zmq.PUSH, zmq.IPv6.Of(false))
	r.check(c.MonitorTo("inproc://c", zmq.EventConnected|zmq.EventConnectRetried, 1, zmq.PAIR))
	w := r.reader(zmq.PAIR, "inproc://c")
	go2 := r.watch(c, zmq.EventConnected|zmq.EventConnectRetried)
	r.check(c.Connect(named))
	if e := r.wantWire(w, 1, zmq.EventConnected)[0]; e.endpoint != named {
		t.Errorf("%+v, want %s", e, named)
	}
	r.check(b.Close())
	if e := r.wantWire(w, 1, zmq.EventConnectRetried)[0]; e.endpoint != at {
		t.Errorf("%+v, want %s", e, at)
	}
	for _, e := range go2.want(zmq.EventConnected, zmq.EventConnectRetried) { // by which Disconnect knows it
		if e.Endpoint != named {
			t.Errorf("%+v, want %s", e, named)
		}
	}
}

func TestMonitorToBindFailed(t *testing.T) {
	r := newRig(t)
	_, taken := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
	for version := 1; version <= 2; version++ {
		for endpoint, closedAt := range map[string]string{taken: "", "ipc:///no/such/directory/s": "ipc:///no/such/directory/s"} {
			s := r.socket(zmq.PULL)
			r.check(s.MonitorTo("inproc://m", zmq.EventAll, version, zmq.PAIR))
			w := r.reader(zmq.PAIR, "inproc://m")
			err := s.Bind(endpoint)
			if err == nil {
				t.Fatal("bound", endpoint)
			}
			list := r.wantWire(w, version, zmq.EventClosed, zmq.EventBindFailed)
			closed, failed := list[0].endpoint+list[0].local, list[1].endpoint+list[1].local
			bare := endpoint[strings.Index(endpoint, "://")+3:]
			if closed != closedAt || failed != bare || list[0].remote+list[1].remote != "" {
				t.Errorf("version %d: %+v", version, list)
			}
			if list[1].values[0] != uint64(zmq.Errno(err)) {
				t.Errorf("version %d: %+v, want %d", version, list[1], zmq.Errno(err))
			}
			r.check(s.Close())
		}
	}
}

// libzmq keeps to itself what has no number, and takes the end of a connection
// without mechanism for a failed handshake.
func TestMonitorToIsSilentWhereLibzmqIs(t *testing.T) {
	const mask = zmq.EventHandshakeFailed | zmq.EventHandshakeSucceeded | zmq.EventDisconnected
	r := newRig(t)
	b, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
	r.check(b.MonitorTo("inproc://b", mask, 1, zmq.PAIR))
	w := r.reader(zmq.PAIR, "inproc://b")
	for _, typ := range []string{"SUB", "PULL"} {
		p := dialRaw(t, at, typ)
		r.wantWire(w, 1, zmq.EventDisconnected)
		r.check(p.Close())
	}
	old, err := net.Dial("tcp", strings.TrimPrefix(at, "tcp://"))
	r.check(err)
	_, err = old.Write([]byte("\x01\x00")) // ZMTP 1.0 without a version, anonymous
	r.check(err)
	r.peers(b, 1)
	r.check(old.(*net.TCPConn).CloseWrite())
	e := r.wantWire(w, 1, zmq.EventHandshakeFailedNoDetail, zmq.EventDisconnected)[0]
	if e.values[0] != uint64(syscall.EPIPE) {
		t.Errorf("%+v", e)
	}
	r.check(old.Close())
	p := dialRaw(t, at, "PUSH")
	r.wantWire(w, 1, zmq.EventHandshakeSucceeded)
	r.check(p.Close())
	r.wantWire(w, 1, zmq.EventDisconnected)

	only := r.socket(zmq.STREAM)
	r.check(only.Bind("tcp://127.0.0.1:*"))
	r.check(only.MonitorTo("inproc://only", zmq.EventHandshakeFailedNoDetail, 1, zmq.PAIR))
	wo := r.reader(zmq.PAIR, "inproc://only")
	raw, err := net.Dial("tcp", strings.TrimPrefix(only.LastEndpoint(), "tcp://"))
	r.check(err)
	r.check(raw.Close())
	r.wantWire(wo, 1, zmq.EventHandshakeFailedNoDetail) // without asking for DISCONNECTED
}

func TestMonitorToErrors(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	r.check(r.socket(zmq.PULL).Bind("inproc://taken"))
	for _, c := range []struct {
		endpoint string
		mask     zmq.EventKind
		version  int
		typ      zmq.SocketType
		want     error
	}{
		{"inproc://m", 0x10000, 1, zmq.PAIR, zmq.ErrInvalid},
		{"inproc://m", ^zmq.EventKind(0), 1, zmq.PAIR, zmq.ErrInvalid}, // -1 of the old call
		{"tcp://127.0.0.1:*", 0x10000, 1, zmq.PAIR, zmq.ErrInvalid},    // before the endpoint
		{"", zmq.EventAll, 1, zmq.PAIR, zmq.ErrInvalid},
		{"inproc", zmq.EventAll, 1, zmq.PAIR, zmq.ErrInvalid},
		{"inproc://", zmq.EventAll, 1, zmq.PAIR, zmq.ErrInvalid},
		{"tcp://127.0.0.1:*", zmq.EventAll, 1, zmq.PAIR, zmq.ErrUnsupportedTransport},
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
	r.check(s.StopMonitorTo()) // nothing is left of it
	r.check(s.MonitorTo("inproc://m", zmq.EventAllV2|1<<40, 2, zmq.PAIR))
	r.check(s.Close())
	for name, err := range map[string]error{
		"MonitorTo": s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR), "StopMonitorTo": s.StopMonitorTo(), "MonitorPipesStats": s.MonitorPipesStats(),
	} {
		wantEnd(t, name, err, zmq.ErrClosed, int(syscall.ENOTSOCK))
	}
	few := rigOf(t, zmq.ContextConfig{MaxSockets: 1})
	if err := few.socket(zmq.PULL).MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR); !errors.Is(err, zmq.ErrTooManySockets) {
		t.Errorf("a second socket: %v", err)
	}
}

// Up to the type a failing call leaves the monitor that is there, and from there
// on it does not.
func TestMonitorToReplaced(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	r.check(s.MonitorTo("inproc://one", zmq.EventAll, 1, zmq.PAIR))
	one := r.reader(zmq.PAIR, "inproc://one")
	if err := s.MonitorTo("tcp://127.0.0.1:*", zmq.EventAll, 1, zmq.PAIR); err == nil {
		t.Fatal("a monitor over tcp")
	}
	r.check(s.Bind("tcp://127.0.0.1:*"))
	r.wantWire(one, 1, zmq.EventListening)
	r.check(s.MonitorTo("inproc://one", zmq.EventAll, 1, zmq.PAIR)) // the name is free at once
	r.wantWire(one, 1, zmq.EventMonitorStopped)
	two := r.reader(zmq.PAIR, "inproc://one")
	if err := s.MonitorTo("inproc://two", zmq.EventAll, 1, zmq.PULL); err == nil {
		t.Fatal("a monitor that is a PULL")
	}
	r.wantWire(two, 1, zmq.EventMonitorStopped)
	r.check(s.MonitorTo("inproc://two", zmq.EventAll, 1, zmq.PAIR))
	r.check(s.StopMonitorTo())
	r.check(s.StopMonitorTo())
	r.none(one)
}

// Before the reader connects nothing is lost, whichever of the two comes first.
func TestMonitorToWaitsForItsReader(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.PAIR, zmq.PUSH} {
		for _, early := range []bool{false, true} {
			r := newRig(t)
			s, end := r.socket(zmq.PULL), map[zmq.SocketType]zmq.SocketType{zmq.PAIR: zmq.PAIR, zmq.PUSH: zmq.PULL}[typ]
			var w *zmq.Socket
			if early {
				w = r.reader(end, "inproc://m")
			}
			r.check(s.MonitorTo("inproc://m", zmq.EventListening, 1, typ))
			const binds = 3000 // more than the queues of the sockets take
			for range binds {
				r.check(s.Bind("tcp://127.0.0.1:*"))
				r.check(s.Unbind(s.LastEndpoint()))
			}
			if !early {
				w = r.reader(end, "inproc://m")
			}
			for range binds {
				r.wantWire(w, 1, zmq.EventListening)
			}
			if n := s.Stats().EventsDropped; n != 0 {
				t.Errorf("%v: %d events dropped", typ, n)
			}
		}
	}
}

func TestMonitorToPublishes(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	r.check(s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PUB))
	r.check(s.Bind("tcp://127.0.0.1:*")) // nobody hears it
	all := r.reader(zmq.SUB, "inproc://m")
	closed := r.socket(zmq.SUB)
	r.check(closed.Subscribe(string(binary.NativeEndian.AppendUint16(nil, uint16(zmq.EventClosed)))))
	r.check(closed.Connect("inproc://m"))
	r.check(s.Bind("tcp://127.0.0.1:*"))
	r.check(s.Unbind(s.LastEndpoint()))
	r.wantWire(all, 1, zmq.EventListening, zmq.EventClosed)
	r.wantWire(closed, 1, zmq.EventClosed)
	r.check(s.StopMonitorTo())
	r.wantWire(all, 1, zmq.EventMonitorStopped)
	r.none(closed)
}

// A reader that closes or never reads hurts nobody.
func TestMonitorToWithoutReader(t *testing.T) {
	for _, how := range []string{"never there", "closed", "does not read"} {
		t.Run(how, func(t *testing.T) {
			r := newRig(t)
			b, c := r.socket(zmq.PULL), r.socket(zmq.PUSH)
			for i, s := range []*zmq.Socket{b, c} {
				r.check(s.MonitorTo(fmt.Sprintf("inproc://%d", i), zmq.EventAll, 1, zmq.PAIR))
				if how != "never there" {
					w := r.reader(zmq.PAIR, fmt.Sprintf("inproc://%d", i))
					if how == "closed" {
						r.check(w.Close())
					}
				}
			}
			r.check(b.Bind("tcp://127.0.0.1:*"))
			at := b.LastEndpoint()
			for i := range 800 { // more events than the sockets queue
				r.check(c.Connect(at))
				r.send(c, fmt.Sprint(i))
				r.want(b, fmt.Sprint(i))
				r.check(c.Disconnect(at))
			}
			r.check(c.StopMonitorTo())
			r.check(c.Close())
			r.check(b.Close())
		})
	}
}

// A reader that is behind gets all that waits in the end, and the last event with
// it, beyond any high-water mark: it may be reading until that comes.
func TestMonitorToEndsForASlowReader(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	r.check(s.MonitorTo("inproc://m", zmq.EventListening|zmq.EventMonitorStopped, 1, zmq.PAIR))
	w := r.reader(zmq.PAIR, "inproc://m")
	const binds = 3000 // more than the queues of the sockets take
	for range binds {
		r.check(s.Bind("tcp://127.0.0.1:*"))
		r.check(s.Unbind(s.LastEndpoint()))
	}
	r.check(s.Close())
	for range binds {
		r.wantWire(w, 1, zmq.EventListening)
	}
	r.wantWire(w, 1, zmq.EventMonitorStopped)
}

// The endpoint policy has a say, and may call the socket.
func TestMonitorToAsksThePolicy(t *testing.T) {
	var s *zmq.Socket
	refused := errors.New("no")
	r := rigOf(t, zmq.ContextConfig{EndpointPolicy: func(op, endpoint string) error {
		if op != "bind" {
			return nil
		}
		if endpoint == "inproc://refused" {
			return refused
		}
		return s.StopMonitorTo()
	}})
	s = r.socket(zmq.PULL)
	if err := s.MonitorTo("inproc://refused", zmq.EventAll, 1, zmq.PAIR); !errors.Is(err, refused) || !errors.Is(err, zmq.ErrRefused) {
		t.Errorf("refused with %v", err)
	}
	r.check(s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR))
	w := r.reader(zmq.PAIR, "inproc://m")
	r.check(s.Bind("tcp://127.0.0.1:*"))
	r.wantWire(w, 1, zmq.EventMonitorStopped)
}

// A wrong version is taken, and then nothing is ever sent.
func TestMonitorToUnknownVersion(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	r.check(s.MonitorTo("inproc://m", zmq.EventAll, 3, zmq.PAIR))
	w := r.reader(zmq.PAIR, "inproc://m")
	r.check(s.Bind("tcp://127.0.0.1:*"))
	r.check(s.StopMonitorTo())
	r.none(w)
}

func TestMonitorToEndsWithShutdown(t *testing.T) {
	r := newRig(t)
	s := r.socket(zmq.PULL)
	r.check(s.MonitorTo("inproc://m", zmq.EventAll, 1, zmq.PAIR))
	r.check(s.Bind("tcp://127.0.0.1:*")) // waits for a reader
	r.zc.Shutdown()
	wantEnd(t, "MonitorTo", s.MonitorTo("inproc://n", zmq.EventAll, 1, zmq.PAIR), zmq.ErrTerminated, eterm)
	r.check(s.Close())
	r.check(r.zc.Term(r.ctx)) // the monitor's own socket is not left
}

// The statistics of pipes: one event for each, with both queues.
func TestMonitorPipesStats(t *testing.T) {
	r := newRig(t)
	b, at := r.bind(zmq.ROUTER, "tcp://127.0.0.1:*")
	r.check(b.Bind("inproc://b"))
	if err := b.MonitorPipesStats(); !errors.Is(err, zmq.ErrInvalid) || zmq.Errno(err) != int(syscall.EINVAL) {
		t.Errorf("without a monitor: %v", err)
	}
	r.check(b.MonitorTo("inproc://m", zmq.EventAll, 2, zmq.PAIR))
	if err := b.MonitorPipesStats(); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("without the bit: %v", err)
	}
	r.check(b.MonitorTo("inproc://m", zmq.EventPipesStats, 2, zmq.PAIR))
	w := r.reader(zmq.PAIR, "inproc://m")
	if err := b.MonitorPipesStats(); !errors.Is(err, zmq.ErrAgain) || zmq.Errno(err) != int(syscall.EAGAIN) {
		t.Errorf("without a pipe: %v", err)
	}
	c := r.connect(zmq.DEALER, at)
	r.peers(b, 1)
	for range 3 {
		r.send(c, "x")
	}
	r.arrived(b, 3)
	seen := r.watch(b, zmq.EventPipesStats)
	r.check(b.MonitorPipesStats())
	e := r.wireEvent(w, 2)
	if e.kind != zmq.EventPipesStats || !reflect.DeepEqual(e.values, []uint64{0, 3}) || e.local != at || e.remote == "" || e.remote == at {
		t.Errorf("%+v", e)
	}
	if e := seen.want(zmq.EventPipesStats)[0]; e.QueuedIn != 3 || e.QueuedOut != 0 || e.Endpoint != at || e.Peer.SocketType != "DEALER" {
		t.Errorf("%+v", e)
	}
	nobody := r.vacant("tcp://127.0.0.1:*")
	waiting := r.socket(zmq.DEALER)
	r.check(waiting.Connect(nobody))
	r.try(waiting, "one")
	r.try(waiting, "two")
	r.check(waiting.MonitorTo("inproc://w", zmq.EventAllV2&^zmq.EventAll, 2, zmq.PAIR))
	ww := r.reader(zmq.PAIR, "inproc://w")
	r.check(waiting.MonitorPipesStats())
	if e := r.wireEvent(ww, 2); !reflect.DeepEqual(e.values, []uint64{2, 0}) || e.local != "" || e.remote != nobody {
		t.Errorf("%+v", e)
	}
	r.connect(zmq.DEALER, "inproc://b")
	r.check(c.Close())
	r.left(b, 1)
	r.check(b.MonitorPipesStats())
	if e := r.wireEvent(w, 2); !reflect.DeepEqual(e.values, []uint64{0, 0}) || e.local != "" || e.remote != "" {
		t.Errorf("%+v", e)
	}
}

// Registration, stop and emission from many goroutines.
func TestMonitorToUnderWay(t *testing.T) {
	r := newRig(t)
	b, at := r.bind(zmq.PULL, "tcp://127.0.0.1:*")
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
		w := r.reader(zmq.PAIR, fmt.Sprintf("inproc://%d", i%cap(done)))
		c := r.connect(zmq.PUSH, at)
		r.check(c.Close())
		r.check(w.Close())
	}
	for range cap(done) {
		select {
		case err := <-done:
			r.check(err)
		case <-time.After(patience):
			t.Fatal("MonitorTo hangs")
		}
	}
}

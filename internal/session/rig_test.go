// SPDX-License-Identifier: Apache-2.0

// A transport and a socket that a test controls, over in-memory links.

package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq/internal/engine"
	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/internal/zmqtest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// network is a transport. dial is the result of the n-th attempt, counted from 0, and
// accept the result of the n-th Accept. Both may wait for ctx.
type network struct {
	dial   func(ctx context.Context, n int) (net.Conn, error)
	accept func(done <-chan struct{}, n int) (net.Conn, error)

	mu    sync.Mutex
	dials []time.Time
	names []string
}

func (*network) Scheme() string                                                   { return "mem" }
func (*network) CheckConnect(string) error                                        { return nil }
func (*network) ResolveBound(context.Context, string, *transport.Config) []string { return nil }

func (n *network) Dial(ctx context.Context, address string, _ *transport.Config) (net.Conn, error) {
	n.mu.Lock()
	i := len(n.dials)
	n.dials = append(n.dials, time.Now())
	n.names = append(n.names, address)
	n.mu.Unlock()
	return n.dial(ctx, i)
}

func (n *network) Listen(context.Context, string, *transport.Config) (transport.Listener, error) {
	return &listener{n: n, done: make(chan struct{})}, nil
}

// gaps are the waits between the attempts to connect.
func (n *network) gaps() (list []time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := 1; i < len(n.dials); i++ {
		list = append(list, n.dials[i].Sub(n.dials[i-1]))
	}
	return list
}

func (n *network) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.dials)
}

type listener struct {
	n     *network
	calls int
	once  sync.Once
	done  chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case <-l.done:
		return nil, net.ErrClosed
	default:
	}
	l.calls++
	return l.n.accept(l.done, l.calls-1)
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *listener) Endpoint() string { return "mem://here" }

// socket is a Host that accepts every peer.
type socket struct {
	refuse  error  // by Ready
	onReady func() // in Ready, if set
	admit   error

	mu     sync.Mutex
	events []Event
	lost   []bool // the last flag of each Lost
	gaveUp int
	up     int
	ready  chan *engine.Conn
}

func newSocket() *socket { return &socket{ready: make(chan *engine.Conn, 1000)} }

func (s *socket) Ready(c *engine.Conn, peer *pipe.Peer, p *pipe.Pipe, _ any) (*pipe.Pipe, error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	if s.onReady != nil {
		s.onReady()
	}
	if p == nil {
		p = newPipe()
	}
	p.SetPeer(peer)
	c.Attach(p)
	if p.Out().Attach(c, c.Version()) {
		p.Kick()
	}
	s.mu.Lock()
	s.up++
	s.mu.Unlock()
	select {
	case s.ready <- c:
	default: // no test waits for so many
	}
	return p, nil
}

func (s *socket) Lost(_ *pipe.Pipe, last bool, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up--
	s.lost = append(s.lost, last)
}

func (s *socket) GaveUp(*pipe.Pipe) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gaveUp++
}

func (s *socket) Admit() error { return s.admit }

func (s *socket) Event(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

// kinds lists the events so far.
func (s *socket) kinds() (list []EventKind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		list = append(list, e.Kind)
	}
	return list
}

func (s *socket) countOf(k EventKind) (n int) {
	for _, x := range s.kinds() {
		if x == k {
			n++
		}
	}
	return n
}

// waits are the delays announced before each new attempt.
func (s *socket) waits() (list []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.Kind == ConnectRetried {
			list = append(list, e.Retry)
		}
	}
	return list
}

func newPipe() *pipe.Pipe {
	return pipe.New(pipe.Config{Mailbox: new(pipe.Mailbox), Buffers: new(pipe.Buffers)})
}

func configOf(n *network, s *socket) *Config {
	metadata := wire.AppendProperty(nil, "Socket-Type", []byte("PAIR"))
	return &Config{
		Endpoint: "mem://there", Address: "there", Transport: n, Host: s,
		Engine: &engine.Config{
			TakesPeer:  func(string) bool { return true },
			SocketType: "PAIR", Mechanism: func() mechanism.Machine { return mechanism.NewNull(metadata) },
			HandshakeTimeout: 30 * time.Second, HandshakeBytes: 65536, MaxFrame: -1, Buffers: new(engine.Buffers),
		},
		ReconnectInterval: 100 * time.Millisecond, ReconnectIntervalMax: 5 * time.Second,
	}
}

// greeting is what a peer of type PAIR sends in its handshake.
var greeting = append(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}),
	wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte("PAIR")))...)

// peerSays returns both ends of a link whose peer has sent some bytes already, this end
// first.
func peerSays(b []byte) (ours, peer *zmqtest.Conn) {
	ours, peer = zmqtest.Pipe()
	_, _ = peer.Write(b)
	return ours, peer
}

// peerLeaves is peerSays for a peer that closes behind it.
func peerLeaves(b []byte) net.Conn {
	ours, peer := peerSays(b)
	_ = peer.CloseWrite()
	return ours
}

// dialing runs a Dialer in a bubble until the test function returns. Then it stops the
// Dialer, and fails if a goroutine is left.
func dialing(t *testing.T, n *network, change func(*Config), test func(t *testing.T, d *Dialer, s *socket)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newSocket()
		cfg := configOf(n, s)
		if change != nil {
			change(cfg)
		}
		var p *pipe.Pipe
		if !cfg.Immediate {
			p = newPipe()
		}
		d := NewDialer(cfg, p)
		d.Start()
		test(t, d, s)
		d.Stop(errors.New("stopped by the test"))
		<-d.Done()
		want := 1
		if cfg.Immediate {
			want = 0
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.gaveUp != want || s.up != 0 {
			t.Errorf("GaveUp was called %d times, want %d; %d connections are up", s.gaveUp, want, s.up)
		}
	})
}

// ended reports, in a bubble, whether a Dialer or Listener is over.
func ended(done <-chan struct{}) bool {
	synctest.Wait()
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func seconds(list ...float64) (d []time.Duration) {
	for _, s := range list {
		d = append(d, time.Duration(s*float64(time.Second)))
	}
	return d
}

var errDial = fmt.Errorf("no route: %w", errors.New("for the test"))

// write queues a message as a socket does.
func write(p *pipe.Pipe, frame string) {
	if _, flush := p.Write(&pipe.Message{Head: []byte(frame)}); flush {
		p.Flush()
	}
}

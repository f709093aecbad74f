// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// pipes is a listener of connections in memory, which have no room at all.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	end   func()
}

func newPipes() *pipes {
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	p.end = sync.OnceFunc(func() { close(p.done) })
	return p
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	p.end()
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }

// TestConnectionsOfTheProgram: what it brings carries each scheme with each mechanism,
// messages of all sizes and both ways at a time, and heartbeats.
func TestConnectionsOfTheProgram(t *testing.T) {
	for _, scheme := range schemes {
		for _, m := range mechanisms() {
			t.Run(scheme+"/"+m.name, func(t *testing.T) {
				r := newTest(t, ws.Config{})
				admit(r)
				p := newPipes()
				beats := []zmq.Setting{zmq.HeartbeatInterval.Of(10 * time.Millisecond), zmq.HeartbeatTimeout.Of(rig.Patience)}
				bound := r.Socket(zmq.DEALER, append(beats, m.server...)...)
				r.Check(bound.Bind(scheme+"://localhost:1", zmq.WithListener(p)))
				want := scheme + "://localhost:1"
				if scheme != "tls" {
					want += "/"
				}
				if got := bound.LastEndpoint(); got != want {
					t.Errorf("LAST_ENDPOINT is %s, want %s", got, want)
				}
				other := r.Connect(zmq.DEALER, scheme+"://localhost:1", append(append(beats, m.client...), zmq.WithDial(p.dial))...)
				for _, size := range []int{1, 1000, 100_000, 1_000_000} {
					a, b := r.GoSend(bound, rig.Large(size), "x"), r.GoSend(other, rig.Large(size), "y")
					r.WantRecv(other, rig.Large(size), "x")
					r.WantRecv(bound, rig.Large(size), "y")
					r.Check(r.Result(a))
					r.Check(r.Result(b))
				}
				r.WaitUntil("a heartbeat has been answered", func() bool { return other.Peers()[0].RoundTrip() > 0 })
				if remote := other.Peers()[0].Remote; remote != scheme+"://pipe" {
					t.Errorf("the peer is %s", remote)
				}
			})
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

// Peers that fall silent while their connections stay up.

package lifecycle_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// proxy forwards tcp connections until it is told to stop; the connections stay
// up meanwhile, as they do when a cable is pulled.
type proxy struct {
	l      net.Listener
	target string
	done   sync.WaitGroup

	mu    sync.Mutex
	open  chan struct{} // closed while bytes are forwarded
	conns []net.Conn
}

func newProxy(r *rig.Test, target string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	p := &proxy{l: l, target: strings.TrimPrefix(target, "tcp://"), open: make(chan struct{})}
	close(p.open)
	p.done.Go(p.accept)
	r.Cleanup(func() {
		_ = l.Close()
		p.goOn()
		p.mu.Lock()
		for _, c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.done.Wait()
	})
	return p
}

func (p *proxy) endpoint() string { return "tcp://" + p.l.Addr().String() }

func (p *proxy) accept() {
	for {
		in, err := p.l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, in, out)
		p.mu.Unlock()
		p.done.Go(func() { p.forward(in, out) })
		p.done.Go(func() { p.forward(out, in) })
	}
}

func (p *proxy) forward(from, to net.Conn) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		open := p.open
		p.mu.Unlock()
		<-open
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				_ = from.Close()
				return
			}
		}
		if err != nil {
			_ = to.Close()
			return
		}
	}
}

func (p *proxy) fallSilent() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = make(chan struct{})
}

func (p *proxy) goOn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.open:
	default:
		close(p.open)
	}
}

// beating are heartbeats that notice a silent peer, but not one on a machine that is held
// up. Tests that wait for the time-out do so side by side.
func beating() []zmq.Setting {
	return []zmq.Setting{zmq.HeartbeatInterval.Of(100 * time.Millisecond), zmq.HeartbeatTimeout.Of(8 * time.Second)}
}

// roundTrips waits until a PING has been answered that was sent after the call, so
// that the peer is known to have read what was sent before: the PING of the first
// answer may be older.
func roundTrips(r *rig.Test, s *zmq.Socket) {
	r.Helper()
	for range 2 {
		was := time.Duration(-1)
		r.WaitUntil("a PING is answered", func() bool {
			peers := s.Peers()
			if len(peers) != 1 {
				return false
			}
			if was < 0 {
				was = peers[0].RoundTrip()
			}
			return peers[0].RoundTrip() != was
		})
	}
}

func TestHeartbeatsNoticeASilentPeerAndRecover(t *testing.T) {
	t.Parallel()
	r := rig.New(t)
	b, at := r.Bind(zmq.ROUTER, rig.AnyPort, beating()...)
	p := newProxy(r, at)
	c := r.Connect(zmq.DEALER, p.endpoint(), append(beating(), zmq.RoutingID.Of([]byte("c")))...)
	r.Send(c, "before")
	r.WantRecv(b, "c", "before")
	roundTrips(r, c)

	p.fallSilent()
	r.WaitPeersLeft(c, 0)
	r.WaitPeersLeft(b, 0) // both sides notice, the connected and the bound one
	if c.Stats().TimedOut == 0 || b.Stats().TimedOut == 0 {
		t.Errorf("timed out: %d and %d", c.Stats().TimedOut, b.Stats().TimedOut)
	}
	for i := range 10 {
		r.Send(c, fmt.Sprint(i)) // queued meanwhile
	}
	p.goOn()
	for i := range 10 {
		r.WantRecv(b, "c", fmt.Sprint(i))
	}
	r.Send(b, "c", "after")
	r.WantRecv(c, "after")
}

func TestHeartbeatsBringASubscriberBack(t *testing.T) {
	t.Parallel()
	r := rig.New(t)
	b, at := r.Bind(zmq.PUB, rig.AnyPort, beating()...)
	p := newProxy(r, at)
	c := r.Connect(zmq.SUB, p.endpoint(), beating()...)
	r.Check(c.Subscribe("x"))
	r.WaitSubscribers(b, "x", 1)
	roundTrips(r, c)
	p.fallSilent()
	r.WaitPeersLeft(c, 0)
	r.WaitPeersLeft(b, 0)
	p.goOn()
	r.WaitSubscribers(b, "x", 1)
	r.Send(b, "x1")
	r.WantRecv(c, "x1")
}

// Silence during the handshake is noticed by its own clock.
func TestSilentHandshakeIsTriedAgain(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, rig.AnyPort)
	p := newProxy(r, at)
	p.fallSilent()
	c := r.Socket(zmq.PUSH, zmq.HandshakeInterval.Of(30*time.Millisecond))
	r.Check(c.Connect(p.endpoint()))
	r.Send(c, "x")
	r.WaitUntil("several handshakes have timed out", func() bool { return c.Stats().HandshakesFailed >= 2 })
	p.goOn()
	r.WantRecv(b, "x")
}

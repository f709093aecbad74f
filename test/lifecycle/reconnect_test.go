// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Connections that are lost and made again, as a program sees it.

func TestReconnectAfterTheServerRestarts(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint)
		c := r.Connect(zmq.PUSH, at, zmq.SendHWM.Of(0))
		next := 0
		for range 10 {
			r.Check(b.Close())
			r.WaitPeersLeft(c, 0)
			first := next
			for range 200 { // queued while there is no peer: exactly once, in order
				r.Send(c, fmt.Sprint(next), "and", "more")
				next++
			}
			b = r.BindAt(zmq.PULL, at)
			for i := first; i < next; i++ {
				r.WantRecv(b, fmt.Sprint(i), "and", "more")
			}
			r.WantNothing(b)
		}
		r.WaitUntil("every connection is counted", func() bool {
			n := c.Stats()
			return n.Connected >= 11 && n.Disconnected >= 10 && n.Reconnects >= 10
		})
	})
}

// An application that does not receive does not keep its socket from noticing
// that the peer has gone, and from connecting anew; what the peer had sent before
// is there when it receives after all, in front of what the next one sends.
func TestReconnectWhileTheApplicationDoesNotReceive(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.DEALER, endpoint)
		c := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(3))
		// Few enough to leave the system at once (RFC 6928: ten segments): what is
		// still on its way when the peer is gone is lost.
		const n = 8
		for i := range n {
			r.Send(b, fmt.Sprint(i))
		}
		r.WaitUntil("all is sent", func() bool { p := b.Peers(); return len(p) == 1 && p[0].QueuedOut == 0 && p[0].Sent == n })
		r.WaitArrived(c, 3)
		r.Check(b.Close())
		r.WaitUntil("the loss is noticed", func() bool { r.TrySend(c, "x"); return c.Stats().Disconnected == 1 })
		b = r.BindAt(zmq.DEALER, at)
		r.WaitPeers(b, 1)
		r.WantRecv(b, "x")
		r.Send(b, fmt.Sprint(n))
		for i := range n + 1 {
			r.WantRecv(c, fmt.Sprint(i))
		}
		r.WantNothing(c)
	})
}

func TestConnectBeforeBind(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		at := r.FreeEndpoint(endpoint)
		c := r.Socket(zmq.DEALER)
		r.Check(c.Connect(at))
		r.WaitUntil("several attempts were made", func() bool { return c.Stats().Reconnects >= 3 })
		r.Send(c, "early")
		b := r.BindAt(zmq.ROUTER, at)
		m := r.Recv(b)
		if m[1] != "early" {
			r.Fatalf("received %q", m)
		}
		r.Send(b, m[0], "reply")
		r.WantRecv(c, "reply")
	})
}

// muted waits until nothing can be queued: the endpoint is out of attempts.
func muted(r *rig.Test, s *zmq.Socket) {
	r.Helper()
	r.WaitUntil(s.String()+" has given its endpoint up", func() bool { return s.TrySend([]byte("lost")) == zmq.ErrAgain })
}

func TestReconnectIntervalBelowZeroConnectsOnce(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint)
		c := r.Connect(zmq.PUSH, at, zmq.ReconnectInterval.Of(-1))
		r.Send(c, "once")
		r.WantRecv(b, "once")
		r.Check(b.Close())
		muted(r, c)
		if n := c.Stats().Reconnects; n != 0 {
			r.Errorf("%d further attempts", n)
		}
		b = r.BindAt(zmq.PULL, at)
		r.Check(c.Disconnect(at)) // it stayed in the table
		r.Check(c.Connect(at))
		r.Send(c, "again")
		r.WantRecv(b, "again")
	})
}

func TestReconnectStopEndsTheAttempts(t *testing.T) {
	r := rig.New(t)
	refused := r.Socket(zmq.PUSH, zmq.ReconnectStop.Of(1))
	at := r.FreeEndpoint(rig.AnyPort)
	r.Check(refused.Connect(at))
	muted(r, refused)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	defer l.Close()
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			_ = nc.Close()
		}
	}()
	unshaken := r.Socket(zmq.PUSH, zmq.ReconnectStop.Of(2))
	r.Check(unshaken.Connect("tcp://" + l.Addr().String()))
	muted(r, unshaken)
	for _, s := range []*zmq.Socket{refused, unshaken} {
		r.Check(s.Disconnect(s.LastEndpoint()))
		if err := s.Disconnect(s.LastEndpoint()); !errors.Is(err, zmq.ErrNoEndpoint) {
			t.Errorf("a second disconnect: %v", err)
		}
	}
	b := r.BindAt(zmq.PULL, at)
	r.Check(refused.Connect(at))
	r.Send(refused, "again")
	r.WantRecv(b, "again")
}

// RECONNECT_STOP 4: an ipc connect that is refused goes on until the socket has
// disconnected something, and the option is looked at when it is refused.
func TestReconnectStopAfterADisconnect(t *testing.T) {
	for _, how := range []string{"set before", "set later", "of the connect", "not set"} {
		t.Run(how, func(t *testing.T) {
			r := rig.New(t)
			at := rig.IPCEndpoint(t)
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: strings.TrimPrefix(at, "ipc://")})
			r.Check(err)
			l.SetUnlinkOnClose(false) // so that a connect is refused
			r.Check(l.Close())
			c := r.Socket(zmq.PUSH)
			var own []zmq.Setting
			switch how {
			case "set before":
				r.Check(zmq.ReconnectStop.Set(c, 4))
			case "of the connect":
				own = append(own, zmq.ReconnectStop.Of(4))
			}
			r.Check(c.Connect(at, own...))
			refused := func() {
				n := c.Stats().Reconnects
				r.WaitUntil("two further attempts", func() bool { return c.Stats().Reconnects >= n+2 })
			}
			refused()
			r.Check(c.Bind("inproc://elsewhere"))
			r.Check(c.Unbind("inproc://elsewhere")) // does not count
			refused()
			r.Check(c.Connect("tcp://127.0.0.1:1"))
			r.Check(c.Disconnect("tcp://127.0.0.1:1"))
			switch how {
			case "not set":
				refused()
				return
			case "set later":
				refused()
				r.Check(zmq.ReconnectStop.Set(c, 4))
			}
			muted(r, c)
		})
	}
}

// A connect that came to nothing is no reason to ignore the next one, for the types
// that ignore a repetition.
func TestConnectAgainToAnEndpointThatWasGivenUp(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.DEALER, zmq.REQ, zmq.SUB, zmq.PUB} {
		for _, immediate := range []bool{false, true} {
			t.Run(fmt.Sprint(typ, immediate), func(t *testing.T) {
				r := rig.New(t)
				at := r.FreeEndpoint(rig.AnyPort)
				c := r.Socket(typ, zmq.ReconnectStop.Of(1), zmq.Immediate.Of(immediate))
				var b *zmq.Socket
				r.Check(c.Connect(at))
				peer := map[zmq.SocketType]zmq.SocketType{zmq.DEALER: zmq.DEALER, zmq.REQ: zmq.REP, zmq.SUB: zmq.PUB, zmq.PUB: zmq.SUB}[typ]
				b = r.BindAt(peer, at)
				r.WaitUntil("a further connect is made", func() bool {
					r.Check(c.Connect(at))
					return len(c.Peers()) == 1
				})
				if n := len(c.Endpoints()); n != 1 {
					t.Errorf("%d endpoints", n)
				}
				r.Check(c.Connect(at)) // now it is a repetition
				r.Check(c.Disconnect(at))
				r.WaitPeersLeft(b, 0)
			})
		}
	}
}

// TestLimitsDoNotEndAConnect: a peer that goes beyond a limit is cut off, and tried
// again until it keeps within.
func TestLimitsDoNotEndAConnect(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		sub, at := r.Bind(zmq.SUB, endpoint)
		for _, topic := range []string{"a", "b", "c"} {
			r.Check(sub.Subscribe(topic))
		}
		pub := r.Connect(zmq.PUB, at, zmq.MaxSubscriptions.Of(2))
		r.WaitUntil("it was cut off more than once", func() bool { return pub.Stats().Disconnected >= 2 })
		r.Check(sub.Unsubscribe("b"))
		r.WaitUntil("it is served", func() bool {
			r.TrySend(pub, "c")
			m, err := sub.TryRecv()
			return err == nil && m.String() == "c"
		})
	})
}

// A growing interval starts over after each connection that brought a message: else
// the last rounds would take minutes.
func TestReconnectIntervalStartsOver(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PUSH, rig.AnyPort)
	c := r.Connect(zmq.PULL, at, zmq.ReconnectInterval.Of(time.Millisecond), zmq.ReconnectIntervalMax.Of(time.Hour))
	for range 16 {
		r.Check(b.Close())
		b = r.BindAt(zmq.PUSH, at)
		r.WaitPeers(c, 1)
		r.WaitPeers(b, 1)
		r.Send(b, "of use")
		r.WantRecv(c, "of use")
	}
}

func TestImmediateQueuesNothingForAPeerThatIsNotThere(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		at := r.FreeEndpoint(endpoint)
		c := r.Socket(zmq.PUSH, zmq.Immediate.Of(true))
		r.Check(c.Connect(at))
		r.WantFull(c, "early")
		done := r.GoSend(c, "1")
		waiting(r, 1)
		b := r.BindAt(zmq.PULL, at)
		r.Check(r.Result(done))
		r.WantRecv(b, "1")
		r.Check(b.Close())
		r.WaitPeersLeft(c, 0)
		r.WantFull(c, "late")
		b = r.BindAt(zmq.PULL, at)
		r.WaitPeers(c, 1)
		r.Send(c, "2")
		r.WantRecv(b, "2")
	})
}

// With IMMEDIATE the queue ends with its connection, and the loss is counted.
func TestImmediateLosesTheQueueWithTheConnection(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint, rig.SmallQueues(1)...)
		c := r.Connect(zmq.PUSH, at, append(rig.SmallQueues(5), zmq.Immediate.Of(true))...)
		r.Flood(c, 100_000)
		// The receiver's mark is reached, so that nothing is read any more, and the
		// system's buffers are full: what is queued stays so.
		r.WaitUntil("both queues have filled", func() bool {
			in, out := b.Peers(), c.Peers()
			return len(in) == 1 && in[0].QueuedIn == 1 && len(out) == 1 && out[0].QueuedOut > 1
		})
		r.Check(b.Close())
		r.WaitPeersLeft(c, 0)
		r.WaitUntil("the loss is counted", func() bool { return c.Stats().Drops.PeerGone > 0 })
		b = r.BindAt(zmq.PULL, at)
		r.WaitPeers(c, 1)
		r.Send(c, "new")
		r.WantRecv(b, "new")
	})
}

func TestImmediateSendsToThoseWhoAreThere(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, rig.AnyPort)
	c := r.Connect(zmq.PUSH, at, zmq.Immediate.Of(true))
	r.Check(c.Connect(r.FreeEndpoint(rig.AnyPort)))
	for i := range 100 {
		r.Send(c, fmt.Sprint(i))
		r.WantRecv(b, fmt.Sprint(i))
	}
}

func TestSubscriptionsAreSentAgain(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PUB, endpoint)
		c := r.Connect(zmq.SUB, at)
		r.Check(c.Subscribe("a"))
		r.Check(c.Subscribe("gone"))
		r.WaitSubscribers(b, "gone", 1)
		for i := range 5 {
			r.Check(b.Close())
			r.WaitPeersLeft(c, 0)
			if i == 0 {
				r.Check(c.Unsubscribe("gone")) // while there is no peer
				r.Check(c.Subscribe("b"))
			}
			b = r.BindAt(zmq.PUB, at)
			r.WaitSubscribers(b, "a", 1)
			r.WaitSubscribers(b, "b", 1)
			r.Send(b, "gone")
			r.Send(b, "b1")
			r.WantRecv(c, "b1")
		}
	})
}

// nameserver answers DNS questions for addresses in place of the system's
// resolver, until the test is over. Names that it does not have do not exist.
type nameserver struct {
	mu    sync.Mutex
	hosts map[string]net.IP
	asked int
}

func newNameserver(t *testing.T) *nameserver {
	n := &nameserver{hosts: make(map[string]net.IP)}
	old := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = old })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go n.serve(server)
		return client, nil
	}}
	return n
}

func (n *nameserver) set(name string, ip net.IP) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[name] = ip
}

func (n *nameserver) questions() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

// serve answers over a stream (RFC 1035, 4.2.2).
func (n *nameserver) serve(c net.Conn) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, int(size[0])<<8|int(size[1]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		reply := n.reply(query)
		if _, err := c.Write(append([]byte{byte(len(reply) >> 8), byte(len(reply))}, reply...)); err != nil {
			return
		}
	}
}

// reply answers one question (RFC 1035, 4.1).
func (n *nameserver) reply(query []byte) []byte {
	var labels []string
	i := 12
	for ; query[i] != 0; i += 1 + int(query[i]) {
		labels = append(labels, string(query[i+1:i+1+int(query[i])]))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	ip, known := n.hosts[strings.Join(labels, ".")]
	code, count := byte(3), byte(0) // NXDOMAIN
	var answer []byte
	if known {
		code = 0
	}
	if ip4 := ip.To4(); ip4 != nil && query[i+2] == 1 { // A
		count = 1
		answer = append([]byte{0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4}, ip4...)
	}
	head := []byte{query[0], query[1], 0x84, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0}
	return append(append(head, query[12:i+5]...), answer...)
}

func TestNamesAreResolvedAnewAtEveryAttempt(t *testing.T) {
	dns := newNameserver(t) // before the sockets, which outlive it otherwise
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, "tcp://127.0.0.1:*")
	port := at[strings.LastIndexByte(at, ':')+1:]
	c := r.Socket(zmq.PUSH)
	r.Check(c.Connect("tcp://server.test:" + port))
	r.Send(c, "1")
	r.WaitUntil("the name was asked for in vain", func() bool { return dns.questions() > 4 })
	dns.set("server.test", net.IPv4(127, 0, 0, 1))
	r.WantRecv(b, "1")

	// The server moves to another address.
	elsewhere := r.Socket(zmq.PULL)
	if err := elsewhere.Bind("tcp://127.0.0.2:" + port); err != nil {
		t.Skipf("SKIPPED: this system has only one loopback address: %v", err)
	}
	dns.set("server.test", net.IPv4(127, 0, 0, 2))
	r.Check(b.Close())
	r.WaitPeersLeft(c, 0)
	r.Send(c, "2")
	r.WantRecv(elsewhere, "2")
}

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

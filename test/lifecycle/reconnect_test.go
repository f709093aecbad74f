// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
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

// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// The counters of sockets and peers, and what they mean.

func onlyPeer(r *rig.Test, s *zmq.Socket) zmq.PeerStats {
	r.Helper()
	list := s.Peers()
	if len(list) != 1 {
		r.Fatalf("%s has %d peers", s, len(list))
	}
	return list[0]
}

// Messages and bytes are counted each way, at the socket and at the peer, and
// stay counted when the peer has left.
func TestStatsOfTraffic(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, c := r.Pair(zmq.DEALER, zmq.DEALER, endpoint)
		payload := 0
		for i := range 100 {
			body := strings.Repeat("x", i*i) // short frames, long ones, and ones that are kept by reference
			r.Send(c, body, "second")
			r.WantRecv(b, body, "second")
			payload += len(body) + len("second")
		}
		r.Send(b, "back")
		r.WantRecv(c, "back")
		overhead := 0
		if !rig.IsInproc(endpoint) {
			overhead = 100*2*9 + 9 // a header has at most nine bytes
		}
		there, here := b.Stats(), c.Stats()
		if here.Sent != 100 || here.Received != 1 || there.Sent != 1 || there.Received != 100 {
			r.Errorf("%+v and %+v", here, there)
		}
		within := func(what string, n uint64, least int) {
			r.Helper()
			if n < uint64(least) || n > uint64(least+overhead) {
				r.Errorf("%s: %d bytes, want %d and at most %d more", what, n, least, overhead)
			}
		}
		within("sent", here.SentBytes, payload)
		within("received", there.ReceivedBytes, payload)
		within("sent back", there.SentBytes, 4)
		within("received back", here.ReceivedBytes, 4)
		p := onlyPeer(r, b)
		within("by the peer", p.ReceivedBytes, payload)
		within("to the peer", p.SentBytes, 4)
		if p.Sent != 1 || p.Received != 100 || there.Peers != 1 {
			r.Errorf("%+v", p)
		}
		r.Check(c.Close())
		r.WaitPeersLeft(b, 0)
		if after := b.Stats(); after.ReceivedBytes < there.ReceivedBytes || after.SentBytes != there.SentBytes || after.Received != 100 || after.Peers != 0 {
			r.Errorf("%+v, then %+v", there, after)
		}
	})
}

// Two sockets that say the same have counted the same: bytes are counted once
// at either end of a connection.
func TestStatsOfBytesAgree(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PUB, endpoint)
		c := r.Socket(zmq.SUB, zmq.RecvHWM.Of(0))
		r.Check(c.Subscribe("topic"))
		r.Check(c.Connect(at))
		r.WaitSubscribers(b, "topic", 1)
		r.Check(zmq.SendHWM.Set(b, 0))
		for i := range 5000 {
			r.Send(b, "topic", strings.Repeat("y", i%300))
		}
		for range 5000 {
			r.Recv(c)
		}
		r.WaitUntil("what went out is counted", func() bool { return b.Stats().SentBytes == c.Stats().ReceivedBytes })
		if !rig.IsInproc(endpoint) { // the writer counts when it is back from the system, maybe after the peer
			r.WaitUntil("the subscription is counted the same here and there", func() bool {
				sent, got := c.Stats().SentBytes, b.Stats().ReceivedBytes
				return sent == got && sent > 0
			})
		}
	})
}

func TestStatsOfQueuesAgainstTheirMarks(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint, zmq.RecvHWM.Of(70))
		c := r.Connect(zmq.PUSH, at, zmq.SendHWM.Of(30))
		r.WaitPeers(b, 1)
		for range 20 {
			r.Send(c, "x")
		}
		r.WaitArrived(b, 20)
		p := onlyPeer(r, b)
		if p.QueuedIn != 20 || b.Stats().QueuedIn != 20 || p.QueuedOut != 0 {
			r.Errorf("%+v", p)
		}
		out, in := onlyPeer(r, c).SendHWM, p.RecvHWM
		if rig.IsInproc(endpoint) { // both ends together
			if out != 100 || in != 100 {
				r.Errorf("marks %d and %d", out, in)
			}
		} else if out != 30 || in != 70 {
			r.Errorf("marks %d and %d", out, in)
		}
		for range 20 {
			r.WantRecv(b, "x")
		}
		if n := b.Stats().QueuedIn; n != 0 {
			r.Errorf("%d queued", n)
		}
	})
	r := rig.New(t)
	c := r.Socket(zmq.PUSH, zmq.SendHWM.Of(0))
	r.Check(c.Connect(r.FreeEndpoint(rig.AnyPort)))
	r.TrySend(c, "for later")
	if st := c.Stats(); st.QueuedOut != 1 || st.Peers != 0 { // of a Connect that waits
		t.Errorf("%+v", st)
	}
}

func TestStatsOfConflation(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint, zmq.Conflate.Of(true))
		c := r.Connect(zmq.PUSH, at, zmq.Conflate.Of(rig.IsInproc(endpoint))) // in process the connecter decides
		r.WaitPeers(b, 1)
		for i := range 10 {
			r.Send(c, fmt.Sprint(i))
		}
		if !rig.IsInproc(endpoint) {
			r.WaitArrived(b, 10)
		}
		r.WaitUntil("the last is there", func() bool { return b.Stats().Drops.Conflated+c.Stats().Drops.Conflated == 9 })
		r.WantRecv(b, "9")
		if p := onlyPeer(r, b); !rig.IsInproc(endpoint) && p.Conflated != 9 {
			r.Errorf("%+v", p)
		}
	})
	r := rig.New(t) // while there is no listener
	at := r.FreeEndpoint(rig.AnyPort)
	c := r.Socket(zmq.PUSH, zmq.Conflate.Of(true))
	r.Check(c.Connect(at))
	for i := range 5 {
		r.TrySend(c, fmt.Sprint(i))
	}
	if st := c.Stats(); st.Drops.Conflated != 4 || st.Sent != 5 {
		t.Errorf("%+v", st)
	}
}

func TestStatsOfHandshakeFailures(t *testing.T) {
	r := rig.New(t)
	b, patient := r.Bind(zmq.PULL, rig.AnyPort)
	r.Check(b.Bind(rig.AnyPort, zmq.HandshakeInterval.Of(50*time.Millisecond)))
	hasty := b.LastEndpoint()
	for _, x := range []struct{ at, says string }{
		{hasty, ""}, // and silence
		{patient, string(rawGreeting("PLAIN"))},
		{patient, string(rawGreeting("NULL")) + "\x04\x05\x04NOPE"},
		{patient, string(rawGreeting("NULL")) + "\x04\x0a\x05ERROR\x03400"},
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(x.at, "tcp://"))
		r.Check(err)
		defer conn.Close()
		_, err = conn.Write([]byte(x.says))
		r.Check(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(patient, "tcp://"))
	r.Check(err)
	r.Check(conn.Close())
	want := zmq.HandshakeFailures{Protocol: 2, Auth: 1, Timeout: 1, Lost: 1}
	r.WaitUntil("all have failed", func() bool { return b.Stats().HandshakesFailed == 5 })
	if got := b.Stats().HandshakeFailures; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestStatsOfReconnects(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint)
		c := r.Connect(zmq.PUSH, at)
		r.Check(b.Close())
		r.WaitUntil("it has tried again", func() bool { return c.Stats().Reconnects >= 2 })
		r.BindAt(zmq.PULL, at)
		r.WaitPeers(c, 1)
		if st := c.Stats(); st.Connected != 2 || st.Disconnected != 1 {
			r.Errorf("%+v", st)
		}
	})
}

// The round trip of heartbeats, which idle peers answer too.
func TestStatsOfRoundTrips(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint, zmq.HeartbeatInterval.Of(5*time.Millisecond))
		r.Connect(zmq.PUSH, at, zmq.HeartbeatInterval.Of(0))
		r.WaitPeers(b, 1)
		if p := onlyPeer(r, b); p.RoundTrip() < 0 {
			r.Errorf("%v", p.RoundTrip())
		}
		r.WaitUntil("a heartbeat was answered", func() bool { return onlyPeer(r, b).RoundTrip() > 0 })
		p := onlyPeer(r, b)
		if p.RoundTrip() > rig.Patience || time.Since(p.LastHeard()) > rig.Patience {
			r.Errorf("%v, last heard %v", p.RoundTrip(), p.LastHeard())
		}
	})
	if d := (zmq.Peer{}).RoundTrip(); d != 0 {
		t.Errorf("no peer, and a reply in %v", d)
	}
}

func TestStatsOfAContext(t *testing.T) {
	r := rig.New(t)
	if n := len(r.ZMQ.Stats().Sockets); n != 0 {
		t.Errorf("%d sockets", n)
	}
	b, c := r.Pair(zmq.PULL, zmq.PUSH, rig.AnyPort)
	r.Send(c, "x")
	r.WantRecv(b, "x")
	list := r.ZMQ.Stats().Sockets
	if len(list) != 2 || list[0].Name != b.String() || list[1].Name != c.String() {
		t.Fatalf("%+v", list)
	}
	x := list[0]
	if x.Type != zmq.PULL || x.Stats.Received != 1 || len(x.Peers) != 1 || x.Peers[0].Received != 1 ||
		len(x.Endpoints) != 1 || x.Endpoints[0].Address != b.LastEndpoint() || x.Endpoints[0].Peers != 1 {
		t.Errorf("%+v", x)
	}
	r.Check(b.Close())
	if n := len(r.ZMQ.Stats().Sockets); n != 1 {
		t.Errorf("%d sockets", n)
	}
}

// Statistics may be read while everything is under way.
func TestStatsUnderWay(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PULL, endpoint)
		done := make(chan error, 2)
		for range cap(done) {
			go func() {
				for range 20 {
					c, err := r.ZMQ.NewSocket(zmq.PUSH, zmq.Linger.Of(-1))
					if err == nil {
						err = c.Connect(at)
					}
					for i := 0; err == nil && i < 50; i++ {
						err = c.Send(r.Ctx, []byte("x"))
					}
					if err == nil {
						err = c.Close()
					}
					if err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		var last zmq.SocketStats
		for got, finished := 0, 0; finished < cap(done); {
			select {
			case err := <-done:
				r.Check(err)
				finished++
			default:
				r.ZMQ.Stats()
				st := b.Stats()
				if st.Received < last.Received || st.ReceivedBytes < last.ReceivedBytes || st.Connected < last.Connected {
					r.Fatalf("%+v after %+v", st, last)
				}
				last = st
				for _, err := b.TryRecv(); err == nil; _, err = b.TryRecv() {
					got++
				}
			}
		}
	})
}

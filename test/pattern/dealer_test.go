// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestDealerAlternatesBetweenPeers(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		dealer, at := r.Bind(zmq.DEALER, endpoint)
		var peers []*zmq.Socket
		for i := range 3 {
			peers = append(peers, r.Connect(zmq.DEALER, at))
			r.WaitPeers(dealer, i+1)
		}
		for i := range 12 {
			r.Send(dealer, fmt.Sprint(i), "", "tail") // all frames to the same peer
		}
		for i := range 12 {
			r.WantRecv(peers[i%3], fmt.Sprint(i), "", "tail")
		}
	})
}

func TestDealerLeavesOutFullPeerUntilCreditReturns(t *testing.T) {
	r := rig.New(t)
	dealer, at := r.Bind(zmq.DEALER, "inproc://it", zmq.SendHWM.Of(2))
	slow := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(2))
	quick := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(100))
	for i := range 8 {
		r.TrySend(dealer, fmt.Sprint(i))
	}
	r.TrySend(dealer, "8") // slow's turn, but it is full
	r.TrySend(dealer, "9")
	for _, m := range []string{"1", "3", "5", "7", "8", "9"} {
		r.WantRecv(quick, m)
	}
	r.WantNothing(quick)
	for _, m := range []string{"0", "2", "4", "6"} {
		r.WantRecv(slow, m)
	}
	r.WantNothing(slow)
	for i := range 4 {
		r.TrySend(dealer, fmt.Sprint("again", i))
	}
	for range 2 {
		r.Recv(quick)
		r.Recv(slow)
	}
}

func TestDealerWithoutPeerIsMute(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		dealer, at := r.Bind(zmq.DEALER, endpoint)
		r.WantFull(dealer, "x")
		sent := r.GoSend(dealer, "x")
		peer := r.Connect(zmq.DEALER, at)
		r.Check(r.Result(sent))
		r.WantRecv(peer, "x")
	})
}

func TestDealerServesPeersInTurn(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		dealer, at := r.Bind(zmq.DEALER, endpoint)
		const peers, each = 5, 20
		for i := range peers {
			p := r.Connect(zmq.DEALER, at)
			for k := range each {
				r.Send(p, fmt.Sprint(i), fmt.Sprint(k))
			}
		}
		r.WaitArrived(dealer, peers*each)
		next := make(map[string]int)
		for i := range peers * each {
			m := r.Recv(dealer)
			if fmt.Sprint(next[m[0]]) != m[1] {
				r.Fatalf("message %s of peer %s comes as its number %d", m[1], m[0], next[m[0]])
			}
			next[m[0]]++
			if i%peers != peers-1 {
				continue
			}
			for who, n := range next {
				if n != i/peers+1 {
					r.Fatalf("after %d messages peer %s has been read %d times", i+1, who, n)
				}
			}
		}
	})
}

func TestSecondConnectToTheSameEndpointIsIgnoredForFourTypes(t *testing.T) {
	for _, x := range []struct {
		typ, to zmq.SocketType
		peers   int
	}{
		{zmq.DEALER, zmq.ROUTER, 1}, {zmq.REQ, zmq.ROUTER, 1}, {zmq.SUB, zmq.XPUB, 1}, {zmq.PUB, zmq.XSUB, 1},
		{zmq.PUSH, zmq.PULL, 2}, {zmq.PULL, zmq.PUSH, 2}, {zmq.ROUTER, zmq.ROUTER, 2}, {zmq.XSUB, zmq.XPUB, 2},
	} {
		t.Run(x.typ.String(), func(t *testing.T) {
			rig.EachTransport(t, func(r *rig.Test, endpoint string) {
				want := x.peers
				if rig.IsInproc(endpoint) {
					want = 2
				}
				b, at := r.Bind(x.to, endpoint)
				s := r.Socket(x.typ)
				r.Check(s.Connect(at))
				r.Check(s.Connect(at))
				if n := len(s.Endpoints()); n != want {
					r.Errorf("%d endpoints, want %d", n, want)
				}
				r.WaitPeers(s, want)
				r.WaitPeers(b, want)
			})
		})
	}
}

func TestDealerHiccupMessageTellsOfLostConnection(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.Linger.Of(rig.Patience))
		d := r.Connect(zmq.DEALER, at, rig.RoutingID("d"), zmq.HiccupMessage.Of([]byte("hiccup")))
		r.WaitPeers(router, 1)
		r.Send(router, "d", "last words")
		r.Check(router.Close())
		r.WantRecv(d, "last words")
		r.WantRecv(d, "hiccup")
		r.WantNothing(d)
	})
}

func TestDealerKeepsOrderAndMessagesOfManyGoroutines(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		near, far := r.Pair(zmq.DEALER, zmq.DEALER, endpoint)
		const senders, each = 8, 500
		var wg sync.WaitGroup
		for _, s := range []*zmq.Socket{near, far} {
			for i := range senders {
				wg.Go(func() {
					for k := range each {
						if err := s.SendString(r.Ctx, fmt.Sprint(i), "", fmt.Sprint(k)); err != nil {
							r.Error(err)
							return
						}
					}
				})
			}
			wg.Go(func() {
				next := make(map[string]int)
				for range senders * each {
					m, err := s.Recv(r.Ctx)
					if err != nil {
						r.Error(err)
						return
					}
					if m.Len() != 3 || string(m.Last()) != fmt.Sprint(next[m.String()]) {
						r.Errorf("received %q where number %d was next", rig.Texts(m), next[m.String()])
						return
					}
					next[m.String()]++
				}
			})
		}
		wg.Wait()
		r.WantNothing(near)
		r.WantNothing(far)
	})
}

func TestConflateKeepsTheNewestMessage(t *testing.T) {
	for _, x := range []struct{ from, to zmq.SocketType }{
		{zmq.PUSH, zmq.PULL}, {zmq.DEALER, zmq.DEALER}, {zmq.PUB, zmq.SUB},
	} {
		t.Run(x.to.String(), func(t *testing.T) {
			rig.EachTransport(t, func(r *rig.Test, endpoint string) {
				// In process the connecter's setting counts for both directions.
				from, at := r.Bind(x.from, endpoint)
				to := r.Socket(x.to, zmq.Conflate.Of(true), zmq.RecvHWM.Of(2))
				if x.to == zmq.SUB {
					r.Check(to.Subscribe(""))
				}
				r.Check(to.Connect(at))
				r.WaitPeers(to, 1)
				r.WaitPeers(from, 1)
				if x.from == zmq.PUB {
					r.WaitSubscribers(from, "", 1)
				}
				for i := range 100 {
					r.Send(from, fmt.Sprint(i))
				}
				r.WaitArrived(to, 100)
				r.WantRecv(to, "99")
				r.WantNothing(to)
				r.Send(from, "next")
				r.WantRecv(to, "next")
			})
		})
	}
}

func TestConflateOfSenderKeepsTheNewestForPeerThatIsNotThere(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		r.Check(pull.Close())
		push := r.Socket(zmq.PUSH, zmq.Conflate.Of(true), zmq.SendHWM.Of(1))
		r.Check(push.Connect(at))
		for i := range 10 {
			r.TrySend(push, fmt.Sprint(i))
		}
		pull, _ = r.Bind(zmq.PULL, at)
		r.WantRecv(pull, "9")
		r.WantNothing(pull)
	})
}

func TestConflateHasNoEffectOnOtherTypes(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		b, at := r.Bind(zmq.PAIR, endpoint, zmq.Conflate.Of(true))
		c := r.Connect(zmq.PAIR, at, zmq.Conflate.Of(true))
		r.WaitPeers(b, 1)
		r.Send(c, "1")
		r.Send(c, "2", "more")
		r.WaitArrived(b, 2)
		r.WantRecv(b, "1")
		r.WantRecv(b, "2", "more")
	})
}

func TestHiccupMessageIsTheReceiversToChange(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.DEALER, rig.AnyPort)
	d := r.Connect(zmq.DEALER, at, zmq.HiccupMessage.Of([]byte("hiccup")))
	for range 2 {
		r.WaitPeers(d, 1)
		r.Check(b.Close())
		m, err := d.Recv(r.Ctx)
		r.Check(err)
		if m.String() != "hiccup" {
			t.Fatalf("received %q", m)
		}
		clear(m.Bytes())
		b = r.BindAt(zmq.DEALER, at)
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"fmt"
	"sync"
	"testing"

	zmq "github.com/gozmq/zmq"
)

func TestDealerAlternatesBetweenPeers(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		dealer, at := r.bind(zmq.DEALER, endpoint)
		var peers []*zmq.Socket
		for i := range 3 {
			peers = append(peers, r.connect(zmq.DEALER, at))
			r.peers(dealer, i+1)
		}
		for i := range 12 {
			r.send(dealer, fmt.Sprint(i), "", "tail") // all frames to the same peer
		}
		for i := range 12 {
			r.want(peers[i%3], fmt.Sprint(i), "", "tail")
		}
	})
}

func TestDealerLeavesOutFullPeerUntilCreditReturns(t *testing.T) {
	r := newRig(t)
	dealer, at := r.bind(zmq.DEALER, "inproc://it", zmq.SendHWM.Of(2))
	slow := r.connect(zmq.DEALER, at, zmq.RecvHWM.Of(2))
	quick := r.connect(zmq.DEALER, at, zmq.RecvHWM.Of(100))
	for i := range 8 {
		r.try(dealer, fmt.Sprint(i))
	}
	r.try(dealer, "8") // slow's turn, but it is full
	r.try(dealer, "9")
	for _, m := range []string{"1", "3", "5", "7", "8", "9"} {
		r.want(quick, m)
	}
	r.none(quick)
	for _, m := range []string{"0", "2", "4", "6"} {
		r.want(slow, m)
	}
	r.none(slow)
	for i := range 4 {
		r.try(dealer, fmt.Sprint("again", i))
	}
	for range 2 {
		r.recv(quick)
		r.recv(slow)
	}
}

func TestDealerWithoutPeerIsMute(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		dealer, at := r.bind(zmq.DEALER, endpoint)
		r.full(dealer, "x")
		sent := r.blocks(dealer, "x")
		peer := r.connect(zmq.DEALER, at)
		r.check(r.result(sent))
		r.want(peer, "x")
	})
}

func TestDealerServesPeersInTurn(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		dealer, at := r.bind(zmq.DEALER, endpoint)
		const peers, each = 5, 20
		for i := range peers {
			p := r.connect(zmq.DEALER, at)
			for k := range each {
				r.send(p, fmt.Sprint(i), fmt.Sprint(k))
			}
		}
		r.arrived(dealer, peers*each)
		next := make(map[string]int)
		for i := range peers * each {
			m := r.recv(dealer)
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
			eachTransport(t, func(r *rig, endpoint string) {
				want := x.peers
				if inprocess(endpoint) {
					want = 2
				}
				b, at := r.bind(x.to, endpoint)
				s := r.socket(x.typ)
				r.check(s.Connect(at))
				r.check(s.Connect(at))
				if n := len(s.Endpoints()); n != want {
					r.Errorf("%d endpoints, want %d", n, want)
				}
				r.peers(s, want)
				r.peers(b, want)
			})
		})
	}
}

func TestDealerHiccupMessageTellsOfLostConnection(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint, zmq.Linger.Of(patience))
		d := r.connect(zmq.DEALER, at, named("d"), zmq.HiccupMessage.Of([]byte("hiccup")))
		r.peers(router, 1)
		r.send(router, "d", "last words")
		r.check(router.Close())
		r.want(d, "last words")
		r.want(d, "hiccup")
		r.none(d)
	})
}

func TestDealerKeepsOrderAndMessagesOfManyGoroutines(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		near, far := r.pair(zmq.DEALER, zmq.DEALER, endpoint)
		const senders, each = 8, 500
		var wg sync.WaitGroup
		for _, s := range []*zmq.Socket{near, far} {
			for i := range senders {
				wg.Go(func() {
					for k := range each {
						if err := s.SendString(r.ctx, fmt.Sprint(i), "", fmt.Sprint(k)); err != nil {
							r.Error(err)
							return
						}
					}
				})
			}
			wg.Go(func() {
				next := make(map[string]int)
				for range senders * each {
					m, err := s.Recv(r.ctx)
					if err != nil {
						r.Error(err)
						return
					}
					if m.Len() != 3 || string(m.Last()) != fmt.Sprint(next[m.String()]) {
						r.Errorf("received %q where number %d was next", texts(m), next[m.String()])
						return
					}
					next[m.String()]++
				}
			})
		}
		wg.Wait()
		r.none(near)
		r.none(far)
	})
}

func TestConflateKeepsTheNewestMessage(t *testing.T) {
	for _, x := range []struct{ from, to zmq.SocketType }{
		{zmq.PUSH, zmq.PULL}, {zmq.DEALER, zmq.DEALER}, {zmq.PUB, zmq.SUB},
	} {
		t.Run(x.to.String(), func(t *testing.T) {
			eachTransport(t, func(r *rig, endpoint string) {
				// In process the connecter's setting counts for both directions.
				from, at := r.bind(x.from, endpoint)
				to := r.socket(x.to, zmq.Conflate.Of(true), zmq.RecvHWM.Of(2))
				if x.to == zmq.SUB {
					r.check(to.Subscribe(""))
				}
				r.check(to.Connect(at))
				r.peers(to, 1)
				r.peers(from, 1)
				if x.from == zmq.PUB {
					r.subscribers(from, "", 1)
				}
				for i := range 100 {
					r.send(from, fmt.Sprint(i))
				}
				r.arrived(to, 100)
				r.want(to, "99")
				r.none(to)
				r.send(from, "next")
				r.want(to, "next")
			})
		})
	}
}

func TestConflateOfSenderKeepsTheNewestForPeerThatIsNotThere(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint)
		r.check(pull.Close())
		push := r.socket(zmq.PUSH, zmq.Conflate.Of(true), zmq.SendHWM.Of(1))
		r.check(push.Connect(at))
		for i := range 10 {
			r.try(push, fmt.Sprint(i))
		}
		pull, _ = r.bind(zmq.PULL, at)
		r.want(pull, "9")
		r.none(pull)
	})
}

func TestConflateHasNoEffectOnOtherTypes(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		b, at := r.bind(zmq.PAIR, endpoint, zmq.Conflate.Of(true))
		c := r.connect(zmq.PAIR, at, zmq.Conflate.Of(true))
		r.peers(b, 1)
		r.send(c, "1")
		r.send(c, "2", "more")
		r.arrived(b, 2)
		r.want(b, "1")
		r.want(b, "2", "more")
	})
}

func TestHiccupMessageIsTheReceiversToChange(t *testing.T) {
	r := newRig(t)
	b, at := r.bind(zmq.DEALER, "tcp://127.0.0.1:*")
	d := r.connect(zmq.DEALER, at, zmq.HiccupMessage.Of([]byte("hiccup")))
	for range 2 {
		r.peers(d, 1)
		r.check(b.Close())
		m, err := d.Recv(r.ctx)
		r.check(err)
		if m.String() != "hiccup" {
			t.Fatalf("received %q", m)
		}
		clear(m.Bytes())
		b = r.bindAt(zmq.DEALER, at)
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	zmq "github.com/gozmq/zmq"
)

func named(id string) zmq.Setting { return zmq.RoutingID.Of([]byte(id)) }

func TestRouterMakesUpFiveOctetsForNamelessPeers(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		var ids []string
		for i := range 3 {
			d := r.connect(zmq.DEALER, at)
			r.send(d, fmt.Sprint(i))
			m := r.recv(router)
			if len(m) != 2 || len(m[0]) != 5 || m[0][0] != 0 || m[1] != fmt.Sprint(i) {
				r.Fatalf("the ROUTER received %q", m)
			}
			ids = append(ids, m[0])
			r.send(router, m[0], "for", m[1])
			r.want(d, "for", m[1])
		}
		for i := 1; i < len(ids); i++ {
			a, b := binary.BigEndian.Uint32([]byte(ids[i-1][1:])), binary.BigEndian.Uint32([]byte(ids[i][1:]))
			if b != a+1 {
				r.Errorf("id %d follows %d", b, a)
			}
		}
	})
}

func TestRouterRoutesByAnnouncedID(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		a, b := r.connect(zmq.DEALER, at, named("a")), r.connect(zmq.DEALER, at, named("b"))
		r.peers(router, 2)
		r.send(router, "b", "", "x", "")
		r.send(router, "a", "y")
		r.want(a, "y")
		r.want(b, "", "x", "")
		r.send(a, "", "z")
		r.want(router, "a", "", "z")
		for _, p := range router.Peers() {
			if id := string(p.RoutingID); id != "a" && id != "b" {
				r.Errorf("a peer's routing id is %q", id)
			}
		}
	})
}

func TestRouterMandatoryUnknownIDIsHostUnreachable(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, dealer := r.pair(zmq.ROUTER, zmq.DEALER, endpoint)
		if err := router.Send(r.ctx, []byte("nobody"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to an unknown id: %v", err)
		}
		r.send(dealer, "q")
		r.send(router, r.recv(router)[0], "works on")
		r.want(dealer, "works on")
	})
}

func TestRouterWithoutMandatorySwallowsUnknownID(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint, zmq.RouterMandatory.Of(false))
		d := r.connect(zmq.DEALER, at, named("d"))
		r.peers(router, 1)
		r.try(router, "nobody", "x", "y")
		r.try(router, "d", "marker")
		r.want(d, "marker")
		if n := router.Stats().Drops.Unroutable; n != 1 {
			r.Errorf("%d unroutable, want 1", n)
		}
	})
}

func TestRouterSingleFrameIsSwallowed(t *testing.T) {
	r := newRig(t)
	router, at := r.bind(zmq.ROUTER, "inproc://it", zmq.RouterMandatory.Of(false))
	d := r.connect(zmq.DEALER, at, named("d"))
	r.try(router, "d")
	r.try(router, "d", "marker")
	r.want(d, "marker")
	// With RouterMandatory nothing is lost in silence.
	r.check(zmq.RouterMandatory.Set(router, true))
	if err := router.TrySend([]byte("d")); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("an id alone: %v", err)
	}
}

func TestRouterWithoutMandatoryDropsForFullPeer(t *testing.T) {
	r := newRig(t)
	router, at := r.bind(zmq.ROUTER, "inproc://it", zmq.SendHWM.Of(1), zmq.RouterMandatory.Of(false))
	d := r.connect(zmq.DEALER, at, zmq.RecvHWM.Of(1), named("d"))
	for i := range 4 {
		r.try(router, "d", fmt.Sprint(i))
	}
	r.want(d, "0")
	r.want(d, "1")
	r.try(router, "d", "marker")
	r.want(d, "marker")
	if n := router.Stats().Drops.Mute; n != 2 {
		t.Errorf("%d dropped, want 2", n)
	}
}

func TestRouterMandatoryWaitsForFullPeer(t *testing.T) {
	r := newRig(t)
	router, at := r.bind(zmq.ROUTER, "inproc://it", zmq.SendHWM.Of(1))
	a := r.connect(zmq.DEALER, at, zmq.RecvHWM.Of(1), named("a"))
	b := r.connect(zmq.DEALER, at, zmq.RecvHWM.Of(1), named("b"))
	for _, id := range []string{"a", "b"} {
		r.try(router, id, "1")
		r.try(router, id, "2")
		r.full(router, id, "3")
	}
	// Whoever has room goes on, whoever waited first.
	toA, toB := r.blocks(router, "a", "3"), r.blocks(router, "b", "3")
	r.want(b, "1")
	r.want(b, "2")
	r.check(r.result(toB))
	r.want(b, "3")
	r.want(a, "1")
	r.want(a, "2")
	r.check(r.result(toA))
	r.want(a, "3")
}

func TestRouterSendToPeerThatLeavesMeanwhileIsHostUnreachable(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint, zmq.SendHWM.Of(1))
		d := r.connect(zmq.DEALER, at, zmq.RecvHWM.Of(1), named("d"))
		r.peers(router, 1)
		body := large(1 << 20)
		var sent <-chan error
		for sent == nil { // fill the queues of the system too
			if err := router.TrySend([]byte("d"), []byte(body)); err == zmq.ErrAgain {
				sent = r.blocks(router, "d", body)
			} else {
				r.check(err)
			}
		}
		r.check(d.Close())
		// The system may take one message more before it knows.
		if err := r.result(sent); err != nil && !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to a peer that left: %v", err)
		}
		r.left(router, 0)
		if err := router.Send(r.ctx, []byte("d"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to a peer that has left: %v", err)
		}
	})
}

func TestRouterReadsWhatPeerSentBeforeItLeft(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		d := r.connect(zmq.DEALER, at, named("d"), zmq.Linger.Of(patience))
		r.peers(router, 1)
		for i := range 5 {
			r.send(d, fmt.Sprint(i))
		}
		r.check(d.Close())
		r.left(router, 0)
		for i := range 5 {
			r.want(router, "d", fmt.Sprint(i))
		}
		r.none(router)
		// The name is free again.
		again := r.connect(zmq.DEALER, at, named("d"))
		r.peers(router, 1)
		r.send(router, "d", "new")
		r.want(again, "new")
	})
}

func TestRouterDuplicateIDStaysAnonymousForEver(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		first := r.connect(zmq.DEALER, at, named("same"))
		r.peers(router, 1)
		second := r.connect(zmq.DEALER, at, named("same"))
		r.peers(router, 2)
		r.send(second, "unheard")
		r.arrived(router, 1)
		r.send(first, "heard")
		r.want(router, "same", "heard")
		r.send(router, "same", "to the first")
		r.want(first, "to the first")
		r.check(first.Close())
		r.left(router, 1)
		// Not adopted even now.
		if err := router.TrySend([]byte("same"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to the name of the peer that left: %v", err)
		}
		r.none(router)
		third := r.connect(zmq.DEALER, at, named("same"))
		r.peers(router, 2)
		r.send(third, "heard too")
		r.want(router, "same", "heard too")
		r.none(second)
	})
}

func TestRouterHandoverGivesIDToNewPeer(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint, zmq.RouterHandover.Of(true))
		// Without reconnecting the older one would take the name back at once.
		old := r.connect(zmq.DEALER, at, named("same"), zmq.ReconnectInterval.Of(-1))
		r.peers(router, 1)
		r.send(old, "1")
		r.send(old, "2")
		r.arrived(router, 2)
		young := r.connect(zmq.DEALER, at, named("same"))
		r.left(old, 0)
		r.left(router, 1)
		r.peers(router, 1)
		r.send(young, "3")
		r.send(router, "same", "to the new one")
		r.want(young, "to the new one")
		// What the old one had sent comes under a generated id.
		got := make(map[string]string)
		for range 3 {
			m := r.recv(router)
			got[m[1]] = m[0]
		}
		if got["3"] != "same" || len(got["1"]) != 5 || got["1"][0] != 0 || got["1"] != got["2"] {
			r.Errorf("messages by sender: %q", got)
		}
		if err := router.TrySend([]byte(got["1"]), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to the old peer: %v", err)
		}
	})
}

func TestRouterConnectRoutingIDIsRoutableBeforeTheHandshake(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		at := endpoint
		if endpoint == "tcp://127.0.0.1:*" { // a port that is free for sure
			s, e := r.bind(zmq.DEALER, endpoint)
			r.check(s.Close())
			at = e
		}
		router := r.socket(zmq.ROUTER, zmq.ConnectRoutingID.Of([]byte("peer")))
		r.check(router.Connect(at))
		r.try(router, "peer", "early")
		d, _ := r.bind(zmq.DEALER, at, named("its own name"))
		r.want(d, "early")
		r.send(d, "re")
		r.want(router, "peer", "re")
	})
}

func TestRouterConnectRoutingIDHoldsForOneConnectAndMustBeFree(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		d, at := r.bind(zmq.DEALER, endpoint, named("d"))
		router := r.socket(zmq.ROUTER, zmq.ConnectRoutingID.Of([]byte("peer")))
		r.check(router.Connect(at))
		r.peers(d, 1)
		r.check(zmq.ConnectRoutingID.Set(router, []byte("peer")))
		if err := router.Connect(at); !errors.Is(err, zmq.ErrInvalid) {
			r.Errorf("connect with an id that is in use: %v", err)
		}
		r.check(zmq.ConnectRoutingID.Set(router, []byte("other")))
		r.check(router.Connect(at))
		r.peers(router, 2)
		r.check(router.Connect(at)) // named by the peer itself
		r.peers(router, 3)
		for _, id := range []string{"peer", "other", "d"} {
			r.try(router, id, id)
			r.want(d, id)
		}
	})
}

func TestRouterKeepsIDOfPipeAcrossReconnect(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		d, at := r.bind(zmq.DEALER, endpoint, named("first"))
		router := r.connect(zmq.ROUTER, at)
		r.send(router, "first", "x")
		r.want(d, "x")
		r.check(d.Close())
		r.left(router, 0)
		d, _ = r.bind(zmq.DEALER, at, named("second"))
		r.peers(router, 1)
		r.send(router, "first", "y")
		r.want(d, "y")
		r.send(d, "z")
		r.want(router, "first", "z")
	})
}

func TestRouterToRouter(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		a, at := r.bind(zmq.ROUTER, endpoint, named("a"))
		b := r.connect(zmq.ROUTER, at, named("b"))
		r.peers(a, 1)
		r.send(a, "b", "x", "")
		r.want(b, "a", "x", "")
		r.send(b, "a", "y")
		r.want(a, "b", "y")
	})
}

func TestProbeRouterMakesRouterLearnOfPeer(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.DEALER, zmq.ROUTER, zmq.REQ} {
		t.Run(typ.String(), func(t *testing.T) {
			eachTransport(t, func(r *rig, endpoint string) {
				router, at := r.bind(zmq.ROUTER, endpoint)
				s := r.connect(typ, at, zmq.ProbeRouter.Of(true), named("p"))
				r.want(router, "p", "")
				if typ == zmq.DEALER {
					r.send(router, "p", "hi")
					r.want(s, "hi")
				}
			})
		})
	}
}

func TestProbeRouterGoesOutFromBoundSocketToo(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		_, at := r.bind(zmq.DEALER, endpoint, zmq.ProbeRouter.Of(true), named("p"))
		router := r.connect(zmq.ROUTER, at)
		r.want(router, "p", "")
	})
}

func TestRouterNotifyTellsOfComingAndGoing(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint, zmq.RouterNotify.Of(3))
		d := r.connect(zmq.DEALER, at, named("d"), zmq.Linger.Of(patience))
		r.want(router, "d", "")
		r.send(d, "x")
		r.check(d.Close())
		r.want(router, "d", "x")
		r.want(router, "d", "")
		r.none(router)
		// One bit each.
		r.check(zmq.RouterNotify.Set(router, 2))
		d = r.connect(zmq.DEALER, at, named("e"), zmq.Linger.Of(patience))
		r.peers(router, 1)
		r.send(d, "x")
		r.check(d.Close())
		r.want(router, "e", "x")
		r.want(router, "e", "")
	})
}

func TestRouterDisconnectMessageComesAfterTheLastOfThePeer(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint, zmq.DisconnectMessage.Of([]byte("gone")))
		d := r.connect(zmq.DEALER, at, named("d"), zmq.Linger.Of(patience))
		r.peers(router, 1)
		r.send(d, "x")
		r.check(d.Close())
		r.want(router, "d", "x")
		r.want(router, "d", "gone")
		r.none(router)
	})
}

func TestHelloMessageComesFirstOnEveryConnection(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint, zmq.HelloMessage.Of([]byte("welcome")))
		for _, id := range []string{"a", "b"} {
			d := r.socket(zmq.DEALER, named(id), zmq.HelloMessage.Of([]byte("hello")))
			r.check(d.Connect(at))
			r.send(d, "x")
			r.want(d, "welcome")
			r.want(router, id, "hello")
			r.want(router, id, "x")
		}
	})
}

func TestRouterServesManyPeersInTurnWithEchoes(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		const peers, each = 40, 25
		results := make(chan error, peers)
		for i := range peers {
			d := r.connect(zmq.DEALER, at, named(fmt.Sprint("d", i)))
			go func() {
				results <- func() error {
					for k := range each {
						if err := d.SendString(r.ctx, fmt.Sprint(k), "", fmt.Sprint(i)); err != nil {
							return err
						}
					}
					for k := range each {
						m, err := d.Recv(r.ctx)
						if err != nil {
							return err
						}
						if m.Len() != 3 || m.String() != fmt.Sprint(k) || string(m.Last()) != fmt.Sprint(i) {
							return fmt.Errorf("peer %d received %q as message %d", i, texts(m), k)
						}
					}
					return nil
				}()
			}()
		}
		for range peers * each {
			m, err := router.Recv(r.ctx)
			r.check(err)
			r.check(router.SendMessage(r.ctx, m)) // back as it came
		}
		for range peers {
			r.check(r.result(results))
		}
	})
}

func TestRouterConnectRoutingIDOfOneConnectLeavesTheSocketsAlone(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		first, at := r.bind(zmq.DEALER, endpoint)
		router := r.socket(zmq.ROUTER, zmq.ConnectRoutingID.Of([]byte("later")))
		r.check(router.Connect(at, zmq.ConnectRoutingID.Of([]byte("now"))))
		r.send(router, "now", "1")
		r.want(first, "1")
		r.check(router.Connect(at)) // the other one is still to be used
		r.send(router, "later", "2")
		r.want(first, "2")
	})
}

// What a message of the library's own holds belongs to who receives it.
func TestDisconnectMessageIsTheReceiversToChange(t *testing.T) {
	r := newRig(t)
	router, at := r.bind(zmq.ROUTER, "tcp://127.0.0.1:*", zmq.DisconnectMessage.Of([]byte("gone")))
	for range 2 {
		d := r.connect(zmq.DEALER, at, named("d"))
		r.peers(router, 1)
		r.check(d.Close())
		m, err := router.Recv(r.ctx)
		r.check(err)
		if string(m.Last()) != "gone" {
			t.Fatalf("received %q", m.Last())
		}
		clear(m.Last())
	}
}

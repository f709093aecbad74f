// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

func TestRouterMakesUpFiveBytesForNamelessPeers(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		var ids []string
		for i := range 3 {
			d := r.Connect(zmq.DEALER, at)
			r.Send(d, fmt.Sprint(i))
			m := r.Recv(router)
			if len(m) != 2 || len(m[0]) != 5 || m[0][0] != 0 || m[1] != fmt.Sprint(i) {
				r.Fatalf("the ROUTER received %q", m)
			}
			ids = append(ids, m[0])
			r.Send(router, m[0], "for", m[1])
			r.WantRecv(d, "for", m[1])
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
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		a, b := r.Connect(zmq.DEALER, at, rig.RoutingID("a")), r.Connect(zmq.DEALER, at, rig.RoutingID("b"))
		r.WaitPeers(router, 2)
		r.Send(router, "b", "", "x", "")
		r.Send(router, "a", "y")
		r.WantRecv(a, "y")
		r.WantRecv(b, "", "x", "")
		r.Send(a, "", "z")
		r.WantRecv(router, "a", "", "z")
		for _, p := range router.Peers() {
			if id := string(p.RoutingID); id != "a" && id != "b" {
				r.Errorf("a peer's routing id is %q", id)
			}
		}
	})
}

func TestRouterMandatoryUnknownIDIsHostUnreachable(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, dealer := r.Pair(zmq.ROUTER, zmq.DEALER, endpoint)
		if err := router.Send(r.Ctx, []byte("nobody"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to an unknown id: %v", err)
		}
		r.Send(dealer, "q")
		r.Send(router, r.Recv(router)[0], "works on")
		r.WantRecv(dealer, "works on")
	})
}

func TestRouterWithoutMandatorySwallowsUnknownID(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.RouterMandatory.Of(false))
		d := r.Connect(zmq.DEALER, at, rig.RoutingID("d"))
		r.WaitPeers(router, 1)
		r.TrySend(router, "nobody", "x", "y")
		r.TrySend(router, "d", "marker")
		r.WantRecv(d, "marker")
		if n := router.Stats().Drops.Unroutable; n != 1 {
			r.Errorf("%d unroutable, want 1", n)
		}
	})
}

func TestRouterSingleFrameIsSwallowed(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, "inproc://it", zmq.RouterMandatory.Of(false))
	d := r.Connect(zmq.DEALER, at, rig.RoutingID("d"))
	r.TrySend(router, "d")
	r.TrySend(router, "d", "marker")
	r.WantRecv(d, "marker")
	// With RouterMandatory nothing is lost in silence.
	r.Check(zmq.RouterMandatory.Set(router, true))
	if err := router.TrySend([]byte("d")); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("an id alone: %v", err)
	}
}

func TestRouterWithoutMandatoryDropsForFullPeer(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, "inproc://it", zmq.SendHWM.Of(1), zmq.RouterMandatory.Of(false))
	d := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(1), rig.RoutingID("d"))
	for i := range 4 {
		r.TrySend(router, "d", fmt.Sprint(i))
	}
	r.WantRecv(d, "0")
	r.WantRecv(d, "1")
	r.TrySend(router, "d", "marker")
	r.WantRecv(d, "marker")
	if n := router.Stats().Drops.Mute; n != 2 {
		t.Errorf("%d dropped, want 2", n)
	}
}

func TestRouterWithWaitForPeerWaitsForFullPeer(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, "inproc://it", zmq.SendHWM.Of(1), zmq.WaitForPeer.Of(true))
	a := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(1), rig.RoutingID("a"))
	b := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(1), rig.RoutingID("b"))
	for _, id := range []string{"a", "b"} {
		r.TrySend(router, id, "1")
		r.TrySend(router, id, "2")
		r.WantFull(router, id, "3")
	}
	// A sender goes on when its peer has room, even if another has waited for longer.
	toA, toB := r.GoSend(router, "a", "3"), r.GoSend(router, "b", "3")
	r.WantRecv(b, "1")
	r.WantRecv(b, "2")
	r.Check(r.Result(toB))
	r.WantRecv(b, "3")
	r.WantRecv(a, "1")
	r.WantRecv(a, "2")
	r.Check(r.Result(toA))
	r.WantRecv(a, "3")
}

func TestRouterSendToPeerThatLeavesMeanwhileIsHostUnreachable(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.SendHWM.Of(1), zmq.WaitForPeer.Of(true))
		d := r.Connect(zmq.DEALER, at, zmq.RecvHWM.Of(1), rig.RoutingID("d"))
		r.WaitPeers(router, 1)
		body := rig.Large(1 << 20)
		var sent <-chan error
		for sent == nil { // fill the queues of the system too
			if err := router.TrySend([]byte("d"), []byte(body)); err == zmq.ErrAgain {
				sent = r.GoSend(router, "d", body)
			} else {
				r.Check(err)
			}
		}
		r.Check(d.Close())
		// The system may take one message more before it knows.
		if err := r.Result(sent); err != nil && !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to a peer that left: %v", err)
		}
		r.WaitPeersLeft(router, 0)
		if err := router.Send(r.Ctx, []byte("d"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to a peer that has left: %v", err)
		}
	})
}

func TestRouterReadsWhatPeerSentBeforeItLeft(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		d := r.Connect(zmq.DEALER, at, rig.RoutingID("d"), zmq.Linger.Of(rig.Patience))
		r.WaitPeers(router, 1)
		for i := range 5 {
			r.Send(d, fmt.Sprint(i))
		}
		r.Check(d.Close())
		r.WaitPeersLeft(router, 0)
		for i := range 5 {
			r.WantRecv(router, "d", fmt.Sprint(i))
		}
		r.WantNothing(router)
		// The name is free again.
		again := r.Connect(zmq.DEALER, at, rig.RoutingID("d"))
		r.WaitPeers(router, 1)
		r.Send(router, "d", "new")
		r.WantRecv(again, "new")
	})
}

func TestRouterDuplicateIDStaysAnonymousForEver(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		first := r.Connect(zmq.DEALER, at, rig.RoutingID("same"))
		r.WaitPeers(router, 1)
		second := r.Connect(zmq.DEALER, at, rig.RoutingID("same"))
		r.WaitPeers(router, 2)
		r.Send(second, "unheard")
		r.WaitArrived(router, 1)
		r.Send(first, "heard")
		r.WantRecv(router, "same", "heard")
		r.Send(router, "same", "to the first")
		r.WantRecv(first, "to the first")
		r.Check(first.Close())
		r.WaitPeersLeft(router, 1)
		// Not adopted even now.
		if err := router.TrySend([]byte("same"), []byte("x")); !errors.Is(err, zmq.ErrHostUnreachable) {
			r.Errorf("send to the name of the peer that left: %v", err)
		}
		r.WantNothing(router)
		third := r.Connect(zmq.DEALER, at, rig.RoutingID("same"))
		r.WaitPeers(router, 2)
		r.Send(third, "heard too")
		r.WantRecv(router, "same", "heard too")
		r.WantNothing(second)
	})
}

func TestRouterHandoverGivesIDToNewPeer(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.RouterHandover.Of(true))
		// Without reconnecting the older one would take the name back at once.
		old := r.Connect(zmq.DEALER, at, rig.RoutingID("same"), zmq.ReconnectInterval.Of(-1))
		r.WaitPeers(router, 1)
		r.Send(old, "1")
		r.Send(old, "2")
		r.WaitArrived(router, 2)
		young := r.Connect(zmq.DEALER, at, rig.RoutingID("same"))
		r.WaitPeersLeft(old, 0)
		r.WaitPeersLeft(router, 1)
		r.WaitPeers(router, 1)
		r.Send(young, "3")
		r.Send(router, "same", "to the new one")
		r.WantRecv(young, "to the new one")
		// What the old one had sent comes under a generated id.
		got := make(map[string]string)
		for range 3 {
			m := r.Recv(router)
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
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		at := endpoint
		if endpoint == rig.AnyPort { // a port that is free for sure
			s, e := r.Bind(zmq.DEALER, endpoint)
			r.Check(s.Close())
			at = e
		}
		router := r.Socket(zmq.ROUTER, zmq.ConnectRoutingID.Of([]byte("peer")))
		r.Check(router.Connect(at))
		r.TrySend(router, "peer", "early")
		d, _ := r.Bind(zmq.DEALER, at, rig.RoutingID("its own name"))
		r.WantRecv(d, "early")
		r.Send(d, "re")
		r.WantRecv(router, "peer", "re")
	})
}

func TestRouterConnectRoutingIDHoldsForOneConnectAndMustBeFree(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		d, at := r.Bind(zmq.DEALER, endpoint, rig.RoutingID("d"))
		router := r.Socket(zmq.ROUTER, zmq.ConnectRoutingID.Of([]byte("peer")))
		r.Check(router.Connect(at))
		r.WaitPeers(d, 1)
		r.Check(zmq.ConnectRoutingID.Set(router, []byte("peer")))
		if err := router.Connect(at); !errors.Is(err, zmq.ErrInvalid) {
			r.Errorf("connect with an id that is in use: %v", err)
		}
		r.Check(zmq.ConnectRoutingID.Set(router, []byte("other")))
		r.Check(router.Connect(at))
		r.WaitPeers(router, 2)
		r.Check(router.Connect(at)) // named by the peer itself
		r.WaitPeers(router, 3)
		for _, id := range []string{"peer", "other", "d"} {
			r.TrySend(router, id, id)
			r.WantRecv(d, id)
		}
	})
}

func TestRouterKeepsIDOfPipeAcrossReconnect(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		d, at := r.Bind(zmq.DEALER, endpoint, rig.RoutingID("first"))
		router := r.Connect(zmq.ROUTER, at)
		r.Send(router, "first", "x")
		r.WantRecv(d, "x")
		r.Check(d.Close())
		r.WaitPeersLeft(router, 0)
		d, _ = r.Bind(zmq.DEALER, at, rig.RoutingID("second"))
		r.WaitPeers(router, 1)
		r.Send(router, "first", "y")
		r.WantRecv(d, "y")
		r.Send(d, "z")
		r.WantRecv(router, "first", "z")
	})
}

func TestRouterToRouter(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		a, at := r.Bind(zmq.ROUTER, endpoint, rig.RoutingID("a"))
		b := r.Connect(zmq.ROUTER, at, rig.RoutingID("b"))
		r.WaitPeers(a, 1)
		r.Send(a, "b", "x", "")
		r.WantRecv(b, "a", "x", "")
		r.Send(b, "a", "y")
		r.WantRecv(a, "b", "y")
	})
}

func TestProbeRouterMakesRouterLearnOfPeer(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.DEALER, zmq.ROUTER, zmq.REQ} {
		t.Run(typ.String(), func(t *testing.T) {
			rig.EachTransport(t, func(r *rig.Test, endpoint string) {
				router, at := r.Bind(zmq.ROUTER, endpoint)
				s := r.Connect(typ, at, zmq.ProbeRouter.Of(true), rig.RoutingID("p"))
				r.WantRecv(router, "p", "")
				if typ == zmq.DEALER {
					r.Send(router, "p", "hi")
					r.WantRecv(s, "hi")
				}
			})
		})
	}
}

func TestProbeRouterGoesOutFromBoundSocketToo(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		_, at := r.Bind(zmq.DEALER, endpoint, zmq.ProbeRouter.Of(true), rig.RoutingID("p"))
		router := r.Connect(zmq.ROUTER, at)
		r.WantRecv(router, "p", "")
	})
}

func TestRouterNotifyTellsOfComingAndGoing(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.RouterNotify.Of(3))
		d := r.Connect(zmq.DEALER, at, rig.RoutingID("d"), zmq.Linger.Of(rig.Patience))
		r.WantRecv(router, "d", "")
		r.Send(d, "x")
		r.Check(d.Close())
		r.WantRecv(router, "d", "x")
		r.WantRecv(router, "d", "")
		r.WantNothing(router)
		// One bit each.
		r.Check(zmq.RouterNotify.Set(router, 2))
		d = r.Connect(zmq.DEALER, at, rig.RoutingID("e"), zmq.Linger.Of(rig.Patience))
		r.WaitPeers(router, 1)
		r.Send(d, "x")
		r.Check(d.Close())
		r.WantRecv(router, "e", "x")
		r.WantRecv(router, "e", "")
	})
}

func TestRouterDisconnectMessageComesAfterTheLastOfThePeer(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.DisconnectMessage.Of([]byte("gone")))
		d := r.Connect(zmq.DEALER, at, rig.RoutingID("d"), zmq.Linger.Of(rig.Patience))
		r.WaitPeers(router, 1)
		r.Send(d, "x")
		r.Check(d.Close())
		r.WantRecv(router, "d", "x")
		r.WantRecv(router, "d", "gone")
		r.WantNothing(router)
	})
}

func TestHelloMessageComesFirstOnEveryConnection(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.HelloMessage.Of([]byte("welcome")))
		for _, id := range []string{"a", "b"} {
			d := r.Socket(zmq.DEALER, rig.RoutingID(id), zmq.HelloMessage.Of([]byte("hello")))
			r.Check(d.Connect(at))
			r.Send(d, "x")
			r.WantRecv(d, "welcome")
			r.WantRecv(router, id, "hello")
			r.WantRecv(router, id, "x")
		}
	})
}

func TestRouterServesManyPeersInTurnWithEchoes(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		const peers, each = 40, 25
		results := make(chan error, peers)
		for i := range peers {
			d := r.Connect(zmq.DEALER, at, rig.RoutingID(fmt.Sprint("d", i)))
			go func() {
				results <- func() error {
					for k := range each {
						if err := d.SendString(r.Ctx, fmt.Sprint(k), "", fmt.Sprint(i)); err != nil {
							return err
						}
					}
					for k := range each {
						m, err := d.Recv(r.Ctx)
						if err != nil {
							return err
						}
						if m.Len() != 3 || m.String() != fmt.Sprint(k) || string(m.Last()) != fmt.Sprint(i) {
							return fmt.Errorf("peer %d received %q as message %d", i, rig.Texts(m), k)
						}
					}
					return nil
				}()
			}()
		}
		for range peers * each {
			m, err := router.Recv(r.Ctx)
			r.Check(err)
			r.Check(router.SendMessage(r.Ctx, m)) // back as it came
		}
		for range peers {
			r.Check(r.Result(results))
		}
	})
}

func TestRouterConnectRoutingIDOfOneConnectLeavesTheSocketsAlone(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		first, at := r.Bind(zmq.DEALER, endpoint)
		router := r.Socket(zmq.ROUTER, zmq.ConnectRoutingID.Of([]byte("later")))
		r.Check(router.Connect(at, zmq.ConnectRoutingID.Of([]byte("now"))))
		r.Send(router, "now", "1")
		r.WantRecv(first, "1")
		r.Check(router.Connect(at)) // the other one is still to be used
		r.Send(router, "later", "2")
		r.WantRecv(first, "2")
	})
}

// The frames of a message that the library makes belong to its receiver.
func TestDisconnectMessageIsTheReceiversToChange(t *testing.T) {
	r := rig.New(t)
	router, at := r.Bind(zmq.ROUTER, rig.AnyPort, zmq.DisconnectMessage.Of([]byte("gone")))
	for range 2 {
		d := r.Connect(zmq.DEALER, at, rig.RoutingID("d"))
		r.WaitPeers(router, 1)
		r.Check(d.Close())
		m, err := router.Recv(r.Ctx)
		r.Check(err)
		if string(m.Last()) != "gone" {
			t.Fatalf("received %q", m.Last())
		}
		clear(m.Last())
	}
}

// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

func TestServerAnswersTheSenderOfAMessage(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		server, at := r.Bind(zmq.SERVER, endpoint)
		a, b := r.Connect(zmq.CLIENT, at), r.Connect(zmq.CLIENT, at)
		r.WaitPeers(server, 2)
		r.Send(a, "from a")
		ma := r.RecvMessage(server, "from a")
		r.Send(b, "from b")
		mb := r.RecvMessage(server, "from b")
		if ma.RoutingID() == 0 || mb.RoutingID() == 0 || ma.RoutingID() == mb.RoutingID() {
			t.Errorf("the clients have the numbers %d and %d", ma.RoutingID(), mb.RoutingID())
		}
		r.Check(server.SendMessage(r.Ctx, mb)) // which carries its sender
		r.Answer(server, ma, "to a")
		r.Answer(server, ma, "more")
		if m := r.RecvMessage(b, "from b"); m.RoutingID() != 0 {
			t.Errorf("a number has travelled: %d", m.RoutingID())
		}
		r.RecvMessage(a, "to a")
		r.RecvMessage(a, "more")
	})
}

func TestServerHasNoPeerOfAnUnknownNumber(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		server, at := r.Bind(zmq.SERVER, endpoint)
		client := r.Connect(zmq.CLIENT, at)
		r.Send(client, "x")
		m := r.RecvMessage(server, "x")
		for _, bad := range []zmq.Message{zmq.NewStringMessage("y"), zmq.NewStringMessage("y").WithRoutingID(m.RoutingID() + 1)} {
			if err := server.SendMessage(r.Ctx, bad); !errors.Is(err, zmq.ErrHostUnreachable) {
				t.Errorf("sent to %d: %v", bad.RoutingID(), err)
			}
		}
		r.Check(client.Close())
		r.WaitPeersLeft(server, 0)
		if err := server.SendMessage(r.Ctx, m); !errors.Is(err, zmq.ErrHostUnreachable) {
			t.Errorf("sent to one that has left: %v", err)
		}
	})
}

func TestServerWithWaitForPeerWaitsForRoomAtOnePeer(t *testing.T) {
	r := rig.New(t)
	server, at := r.Bind(zmq.SERVER, "inproc://it", zmq.SendHWM.Of(1), zmq.WaitForPeer.Of(true))
	slow, quick := r.Connect(zmq.CLIENT, at, zmq.RecvHWM.Of(1)), r.Connect(zmq.CLIENT, at)
	r.Send(slow, "slow")
	toSlow := r.RecvMessage(server, "slow")
	r.Send(quick, "quick")
	toQuick := r.RecvMessage(server, "quick")
	full := zmq.NewStringMessage("x").WithRoutingID(toSlow.RoutingID())
	for range 2 {
		r.Check(server.TrySendMessage(full.Clone()))
	}
	if err := server.TrySendMessage(full.Clone()); err != zmq.ErrAgain {
		t.Errorf("sent to a full peer: %v", err)
	}
	r.Answer(server, toQuick, "at once")
	r.RecvMessage(quick, "at once")
	sent := make(chan error, 1)
	go func() { sent <- server.SendMessage(r.Ctx, full) }()
	for range 3 {
		r.RecvMessage(slow, "x")
	}
	r.Check(r.Result(sent))
}

func TestServerSendToFullPeerFailsAtOnceAndNamesThePeer(t *testing.T) {
	r := rig.New(t)
	server, at := r.Bind(zmq.SERVER, "inproc://it", zmq.SendHWM.Of(1))
	slow := r.Connect(zmq.CLIENT, at, zmq.RecvHWM.Of(1))
	r.Send(slow, "slow")
	to := r.RecvMessage(server, "slow").RoutingID()
	m := zmq.NewStringMessage("x").WithRoutingID(to)
	for range 2 {
		r.Check(server.SendMessage(r.Ctx, m.Clone()))
	}
	full := (*zmq.PeerFullError)(nil)
	if err := server.SendMessage(r.Ctx, m); !errors.As(err, &full) || full.Number != to {
		t.Errorf("sent to a full peer: %v", err)
	}
}

// TestServerThatWaitsLearnsThatThePeerHasLeft: a message that is sent in the moment in
// which the peer leaves may still be taken, and is counted as lost then.
func TestServerThatWaitsLearnsThatThePeerHasLeft(t *testing.T) {
	r := rig.New(t)
	server, at := r.Bind(zmq.SERVER, "inproc://it", zmq.SendHWM.Of(1), zmq.WaitForPeer.Of(true))
	for lost := uint64(0); ; {
		client := r.Connect(zmq.CLIENT, at, zmq.RecvHWM.Of(1))
		r.Send(client, "x")
		m := r.RecvMessage(server, "x")
		for server.TrySendMessage(m.Clone()) == nil {
		}
		sent := make(chan error, 1)
		go func() { sent <- server.SendMessage(r.Ctx, m) }()
		r.Check(client.Close())
		err := r.Result(sent)
		if errors.Is(err, zmq.ErrHostUnreachable) {
			return
		}
		if now := server.Stats().Drops.PeerGone; err != nil || now == lost {
			t.Fatalf("sent to one that has left: %v, with %d messages lost", err, now)
		} else {
			lost = now
		}
	}
}

func TestClientIsServedInTurn(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		client, at := r.Bind(zmq.CLIENT, endpoint)
		r.WantFull(client, "x") // without a peer
		var servers []*zmq.Socket
		for i := range 3 {
			servers = append(servers, r.Connect(zmq.SERVER, at))
			r.WaitPeers(client, i+1)
		}
		for i := range 6 {
			r.Send(client, fmt.Sprint(i))
		}
		for i := range 6 {
			r.RecvMessage(servers[i%3], fmt.Sprint(i))
		}
	})
}

func TestNumberOfAConnectOutlivesItsConnections(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		client, at := r.Bind(zmq.CLIENT, endpoint)
		server := r.Connect(zmq.SERVER, at)
		r.WaitPeers(client, 1)
		r.Send(client, "before")
		before := r.RecvMessage(server, "before")
		r.Check(client.Close())
		r.WaitPeersLeft(server, 0)
		r.Answer(server, before, "meanwhile")
		client = r.BindAt(zmq.CLIENT, at)
		r.RecvMessage(client, "meanwhile")
		r.Send(client, "after")
		if m := r.RecvMessage(server, "after"); m.RoutingID() != before.RoutingID() {
			t.Errorf("the number was %d and is %d", before.RoutingID(), m.RoutingID())
		}
	})
}

func TestPeersTalkBothWays(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		bound, at := r.Bind(zmq.PEER, endpoint)
		connected := r.Socket(zmq.PEER)
		id, err := connected.ConnectPeer(at)
		r.Check(err)
		if id == 0 {
			t.Fatal("the peer has no number")
		}
		r.SendTo(connected, id, "hello")
		r.Answer(bound, r.RecvMessage(bound, "hello"), "welcome")
		if m := r.RecvMessage(connected, "welcome"); m.RoutingID() != id {
			t.Errorf("the peer answers as %d and was %d", m.RoutingID(), id)
		}
		second, err := connected.ConnectPeer(at)
		r.Check(err)
		if second == 0 || second == id {
			t.Errorf("the second peer has the number %d, the first %d", second, id)
		}
		r.SendTo(connected, second, "again")
		r.RecvMessage(bound, "again")
	})
}

func TestConnectPeerNeedsAPeerThatIsThereAtOnce(t *testing.T) {
	r := rig.New(t)
	peer := r.Socket(zmq.PEER, zmq.Immediate.Of(true))
	if id, err := peer.ConnectPeer("tcp://127.0.0.1:1"); id != 0 || !errors.Is(err, zmq.ErrFault) {
		t.Errorf("with Immediate: %d, %v", id, err)
	}
	r.Check(peer.Set(zmq.Immediate.Of(false)))
	if id, err := peer.ConnectPeer("tcp://127.0.0.1:1", zmq.Immediate.Of(true)); id != 0 || !errors.Is(err, zmq.ErrFault) {
		t.Errorf("with Immediate for this endpoint: %d, %v", id, err)
	}
	if n := len(peer.Endpoints()); n != 0 {
		t.Errorf("%d endpoints are left", n)
	}
	if id, err := r.Socket(zmq.SERVER).ConnectPeer("tcp://127.0.0.1:1"); id != 0 || !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("on a SERVER: %d, %v", id, err)
	}
}

func TestMessagesTellOfPeersThatComeAndGo(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		server, at := r.Bind(zmq.SERVER, endpoint, zmq.HelloMessage.Of([]byte("hello")), zmq.DisconnectMessage.Of([]byte("gone")))
		client := r.Connect(zmq.CLIENT, at, zmq.HelloMessage.Of([]byte("it is me")))
		came := r.RecvMessage(server, "it is me")
		r.RecvMessage(client, "hello")
		r.Check(client.Close())
		if m := r.RecvMessage(server, "gone"); m.RoutingID() != came.RoutingID() {
			t.Errorf("%d has gone, and %d came", m.RoutingID(), came.RoutingID())
		}
	})
}

func TestHiccupMessageTellsOfALostConnection(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		for bound, connected := range map[zmq.SocketType]zmq.SocketType{zmq.SERVER: zmq.CLIENT, zmq.PEER: zmq.PEER} {
			b, at := r.Bind(bound, endpoint, zmq.HelloMessage.Of([]byte("hello")))
			c := r.Connect(connected, at, zmq.HiccupMessage.Of([]byte("hiccup")))
			m := r.RecvMessage(c, "hello")
			r.Check(b.Close())
			if h := r.RecvMessage(c, "hiccup"); h.RoutingID() != m.RoutingID() {
				t.Errorf("the hiccup of a %s is of %d, the peer is %d", connected, h.RoutingID(), m.RoutingID())
			}
		}
	})
}

func TestManyGoroutinesUseOneClientAndOneServer(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		const workers, each = 8, 200
		server, at := r.Bind(zmq.SERVER, endpoint)
		client := r.Connect(zmq.CLIENT, at)
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for range each {
					m, err := server.Recv(r.Ctx)
					if err == nil {
						err = server.SendMessage(r.Ctx, m)
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		answers := make(chan string, workers*each)
		for w := range workers {
			all.Go(func() {
				for i := range each {
					r.Send(client, fmt.Sprint(w, " ", i))
				}
			})
			all.Go(func() {
				for range each {
					m, err := client.Recv(r.Ctx)
					if err != nil {
						t.Error(err)
						return
					}
					answers <- m.String()
				}
			})
		}
		all.Wait()
		close(answers)
		seen := make(map[string]bool)
		for a := range answers {
			seen[a] = true
		}
		if len(seen) != workers*each {
			t.Errorf("%d different answers of %d", len(seen), workers*each)
		}
	})
}

// TestDisconnectRoutingIDEndsAnAcceptedPeer: what is queued for it arrives, what it sent
// is dropped, and when it is back it has another number.
func TestDisconnectRoutingIDEndsAnAcceptedPeer(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		server, at := r.Bind(zmq.SERVER, endpoint)
		client := r.Connect(zmq.CLIENT, at)
		r.Send(client, "x")
		m := r.RecvMessage(server, "x")
		id := m.RoutingID()
		if n := server.Peers()[0].Number; n != id {
			t.Errorf("the peer is listed with the number %d, and its messages with %d", n, id)
		}
		r.Send(client, "not received any more")
		r.WaitArrived(server, 2)
		r.Answer(server, m, "last")
		r.Check(server.DisconnectRoutingID(id))
		r.RecvMessage(client, "last")
		r.WantNothing(server)
		if err := server.SendMessage(r.Ctx, m); !errors.Is(err, zmq.ErrHostUnreachable) {
			t.Errorf("sent to %d: %v", id, err)
		}
		if err := server.DisconnectRoutingID(id); !errors.Is(err, zmq.ErrHostUnreachable) || !strings.Contains(err.Error(), fmt.Sprint(id)) {
			t.Errorf("disconnected twice: %v", err)
		}
		if strings.HasPrefix(at, "inproc") {
			return // where nothing connects again
		}
		r.WaitUntil("the CLIENT is back", func() bool { return client.Stats().Connected == 2 })
		r.Send(client, "back")
		if m := r.RecvMessage(server, "back"); m.RoutingID() == id {
			t.Errorf("it has the number %d again", id)
		}
	})
}

// TestDisconnectRoutingIDRemovesAnEndpoint: what this socket connected to is not dialled
// again.
func TestDisconnectRoutingIDRemovesAnEndpoint(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		bound, at := r.Bind(zmq.PEER, endpoint)
		connected := r.Socket(zmq.PEER, zmq.Linger.Of(-1))
		id, err := connected.ConnectPeer(at)
		r.Check(err)
		r.SendTo(connected, id, "last")
		r.Check(connected.DisconnectRoutingID(id))
		r.RecvMessage(bound, "last")
		r.WaitPeersLeft(bound, 0)
		if list := connected.Endpoints(); len(list) != 0 {
			t.Errorf("the endpoints are %v", list)
		}
		if err := connected.DisconnectRoutingID(id); !errors.Is(err, zmq.ErrHostUnreachable) {
			t.Errorf("disconnected twice: %v", err)
		}
	})
}

func TestDisconnectRoutingIDWhereThereIsNone(t *testing.T) {
	r := rig.New(t)
	if err := r.Socket(zmq.SERVER).DisconnectRoutingID(0); !errors.Is(err, zmq.ErrHostUnreachable) {
		t.Errorf("the number 0: %v", err)
	}
	if err := r.Socket(zmq.ROUTER).DisconnectRoutingID(1); !errors.Is(err, zmq.ErrNotSupported) {
		t.Errorf("on a ROUTER: %v", err)
	}
	s := r.Socket(zmq.PEER)
	r.Check(s.Close())
	if err := s.DisconnectRoutingID(1); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("on a closed socket: %v", err)
	}
}

// TestConnectPeerInProcessBeforeTheBind: the number is there before the peer is.
func TestConnectPeerInProcessBeforeTheBind(t *testing.T) {
	r := rig.New(t)
	connected := r.Socket(zmq.PEER)
	id, err := connected.ConnectPeer("inproc://later")
	r.Check(err)
	r.SendTo(connected, id, "early")
	bound := r.BindAt(zmq.PEER, "inproc://later")
	r.Answer(bound, r.RecvMessage(bound, "early"), "answer")
	if m := r.RecvMessage(connected, "answer"); m.RoutingID() != id {
		t.Errorf("the peer answers as %d and was %d", m.RoutingID(), id)
	}
	r.Check(connected.DisconnectRoutingID(id))
	again, err := connected.ConnectPeer("inproc://never")
	r.Check(err)
	r.Check(connected.DisconnectRoutingID(again))
}

// TestReadyHasAnIdentityOfThreeTypesAlone: READY has the Identity of REQ, DEALER and ROUTER alone.
func TestReadyHasAnIdentityOfThreeTypesAlone(t *testing.T) {
	r := rig.New(t)
	for typ := zmq.PAIR; typ <= zmq.CHANNEL; typ++ {
		if typ == zmq.STREAM || typ == zmq.DGRAM {
			continue
		}
		_, at := r.Bind(typ, rig.AnyPort)
		c := r.Dial(at)
		says := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"})
		_, err := c.Write(says)
		r.Check(err)
		ready := make([]byte, 64+2)
		_, err = io.ReadFull(c, ready)
		r.Check(err)
		body := make([]byte, ready[65])
		_, err = io.ReadFull(c, body)
		r.Check(err)
		want := typ == zmq.REQ || typ == zmq.DEALER || typ == zmq.ROUTER
		if has := bytes.Contains(body, []byte("Identity")); has != want {
			t.Errorf("%s says %q", typ, body)
		}
	}
}

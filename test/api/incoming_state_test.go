// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// offered lets Incoming of s take the next message and does not receive it. The
// function that it returns ends that and waits until the message is back.
func offered(r *rig.Test, s *zmq.Socket) (in <-chan zmq.Message, end func()) {
	r.Helper()
	ctx, cancel := context.WithCancel(r.Ctx)
	in = s.Incoming(ctx)
	synctest.Wait()
	return in, func() {
		r.Helper()
		cancel()
		synctest.Wait()
		wantEnded(r, in)
	}
}

// refuses says that a send is against the state of the socket.
func refuses(r *rig.Test, s *zmq.Socket, frames ...string) {
	r.Helper()
	if err := s.TrySend(rig.Frames(frames)...); !errors.Is(err, zmq.ErrState) {
		r.Fatalf("%s sends %q: %v, want ErrState", s, frames, err)
	}
}

func TestRepOwesNoReplyToARequestOnOffer(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		rep, one := r.Pair(zmq.REP, zmq.REQ, "inproc://it")
		two := r.Connect(zmq.REQ, "inproc://it")
		r.Send(one, "1")
		_, end := offered(r, rep)
		refuses(r, rep, "for nobody")
		if e := rep.Events(); e != zmq.PollIn {
			t.Errorf("events %v, want PollIn", e)
		}
		r.Send(two, "2")
		end()
		refuses(r, rep, "for nobody")
		for _, n := range []string{"1", "2"} {
			r.WantRecv(rep, n)
			r.Send(rep, "for "+n)
		}
		r.WantRecv(one, "for 1")
		r.WantRecv(two, "for 2")
	})
}

func TestReqGetsNoOldReplyAfterIncoming(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		rep, req := r.Pair(zmq.REP, zmq.REQ, "inproc://it")
		go func() {
			for m := range rep.Messages(r.Ctx) {
				_ = rep.SendString(r.Ctx, "for "+m.String())
			}
		}()
		r.Send(req, "1")
		_, end := offered(r, req)
		refuses(r, req, "2")
		end()
		r.WantRecv(req, "for 1")
		r.Send(req, "2")
		_, end = offered(r, req)
		m, err := req.Request(r.Ctx, []byte("3"))
		r.Check(err)
		if m.String() != "for 3" {
			t.Errorf("Request(3) returned %q", m)
		}
		end()
		r.Check(rep.Close())
	})
}

// The receiver of the channel may go on at once: no call of its own overtakes the
// hand-over.
func TestWhatTheChannelGaveIsReceived(t *testing.T) {
	r := rig.New(t)
	rep, req := r.Pair(zmq.REP, zmq.REQ, "inproc://it")
	requests, replies := rep.Incoming(r.Ctx), req.Incoming(r.Ctx)
	for i := range 2000 {
		r.TrySend(req, fmt.Sprint(i))
		wantNext(r, requests, fmt.Sprint(i))
		if rep.Events()&zmq.PollOut == 0 {
			t.Fatal("not writable with a request received")
		}
		r.TrySend(rep, fmt.Sprint("for ", i))
		wantNext(r, replies, fmt.Sprint("for ", i))
	}
}

// A call that receives takes over what is on offer.
func TestRecvTakesWhatIncomingOffers(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		rep, req := r.Pair(zmq.REP, zmq.REQ, "inproc://it")
		xpub, at := r.Bind(zmq.XPUB, "inproc://pub", zmq.XPubManual.Of(true))
		_, endRep := offered(r, rep)
		_, endReq := offered(r, req)
		_, endXPub := offered(r, xpub)
		for i := range 10 {
			r.Send(req, fmt.Sprint(i))
			synctest.Wait()
			r.WantRecv(rep, fmt.Sprint(i))
			r.Send(rep, fmt.Sprint(i))
			synctest.Wait()
			r.WantRecv(req, fmt.Sprint(i))
		}
		r.Subscriber(xpub, at, "A")
		synctest.Wait()
		r.WantRecv(xpub, "\x01A")
		endRep()
		endReq()
		endXPub()
	})
}

// Two channels of one REP take turns.
func TestTwoChannelsOfOneRep(t *testing.T) {
	r := rig.New(t)
	rep, req := r.Pair(zmq.REP, zmq.REQ, "inproc://it")
	a, b := rep.Incoming(r.Ctx), rep.Incoming(r.Ctx)
	for i := range 500 {
		r.Send(req, fmt.Sprint(i))
		select {
		case m := <-a:
			r.Check(rep.TrySendMessage(m))
		case m := <-b:
			r.Check(rep.TrySendMessage(m))
		case <-r.Ctx.Done():
			t.Fatal("no request on either channel")
		}
		r.WantRecv(req, fmt.Sprint(i))
	}
}

// What was put back is filtered by the subscriptions that there are when it is
// received.
func TestSubFiltersWhatIncomingPutBack(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		pub, at := r.Bind(zmq.PUB, "inproc://it")
		sub := r.Subscriber(pub, at, "A", "B")
		r.Send(pub, "A1")
		r.Send(pub, "B1")
		_, end := offered(r, sub)
		end()
		r.Check(sub.Unsubscribe("A"))
		if e := sub.Events(); e != zmq.PollIn {
			t.Errorf("events %v, want PollIn", e)
		}
		r.WantRecv(sub, "B1")
	})
}

func TestRoutingIDStaysWithWhatIncomingPutBack(t *testing.T) {
	bubbled(t, func(r *rig.Test) {
		router, at := r.Bind(zmq.ROUTER, "inproc://it")
		a := r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("A")))
		b := r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("B")))
		r.Send(a, "1", "")
		_, end := offered(r, router)
		end()
		r.Send(b, "2")
		r.WantRecv(router, "A", "1", "")
		r.WantRecv(router, "B", "2")
	})
}

// granted receives what a program of XPUB_MANUAL is told through next, and grants A
// to the peer that asks for it first and B to that which asks for B.
func granted(r *rig.Test, xpub *zmq.Socket, next func() zmq.Message) {
	r.Helper()
	first := true
	for range 3 {
		switch topic := string(next().Bytes()[1:]); {
		case topic == "A" && first:
			first = false
			r.Check(xpub.Subscribe("A"))
		case topic == "B":
			r.Check(xpub.Subscribe("B"))
		}
	}
}

func TestXPubManualGrantsToThePeerOfTheNoticeReceivedLast(t *testing.T) {
	for name, way := range map[string]func(r *rig.Test, s *zmq.Socket) func() zmq.Message{
		"Recv": func(r *rig.Test, s *zmq.Socket) func() zmq.Message {
			return func() zmq.Message { m, err := s.Recv(r.Ctx); r.Check(err); return m }
		},
		"Incoming": func(r *rig.Test, s *zmq.Socket) func() zmq.Message {
			in := s.Incoming(r.Ctx)
			return func() zmq.Message { return <-in }
		},
		"Incoming that ended": func(r *rig.Test, s *zmq.Socket) func() zmq.Message {
			return func() zmq.Message {
				ctx, cancel := context.WithCancel(r.Ctx)
				in := s.Incoming(ctx)
				r.WaitUntil("a notice is on offer", func() bool { return s.Stats().Received > 0 })
				cancel()
				for m := range in {
					return m // both were possible
				}
				m, err := s.Recv(r.Ctx)
				r.Check(err)
				return m
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			rig.EachTransport(t, func(r *rig.Test, endpoint string) {
				xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubManual.Of(true))
				a, b := r.Socket(zmq.SUB), r.Socket(zmq.SUB)
				r.Check(a.Subscribe("A"))
				r.Check(a.Connect(at))
				r.WaitPeers(xpub, 1)
				r.WaitUntil("the first notice is there", func() bool { return xpub.Events()&zmq.PollIn != 0 })
				r.Check(b.Subscribe("B"))
				r.Check(b.Connect(at))
				r.WaitPeers(xpub, 2)
				r.Check(b.Subscribe("A"))
				granted(r, xpub, way(r, xpub))
				r.Send(xpub, "A1")
				r.Send(xpub, "B1")
				r.WantRecv(a, "A1")
				r.WantRecv(b, "B1")
				r.WantNothing(a)
			})
		})
	}
}

func TestSubscribePeer(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		xpub, at := r.Bind(zmq.XPUB, endpoint, zmq.XPubManual.Of(true))
		peers := map[string]zmq.Peer{}
		sockets := map[string]*zmq.Socket{}
		for _, name := range []string{"A", "B", "C"} {
			sockets[name] = r.Connect(zmq.SUB, at)
			r.Check(sockets[name].Subscribe("x"))
			r.Check(sockets[name].Subscribe(name))
		}
		for range 6 {
			m, err := xpub.Recv(r.Ctx)
			r.Check(err)
			if topic := string(m.Bytes()[1:]); topic != "x" {
				peers[topic] = m.Peer()
			}
		}
		r.Check(xpub.SubscribePeer(peers["B"], "x"))
		r.Check(xpub.SubscribePeer(peers["A"], "x"))
		r.Check(xpub.UnsubscribePeer(peers["A"], "x"))
		r.Check(xpub.UnsubscribePeer(peers["A"], "unknown"))
		r.Check(xpub.SubscribePeer(peers["C"], "C"))
		r.Send(xpub, "x1")
		r.Send(xpub, "C1")
		r.WantRecv(sockets["B"], "x1")
		r.WantRecv(sockets["C"], "C1")
		r.WantNothing(sockets["A"])
		r.Check(sockets["B"].Close())
		r.WaitPeersLeft(xpub, 2)
		for what, err := range map[string]error{
			"of a peer that has left": xpub.SubscribePeer(peers["B"], "x"),
			"of no peer":              xpub.SubscribePeer(zmq.Peer{}, "x"),
			"its end":                 xpub.UnsubscribePeer(peers["B"], "x"),
		} {
			if !errors.Is(err, zmq.ErrHostUnreachable) {
				t.Errorf("%s: %v, want ErrHostUnreachable", what, err)
			}
		}
		for _, s := range []*zmq.Socket{r.Socket(zmq.XPUB), sockets["A"]} {
			if err := s.SubscribePeer(peers["A"], "x"); !errors.Is(err, zmq.ErrInvalid) {
				t.Errorf("on a %v: %v, want ErrInvalid", s.Type(), err)
			}
		}
		for _, p := range xpub.Peers() { // each of them is known by what Peers tells
			r.Check(xpub.SubscribePeer(p.Peer, "x"))
		}
		r.Send(xpub, "x2")
		r.WantRecv(sockets["A"], "x2")
		r.WantRecv(sockets["C"], "x2")
	})
}

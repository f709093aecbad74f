// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// oneFramed are the types whose messages have one frame, with those that they talk to.
var oneFramed = map[zmq.SocketType]zmq.SocketType{
	zmq.CLIENT: zmq.SERVER, zmq.SERVER: zmq.CLIENT, zmq.RADIO: zmq.DISH, zmq.SCATTER: zmq.GATHER,
	zmq.PEER: zmq.PEER, zmq.CHANNEL: zmq.CHANNEL,
}

func TestMessageOfTwoFramesIsRefused(t *testing.T) {
	for typ, other := range oneFramed {
		r := rig.New(t)
		a, _ := r.Pair(typ, other, "inproc://it")
		err := a.Send(r.Ctx, []byte("a"), []byte("b"))
		if !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), typ.String()+" sends messages of one frame") {
			t.Errorf("%s: %v", typ, err)
		}
		if err := a.TrySend([]byte("a"), nil); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s: %v", typ, err)
		}
		if n := a.Stats().Sent; n != 0 {
			t.Errorf("%s: %d messages count as sent", typ, n)
		}
	}
}

// TestReceivedMessageOfTwoFramesIsDropped: in process no type is refused, so that an
// older one can send what these do not take.
func TestReceivedMessageOfTwoFramesIsDropped(t *testing.T) {
	for _, typ := range []zmq.SocketType{zmq.CLIENT, zmq.SERVER, zmq.GATHER, zmq.PEER, zmq.CHANNEL, zmq.DISH} {
		r := rig.New(t)
		dealer, at := r.Bind(zmq.DEALER, "inproc://it")
		s := r.Connect(typ, at)
		for i := range 3 {
			r.Send(dealer, fmt.Sprint(i), "and", "more")
			if typ != zmq.DISH {
				r.Send(dealer, fmt.Sprint(i))
				r.RecvMessage(s, fmt.Sprint(i))
			}
		}
		r.WantNothing(s)
		if n := s.Stats().Drops.Malformed; n != 3 {
			t.Errorf("%s: %d messages were dropped", typ, n)
		}
	}
}

func TestScatterAndGather(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		scatter, at := r.Bind(zmq.SCATTER, endpoint)
		r.WantFull(scatter, "x")
		var gathers []*zmq.Socket
		for i := range 2 {
			gathers = append(gathers, r.Connect(zmq.GATHER, at))
			r.WaitPeers(scatter, i+1)
		}
		for i := range 10 {
			r.Send(scatter, fmt.Sprint(i))
		}
		for i := range 10 {
			r.RecvMessage(gathers[i%2], fmt.Sprint(i))
		}
		if _, err := scatter.TryRecv(); !errors.Is(err, zmq.ErrNotSupported) {
			t.Errorf("receive on a SCATTER: %v", err)
		}
		if err := gathers[0].TrySend([]byte("x")); !errors.Is(err, zmq.ErrNotSupported) {
			t.Errorf("send on a GATHER: %v", err)
		}
	})
}

func TestChannelHasOnePeerAtATime(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		channel, at := r.Bind(zmq.CHANNEL, endpoint)
		first := r.Connect(zmq.CHANNEL, at)
		r.Send(first, "ping")
		r.RecvMessage(channel, "ping")
		r.Send(channel, "pong")
		r.RecvMessage(first, "pong")
		second := r.Socket(zmq.CHANNEL)
		r.Check(second.Connect(at))
		r.WaitUntil("the second peer is refused", func() bool { return second.Stats().Reconnects > 0 })
		r.Check(first.Close())
		r.Send(second, "my turn")
		r.RecvMessage(channel, "my turn")
	})
}

func TestDraftTypesRefuseOthers(t *testing.T) {
	r := rig.New(t)
	for typ, other := range map[zmq.SocketType]zmq.SocketType{
		zmq.SERVER: zmq.DEALER, zmq.CLIENT: zmq.ROUTER, zmq.RADIO: zmq.SUB, zmq.DISH: zmq.PUB,
		zmq.SCATTER: zmq.PULL, zmq.GATHER: zmq.PUSH, zmq.PEER: zmq.SERVER, zmq.CHANNEL: zmq.PAIR,
	} {
		s, at := r.Bind(typ, rig.AnyPort)
		events := r.Watch(s, zmq.EventHandshakeFailedProtocol)
		r.Check(r.Socket(other).Connect(at))
		events.Want(zmq.EventHandshakeFailedProtocol)
	}
}

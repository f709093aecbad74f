// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// TestMessageThatEveryPeerRefusesIsAnError: of the sending call, since peers of
// this library announce what they accept. The connection goes on.
func TestMessageThatEveryPeerRefusesIsAnError(t *testing.T) {
	for name, limits := range map[string][]zmq.Setting{
		"frame":   {zmq.MaxMessageSize.Of(1000)},
		"message": {zmq.MaxMessageBytes.Of(1000)},
	} {
		r := rig.New(t)
		b, at := r.Bind(zmq.PULL, rig.AnyPort, limits...)
		c := r.Connect(zmq.PUSH, at)
		r.WaitPeers(c, 1)
		err := c.Send(r.Ctx, make([]byte, 1001))
		if !errors.Is(err, zmq.ErrMessageTooLarge) || !strings.Contains(err.Error(), "1001") || !strings.Contains(err.Error(), "1000") {
			t.Errorf("%s: Send: %v", name, err)
		}
		r.Send(c, strings.Repeat("x", 1000))
		r.WantRecv(b, strings.Repeat("x", 1000))
		if d := c.Stats().Disconnected; d != 0 {
			t.Errorf("%s: %d connections were lost", name, d)
		}
	}
}

// TestMessageThatOnePeerAcceptsIsSent: another may be why a closer look is taken.
func TestMessageThatOnePeerAcceptsIsSent(t *testing.T) {
	r := rig.New(t)
	d, at := r.Bind(zmq.ROUTER, rig.AnyPort)
	small := r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("small")), zmq.MaxMessageSize.Of(200))
	large := r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("large")))
	r.WaitPeers(d, 2)
	body := strings.Repeat("x", 201)
	if err := d.Send(r.Ctx, []byte("small"), []byte(body)); !errors.Is(err, zmq.ErrMessageTooLarge) {
		t.Errorf("to the one that refuses it: %v", err)
	}
	r.Send(d, "large", body)
	r.WantRecv(large, body)
	r.Send(d, "small", "fits")
	r.WantRecv(small, "fits")
}

// TestMessageOfTooManyFramesIsAnError: what a peer has announced of them.
func TestMessageOfTooManyFramesIsAnError(t *testing.T) {
	r := rig.New(t)
	b, at := r.Bind(zmq.PULL, rig.AnyPort, zmq.MaxFrames.Of(3))
	c := r.Connect(zmq.PUSH, at)
	r.WaitPeers(c, 1)
	err := c.Send(r.Ctx, make([][]byte, 4)...)
	if !errors.Is(err, zmq.ErrMessageTooLarge) || !strings.Contains(err.Error(), "4 frames") || !strings.Contains(err.Error(), "accepts 3") {
		t.Errorf("Send: %v", err)
	}
	r.Send(c, "", "", "three")
	r.WantRecv(b, "", "", "three")
	if d := c.Stats().Disconnected; d != 0 {
		t.Errorf("%d connections were lost", d)
	}
}

// TestSubscriberThatRefusesAMessageMissesThatAlone: the others get it, and its connection
// goes on. It is counted, told to monitors, and logged.
func TestSubscriberThatRefusesAMessageMissesThatAlone(t *testing.T) {
	for _, n := range []int{1, 10} { // of which ten are served together
		for _, typ := range []zmq.SocketType{zmq.PUB, zmq.XPUB} {
			zc, log := rig.LoggedContext(t)
			r := &rig.Test{T: t, Ctx: rig.Deadline(t), ZMQ: zc}
			pub, at := r.Bind(typ, rig.AnyPort)
			events := r.Watch(pub, zmq.EventMessageRefused|zmq.EventDisconnected)
			var subs []*zmq.Socket
			for i := range n + 1 {
				s := r.Socket(zmq.SUB)
				if i == 0 {
					r.Check(zmq.MaxMessageSize.Set(s, 1000))
				}
				r.Check(s.Subscribe(""))
				r.Check(s.Connect(at))
				subs = append(subs, s)
			}
			r.WaitSubscribers(pub, "", n+1)
			for range 10 {
				r.Send(pub, "small")
			}
			r.Send(pub, rig.Large(1001))
			r.Send(pub, "part", rig.Large(1001), "part")
			r.Send(pub, rig.Large(1000), rig.Large(1000))
			for i, s := range subs {
				for range 10 {
					r.WantRecv(s, "small")
				}
				if i > 0 {
					r.WantRecv(s, rig.Large(1001))
					r.WantRecv(s, "part", rig.Large(1001), "part")
				}
				r.WantRecv(s, rig.Large(1000), rig.Large(1000))
			}
			e := events.Want(zmq.EventMessageRefused)[0]
			if !errors.Is(e.Err, zmq.ErrMessageTooLarge) || !strings.Contains(e.Err.Error(), "1001") || e.Peer.Remote == "" || e.Remote != e.Peer.Remote {
				t.Errorf("%s: told of %+v", typ, e)
			}
			if st := pub.Stats(); st.Drops.Refused != 2 || st.Disconnected != 0 {
				t.Errorf("%s: %+v", typ, st)
			}
			log.Wait(t, "message dropped: the peer does not accept it", "1001")
		}
	}
}

// TestMessageQueuedBeforeItsPeerIsThereCountsAsRefused: nothing was known when it was sent.
func TestMessageQueuedBeforeItsPeerIsThereCountsAsRefused(t *testing.T) {
	r := rig.New(t)
	first, at := r.Bind(zmq.PULL, rig.AnyPort)
	r.Check(first.Close())
	c := r.Socket(zmq.PUSH)
	r.Check(c.Connect(at))
	r.Send(c, rig.Large(1001))
	r.Send(c, "behind")
	b := r.BindAt(zmq.PULL, at, zmq.MaxMessageSize.Of(1000))
	r.WantRecv(b, "behind")
	if st := c.Stats(); st.Drops.Refused != 1 || st.Disconnected != 0 {
		t.Errorf("%+v", st)
	}
}

// TestMessageGoesToAPeerThatAcceptsIt: where the socket has a choice, and it waits for that
// peer while it is full.
func TestMessageGoesToAPeerThatAcceptsIt(t *testing.T) {
	r := rig.New(t)
	push, at := r.Bind(zmq.PUSH, rig.AnyPort, rig.SmallQueues(2)...)
	small := r.Connect(zmq.PULL, at, zmq.MaxMessageSize.Of(1000))
	large := r.Connect(zmq.PULL, at, rig.SmallQueues(1)...)
	r.WaitPeers(push, 2)
	n := 0
	body := rig.Large(20_000)
	for push.TrySend([]byte(body)) == nil {
		n++
	}
	waiting := r.GoSend(push, body)
	for range n + 1 {
		r.WantRecv(large, body)
	}
	r.Check(r.Result(waiting))
	if st := push.Stats(); st.Drops != (zmq.Drops{}) || st.Disconnected != 0 {
		t.Errorf("%+v", st)
	}
	r.WantNothing(small) // which had room all the time
	r.Check(large.Close())
	r.WaitPeersLeft(push, 1)
	if err := push.Send(r.Ctx, []byte(body)); !errors.Is(err, zmq.ErrMessageTooLarge) {
		t.Errorf("with the small one alone: %v", err)
	}
}

// TestProxyGoesOnWhenAPeerRefusesAMessage: behind it what fits flows, and the loss is
// counted.
func TestProxyGoesOnWhenAPeerRefusesAMessage(t *testing.T) {
	for _, types := range [][4]zmq.SocketType{
		{zmq.PUSH, zmq.PULL, zmq.PUSH, zmq.PULL},
		{zmq.DEALER, zmq.ROUTER, zmq.DEALER, zmq.ROUTER},
		{zmq.PUB, zmq.XSUB, zmq.XPUB, zmq.SUB},
	} {
		for _, receivers := range []int{1, 2} {
			r := rig.New(t)
			front, in := r.Bind(types[1], rig.AnyPort)
			back, out := r.Bind(types[2], rig.AnyPort)
			proxy, err := zmq.NewProxy(front, back)
			r.Check(err)
			done := make(chan error, 1)
			go func() { done <- proxy.Run(r.Ctx) }()
			var to []*zmq.Socket
			for range receivers {
				s := r.Socket(types[3], zmq.MaxMessageSize.Of(1000))
				if types[3] == zmq.SUB {
					r.Check(s.Subscribe(""))
				}
				r.Check(s.Connect(out))
				to = append(to, s)
			}
			from := r.Connect(types[0], in)
			r.WaitPeers(back, receivers)
			if types[0] == zmq.PUB {
				r.WaitSubscribers(from, "", 1)
				r.WaitSubscribers(back, "", receivers)
			}
			r.Send(from, rig.Large(1001))
			for range receivers {
				r.Send(from, "behind")
			}
			for _, s := range to {
				if m := r.Recv(s); m[len(m)-1] != "behind" {
					t.Errorf("%v: received %q", types, m)
				}
			}
			st := back.Stats()
			if n := st.Drops.Refused + proxy.Statistics().Backend.Refused; n == 0 || st.Disconnected != 0 {
				t.Errorf("%v with %d receivers: %d refused, %+v", types, receivers, n, st)
			}
			proxy.Terminate()
			r.Check(r.Result(done))
		}
	}
}

// TestRefusalIsNotLoggedInsideSend: the program's handler may hold a lock around Send.
func TestRefusalIsNotLoggedInsideSend(t *testing.T) {
	var mu sync.Mutex
	logged := make(chan struct{}, 100)
	zc, err := zmq.NewContext(zmq.ContextConfig{Logger: slog.New(lockingHandler{&mu, logged})})
	rig.Must(t, err)
	r := &rig.Test{T: t, Ctx: rig.Deadline(t), ZMQ: zc}
	t.Cleanup(func() { rig.Must(t, zc.Term(rig.Deadline(t))) })
	pub, at := r.Bind(zmq.PUB, rig.AnyPort)
	sub := r.Socket(zmq.SUB, zmq.MaxMessageSize.Of(1000))
	r.Check(sub.Subscribe(""))
	r.Check(sub.Connect(at))
	r.WaitSubscribers(pub, "", 1)
	for len(logged) > 0 {
		<-logged
	}
	mu.Lock()
	r.Send(pub, rig.Large(1001))
	r.Send(pub, "small")
	mu.Unlock()
	r.WantRecv(sub, "small")
	select {
	case <-logged:
	case <-r.Ctx.Done():
		t.Error("the refusal was not logged")
	}
}

// lockingHandler is a log handler that takes a lock of the program.
type lockingHandler struct {
	mu     *sync.Mutex
	logged chan struct{}
}

func (h lockingHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h lockingHandler) Handle(_ context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if strings.Contains(r.Message, "does not accept") {
		h.logged <- struct{}{}
	}
	return nil
}

func (h lockingHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h lockingHandler) WithGroup(string) slog.Handler      { return h }

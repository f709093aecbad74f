// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bytes"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/interop/peer"
	"github.com/gozmq/zmq/ws"
)

// eachJSZMQLink runs a test with either side bound: link connects the two. To connect to
// jszmq, NoMechanism is needed, because it agrees to any protocol that it is offered.
func eachJSZMQLink(t *testing.T, test func(t *testing.T, js *peer.Process, ours func(zmq.SocketType) *zmq.Socket, link func(*zmq.Socket, *peer.Socket))) {
	for _, bound := range []string{"ours", "jszmq"} {
		t.Run(bound+" bound", func(t *testing.T) {
			js := peer.StartJSZMQ(t)
			cfg := ws.Config{NoMechanism: bound == "jszmq"}
			zctx := newContext(t, zmq.ContextConfig{Settings: []zmq.Setting{zmq.Linger.Of(0), zmq.WithTransports(ws.Transports(cfg)...)}})
			ours := func(typ zmq.SocketType) *zmq.Socket {
				s, err := zctx.NewSocket(typ)
				check(t, err)
				return s
			}
			test(t, js, ours, func(s *zmq.Socket, theirs *peer.Socket) {
				if bound == "ours" {
					theirs.Connect(bind(t, s, "ws://127.0.0.1:*/zmq"))
				} else {
					connect(t, s, theirs.Bind("ws://127.0.0.1:*"))
				}
			})
		})
	}
}

// TestRequestsWithJSZMQ: REQ and REP either way, of every size at which a header has
// another form.
func TestRequestsWithJSZMQ(t *testing.T) {
	eachJSZMQLink(t, func(t *testing.T, js *peer.Process, ours func(zmq.SocketType) *zmq.Socket, link func(*zmq.Socket, *peer.Socket)) {
		rep, req := ours(zmq.REP), js.Socket("REQ", nil)
		link(rep, req)
		answering, asking := js.Socket("REP", nil), ours(zmq.REQ)
		link(asking, answering)
		for _, n := range []int{0, 1, 124, 125, 126, 255, 256, 65534, 65535, 65536, 300_000} {
			body := bytes.Repeat([]byte{byte(n), 'x'}, n/2+1)[:n]
			check(t, req.Send(patience, body, []byte("more")))
			recv(t, rep, string(body), "more")
			send(t, rep, "re", string(body))
			recvTheirs(t, req, "re", string(body))

			send(t, asking, string(body))
			recvTheirs(t, answering, string(body))
			check(t, answering.Send(patience, body))
			recv(t, asking, string(body))
		}
	})
}

// TestSubscriptionsWithJSZMQ either way.
func TestSubscriptionsWithJSZMQ(t *testing.T) {
	eachJSZMQLink(t, func(t *testing.T, js *peer.Process, ours func(zmq.SocketType) *zmq.Socket, link func(*zmq.Socket, *peer.Socket)) {
		pub, theirSub := ours(zmq.PUB), js.Socket("SUB", nil)
		theirSub.Subscribe("A.")
		link(pub, theirSub)
		check(t, pub.WaitSubscribers(within(t), "A.", 1))
		send(t, pub, "B.no")
		send(t, pub, "A.yes", "more")
		recvTheirs(t, theirSub, "A.yes", "more")

		sub, theirPub := ours(zmq.SUB), js.Socket("PUB", nil)
		check(t, sub.Subscribe("A."))
		link(sub, theirPub)
		eventually(t, "a message comes through", func() bool {
			check(t, theirPub.Send(patience, []byte("B.no")))
			check(t, theirPub.Send(patience, []byte("A.yes")))
			m, err := sub.TryRecv()
			if err == nil && m.String() != "A.yes" {
				t.Fatalf("received %q", m)
			}
			return err == nil
		})
	})
}

// TestPipelinesAndRoutersWithJSZMQ: PUSH, PULL, DEALER and ROUTER.
func TestPipelinesAndRoutersWithJSZMQ(t *testing.T) {
	eachJSZMQLink(t, func(t *testing.T, js *peer.Process, ours func(zmq.SocketType) *zmq.Socket, link func(*zmq.Socket, *peer.Socket)) {
		pull, push := ours(zmq.PULL), js.Socket("PUSH", nil)
		link(pull, push)
		theirPull, ourPush := js.Socket("PULL", nil), ours(zmq.PUSH)
		link(ourPush, theirPull)
		for range 20 {
			check(t, push.Send(patience, []byte("one"), []byte("two")))
			recv(t, pull, "one", "two")
			send(t, ourPush, "three")
			recvTheirs(t, theirPull, "three")
		}
		router, dealer := ours(zmq.ROUTER), js.Socket("DEALER", nil)
		link(router, dealer)
		check(t, dealer.Send(patience, []byte("hello")))
		m, err := router.Recv(within(t))
		check(t, err)
		if m.Len() != 2 || string(m.Frame(1)) != "hello" {
			t.Fatalf("received %q", m)
		}
		check(t, router.Send(within(t), m.Frame(0), []byte("welcome")))
		recvTheirs(t, dealer, "welcome")
	})
}

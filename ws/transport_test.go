// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/test/rig"
	"github.com/gozmq/zmq/ws"
)

// admit runs a handler that admits all peers.
func admit(r *rig.Test) {
	r.Helper()
	h, err := auth.Start(r.ZMQ, auth.Config{Default: auth.Rules{
		InsecureAllowNull: true, Passwords: auth.PasswordMap{"user": "secret"}, Keys: auth.InsecureAllowAnyKey(),
	}})
	r.Check(err)
	r.Cleanup(func() { r.Check(h.Close()) })
}

// eachWay runs a test over each scheme with each mechanism, and with ws and wss without
// one.
func eachWay(t *testing.T, test func(r *rig.Test, scheme string, m sides)) {
	for _, scheme := range schemes {
		for _, m := range mechanisms() {
			t.Run(scheme+"/"+m.name, func(t *testing.T) {
				r := newTest(t, ws.Config{})
				admit(r)
				test(r, scheme, m)
			})
		}
		if scheme != "tls" {
			t.Run(scheme+"/none", func(t *testing.T) {
				test(newTest(t, ws.Config{NoMechanism: true}), scheme, sides{name: ""})
			})
		}
	}
}

// sizes are those at which a form of a header ends, in WebSocket, with the byte of flags,
// in ZMTP or in the records of TLS, and some larger ones.
var sizes = []int{0, 1, 2, 123, 124, 125, 126, 127, 254, 255, 256, 257, 4095, 4096, 16383, 16384, 65533, 65534, 65535, 65536, 65537, 300_000, 3_000_000}

// TestMessagesOfEverySize: what is sent arrives, in order, with every size of frame and
// several frames in a message.
func TestMessagesOfEverySize(t *testing.T) {
	eachWay(t, func(r *rig.Test, scheme string, m sides) {
		pull, at := r.Bind(zmq.PULL, anyPort(scheme), m.server...)
		push := r.Connect(zmq.PUSH, at, m.client...)
		back, at := r.Bind(zmq.PUSH, anyPort(scheme), m.server...)
		sink := r.Connect(zmq.PULL, at, m.client...)
		for _, way := range [][2]*zmq.Socket{{push, pull}, {back, sink}} {
			done := make(chan error, 1)
			go func() {
				for i, n := range sizes {
					if err := way[0].Send(r.Ctx, pattern(i, n)); err != nil {
						done <- err
						return
					}
				}
				done <- way[0].Send(r.Ctx, pattern(1, 1), nil, pattern(2, 70_000), pattern(3, 200), pattern(4, 5000))
			}()
			for i, n := range sizes {
				got, err := way[1].Recv(r.Ctx)
				r.Check(err)
				if got.Len() != 1 || !bytes.Equal(got.Frame(0), pattern(i, n)) {
					r.Fatalf("message %d of %d bytes: %d frames, the first has %d bytes", i, n, got.Len(), len(got.Frame(0)))
				}
			}
			got, err := way[1].Recv(r.Ctx)
			r.Check(err)
			want := [][]byte{pattern(1, 1), nil, pattern(2, 70_000), pattern(3, 200), pattern(4, 5000)}
			for i, f := range got.Frames() {
				if !bytes.Equal(f, want[i]) {
					r.Errorf("frame %d has %d bytes, want %d", i, len(f), len(want[i]))
				}
			}
			r.Check(<-done)
		}
	})
}

// pattern is n bytes that differ from those of another message and from each other.
func pattern(seed, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8 + seed)
	}
	return b
}

// TestManySmallMessages: a stream of small messages, which are written and read many at a
// time.
func TestManySmallMessages(t *testing.T) {
	eachWay(t, func(r *rig.Test, scheme string, m sides) {
		const n = 20_000
		pull, at := r.Bind(zmq.PULL, anyPort(scheme), m.server...)
		push := r.Connect(zmq.PUSH, at, m.client...)
		done := make(chan error, 1)
		go func() {
			for i := range n {
				if err := push.SendString(r.Ctx, fmt.Sprint(i)); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		for i := range n {
			got, err := pull.Recv(r.Ctx)
			r.Check(err)
			if got.String() != fmt.Sprint(i) {
				r.Fatalf("message %d is %q", i, got.String())
			}
		}
		r.Check(<-done)
	})
}

// TestPatterns: requests and replies, subscriptions, identities and groups.
func TestPatterns(t *testing.T) {
	eachWay(t, func(r *rig.Test, scheme string, m sides) {
		rep, at := r.Bind(zmq.REP, anyPort(scheme), m.server...)
		req := r.Connect(zmq.REQ, at, m.client...)
		for range 20 { // lent to the receivers, in the end
			r.Send(req, "question")
			r.WantRecv(rep, "question")
			r.Send(rep, "an", "answer")
			r.WantRecv(req, "an", "answer")
		}

		router, at := r.Bind(zmq.ROUTER, anyPort(scheme), m.server...)
		dealer := r.Connect(zmq.DEALER, at, append([]zmq.Setting{rig.RoutingID("someone")}, m.client...)...)
		r.Send(dealer, "hello")
		r.WantRecv(router, "someone", "hello")
		r.Send(router, "someone", "welcome")
		r.WantRecv(dealer, "welcome")

		pub, at := r.Bind(zmq.PUB, anyPort(scheme), m.server...)
		sub := r.Socket(zmq.SUB, m.client...)
		r.Check(sub.Subscribe("a"))
		r.Check(sub.Connect(at))
		r.WaitSubscribers(pub, "a1", 1)
		r.Check(sub.Subscribe("b"))
		r.WaitSubscribers(pub, "b1", 1)
		r.Check(sub.Unsubscribe("a"))
		r.WaitUntil("the subscription to end", func() bool { r.Send(pub, "b"); return zmq.TopicsCount.Get(pub) == 1 })
		r.Send(pub, "a")
		r.Send(pub, "b!")
		for {
			if got := r.Recv(sub); got[0] == "b!" {
				break
			} else if got[0] != "b" {
				r.Fatalf("received %q", got)
			}
		}
		if m.name == "" { // without commands a peer cannot join a group
			return
		}
		radio, at := r.Bind(zmq.RADIO, anyPort(scheme), m.server...)
		dish := r.Socket(zmq.DISH, m.client...)
		r.Check(dish.Join("g"))
		r.Check(dish.Connect(at))
		r.WaitUntil("a member", func() bool { r.Radio(radio, "g", "x"); return pollIn(dish) })
		r.RecvMessage(dish, "x")
	})
}

func pollIn(s *zmq.Socket) bool { return s.Events()&zmq.PollIn != 0 }

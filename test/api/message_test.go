// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// The receiver of a message may change it, because its frames belong to no other
// message.

// frameSizes are below and above the size from which frames are not copied on the
// way where that can be helped.
var frameSizes = []int{10, 4 << 10, 100 << 10}

func TestFramesAreTheReceiversOwnAmongSeveralSubscribers(t *testing.T) {
	for _, size := range frameSizes {
		r := rig.New(t)
		pub, at := r.Bind(zmq.PUB, "inproc://it")
		r.Check(pub.Bind(rig.AnyPort))
		subs := []*zmq.Socket{r.Connect(zmq.SUB, at), r.Connect(zmq.SUB, at), r.Connect(zmq.SUB, pub.LastEndpoint())}
		for _, s := range subs {
			r.Check(s.Subscribe(""))
		}
		r.WaitSubscribers(pub, "", len(subs))
		head, body := bytes.Repeat([]byte("h"), size), bytes.Repeat([]byte("b"), size)
		for round := range 4 {
			if round%2 == 0 {
				r.Check(pub.Send(r.Ctx, head, body))
			} else {
				r.Check(pub.SendMessage(r.Ctx, zmq.NewMessage(bytes.Clone(head), bytes.Clone(body))))
			}
			done := make(chan bool, len(subs))
			for _, s := range subs {
				go func() {
					m, err := s.Recv(r.Ctx)
					done <- err == nil && bytes.Equal(m.Frame(0), head) && bytes.Equal(m.Frame(1), body)
					if err == nil {
						clear(m.Frame(0))
						clear(m.Frame(1))
					}
				}()
			}
			for range subs {
				if !<-done {
					t.Fatalf("%d bytes, round %d: received something else", size, round)
				}
			}
		}
	}
}

func TestFramesAreTheReceiversOwnAmongSeveralPublishers(t *testing.T) {
	r := rig.New(t)
	xsub := r.Socket(zmq.XSUB)
	var xpubs []*zmq.Socket
	for _, at := range []string{"inproc://a", "inproc://b"} {
		xpub, _ := r.Bind(zmq.XPUB, at)
		r.Check(xsub.Connect(at))
		xpubs = append(xpubs, xpub)
	}
	body := bytes.Repeat([]byte("u"), 8<<10)
	r.Check(xsub.SendMessage(r.Ctx, zmq.NewMessage(bytes.Clone(body))))
	for _, x := range xpubs {
		m, err := x.Recv(r.Ctx)
		r.Check(err)
		if !bytes.Equal(m.Bytes(), body) {
			t.Fatal("received something else")
		}
		clear(m.Bytes())
	}
}

// The one receiver in process of a message that was handed over gets it without a
// copy.
func TestSendMessageInprocCopiesNothing(t *testing.T) {
	for _, types := range [][2]zmq.SocketType{{zmq.PULL, zmq.PUSH}, {zmq.SUB, zmq.PUB}} {
		r := rig.New(t)
		to, from := r.Pair(types[0], types[1], "inproc://it")
		if types[0] == zmq.SUB {
			r.Check(to.Subscribe(""))
		}
		body := make([]byte, 8<<10)
		r.Check(from.SendMessage(r.Ctx, zmq.NewMessage(body)))
		m, err := to.Recv(r.Ctx)
		r.Check(err)
		if &m.Bytes()[0] != &body[0] {
			t.Errorf("%v: the frame was copied", types)
		}
	}
}

func TestRoutingIDsAreTheReceiversOwn(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		router, at := r.Bind(zmq.ROUTER, endpoint)
		d := r.Connect(zmq.DEALER, at, rig.RoutingID("dealer"))
		r.Send(d, "1")
		r.Send(d, "2")
		first, err := router.Recv(r.Ctx)
		r.Check(err)
		clear(first.Frame(0))
		for _, p := range router.Peers() {
			clear(p.RoutingID)
		}
		r.WantRecv(router, "dealer", "2")
		r.Send(router, "dealer", "reply")
		r.WantRecv(d, "reply")
	})
}

func TestMessageClone(t *testing.T) {
	r := rig.New(t)
	b, c := r.Pair(zmq.PULL, zmq.PUSH, rig.AnyPort)
	r.Send(c, "head", "", "tail")
	m, err := b.Recv(r.Ctx)
	r.Check(err)
	n := m.Clone()
	for _, f := range m.Frames() {
		clear(f)
	}
	if n.Len() != 3 || n.String() != "head" || string(n.Last()) != "tail" || n.Peer().SocketType != "PUSH" {
		t.Errorf("the copy is %q of %+v", n.Frames(), n.Peer())
	}
	if z := (zmq.Message{}).Clone(); z.Len() != 0 {
		t.Errorf("the copy of nothing has %d frames", z.Len())
	}
}

func TestStringsOfAMessage(t *testing.T) {
	if got := zmq.NewStringMessage("a", "", "c").Strings(); !slices.Equal(got, []string{"a", "", "c"}) {
		t.Errorf("got %q", got)
	}
	if got := (zmq.Message{}).Strings(); got != nil {
		t.Errorf("the message without frames has %q", got)
	}
}

// What is beyond the message is nil, what is in it is not.
func TestFrameBeyondTheMessageIsNil(t *testing.T) {
	r := rig.New(t)
	for _, at := range []string{"inproc://frames", rig.AnyPort} {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, at)
		for _, sent := range []zmq.Message{zmq.NewMessage(nil), zmq.NewMessage([]byte("a"), nil, []byte("b"), nil)} {
			n := sent.Len()
			for _, m := range []zmq.Message{sent, sent.Clone(), {}} {
				if m.Len() == 0 {
					r.Check(push.SendMessage(r.Ctx, sent))
					var err error
					m, err = pull.Recv(r.Ctx)
					r.Check(err)
				}
				for i := -2; i < n+3; i++ {
					if there := m.Frame(i) != nil; there != (i >= 0 && i < n) {
						t.Errorf("%s, %d frames: frame %d is there: %v", at, n, i, there)
					}
				}
			}
		}
	}
	if (zmq.Message{}).Frame(0) != nil {
		t.Error("the zero Message has a frame")
	}
}

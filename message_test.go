// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"bytes"
	"slices"
	"testing"

	zmq "github.com/gozmq/zmq"
)

// Who receives a message may change it: nobody else has its frames.

// frameSizes are below and above the size from which frames are not copied on the
// way where that can be helped.
var frameSizes = []int{10, 4 << 10, 100 << 10}

func TestFramesAreTheReceiversOwnAmongSeveralSubscribers(t *testing.T) {
	for _, size := range frameSizes {
		r := newRig(t)
		pub, at := r.bind(zmq.PUB, "inproc://it")
		r.check(pub.Bind("tcp://127.0.0.1:*"))
		subs := []*zmq.Socket{r.connect(zmq.SUB, at), r.connect(zmq.SUB, at), r.connect(zmq.SUB, pub.LastEndpoint())}
		for _, s := range subs {
			r.check(s.Subscribe(""))
		}
		r.subscribers(pub, "", len(subs))
		head, body := bytes.Repeat([]byte("h"), size), bytes.Repeat([]byte("b"), size)
		for round := range 4 {
			if round%2 == 0 {
				r.check(pub.Send(r.ctx, head, body))
			} else {
				r.check(pub.SendMessage(r.ctx, zmq.NewMessage(bytes.Clone(head), bytes.Clone(body))))
			}
			done := make(chan bool, len(subs))
			for _, s := range subs {
				go func() {
					m, err := s.Recv(r.ctx)
					done <- err == nil && bytes.Equal(m.Frame(0), head) && bytes.Equal(m.Frame(1), body)
					if err == nil {
						clear(m.Frame(0))
						clear(m.Frame(1))
					}
				}()
			}
			for range subs {
				if !<-done {
					t.Fatalf("%d octets, round %d: received something else", size, round)
				}
			}
		}
	}
}

func TestFramesAreTheReceiversOwnAmongSeveralPublishers(t *testing.T) {
	r := newRig(t)
	xsub := r.socket(zmq.XSUB)
	var xpubs []*zmq.Socket
	for _, at := range []string{"inproc://a", "inproc://b"} {
		xpub, _ := r.bind(zmq.XPUB, at)
		r.check(xsub.Connect(at))
		xpubs = append(xpubs, xpub)
	}
	body := bytes.Repeat([]byte("u"), 8<<10)
	r.check(xsub.SendMessage(r.ctx, zmq.NewMessage(bytes.Clone(body))))
	for _, x := range xpubs {
		m, err := x.Recv(r.ctx)
		r.check(err)
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
		r := newRig(t)
		to, from := r.pair(types[0], types[1], "inproc://it")
		if types[0] == zmq.SUB {
			r.check(to.Subscribe(""))
		}
		body := make([]byte, 8<<10)
		r.check(from.SendMessage(r.ctx, zmq.NewMessage(body)))
		m, err := to.Recv(r.ctx)
		r.check(err)
		if &m.Bytes()[0] != &body[0] {
			t.Errorf("%v: the frame was copied", types)
		}
	}
}

func TestRoutingIDsAreTheReceiversOwn(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		router, at := r.bind(zmq.ROUTER, endpoint)
		d := r.connect(zmq.DEALER, at, named("dealer"))
		r.send(d, "1")
		r.send(d, "2")
		first, err := router.Recv(r.ctx)
		r.check(err)
		clear(first.Frame(0))
		for _, p := range router.Peers() {
			clear(p.RoutingID)
		}
		r.want(router, "dealer", "2")
		r.send(router, "dealer", "reply")
		r.want(d, "reply")
	})
}

func TestMessageClone(t *testing.T) {
	r := newRig(t)
	b, c := r.pair(zmq.PULL, zmq.PUSH, "tcp://127.0.0.1:*")
	r.send(c, "head", "", "tail")
	m, err := b.Recv(r.ctx)
	r.check(err)
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

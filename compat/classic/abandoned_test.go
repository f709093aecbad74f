// SPDX-License-Identifier: Apache-2.0

package classic

import (
	"bytes"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// TestAbandonedMessageIsDiscarded: the peer goes between two frames. The last frame
// returns at once, and the next message is clean.
func TestAbandonedMessageIsDiscarded(t *testing.T) {
	for _, types := range [][2]zmq.SocketType{{zmq.PUSH, zmq.PULL}, {zmq.DEALER, zmq.DEALER}, {zmq.PAIR, zmq.PAIR}, {zmq.REQ, zmq.REP}} {
		for _, flags := range []int{0, DontWait} {
			t.Run(types[0].String(), func(t *testing.T) {
				c := newContext(t)
				s, p := c.socket(t, types[0]), c.socket(t, types[1])
				must(t, s.Bind("tcp://127.0.0.1:*"))
				endpoint := s.Underlying().LastEndpoint()
				must(t, p.Connect(endpoint))
				must(t, s.Underlying().WaitPeers(zmqtest.Deadline(t), 1))
				lost := s.Underlying().Monitor(zmqtest.Deadline(t), zmq.EventDisconnected)
				must(t, s.Send([]byte("old1"), SendMore|flags))
				must(t, p.Close())
				for range lost {
					break
				}
				if n := len(s.Underlying().Peers()); n != 0 {
					t.Fatalf("%d peers are left", n)
				}
				must(t, s.Send([]byte("old2"), SendMore|flags))
				must(t, s.Send([]byte("old3"), flags)) // waits for ever if it waits
				p = c.socket(t, types[1])
				must(t, p.Connect(endpoint))
				must(t, s.Underlying().WaitPeers(zmqtest.Deadline(t), 1))
				must(t, s.Send([]byte("new1"), SendMore|flags))
				must(t, s.Send([]byte("new2"), flags))
				got, _, err := p.RecvAll(0)
				must(t, err)
				if want := [][]byte{[]byte("new1"), []byte("new2")}; !slices.EqualFunc(got, want, bytes.Equal) {
					t.Errorf("got %q", got)
				}
			})
		}
	}
}

// TestRawDataIsTheLastFrame: what follows a routing id is sent at once on a STREAM and
// a raw ROUTER, whatever the flags, and ends the message.
func TestRawDataIsTheLastFrame(t *testing.T) {
	for _, kind := range []zmq.SocketType{zmq.STREAM, zmq.ROUTER} {
		t.Run(kind.String(), func(t *testing.T) {
			s := newContext(t).socket(t, kind)
			if kind == zmq.ROUTER {
				must(t, s.SetInt(optRouterRaw, 1))
			}
			must(t, s.SetInt(optRecvTimeout, 5000))
			must(t, s.Bind("tcp://127.0.0.1:*"))
			conn, err := net.Dial("tcp", s.Underlying().LastEndpoint()[len("tcp://"):])
			must(t, err)
			defer conn.Close()
			must(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
			_, err = conn.Write([]byte("hello"))
			must(t, err)
			var id string
			for data := ""; data != "hello"; data = recv(t, s) {
				id = recv(t, s)
			}
			for _, text := range []string{"one", "two"} {
				must(t, s.Send([]byte(id), SendMore))
				must(t, s.Send([]byte(text), SendMore))
				b := make([]byte, len(text))
				if _, err := conn.Read(b); err != nil || string(b) != text {
					t.Errorf("%q, %v", b, err)
				}
			}
		})
	}
}

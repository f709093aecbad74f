// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// waited is a PULL with one peer, of which each message has met a receiver that
// waited: most likely it reads the connection itself by now.
func waited(t *testing.T) (s *zmq.Socket, p *rig.RawPeer) {
	s = rig.Socket(t, zmq.PULL)
	rig.Must(t, s.Bind(rig.AnyPort))
	p = rig.DialRaw(t, s.LastEndpoint())
	p.Handshake(1, "PUSH")
	for n := range 100 {
		got := receiving(t, s)
		p.Write(wire.AppendFrame(nil, 0, fmt.Append(nil, n)))
		if m := <-got; m != fmt.Sprint(n) {
			t.Fatalf("received %q, want %d", m, n)
		}
	}
	return s, p
}

// receiving begins to receive a message and tells it, or why there is none.
func receiving(t *testing.T, s *zmq.Socket) <-chan string {
	got := make(chan string, 1)
	ctx := rig.Deadline(t)
	go func() {
		m, err := s.Recv(ctx)
		if err != nil {
			got <- err.Error()
			return
		}
		got <- m.String()
	}()
	return got
}

// RFC 37, Heartbeating: a PING is answered, whether the connection's reader
// or a receiver reads.
func TestPingWhoeverReads(t *testing.T) {
	for _, waits := range []bool{true, false} {
		t.Run(fmt.Sprintf("waits=%v", waits), func(t *testing.T) {
			s, p := waited(t)
			var got <-chan string
			for range 20 {
				if waits && got == nil {
					got = receiving(t, s)
				}
				p.Write(wire.AppendPing(nil, 100, []byte("here")))
				flags, body := p.ReadFrame()
				if want := wire.AppendPong(nil, []byte("here"))[2:]; flags&wire.FlagCommand == 0 || !bytes.Equal(body, want) {
					t.Fatalf("% X, want % X", body, want)
				}
			}
			if waits {
				p.Write(wire.AppendFrame(nil, 0, []byte("after")))
				if m := <-got; m != "after" {
					t.Errorf("received %q", m)
				}
			}
		})
	}
}

// A violation ends the connection, not the call that happens to read it.
func TestViolationMeetsAReceiver(t *testing.T) {
	s, p := waited(t)
	got := receiving(t, s)
	whole := wire.AppendFrame(nil, 0, []byte("what came before"))
	p.Write(append(whole, wire.FlagLong, 0xFF, 0, 0, 0, 0, 0, 0, 0)) // a length beyond 63 bits
	if m := <-got; m != "what came before" {
		t.Errorf("received %q", m)
	}
	got = receiving(t, s)
	if b, err := io.ReadAll(p.Conn); len(b) > 0 {
		t.Errorf("% X, %v; want the end", b, err)
	}
	next := rig.DialRaw(t, s.LastEndpoint())
	next.Handshake(1, "PUSH")
	next.Write(wire.AppendFrame(nil, 0, []byte("of the next")))
	if m := <-got; m != "of the next" {
		t.Errorf("received %q", m)
	}
}

// Bytes come one by one.
func TestReceiverPutsFramesTogether(t *testing.T) {
	s, p := waited(t)
	for _, body := range [][]byte{[]byte("short"), bytes.Repeat([]byte("l"), 300)} {
		got := receiving(t, s)
		for _, b := range wire.AppendFrame(nil, 0, body) {
			p.Write([]byte{b})
		}
		if m := <-got; m != string(body) {
			t.Fatalf("received %q, want %q", m, body)
		}
	}
}

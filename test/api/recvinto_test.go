// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// recvInto receives into m and checks that it is a message of one frame.
func recvInto(r *rig.Test, s *zmq.Socket, m *zmq.Message, want []byte) {
	r.Helper()
	if err := s.RecvInto(r.Ctx, m); err != nil {
		r.Fatal(err)
	}
	if m.Len() != 1 || !bytes.Equal(m.Bytes(), want) {
		r.Fatalf("received %d frames, %d bytes: %.40q; want %.40q", m.Len(), m.Size(), m.Bytes(), want)
	}
}

// numberedBody is n bytes of which the first tell a number and the others too.
func numberedBody(number, n int) []byte {
	b := bytes.Repeat([]byte{byte(number)}, n)
	copy(b, fmt.Sprintf("%07d", number))
	return b
}

var intoSizes = []int{0, 1, 7, 100, 2000, 5000, 20000, 33000, 65536, 300000, 2000000}

func TestRecvIntoUsesMemoryAgain(t *testing.T) {
	for _, endpoint := range []string{rig.AnyPort, "inproc://into"} {
		for _, types := range [][2]zmq.SocketType{{zmq.PULL, zmq.PUSH}, {zmq.SUB, zmq.PUB}, {zmq.DEALER, zmq.DEALER}} {
			t.Run(fmt.Sprint(endpoint[:3], types[0]), func(t *testing.T) {
				r := rig.New(t)
				in, out := r.Pair(types[0], types[1], endpoint)
				if types[0] == zmq.SUB {
					r.Check(in.Subscribe(""))
					r.WaitSubscribers(out, "", 1)
				}
				var m zmq.Message
				for i := range 300 {
					body := numberedBody(i, intoSizes[i%len(intoSizes)])
					r.Check(out.Send(r.Ctx, body))
					recvInto(r, in, &m, body)
				}
			})
		}
	}
}

// Messages of a stream arrive whole and in order, whatever mix of calls receives them.
func TestRecvIntoAmongOthers(t *testing.T) {
	for _, endpoint := range []string{rig.AnyPort, "inproc://among"} {
		t.Run(endpoint[:3], func(t *testing.T) {
			r := rig.New(t)
			pull, push := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
			const n = 5000
			sent := make(chan error, 1)
			go func() {
				for i := range n {
					if err := push.Send(r.Ctx, numberedBody(i, 200+i%1500)); err != nil {
						sent <- err
						return
					}
				}
				sent <- nil
			}()
			var m, other zmq.Message
			var kept [][]byte
			for i := range n {
				want := numberedBody(i, 200+i%1500)
				switch i % 3 {
				case 0:
					recvInto(r, pull, &m, want)
				case 1:
					recvInto(r, pull, &other, want)
				default:
					got, err := pull.Recv(r.Ctx)
					r.Check(err)
					kept = append(kept, got.Bytes())
				}
			}
			r.Check(<-sent)
			for k, got := range kept { // those of Recv stay
				if i := 3*k + 2; !bytes.Equal(got, numberedBody(i, 200+i%1500)) {
					t.Fatalf("message %d has changed: %.40q", i, got)
				}
			}
		})
	}
}

// What was handed over, or copied, is not used again.
func TestRecvIntoLeavesOthersAlone(t *testing.T) {
	r := rig.New(t)
	pull, push := r.Pair(zmq.PULL, zmq.PUSH, rig.AnyPort)
	onward, end := r.Pair(zmq.PUSH, zmq.PULL, "inproc://onward")
	for _, size := range intoSizes {
		var m zmq.Message
		for i := range 20 {
			r.Check(push.Send(r.Ctx, numberedBody(i, size)))
			recvInto(r, pull, &m, numberedBody(i, size))
			r.Check(onward.SendMessage(r.Ctx, m))
		}
		for i := range 20 {
			got, err := end.Recv(r.Ctx)
			r.Check(err)
			if !bytes.Equal(got.Bytes(), numberedBody(i, size)) {
				t.Fatalf("message %d of %d bytes has changed: %.40q", i, size, got.Bytes())
			}
		}
		r.Check(push.Send(r.Ctx, numberedBody(1, size)))
		recvInto(r, pull, &m, numberedBody(1, size))
		copied := m
		r.Check(push.Send(r.Ctx, numberedBody(2, size)))
		recvInto(r, pull, &copied, numberedBody(2, size))
		if !bytes.Equal(m.Bytes(), numberedBody(1, size)) {
			t.Fatalf("receiving into a copy changed the message: %.40q", m.Bytes())
		}
	}
}

func TestRecvIntoMultipart(t *testing.T) {
	r := rig.New(t)
	pull, push := r.Pair(zmq.PULL, zmq.PUSH, rig.AnyPort)
	var m zmq.Message
	for i := range 50 {
		r.Send(push, "single")
		recvInto(r, pull, &m, []byte("single"))
		r.Send(push, "a", fmt.Sprint(i), "c")
		r.Check(pull.RecvInto(r.Ctx, &m))
		if got := fmt.Sprint(m.Strings()); got != fmt.Sprint([]string{"a", fmt.Sprint(i), "c"}) {
			t.Fatal(got)
		}
	}
}

func TestRecvIntoFailsAndLeavesTheMessage(t *testing.T) {
	r := rig.New(t)
	pull, push := r.Pair(zmq.PULL, zmq.PUSH, rig.AnyPort)
	m := zmq.NewStringMessage("as it was")
	ended, cancel := context.WithCancel(r.Ctx)
	cancel()
	if err := pull.RecvInto(ended, &m); err != context.Canceled {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	if m.String() != "as it was" {
		t.Errorf("the message is %q", m)
	}
	r.Check(push.Send(r.Ctx, []byte("new")))
	recvInto(r, pull, &m, []byte("new"))
	if push.RecvInto(r.Ctx, &m) == nil {
		t.Error("a PUSH receives")
	}
	if m.String() != "new" {
		t.Errorf("the message is %q", m)
	}
}

// What is received into one message leaves next to nothing to collect: its memory
// comes back. The bound is a tenth of what Recv allocates. Over tcp small messages
// share memory as the reads happen to bring them, which cannot be counted on. How many
// messages wait there at a time is chance, too: a row is short, so that memory for all
// of it, at both ends, is a small part of the bound.
func TestRecvIntoAllocatesNothing(t *testing.T) {
	if rig.RaceEnabled {
		t.Skip("the race detector lets pools forget")
	}
	for _, x := range []struct {
		endpoint string
		size     int
		row      int // messages that are sent before the first is received
	}{{"inproc://again", 1000, 100}, {"inproc://again", 65536, 100}, {rig.AnyPort, 65536, 10}} {
		size, row := x.size, x.row
		t.Run(fmt.Sprint(x.endpoint[:3], size), func(t *testing.T) {
			r := rig.New(t)
			pull, push := r.Pair(zmq.PULL, zmq.PUSH, x.endpoint)
			var m zmq.Message
			body := numberedBody(1, size)
			rounds := 2000 / row
			round := func() {
				for range row {
					r.Check(push.Send(r.Ctx, body))
				}
				for range row {
					recvInto(r, pull, &m, body)
				}
			}
			for range rounds {
				round()
			}
			if got, all := allocated(rounds, round), uint64(rounds*row*size); got > all/10 {
				t.Errorf("%d bytes allocated for %d received", got, all)
			} else {
				t.Logf("%d bytes allocated for %d received", got, all)
			}
		})
	}
}

// allocated returns how many bytes f allocates in n runs, the collector off so that
// pools keep what they have.
func allocated(n int, f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

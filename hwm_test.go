// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"fmt"
	"testing"

	zmq "github.com/gozmq/zmq"
)

// stuff sends without waiting until the queue is full and returns how many
// messages fitted.
func (r *rig) stuff(s *zmq.Socket, frames ...string) int {
	r.Helper()
	for n := 0; ; n++ {
		if err := s.TrySend(octets(frames)...); err == zmq.ErrAgain {
			return n
		} else if err != nil {
			r.Fatal(err)
		}
	}
}

func TestHWMOneBothSidesInprocFitsTwo(t *testing.T) {
	r := newRig(t)
	pull, at := r.bind(zmq.PULL, "inproc://it", zmq.RecvHWM.Of(1))
	push := r.connect(zmq.PUSH, at, zmq.SendHWM.Of(1))
	if n := r.stuff(push, "x"); n != 2 {
		t.Errorf("%d messages fit, want 2", n)
	}
	r.recv(pull)
	r.recv(pull)
	if n := r.stuff(push, "x"); n != 2 {
		t.Errorf("%d messages fit the second time, want 2", n)
	}
}

func TestHWMInprocIsTheSumOfBothEndsAndZeroIsNoLimit(t *testing.T) {
	for _, x := range []struct{ send, recv, want int }{{3, 4, 7}, {1000, 1, 1001}, {0, 5, -1}, {5, 0, -1}} {
		for _, first := range []string{"bind", "connect"} {
			t.Run(fmt.Sprint(x.send, "+", x.recv, first), func(t *testing.T) {
				r := newRig(t)
				pull, push := r.socket(zmq.PULL, zmq.RecvHWM.Of(x.recv)), r.socket(zmq.PUSH, zmq.SendHWM.Of(x.send))
				if first == "bind" {
					r.check(pull.Bind("inproc://it"))
				}
				r.check(push.Connect("inproc://it"))
				if first != "bind" {
					r.check(pull.Bind("inproc://it"))
				}
				if x.want < 0 {
					for range 10_000 {
						r.try(push, "x")
					}
					return
				}
				if n := r.stuff(push, "x"); n != x.want {
					t.Errorf("%d messages fit, want %d", n, x.want)
				}
			})
		}
	}
}

func TestHWMInprocOfConnecterAloneUntilNameIsBound(t *testing.T) {
	r := newRig(t)
	push := r.socket(zmq.PUSH, zmq.SendHWM.Of(3))
	r.check(push.Connect("inproc://it"))
	if n := r.stuff(push, "x"); n != 3 {
		t.Errorf("%d messages fit before the bind, want 3", n)
	}
	sent := r.blocks(push, "x")
	pull := r.socket(zmq.PULL, zmq.RecvHWM.Of(4))
	r.check(pull.Bind("inproc://it"))
	r.check(r.result(sent))
	if n := r.stuff(push, "x"); n != 3 {
		t.Errorf("%d more fit after the bind, want 3", n)
	}
	for range 7 {
		r.recv(pull)
	}
	r.none(pull)
}

func TestHWMCountsMessagesNotFrames(t *testing.T) {
	r := newRig(t)
	pull, at := r.bind(zmq.PULL, "inproc://it", zmq.RecvHWM.Of(2))
	push := r.connect(zmq.PUSH, at, zmq.SendHWM.Of(2))
	if n := r.stuff(push, "a", "", "b", "c", "d"); n != 4 {
		t.Errorf("%d messages fit, want 4", n)
	}
	r.want(pull, "a", "", "b", "c", "d")
}

func TestHWMCreditComesBackAtTheLowWaterMark(t *testing.T) {
	r := newRig(t)
	pull, at := r.bind(zmq.PULL, "inproc://it", zmq.RecvHWM.Of(5))
	push := r.connect(zmq.PUSH, at, zmq.SendHWM.Of(5))
	if n := r.stuff(push, "x"); n != 10 {
		t.Fatalf("%d messages fit, want 10", n)
	}
	for range 4 {
		r.recv(pull)
		r.full(push, "x")
	}
	r.recv(pull) // the fifth: (10+1)/2
	if n := r.stuff(push, "x"); n != 5 {
		t.Errorf("%d messages fit after 5 were read, want 5", n)
	}
}

func TestHWMOfOutgoingPipeIsExactWhileNobodyIsThere(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		for _, hwm := range []int{1, 2, 1000} {
			pull, at := r.bind(zmq.PULL, endpoint)
			r.check(pull.Close())
			push := r.socket(zmq.PUSH, zmq.SendHWM.Of(hwm))
			r.check(push.Connect(at))
			if n := r.stuff(push, "x", ""); n != hwm {
				r.Errorf("%d messages fit, want %d", n, hwm)
			}
			pull, _ = r.bind(zmq.PULL, at)
			for range hwm {
				r.want(pull, "x", "")
			}
			r.none(pull)
			r.check(push.Close())
			r.check(pull.Close())
		}
	})
}

func TestHWMBackPressureReachesTheSenderAndLosesNothing(t *testing.T) {
	eachTransport(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint, zmq.RecvHWM.Of(1))
		push := r.connect(zmq.PUSH, at, zmq.SendHWM.Of(1))
		body := large(256 << 10)
		n := 0
		for ; push.TrySend([]byte(fmt.Sprint(n)), []byte(body)) == nil; n++ {
			if n > 10_000 {
				r.Fatal("no back-pressure")
			}
		}
		r.until("the receiver has what its mark allows", func() bool { p := pull.Peers(); return len(p) == 1 && p[0].QueuedIn > 0 })
		sent := make(chan error, 1)
		go func() {
			for i := range 20 {
				if err := push.Send(r.ctx, []byte(fmt.Sprint(n+i)), []byte(body)); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		for i := range n + 20 {
			for _, p := range pull.Peers() {
				if !inprocess(endpoint) && p.QueuedIn > 1 {
					r.Fatalf("%d messages wait, RecvHWM is 1", p.QueuedIn)
				}
			}
			r.want(pull, fmt.Sprint(i), body)
		}
		r.check(r.result(sent))
	})
}

func TestHWMChangeReachesLivePipes(t *testing.T) {
	r := newRig(t)
	pull, at := r.bind(zmq.PULL, "inproc://it", zmq.RecvHWM.Of(1))
	push := r.connect(zmq.PUSH, at, zmq.SendHWM.Of(1))
	r.stuff(push, "x")
	sent := r.blocks(push, "x")
	r.check(zmq.RecvHWM.Set(pull, 3)) // 4 in all
	r.check(r.result(sent))
	if n := r.stuff(push, "x"); n != 1 {
		t.Errorf("%d more fit, want 1", n)
	}
	r.check(zmq.SendHWM.Set(push, 7)) // 10 in all
	if n := r.stuff(push, "x"); n != 6 {
		t.Errorf("%d more fit, want 6", n)
	}
	// A lower mark counts once the queue has drained.
	r.check(zmq.SendHWM.Set(push, 1))
	r.check(zmq.RecvHWM.Set(pull, 1))
	r.full(push, "x")
	for range 10 {
		r.recv(pull)
	}
	r.none(pull)
	if n := r.stuff(push, "x"); n != 2 {
		t.Errorf("%d fit, want 2", n)
	}
}

func TestHWMChangeReachesOutgoingPipes(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint)
		r.check(pull.Close())
		push := r.socket(zmq.PUSH, zmq.SendHWM.Of(2))
		r.check(push.Connect(at))
		r.stuff(push, "x")
		sent := r.blocks(push, "x")
		r.check(zmq.SendHWM.Set(push, 5))
		r.check(r.result(sent))
		if n := r.stuff(push, "x"); n != 2 {
			r.Errorf("%d more fit, want 2", n)
		}
		r.check(zmq.SendHWM.Set(push, 0))
		for range 5000 {
			r.try(push, "x")
		}
	})
}

func TestHWMBytesHoldsLargeMessagesBack(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint)
		r.check(pull.Close())
		push := r.socket(zmq.PUSH, zmq.SendHWMBytes.Of(10_000))
		r.check(push.Connect(at))
		if n := r.stuff(push, large(2500), large(1500)); n != 3 { // 8,000 leave room for one
			r.Errorf("%d messages fit, want 3", n)
		}
		pull, _ = r.bind(zmq.PULL, at)
		for range 3 {
			r.want(pull, large(2500), large(1500))
		}
		r.send(push, large(50_000)) // larger than the mark: passes alone
		r.want(pull, large(50_000))
	})
}

// In process the marks of both ends make one queue; one that sets none leaves the
// other's.
func TestHWMBytesInprocIsTheSumOfBothEnds(t *testing.T) {
	for _, x := range []struct {
		send, recv int64
		want       int
	}{{10_000, 0, 10}, {0, 10_000, 10}, {4000, 6000, 10}, {1, 0, 1}, {0, 0, 100}} {
		for _, first := range []string{"bind", "connect"} {
			for _, sender := range []string{"bind", "connect"} {
				t.Run(fmt.Sprint(x.send, "+", x.recv, " ", first, " first, sender ", sender, "s"), func(t *testing.T) {
					r := newRig(t)
					pull := r.socket(zmq.PULL, zmq.RecvHWMBytes.Of(x.recv), zmq.RecvHWM.Of(50))
					push := r.socket(zmq.PUSH, zmq.SendHWMBytes.Of(x.send), zmq.SendHWM.Of(50))
					binds, connects := pull, push
					if sender == "bind" {
						binds, connects = push, pull
					}
					if first == "bind" {
						r.check(binds.Bind("inproc://it"))
					}
					r.check(connects.Connect("inproc://it"))
					early := 0
					if first == "connect" && sender == "connect" { // counts when the name is bound
						r.send(push, large(1000))
						early = 1
					}
					if first != "bind" {
						r.check(binds.Bind("inproc://it"))
					}
					for range 3 {
						if n := early + r.stuff(push, large(400), large(600)); n != x.want {
							t.Errorf("%d messages fit, want %d", n, x.want)
						}
						early = 0
						for range x.want {
							r.recv(pull)
						}
					}
				})
			}
		}
	}
}

func TestRecvHWMBytesStopsReading(t *testing.T) {
	eachNetwork(t, func(r *rig, endpoint string) {
		pull, at := r.bind(zmq.PULL, endpoint, zmq.RecvHWMBytes.Of(100_000))
		push := r.connect(zmq.PUSH, at)
		const n, size = 400, 50_000
		sent := make(chan error, 1)
		go func() {
			for i := range n {
				if err := push.SendString(r.ctx, fmt.Sprint(i), large(size)); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		r.arrived(pull, 2)
		for i := range n {
			for _, p := range pull.Peers() {
				if p.QueuedIn > 2 {
					r.Fatalf("%d messages of %d octets wait, RecvHWMBytes is 100,000", p.QueuedIn, size)
				}
			}
			r.want(pull, fmt.Sprint(i), large(size))
		}
		r.check(r.result(sent))
	})
}

func TestSteadySendAllocatesNothing(t *testing.T) {
	for _, endpoint := range []string{"tcp://127.0.0.1:*", "inproc://it"} {
		t.Run(endpoint[:3], func(t *testing.T) {
			if raceEnabled {
				t.Skip("the race detector allocates")
			}
			r := newRig(t)
			pull, push := r.pair(zmq.PULL, zmq.PUSH, endpoint)
			done := make(chan struct{})
			go func() {
				defer close(done)
				for m, err := range pull.Messages(r.ctx) {
					if err != nil || m.Len() == 2 {
						return
					}
				}
			}()
			// A thousand messages: a sender over tcp allocates nothing, and its receiver,
			// which is counted with it, a few times for a batch. In process a message is
			// copied, once.
			limit := 50.0
			if inprocess(endpoint) {
				limit = 1050
			}
			body := []byte("sixteen octets..")
			thousand := func() {
				for range 1000 {
					if err := push.Send(r.ctx, body); err != nil {
						t.Error(err)
					}
				}
			}
			for range 50 {
				thousand()
			}
			if n := testing.AllocsPerRun(100, thousand); n > limit {
				t.Errorf("%v allocations for 1000 messages, want %v at most", n, limit)
			} else {
				t.Logf("%v allocations for 1000 messages, both sides", n)
			}
			r.send(push, "the", "end")
			<-done
		})
	}
}

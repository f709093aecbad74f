// SPDX-License-Identifier: Apache-2.0

package pattern_test

import (
	"fmt"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// stuff sends without waiting until the queue is full and returns how many
// messages fitted.
func stuff(r *rig.Test, s *zmq.Socket, frames ...string) int {
	r.Helper()
	for n := 0; ; n++ {
		if err := s.TrySend(rig.Frames(frames)...); err == zmq.ErrAgain {
			return n
		} else if err != nil {
			r.Fatal(err)
		}
	}
}

func TestHWMOneBothSidesInprocFitsTwo(t *testing.T) {
	r := rig.New(t)
	pull, at := r.Bind(zmq.PULL, "inproc://it", zmq.RecvHWM.Of(1))
	push := r.Connect(zmq.PUSH, at, zmq.SendHWM.Of(1))
	if n := stuff(r, push, "x"); n != 2 {
		t.Errorf("%d messages fit, want 2", n)
	}
	r.Recv(pull)
	r.Recv(pull)
	if n := stuff(r, push, "x"); n != 2 {
		t.Errorf("%d messages fit the second time, want 2", n)
	}
}

func TestHWMInprocIsTheSumOfBothEndsAndZeroIsNoLimit(t *testing.T) {
	for _, x := range []struct{ send, recv, want int }{{3, 4, 7}, {1000, 1, 1001}, {0, 5, -1}, {5, 0, -1}} {
		for _, first := range []string{"bind", "connect"} {
			t.Run(fmt.Sprint(x.send, "+", x.recv, first), func(t *testing.T) {
				r := rig.New(t)
				pull, push := r.Socket(zmq.PULL, zmq.RecvHWM.Of(x.recv)), r.Socket(zmq.PUSH, zmq.SendHWM.Of(x.send))
				if first == "bind" {
					r.Check(pull.Bind("inproc://it"))
				}
				r.Check(push.Connect("inproc://it"))
				if first != "bind" {
					r.Check(pull.Bind("inproc://it"))
				}
				if x.want < 0 {
					for range 10_000 {
						r.TrySend(push, "x")
					}
					return
				}
				if n := stuff(r, push, "x"); n != x.want {
					t.Errorf("%d messages fit, want %d", n, x.want)
				}
			})
		}
	}
}

func TestHWMInprocOfConnecterAloneUntilNameIsBound(t *testing.T) {
	r := rig.New(t)
	push := r.Socket(zmq.PUSH, zmq.SendHWM.Of(3))
	r.Check(push.Connect("inproc://it"))
	if n := stuff(r, push, "x"); n != 3 {
		t.Errorf("%d messages fit before the bind, want 3", n)
	}
	sent := r.GoSend(push, "x")
	pull := r.Socket(zmq.PULL, zmq.RecvHWM.Of(4))
	r.Check(pull.Bind("inproc://it"))
	r.Check(r.Result(sent))
	if n := stuff(r, push, "x"); n != 3 {
		t.Errorf("%d more fit after the bind, want 3", n)
	}
	for range 7 {
		r.Recv(pull)
	}
	r.WantNothing(pull)
}

func TestHWMCountsMessagesNotFrames(t *testing.T) {
	r := rig.New(t)
	pull, at := r.Bind(zmq.PULL, "inproc://it", zmq.RecvHWM.Of(2))
	push := r.Connect(zmq.PUSH, at, zmq.SendHWM.Of(2))
	if n := stuff(r, push, "a", "", "b", "c", "d"); n != 4 {
		t.Errorf("%d messages fit, want 4", n)
	}
	r.WantRecv(pull, "a", "", "b", "c", "d")
}

func TestHWMCreditComesBackAtTheLowWaterMark(t *testing.T) {
	r := rig.New(t)
	pull, at := r.Bind(zmq.PULL, "inproc://it", zmq.RecvHWM.Of(5))
	push := r.Connect(zmq.PUSH, at, zmq.SendHWM.Of(5))
	if n := stuff(r, push, "x"); n != 10 {
		t.Fatalf("%d messages fit, want 10", n)
	}
	for range 4 {
		r.Recv(pull)
		r.WantFull(push, "x")
	}
	r.Recv(pull) // the fifth: (10+1)/2
	if n := stuff(r, push, "x"); n != 5 {
		t.Errorf("%d messages fit after 5 were read, want 5", n)
	}
}

func TestHWMOfOutgoingPipeIsExactWhileNobodyIsThere(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		for _, hwm := range []int{1, 2, 1000} {
			pull, at := r.Bind(zmq.PULL, endpoint)
			r.Check(pull.Close())
			push := r.Socket(zmq.PUSH, zmq.SendHWM.Of(hwm))
			r.Check(push.Connect(at))
			if n := stuff(r, push, "x", ""); n != hwm {
				r.Errorf("%d messages fit, want %d", n, hwm)
			}
			pull, _ = r.Bind(zmq.PULL, at)
			for range hwm {
				r.WantRecv(pull, "x", "")
			}
			r.WantNothing(pull)
			r.Check(push.Close())
			r.Check(pull.Close())
		}
	})
}

func TestHWMBackPressureReachesTheSenderAndLosesNothing(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint, zmq.RecvHWM.Of(1))
		push := r.Connect(zmq.PUSH, at, zmq.SendHWM.Of(1))
		body := rig.Large(256 << 10)
		n := 0
		for ; push.TrySend([]byte(fmt.Sprint(n)), []byte(body)) == nil; n++ {
			if n > 10_000 {
				r.Fatal("no back-pressure")
			}
		}
		r.WaitUntil("the receiver has what its mark allows", func() bool { p := pull.Peers(); return len(p) == 1 && p[0].QueuedIn > 0 })
		sent := make(chan error, 1)
		go func() {
			for i := range 20 {
				if err := push.Send(r.Ctx, []byte(fmt.Sprint(n+i)), []byte(body)); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		for i := range n + 20 {
			for _, p := range pull.Peers() {
				if !rig.IsInproc(endpoint) && p.QueuedIn > 1 {
					r.Fatalf("%d messages wait, RecvHWM is 1", p.QueuedIn)
				}
			}
			r.WantRecv(pull, fmt.Sprint(i), body)
		}
		r.Check(r.Result(sent))
	})
}

func TestHWMChangeReachesLivePipes(t *testing.T) {
	r := rig.New(t)
	pull, at := r.Bind(zmq.PULL, "inproc://it", zmq.RecvHWM.Of(1))
	push := r.Connect(zmq.PUSH, at, zmq.SendHWM.Of(1))
	stuff(r, push, "x")
	sent := r.GoSend(push, "x")
	r.Check(zmq.RecvHWM.Set(pull, 3)) // 4 in all
	r.Check(r.Result(sent))
	if n := stuff(r, push, "x"); n != 1 {
		t.Errorf("%d more fit, want 1", n)
	}
	r.Check(zmq.SendHWM.Set(push, 7)) // 10 in all
	if n := stuff(r, push, "x"); n != 6 {
		t.Errorf("%d more fit, want 6", n)
	}
	// A lower mark counts once the queue has drained.
	r.Check(zmq.SendHWM.Set(push, 1))
	r.Check(zmq.RecvHWM.Set(pull, 1))
	r.WantFull(push, "x")
	for range 10 {
		r.Recv(pull)
	}
	r.WantNothing(pull)
	if n := stuff(r, push, "x"); n != 2 {
		t.Errorf("%d fit, want 2", n)
	}
}

func TestHWMChangeReachesOutgoingPipes(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		r.Check(pull.Close())
		push := r.Socket(zmq.PUSH, zmq.SendHWM.Of(2))
		r.Check(push.Connect(at))
		stuff(r, push, "x")
		sent := r.GoSend(push, "x")
		r.Check(zmq.SendHWM.Set(push, 5))
		r.Check(r.Result(sent))
		if n := stuff(r, push, "x"); n != 2 {
			r.Errorf("%d more fit, want 2", n)
		}
		r.Check(zmq.SendHWM.Set(push, 0))
		for range 5000 {
			r.TrySend(push, "x")
		}
	})
}

func TestHWMBytesHoldsLargeMessagesBack(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		r.Check(pull.Close())
		push := r.Socket(zmq.PUSH, zmq.SendHWMBytes.Of(10_000))
		r.Check(push.Connect(at))
		if n := stuff(r, push, rig.Large(2500), rig.Large(1500)); n != 3 { // 8,000 leave room for one
			r.Errorf("%d messages fit, want 3", n)
		}
		pull, _ = r.Bind(zmq.PULL, at)
		for range 3 {
			r.WantRecv(pull, rig.Large(2500), rig.Large(1500))
		}
		r.Send(push, rig.Large(50_000)) // larger than the mark: passes alone
		r.WantRecv(pull, rig.Large(50_000))
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
					r := rig.New(t)
					pull := r.Socket(zmq.PULL, zmq.RecvHWMBytes.Of(x.recv), zmq.RecvHWM.Of(50))
					push := r.Socket(zmq.PUSH, zmq.SendHWMBytes.Of(x.send), zmq.SendHWM.Of(50))
					binds, connects := pull, push
					if sender == "bind" {
						binds, connects = push, pull
					}
					if first == "bind" {
						r.Check(binds.Bind("inproc://it"))
					}
					r.Check(connects.Connect("inproc://it"))
					early := 0
					if first == "connect" && sender == "connect" { // counts when the name is bound
						r.Send(push, rig.Large(1000))
						early = 1
					}
					if first != "bind" {
						r.Check(binds.Bind("inproc://it"))
					}
					for range 3 {
						if n := early + stuff(r, push, rig.Large(400), rig.Large(600)); n != x.want {
							t.Errorf("%d messages fit, want %d", n, x.want)
						}
						early = 0
						for range x.want {
							r.Recv(pull)
						}
					}
				})
			}
		}
	}
}

func TestRecvHWMBytesStopsReading(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint, zmq.RecvHWMBytes.Of(100_000))
		push := r.Connect(zmq.PUSH, at)
		const n, size = 400, 50_000
		sent := make(chan error, 1)
		go func() {
			for i := range n {
				if err := push.SendString(r.Ctx, fmt.Sprint(i), rig.Large(size)); err != nil {
					sent <- err
					return
				}
			}
			sent <- nil
		}()
		r.WaitArrived(pull, 2)
		for i := range n {
			for _, p := range pull.Peers() {
				if p.QueuedIn > 2 {
					r.Fatalf("%d messages of %d bytes wait, RecvHWMBytes is 100,000", p.QueuedIn, size)
				}
			}
			r.WantRecv(pull, fmt.Sprint(i), rig.Large(size))
		}
		r.Check(r.Result(sent))
	})
}

func TestSteadySendAllocatesNothing(t *testing.T) {
	for _, endpoint := range []string{rig.AnyPort, "inproc://it"} {
		t.Run(endpoint[:3], func(t *testing.T) {
			if rig.RaceEnabled {
				t.Skip("the race detector allocates")
			}
			r := rig.New(t)
			pull, push := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
			done := make(chan struct{})
			go func() {
				defer close(done)
				for m, err := range pull.Messages(r.Ctx) {
					if err != nil || m.Len() == 2 {
						return
					}
				}
			}()
			// A thousand messages: a sender over tcp allocates nothing, and its receiver,
			// which is counted with it, a few times for a batch. In process a message is
			// copied, once.
			limit := 50.0
			if rig.IsInproc(endpoint) {
				limit = 1050
			}
			body := []byte("sixteen bytes..")
			thousand := func() {
				for range 1000 {
					if err := push.Send(r.Ctx, body); err != nil {
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
			r.Send(push, "the", "end")
			<-done
		})
	}
}

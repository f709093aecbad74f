// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// Every message that is lost is counted once, by cause, and a socket that lingers
// goes on to count.

func TestLossWithAPeerInProcessIsCountedByItsSender(t *testing.T) {
	for name, end := range map[string]func(r *rig.Test, pull *zmq.Socket){
		"close":      func(r *rig.Test, pull *zmq.Socket) { r.Check(pull.Close()) },
		"disconnect": func(r *rig.Test, pull *zmq.Socket) { r.Check(pull.Disconnect("inproc://it")) },
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t)
			push, at := r.Bind(zmq.PUSH, "inproc://it")
			pull := r.Connect(zmq.PULL, at)
			for range 10 {
				r.Send(push, "x")
			}
			r.Recv(pull)
			r.Recv(pull)
			end(r, pull)
			if st := push.Stats(); st.Sent != 10 || st.Drops.PeerGone != 8 || st.QueuedOut != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestStatsCountMessagesGivenBackAsQueued(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, push := r.Pair(zmq.PULL, zmq.PUSH, endpoint)
		ctx, cancel := context.WithCancel(r.Ctx)
		in := pull.Incoming(ctx)
		r.Send(push, "x")
		r.WaitUntil("it was taken", func() bool { return pull.Stats().Received == 1 })
		cancel() // nothing receives from the channel
		var st zmq.SocketStats
		r.WaitUntil("it was given back", func() bool { st = pull.Stats(); return st.Received == 0 })
		if st.QueuedIn != 1 {
			r.Errorf("%+v", st)
		}
		for range in {
			r.Error("it was also handed over")
		}
		r.WantRecv(pull, "x")
		if st := pull.Stats(); st.Received != 1 || st.QueuedIn != 0 {
			r.Errorf("%+v", st)
		}
	})
}

func TestStatsOfASocketThatLingers(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint, zmq.RecvHWM.Of(1))
		push := r.Connect(zmq.PUSH, at, zmq.Linger.Of(-1))
		const sent = 300
		for range sent {
			r.Send(push, rig.Large(100_000))
		}
		closed := make(chan error, 1)
		go func() { closed <- push.Close() }()
		<-push.Done()
		var st zmq.SocketStats
		r.WaitUntil("it lingers", func() bool { st = push.Stats(); return push.TrySend([]byte("x")) != nil })
		if st.Peers != 1 || st.QueuedOut == 0 || st.Connected != 1 || len(push.Peers()) != 1 {
			r.Errorf("lingering: %+v", st)
		}
		r.Check(pull.Close())
		r.WaitUntil("the peer has gone", func() bool { return push.Stats().Peers == 0 })
		r.BindAt(zmq.PULL, at, zmq.RecvHWM.Of(0))
		r.WaitUntil("it has connected again", func() bool { st = push.Stats(); return st.Peers == 1 })
		if st.Connected != 2 || st.Disconnected != 1 {
			r.Errorf("connected again: %+v", st)
		}
		r.Check(r.Result(closed))
		if st = push.Stats(); st.QueuedOut != 0 || st.Peers != 0 || st.Drops.PeerGone != 0 {
			r.Errorf("ended: %+v", st)
		}
	})
}

// Close says what was dropped when LINGER ran out, and nothing where LINGER is zero.
func TestCloseTellsWhatLingerWasTooShortFor(t *testing.T) {
	r := rig.New(t)
	for _, linger := range []time.Duration{0, 20 * time.Millisecond} {
		push := r.Socket(zmq.PUSH, zmq.Linger.Of(linger))
		r.Check(push.Connect(r.FreeEndpoint(rig.AnyPort)))
		for range 3 {
			r.Send(push, "x")
		}
		err := push.Close()
		if told := errors.Is(err, zmq.ErrTimeout) && strings.Contains(err.Error(), "3 messages"); told != (linger > 0) || linger == 0 && err != nil {
			t.Errorf("LINGER %v: %v", linger, err)
		}
		if n := push.Stats().Drops.PeerGone; n != 3 {
			t.Errorf("LINGER %v: %d messages are counted", linger, n)
		}
		if err := push.Close(); err != zmq.ErrClosed && !errors.Is(err, zmq.ErrClosed) {
			t.Errorf("a second Close: %v", err)
		}
	}
}

// The warning is written once in a while for each cause, like all that a stranger can
// make the log say.
func TestDuplicateRoutingIDIsCountedAndLogged(t *testing.T) {
	for _, endpoint := range []string{rig.AnyPort, "inproc://it"} {
		var log rig.Buffer
		r := rig.NewWith(t, zmq.ContextConfig{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		router, at := r.Bind(zmq.ROUTER, endpoint, zmq.RouterHandover.Of(false))
		first := r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("anna")))
		r.Send(first, "x")
		r.Recv(router)
		for range 3 {
			r.Connect(zmq.DEALER, at, zmq.RoutingID.Of([]byte("anna")))
		}
		r.WaitUntil("they are counted", func() bool { return router.Stats().DuplicateIDs == 3 })
		if n := strings.Count(log.String(), "another has its routing id"); n != 1 {
			t.Errorf("%s: %d warnings in\n%s", endpoint, n, log.String())
		}
	}
}

// TestLossOfWhatIsNotReceivedIsCounted: what had come over a connection when its receiver
// closed the socket, what it had put back, and what comes while the socket lingers.
func TestLossOfWhatIsNotReceivedIsCounted(t *testing.T) {
	rig.EachNetwork(t, func(r *rig.Test, endpoint string) {
		for name, end := range map[string]func(pull *zmq.Socket){
			"close": func(pull *zmq.Socket) { r.Check(pull.Close()) },
			"given back": func(pull *zmq.Socket) {
				in := pull.Incoming(r.Ctx)
				<-in
				r.WaitUntil("another was taken", func() bool { return pull.Stats().Received == 4 })
				r.Check(pull.Close())
				for range in {
					r.Error("handed over after the end")
				}
			},
		} {
			pull, at := r.Bind(zmq.PULL, endpoint)
			push := r.Connect(zmq.PUSH, at)
			for range 10 {
				r.Send(push, "x")
			}
			r.Recv(pull)
			r.Recv(pull)
			r.WaitUntil("all have come", func() bool { return pull.Stats().QueuedIn == 8 })
			end(pull)
			st := pull.Stats()
			if st.Received+st.Drops.Unread != 10 || st.QueuedIn != 0 {
				r.Errorf("%s: %+v", name, st)
			}
			r.Check(push.Close())
		}
	})
}

// TestLossOfMessagesThatAStreamHeldForAConnectionIsCounted: the next connection begins
// anew.
func TestLossOfMessagesThatAStreamHeldForAConnectionIsCounted(t *testing.T) {
	r := rig.New(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	r.Check(err)
	defer l.Close()
	stream := r.Socket(zmq.STREAM)
	r.Check(stream.Connect("tcp://" + l.Addr().String()))
	nc, err := l.Accept()
	r.Check(err)
	begin, err := stream.Recv(r.Ctx)
	r.Check(err)
	for range 300 {
		r.Check(stream.Send(r.Ctx, begin.Frame(0), []byte(rig.Large(100_000))))
	}
	queued := stream.Stats().QueuedOut
	if queued == 0 {
		t.Fatal("the system took 30 MB")
	}
	r.Check(nc.Close())
	r.WaitUntil("the connection has ended", func() bool { return stream.Stats().Disconnected == 1 })
	if n := stream.Stats().Drops.PeerGone; n == 0 || n > uint64(queued) {
		t.Errorf("%d of %d messages are counted", n, queued)
	}
}

// TestWhatADepartedPeerLeftIsQueued until it is received, or lost with the socket: then it
// counts with the sender in process, and otherwise with the receiver.
func TestWhatADepartedPeerLeftIsQueued(t *testing.T) {
	rig.EachTransport(t, func(r *rig.Test, endpoint string) {
		pull, at := r.Bind(zmq.PULL, endpoint)
		push := r.Connect(zmq.PUSH, at, zmq.Linger.Of(-1))
		for range 10 {
			r.Send(push, "x")
		}
		r.Check(push.Close())
		r.WaitUntil("it has gone", func() bool { return len(pull.Peers()) == 0 })
		r.Recv(pull)
		if n := pull.Stats().QueuedIn; n != 9 {
			r.Errorf("%d messages are queued", n)
		}
		r.Check(pull.Close())
		st := pull.Stats()
		if n := st.Drops.Unread + push.Stats().Drops.PeerGone; n != 9 || st.QueuedIn != 0 {
			r.Errorf("%d are counted as lost, %d as queued", n, st.QueuedIn)
		}
	})
}

// TestNoticesOfTheLibraryAreNoLoss: STREAM tells of connections with empty messages, ROUTER
// of peers. No peer sent these.
func TestNoticesOfTheLibraryAreNoLoss(t *testing.T) {
	for name, end := range map[string]func(r *rig.Test, s *zmq.Socket){
		"never taken": func(*rig.Test, *zmq.Socket) {},
		"given back": func(r *rig.Test, s *zmq.Socket) {
			ctx, cancel := context.WithCancel(r.Ctx)
			in := s.Incoming(ctx)
			r.WaitUntil("a notice was taken", func() bool { return s.Stats().Received > 0 })
			cancel()
			r.WaitUntil("it was given back", func() bool { return s.Stats().Received == 0 })
			for range in {
				r.Error("it was also handed over")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t)
			stream, at := r.Bind(zmq.STREAM, rig.AnyPort)
			nc := r.Dial(at)
			_, err := nc.Write([]byte("data"))
			r.Check(err)
			r.WaitUntil("both have come", func() bool { return stream.Stats().QueuedIn == 2 })
			end(r, stream)
			r.Check(stream.Close())
			if n := stream.Stats().Drops.Unread; n != 1 {
				t.Errorf("STREAM: %d messages are counted as lost, the data alone is one", n)
			}
			router, at := r.Bind(zmq.ROUTER, rig.AnyPort, zmq.RouterNotify.Of(3))
			r.Connect(zmq.DEALER, at)
			r.WaitUntil("the notice has come", func() bool { return router.Stats().QueuedIn == 1 })
			end(r, router)
			r.Check(router.Close())
			if n := router.Stats().Drops.Unread; n != 0 {
				t.Errorf("ROUTER: %d messages are counted as lost, none was sent", n)
			}
		})
	}
}

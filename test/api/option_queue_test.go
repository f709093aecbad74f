// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// takes counts the messages that a socket takes without waiting.
func takes(t testing.TB, s *zmq.Socket, frames ...[]byte) int {
	t.Helper()
	if frames == nil {
		frames = [][]byte{{1}}
	}
	for n := range 10000 {
		if err := s.TrySend(frames...); errors.Is(err, zmq.ErrAgain) {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("it takes messages without end")
	return 0
}

func TestSendTimeout(t *testing.T) {
	s := rig.Socket(t, zmq.PUSH) // without a peer nothing can be sent
	ctx := rig.Deadline(t)
	rig.Must(t, zmq.SendTimeout.Set(s, time.Millisecond))
	if err := s.Send(ctx, []byte{1}); !errors.Is(err, zmq.ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("1ms: %v, want ErrTimeout", err)
	}
	rig.Must(t, zmq.SendTimeout.Set(s, 0))
	if err := s.Send(ctx, []byte{1}); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("0: %v, want ErrAgain", err)
	}
	rig.Must(t, zmq.SendTimeout.Set(s, -1))
	short, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
	defer cancel()
	if err := s.Send(short, []byte{1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("for ever: %v, want the context's error", err)
	}
}

func TestRecvTimeout(t *testing.T) {
	s := rig.Socket(t, zmq.PULL)
	ctx := rig.Deadline(t)
	rig.Must(t, zmq.RecvTimeout.Set(s, time.Millisecond))
	if _, err := s.Recv(ctx); !errors.Is(err, zmq.ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("1ms: %v, want ErrTimeout", err)
	}
	rig.Must(t, zmq.RecvTimeout.Set(s, 0))
	if _, err := s.Recv(ctx); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("0: %v, want ErrAgain", err)
	}
	rig.Must(t, zmq.RecvTimeout.Set(s, -1))
	short, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
	defer cancel()
	if _, err := s.Recv(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("for ever: %v, want the context's error", err)
	}
}

func TestLingerZeroDropsWhatIsQueued(t *testing.T) {
	s := rig.Socket(t, zmq.PUSH, zmq.Linger.Of(0))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t)))
	rig.Must(t, s.TrySend([]byte("lost")))
	rig.Must(t, s.Close())
	if n := s.Stats().Drops.PeerGone; n != 1 {
		t.Errorf("%d messages are counted as lost, want 1", n)
	}
}

func TestLingerBoundsClose(t *testing.T) {
	const linger = 20 * time.Millisecond
	s := rig.Socket(t, zmq.PUSH, zmq.Linger.Of(linger))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t)))
	rig.Must(t, s.TrySend([]byte("lost")))
	start := time.Now()
	if err := s.Close(); !errors.Is(err, zmq.ErrTimeout) {
		t.Errorf("Close with a message queued: %v, want ErrTimeout", err)
	}
	if d := time.Since(start); d < linger {
		t.Errorf("Close took %v with a message queued, want %v at least", d, linger)
	}
}

func TestLingerDeliversAfterClose(t *testing.T) {
	c, endpoint, ctx := rig.Context(t), rig.IPCEndpoint(t), rig.Deadline(t)
	push := rig.SocketIn(t, c, zmq.PUSH, zmq.Linger.Of(-1), zmq.ReconnectInterval.Of(time.Millisecond), zmq.ReconnectIntervalMax.Of(0))
	rig.Must(t, push.Connect(endpoint))
	rig.Must(t, push.TrySend([]byte("late")))
	closed := make(chan error, 1)
	go func() { closed <- push.Close() }()
	<-push.Done()
	pull := rig.SocketIn(t, c, zmq.PULL)
	rig.Must(t, pull.Bind(endpoint))
	if m, err := pull.Recv(ctx); err != nil || m.String() != "late" {
		t.Errorf("%q, %v", m, err)
	}
	rig.Must(t, <-closed)
}

func TestSendHWMOfAConnectWithoutPeer(t *testing.T) {
	s := rig.Socket(t, zmq.PUSH, zmq.SendHWM.Of(3))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t)))
	if n := takes(t, s); n != 3 {
		t.Errorf("it took %d messages, want SendHWM, 3", n)
	}
	rig.Must(t, zmq.SendHWM.Set(s, 5))
	if n := takes(t, s); n != 2 {
		t.Errorf("raised to 5 it took %d more, want 2", n)
	}
	rig.Must(t, zmq.SendHWM.Set(s, 1))
	if n := takes(t, s); n != 0 {
		t.Errorf("lowered to 1 it took %d more, want 0", n)
	}
}

// TestHWMOfInproc: the marks of both ends add up (libzmq, inproc).
func TestHWMOfInproc(t *testing.T) {
	c := rig.Context(t)
	pull, push := rig.SocketIn(t, c, zmq.PULL, zmq.RecvHWM.Of(2)), rig.SocketIn(t, c, zmq.PUSH, zmq.SendHWM.Of(3))
	rig.Must(t, pull.Bind("inproc://hwm"))
	rig.Must(t, push.Connect("inproc://hwm"))
	if n := takes(t, push); n != 5 {
		t.Errorf("it took %d messages, want 2+3", n)
	}
	rig.Must(t, zmq.RecvHWM.Set(pull, 4))
	if n := takes(t, push); n != 2 {
		t.Errorf("with RecvHWM 4 it took %d more, want 2", n)
	}
	rig.Must(t, zmq.SendHWM.Set(push, 10))
	if n := takes(t, push); n != 7 {
		t.Errorf("with SendHWM 10 it took %d more, want 7", n)
	}
}

func TestSendHWMBytes(t *testing.T) {
	s := rig.Socket(t, zmq.PUSH, zmq.SendHWMBytes.Of(100), zmq.SendHWM.Of(0))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t)))
	if n := takes(t, s, make([]byte, 60)); n != 2 {
		t.Errorf("it took %d messages of 60 bytes with a mark of 100, want 2", n)
	}
}

func TestSendHWMBytesTakesOneLargeMessage(t *testing.T) {
	s := rig.Socket(t, zmq.PUSH, zmq.SendHWMBytes.Of(100))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t)))
	if n := takes(t, s, make([]byte, 1000)); n != 1 {
		t.Errorf("it took %d messages of 1000 bytes with a mark of 100, want 1", n)
	}
}

func TestHWMOfOneEndpoint(t *testing.T) {
	s := rig.Socket(t, zmq.PUSH, zmq.SendHWM.Of(2))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t)))
	rig.Must(t, s.Connect(rig.IPCEndpoint(t), zmq.SendHWM.Of(5)))
	if n := takes(t, s); n != 7 {
		t.Errorf("it took %d messages, want 2 for one peer and 5 for the other", n)
	}
	rig.Must(t, zmq.RecvHWM.Set(s, 9))
	if n := takes(t, s); n != 0 {
		t.Errorf("after a change of RecvHWM it took %d more, want 0", n)
	}
	rig.Must(t, zmq.SendHWM.Set(s, 6)) // for all from now on
	if n := takes(t, s); n != 5 {
		t.Errorf("with SendHWM 6 it took %d more, want 4 and 1", n)
	}
}

func TestConflateKeepsTheNewestMessageWhole(t *testing.T) {
	c, endpoint, ctx := rig.Context(t), rig.IPCEndpoint(t), rig.Deadline(t)
	push := rig.SocketIn(t, c, zmq.PUSH, zmq.Conflate.Of(true), zmq.Linger.Of(-1), zmq.ReconnectInterval.Of(time.Millisecond), zmq.ReconnectIntervalMax.Of(0))
	rig.Must(t, push.Connect(endpoint))
	for _, n := range []string{"1", "2", "3"} {
		rig.Must(t, push.SendString(ctx, "price", n, "end"))
	}
	pull := rig.SocketIn(t, c, zmq.PULL)
	rig.Must(t, pull.Bind(endpoint))
	m, err := pull.Recv(ctx)
	if err != nil || m.Len() != 3 || string(m.Frame(1)) != "3" || string(m.Last()) != "end" {
		t.Fatalf("%q, %v; want the last message", m.Frames(), err)
	}
	rig.Must(t, push.Close()) // all is sent by then
	if m, err := pull.TryRecv(); !errors.Is(err, zmq.ErrAgain) {
		t.Errorf("another message %q, %v", m.Frames(), err)
	}
}

func TestConflateOfTheReceiver(t *testing.T) {
	c, ctx := rig.Context(t), rig.Deadline(t)
	pull, push := rig.SocketIn(t, c, zmq.PULL, zmq.Conflate.Of(true)), rig.SocketIn(t, c, zmq.PUSH, zmq.Linger.Of(-1))
	rig.Must(t, pull.Bind(rig.AnyPort))
	rig.Must(t, push.Connect(pull.LastEndpoint()))
	rig.Must(t, push.SendString(ctx, "old"))
	rig.Must(t, push.SendString(ctx, "new", "est"))
	rig.Must(t, push.Close()) // returns when the peer has taken all
	for m, err := range pull.Messages(ctx) {
		rig.Must(t, err)
		if m.String() == "new" && m.Len() == 2 {
			break // "old" may have been received before "newest" came
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// nobody returns an ipc endpoint at which nothing listens yet.
func nobody(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "zmq") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return "ipc://" + filepath.ToSlash(filepath.Join(dir, "s"))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// takes counts the messages that a socket takes without waiting.
func takes(t testing.TB, s *Socket, frames ...[]byte) int {
	t.Helper()
	if frames == nil {
		frames = [][]byte{{1}}
	}
	for n := range 10000 {
		if err := s.TrySend(frames...); errors.Is(err, ErrAgain) {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("it takes messages without end")
	return 0
}

func TestSendTimeout(t *testing.T) {
	s := newTestSocket(t, PUSH) // without a peer nothing can be sent
	ctx := testDeadline(t)
	must(t, SendTimeout.Set(s, time.Millisecond))
	if err := s.Send(ctx, []byte{1}); !errors.Is(err, ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("1ms: %v, want ErrTimeout", err)
	}
	must(t, SendTimeout.Set(s, 0))
	if err := s.Send(ctx, []byte{1}); !errors.Is(err, ErrAgain) {
		t.Errorf("0: %v, want ErrAgain", err)
	}
	must(t, SendTimeout.Set(s, -1))
	short, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
	defer cancel()
	if err := s.Send(short, []byte{1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("for ever: %v, want the context's error", err)
	}
}

func TestRecvTimeout(t *testing.T) {
	s := newTestSocket(t, PULL)
	ctx := testDeadline(t)
	must(t, RecvTimeout.Set(s, time.Millisecond))
	if _, err := s.Recv(ctx); !errors.Is(err, ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("1ms: %v, want ErrTimeout", err)
	}
	must(t, RecvTimeout.Set(s, 0))
	if _, err := s.Recv(ctx); !errors.Is(err, ErrAgain) {
		t.Errorf("0: %v, want ErrAgain", err)
	}
	must(t, RecvTimeout.Set(s, -1))
	short, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
	defer cancel()
	if _, err := s.Recv(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("for ever: %v, want the context's error", err)
	}
}

func TestLingerZeroDropsWhatIsQueued(t *testing.T) {
	s := newTestSocket(t, PUSH, Linger.Of(0))
	must(t, s.Connect(nobody(t)))
	must(t, s.TrySend([]byte("lost")))
	must(t, s.Close())
	if n := s.Stats().Drops.PeerGone; n != 1 {
		t.Errorf("%d messages are counted as lost, want 1", n)
	}
}

func TestLingerBoundsClose(t *testing.T) {
	const linger = 20 * time.Millisecond
	s := newTestSocket(t, PUSH, Linger.Of(linger))
	must(t, s.Connect(nobody(t)))
	must(t, s.TrySend([]byte("lost")))
	start := time.Now()
	must(t, s.Close())
	if d := time.Since(start); d < linger {
		t.Errorf("Close took %v with a message queued, want %v at least", d, linger)
	}
}

func TestLingerDeliversAfterClose(t *testing.T) {
	c, endpoint, ctx := newTestContext(t), nobody(t), testDeadline(t)
	push := socketIn(t, c, PUSH, Linger.Of(-1), ReconnectInterval.Of(time.Millisecond), ReconnectIntervalMax.Of(0))
	must(t, push.Connect(endpoint))
	must(t, push.TrySend([]byte("late")))
	closed := make(chan error, 1)
	go func() { closed <- push.Close() }()
	<-push.Done()
	pull := socketIn(t, c, PULL)
	must(t, pull.Bind(endpoint))
	if m, err := pull.Recv(ctx); err != nil || m.String() != "late" {
		t.Errorf("%q, %v", m, err)
	}
	must(t, <-closed)
}

func TestSendHWMOfAConnectWithoutPeer(t *testing.T) {
	s := newTestSocket(t, PUSH, SendHWM.Of(3))
	must(t, s.Connect(nobody(t)))
	if n := takes(t, s); n != 3 {
		t.Errorf("it took %d messages, want SendHWM, 3", n)
	}
	must(t, SendHWM.Set(s, 5))
	if n := takes(t, s); n != 2 {
		t.Errorf("raised to 5 it took %d more, want 2", n)
	}
	must(t, SendHWM.Set(s, 1))
	if n := takes(t, s); n != 0 {
		t.Errorf("lowered to 1 it took %d more, want 0", n)
	}
}

// TestHWMOfInproc: the marks of both ends add up (libzmq, inproc).
func TestHWMOfInproc(t *testing.T) {
	c := newTestContext(t)
	pull, push := socketIn(t, c, PULL, RecvHWM.Of(2)), socketIn(t, c, PUSH, SendHWM.Of(3))
	must(t, pull.Bind("inproc://hwm"))
	must(t, push.Connect("inproc://hwm"))
	if n := takes(t, push); n != 5 {
		t.Errorf("it took %d messages, want 2+3", n)
	}
	must(t, RecvHWM.Set(pull, 4))
	if n := takes(t, push); n != 2 {
		t.Errorf("with RecvHWM 4 it took %d more, want 2", n)
	}
	must(t, SendHWM.Set(push, 10))
	if n := takes(t, push); n != 7 {
		t.Errorf("with SendHWM 10 it took %d more, want 7", n)
	}
}

func TestSendHWMBytes(t *testing.T) {
	s := newTestSocket(t, PUSH, SendHWMBytes.Of(100), SendHWM.Of(0))
	must(t, s.Connect(nobody(t)))
	if n := takes(t, s, make([]byte, 60)); n != 2 {
		t.Errorf("it took %d messages of 60 octets with a mark of 100, want 2", n)
	}
}

func TestSendHWMBytesTakesOneLargeMessage(t *testing.T) {
	s := newTestSocket(t, PUSH, SendHWMBytes.Of(100))
	must(t, s.Connect(nobody(t)))
	if n := takes(t, s, make([]byte, 1000)); n != 1 {
		t.Errorf("it took %d messages of 1000 octets with a mark of 100, want 1", n)
	}
}

func TestHWMOfOneEndpoint(t *testing.T) {
	s := newTestSocket(t, PUSH, SendHWM.Of(2))
	must(t, s.Connect(nobody(t)))
	must(t, s.Connect(nobody(t), SendHWM.Of(5)))
	if n := takes(t, s); n != 7 {
		t.Errorf("it took %d messages, want 2 for one peer and 5 for the other", n)
	}
	must(t, RecvHWM.Set(s, 9))
	if n := takes(t, s); n != 0 {
		t.Errorf("after a change of RecvHWM it took %d more, want 0", n)
	}
	must(t, SendHWM.Set(s, 6)) // for all from now on
	if n := takes(t, s); n != 5 {
		t.Errorf("with SendHWM 6 it took %d more, want 4 and 1", n)
	}
}

func TestConflateKeepsTheNewestMessageWhole(t *testing.T) {
	c, endpoint, ctx := newTestContext(t), nobody(t), testDeadline(t)
	push := socketIn(t, c, PUSH, Conflate.Of(true), Linger.Of(-1), ReconnectInterval.Of(time.Millisecond), ReconnectIntervalMax.Of(0))
	must(t, push.Connect(endpoint))
	for _, n := range []string{"1", "2", "3"} {
		must(t, push.SendString(ctx, "price", n, "end"))
	}
	pull := socketIn(t, c, PULL)
	must(t, pull.Bind(endpoint))
	m, err := pull.Recv(ctx)
	if err != nil || m.Len() != 3 || string(m.Frame(1)) != "3" || string(m.Last()) != "end" {
		t.Fatalf("%q, %v; want the last message", m.Frames(), err)
	}
	must(t, push.Close()) // all is sent by then
	if m, err := pull.TryRecv(); !errors.Is(err, ErrAgain) {
		t.Errorf("another message %q, %v", m.Frames(), err)
	}
}

func TestConflateOfTheReceiver(t *testing.T) {
	c, ctx := newTestContext(t), testDeadline(t)
	pull, push := socketIn(t, c, PULL, Conflate.Of(true)), socketIn(t, c, PUSH, Linger.Of(-1))
	must(t, pull.Bind("tcp://127.0.0.1:*"))
	must(t, push.Connect(pull.LastEndpoint()))
	must(t, push.SendString(ctx, "old"))
	must(t, push.SendString(ctx, "new", "est"))
	must(t, push.Close()) // returns when the peer has taken all
	for m, err := range pull.Messages(ctx) {
		must(t, err)
		if m.String() == "new" && m.Len() == 2 {
			break // "old" may have been received before "newest" came
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

//go:build unix

package core

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/gozmq/zmq/internal/opt"
	"github.com/gozmq/zmq/internal/pattern"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
	"github.com/gozmq/zmq/internal/transport/tcp"
	"github.com/gozmq/zmq/internal/zerr"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// borrower is a receiver that reads its connection itself, and its peer.
type borrower struct {
	testing.TB
	ctx      context.Context
	context  *Context
	endpoint string
	s, peer  *Socket
}

// newBorrower returns a bound socket and its only peer, once the first reads for
// itself.
func newBorrower(t *testing.T, typ, peer int) *borrower {
	t.Helper()
	c := NewContext(Config{Transports: map[string]transport.Transport{"tcp": tcp.New()}})
	t.Cleanup(func() {
		if err := c.Term(zmqtest.Deadline(t), true); err != nil {
			t.Error(err)
		}
	})
	b := &borrower{TB: t, ctx: zmqtest.Deadline(t), context: c, s: testSocket(t, c, typ)}
	b.check(b.s.Bind("tcp://127.0.0.1:*"))
	b.endpoint = b.s.LastEndpoint()
	b.peer = b.connect(peer)
	b.lend()
	return b
}

func (b *borrower) check(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *borrower) connect(typ int) *Socket {
	b.Helper()
	s := testSocket(b.TB.(*testing.T), b.context, typ)
	b.check(s.Connect(b.endpoint))
	return s
}

// lend sends messages to a receiver that waits, until it reads for itself.
func (b *borrower) lend() {
	b.Helper()
	for n := 0; b.s.lent.Load() == nil; n++ {
		got := b.receive(b.ctx, b.s)
		b.parked(1)
		b.send(b.peer, fmt.Sprint(n))
		b.want(<-got, fmt.Sprint(n))
	}
}

func (b *borrower) send(s *Socket, body string) {
	b.Helper()
	b.check(s.Send(b.ctx, [][]byte{[]byte(body)}))
}

type result struct {
	body string
	err  error
}

// receive begins to receive one message.
func (b *borrower) receive(ctx context.Context, s *Socket) <-chan result {
	got := make(chan result, 1)
	go func() {
		var m pipe.Message
		err := s.Recv(ctx, &m)
		got <- result{string(m.Head), err}
	}()
	return got
}

func (b *borrower) want(r result, body string) {
	b.Helper()
	if r.err != nil || r.body != body {
		b.Fatalf("received %q, %v; want %q", r.body, r.err, body)
	}
}

// parked waits until so many receivers wait, and reads if it is their turn.
func (b *borrower) parked(n int) {
	b.Helper()
	b.until(fmt.Sprintf("%d receivers wait", n), func() bool {
		if b.s.mailbox.Receivers.Count() != n {
			return false
		}
		return b.s.lent.Load() == nil || !b.s.readHere()
	})
}

// until waits for what nothing tells of.
func (b *borrower) until(what string, cond func() bool) {
	b.Helper()
	for done := b.ctx.Done(); !cond(); {
		select {
		case <-done:
			b.Fatalf("waited in vain until %s", what)
		case <-time.After(100 * time.Microsecond):
		}
	}
}

func TestReceiverReadsForItself(t *testing.T) {
	b := newBorrower(t, pattern.Dealer, pattern.Dealer)
	for n := range 1000 {
		body := fmt.Sprint("question ", n)
		b.send(b.peer, body)
		b.want(<-b.receive(b.ctx, b.s), body)
		b.send(b.s, body)
		b.want(<-b.receive(b.ctx, b.peer), body)
	}
}

func TestWaitOfAReceiverThatReadsEnds(t *testing.T) {
	for name, end := range map[string]func(b *borrower, cancel func()) error{
		"context":  func(_ *borrower, cancel func()) error { cancel(); return context.Canceled },
		"close":    func(b *borrower, _ func()) error { go b.s.Close(); return zerr.ErrClosed },
		"shutdown": func(b *borrower, _ func()) error { b.context.Shutdown(); return zerr.ErrTerminated },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBorrower(t, pattern.Pull, pattern.Push)
			ctx, cancel := context.WithCancel(b.ctx)
			defer cancel()
			got := b.receive(ctx, b.s)
			b.parked(1)
			want := end(b, cancel)
			if r := <-got; !errors.Is(r.err, want) {
				t.Errorf("received %q, %v; want %v", r.body, r.err, want)
			}
		})
	}
}

// A context may end at any moment between two looks at it.
func TestContextOfAReceiverThatReads(t *testing.T) {
	b := newBorrower(t, pattern.Pull, pattern.Push)
	for n := range 300 {
		ctx, cancel := context.WithCancel(b.ctx)
		for range n % 3 { // it is watched already
			b.send(b.peer, "before")
			b.want(<-b.receive(ctx, b.s), "before")
		}
		got := b.receive(ctx, b.s)
		for range n % 7 {
			runtime.Gosched()
		}
		cancel()
		if r := <-got; !errors.Is(r.err, context.Canceled) {
			t.Fatalf("received %q, %v; want %v", r.body, r.err, context.Canceled)
		}
	}
}

// closing is a context that closes a socket when it is asked for the nth time.
type closing struct {
	context.Context
	s *Socket
	n int
}

func (c *closing) Err() error {
	if c.n--; c.n == 0 {
		_ = c.s.Close()
	}
	return c.Context.Err()
}

// Nothing is held while a context is asked, which may be the application's own.
func TestContextThatClosesTheSocket(t *testing.T) {
	for n := 1; n <= 4; n++ {
		b := newBorrower(t, pattern.Pull, pattern.Push)
		ctx, cancel := context.WithTimeout(b.ctx, 50*time.Millisecond)
		r := <-b.receive(&closing{ctx, b.s, n}, b.s)
		cancel()
		if !errors.Is(r.err, zerr.ErrClosed) && !errors.Is(r.err, context.DeadlineExceeded) {
			t.Errorf("asked %d times: %q, %v", n, r.body, r.err)
		}
	}
}

func TestTimeoutOfAReceiverThatReads(t *testing.T) {
	b := newBorrower(t, pattern.Pull, pattern.Push)
	b.check(b.s.SetOption(opt.RecvTimeout, opt.Value{I: 20}))
	for range 3 {
		if r := <-b.receive(b.ctx, b.s); !errors.Is(r.err, zerr.ErrTimeout) {
			t.Fatalf("received %q, %v; want %v", r.body, r.err, zerr.ErrTimeout)
		}
	}
	b.check(b.s.SetOption(opt.RecvTimeout, opt.Value{I: -1}))
	got := b.receive(b.ctx, b.s)
	b.send(b.peer, "after the deadlines")
	b.want(<-got, "after the deadlines")
}

func TestTryRecvReadsWhatIsLent(t *testing.T) {
	b := newBorrower(t, pattern.Pull, pattern.Push)
	b.send(b.peer, "now")
	b.until("it has come", func() bool {
		var m pipe.Message
		err := b.s.TryRecv(&m)
		if err != nil && err != zerr.ErrAgain {
			t.Fatal(err)
		}
		return err == nil && string(m.Head) == "now"
	})
}

// A second peer's messages reach a receiver that waits for the first.
func TestSecondPeerEndsTheLoan(t *testing.T) {
	b := newBorrower(t, pattern.Pull, pattern.Push)
	got := b.receive(b.ctx, b.s)
	b.parked(1)
	second := b.connect(pattern.Push)
	b.send(second, "of the second")
	b.want(<-got, "of the second")
	if b.s.lent.Load() != nil {
		t.Error("a socket with two peers reads one connection itself")
	}
	got = b.receive(b.ctx, b.s)
	b.send(b.peer, "of the first")
	b.want(<-got, "of the first")
}

// Of several receivers one reads; the others are told.
func TestReceiversTakeTurns(t *testing.T) {
	const receivers, each = 4, 500
	b := newBorrower(t, pattern.Pull, pattern.Push)
	done := make(chan error, receivers)
	for range receivers {
		go func() {
			var m pipe.Message
			for range each {
				if err := b.s.Recv(b.ctx, &m); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for n := range receivers * each {
		b.send(b.peer, fmt.Sprint(n))
	}
	for range receivers {
		b.check(<-done)
	}
}

// One of two receivers gives up; the other must not be left waiting for a
// wake-up that never comes.
func TestReceiverThatGivesUpPassesTheTurnOn(t *testing.T) {
	b := newBorrower(t, pattern.Pull, pattern.Push)
	for range 50 {
		ctx, cancel := context.WithCancel(b.ctx)
		first := b.receive(ctx, b.s)
		b.parked(1)
		second := b.receive(b.ctx, b.s)
		b.parked(2)
		cancel()
		if r := <-first; !errors.Is(r.err, context.Canceled) {
			t.Fatal(r.err)
		}
		b.send(b.peer, "for who stayed")
		b.want(<-second, "for who stayed")
	}
}

// A watcher is told of what comes on a connection that was lent.
func TestWatchEndsTheLoan(t *testing.T) {
	b := newBorrower(t, pattern.Pull, pattern.Push)
	told := make(chan struct{}, 1)
	w := b.s.Watch(CanRecv, func() {
		select {
		case told <- struct{}{}:
		default:
		}
	})
	defer w.Stop()
	if r, err := w.Events(); r&CanRecv != 0 || err != nil {
		t.Fatal(r, err)
	}
	b.send(b.peer, "watched")
	<-told
	b.want(<-b.receive(b.ctx, b.s), "watched")
}

// While the application is busy the queue fills up to its high-water mark, as ever.
func TestQueueFillsWhileNobodyReceives(t *testing.T) {
	b := newBorrower(t, pattern.Pull, pattern.Push)
	const n = 100
	for i := range n {
		b.send(b.peer, fmt.Sprint("prefetched ", i))
	}
	b.until("all have come", func() bool { return b.queued() == n })
	for i := range n {
		b.want(<-b.receive(b.ctx, b.s), fmt.Sprint("prefetched ", i))
	}
}

func (b *borrower) queued() (in int) {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	for p := range b.s.pipes {
		_, in = p.Queued()
	}
	return in
}

// A receiver that reads more at once than the queue may hold leaves the rest behind,
// and the next reader begins with that.
func TestHighWaterMarkWhereTheReceiverReads(t *testing.T) {
	for _, limit := range []int{1, 7, 1000} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			b := newBorrower(t, pattern.Pull, pattern.Push)
			b.check(b.s.SetOption(opt.RecvHWM, opt.Value{I: int64(limit)}))
			sent := make(chan error, 1)
			const n = 20000
			go func() {
				for i := range n {
					if err := b.peer.Send(b.ctx, [][]byte{fmt.Appendf(nil, "%08d", i)}); err != nil {
						sent <- err
						return
					}
				}
				sent <- nil
			}()
			var m pipe.Message
			for i := range n {
				b.check(b.s.Recv(b.ctx, &m))
				if want := fmt.Sprintf("%08d", i); string(m.Head) != want {
					t.Fatalf("received %q, want %q", m.Head, want)
				}
				if i%64 == 0 {
					if in := b.queued(); in > limit {
						t.Fatalf("%d messages wait, RCVHWM is %d", in, limit)
					}
				}
			}
			b.check(<-sent)
		})
	}
}

// The end of a connection is noticed whether or not a receiver reads it.
func TestEndOfALentConnection(t *testing.T) {
	for _, waits := range []bool{true, false} {
		t.Run(fmt.Sprintf("waits=%v", waits), func(t *testing.T) {
			b := newBorrower(t, pattern.Pull, pattern.Push)
			var got <-chan result
			if waits {
				got = b.receive(b.ctx, b.s)
				b.parked(1)
			}
			b.check(b.peer.Close())
			b.until("the connection has gone", func() bool { return b.s.Counters().Disconnected.Load() == 1 })
			if !waits {
				got = b.receive(b.ctx, b.s)
			}
			next := b.connect(pattern.Push)
			b.send(next, "of the next")
			b.want(<-got, "of the next")
		})
	}
}

// A large frame comes in many reads, of which a receiver may do some.
func TestLargeFramesWhereTheReceiverReads(t *testing.T) {
	b := newBorrower(t, pattern.Dealer, pattern.Dealer)
	large := string(make([]byte, 3<<20))
	for range 5 {
		ctx, cancel := context.WithCancel(b.ctx)
		got := b.receive(ctx, b.s)
		b.parked(1)
		go b.peer.Send(b.ctx, [][]byte{[]byte(large)})
		cancel()
		r := <-got
		if r.err != nil {
			r = <-b.receive(b.ctx, b.s)
		}
		b.want(r, large)
		b.lend()
	}
}

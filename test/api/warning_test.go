// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/test/rig"
)

// warned is a context whose warnings a test reads.
type warned struct {
	*testing.T
	zmq  *zmq.Context
	log  *rig.Buffer
	open *[]*zmq.Socket
}

// end closes the sockets, and then the context, which would warn of them.
func (w warned) end() {
	w.Helper()
	for _, s := range *w.open {
		_ = s.Close()
	}
	rig.Must(w.T, w.zmq.Close())
}

func withWarnings(t *testing.T) warned {
	t.Helper()
	w := warned{T: t, log: new(rig.Buffer), open: new([]*zmq.Socket)}
	h := slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelWarn})
	var err error
	w.zmq, err = zmq.NewContext(zmq.ContextConfig{Logger: slog.New(h)})
	rig.Must(t, err)
	return w
}

func (w warned) socket(typ zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	w.Helper()
	s, err := w.zmq.NewSocket(typ, append(settings, zmq.Linger.Of(0))...)
	rig.Must(w.T, err)
	*w.open = append(*w.open, s)
	return s
}

// want checks that a number of warnings have been written, and what the last one says.
func (w warned) want(n int, last ...string) {
	w.Helper()
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	if w.log.String() == "" {
		lines = nil
	}
	if len(lines) != n {
		w.Fatalf("%d warnings, want %d:\n%s", len(lines), n, w.log)
	}
	for _, part := range last {
		if !strings.Contains(lines[n-1], part) {
			w.Errorf("%s, want %q in it", lines[n-1], part)
		}
	}
}

// await waits until a warning has been written that has all parts.
func (w warned) await(parts ...string) {
	w.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
	line:
		for line := range strings.Lines(w.log.String()) {
			for _, part := range parts {
				if !strings.Contains(line, part) {
					continue line
				}
			}
			return
		}
		<-time.After(time.Millisecond)
	}
	w.Fatalf("no warning with %q:\n%s", parts, w.log)
}

// later lets time pass in a bubble, until everything that is due has been done.
func later(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestLostMessagesAreWarnedOfAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withWarnings(t)
		pub := w.socket(zmq.PUB, zmq.SendHWM.Of(1))
		rig.Must(t, pub.Bind("inproc://lossy"))
		sub := w.socket(zmq.SUB, zmq.RecvHWM.Of(1))
		rig.Must(t, sub.Subscribe(""))
		rig.Must(t, sub.Connect("inproc://lossy"))
		send := func(n int) {
			for range n {
				rig.Must(t, pub.TrySend([]byte("x")))
			}
		}
		send(2)
		later(time.Minute)
		w.want(0) // they are queued
		send(7)
		later(time.Second)
		w.want(1, "level=WARN", `msg="messages lost: the queue of a peer is full"`, "socket="+pub.String(), "lost=7", "total=7", "see=docs/troubleshooting.md#messages-are-lost")
		send(2)
		later(30 * time.Second)
		send(3)
		w.want(1)
		later(30 * time.Second)
		w.want(2, "lost=5", "total=12")
		later(time.Hour)
		w.want(2) // nothing more was lost
		send(1)
		later(time.Second)
		w.want(3, "lost=1", "total=13")
		send(4)
		rig.Must(t, pub.Close())
		w.want(4, "lost=4", "total=17") // though the minute is not over
		w.end()
	})
}

func TestMessagesLostWithAPeerThatLeavesAreWarnedOf(t *testing.T) {
	w := withWarnings(t)
	defer w.end()
	router := w.socket(zmq.ROUTER, zmq.SendHWM.Of(0))
	rig.Must(t, router.Bind("tcp://127.0.0.1:*"))
	raw := rig.DialRaw(t, router.LastEndpoint())
	raw.Handshake(1, "DEALER")
	rig.Must(t, router.WaitPeers(rig.Deadline(t), 1))
	id, body := router.Peers()[0].RoutingID, make([]byte, 1<<20)
	for router.Peers()[0].QueuedOut < 3 { // the system's buffers are full
		rig.Must(t, router.TrySend(id, body))
	}
	raw.Conn.Close()
	w.await("level=WARN", `msg="messages lost with peers that have left"`, "socket="+router.String(), "lost=")
}

func TestReceiverWithoutSubscriptionIsWarnedOfOnce(t *testing.T) {
	for _, c := range []struct {
		typ    zmq.SocketType
		listen func(context.Context, *zmq.Socket)
		ask    func(*zmq.Socket) error
		want   string
	}{
		{zmq.SUB, receives, func(s *zmq.Socket) error { return s.Subscribe("a") }, "it has subscribed to nothing (Subscribe)"},
		{zmq.DISH, receives, func(s *zmq.Socket) error { return s.Join("a") }, "it has joined no group (Join)"},
		{zmq.SUB, ranges, func(s *zmq.Socket) error { return s.Subscribe("") }, "it has subscribed to nothing (Subscribe)"},
		{zmq.XSUB, receives, nil, ""},
		{zmq.PULL, receives, nil, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := withWarnings(t)
			ctx, cancel := context.WithCancel(t.Context())
			if c.want != "" {
				s := w.socket(c.typ) // in time
				go c.listen(ctx, s)
				later(time.Millisecond)
				rig.Must(t, c.ask(s))
				later(time.Hour)
				w.want(0)
			}
			s := w.socket(c.typ)
			for range 3 {
				go c.listen(ctx, s)
			}
			later(time.Hour)
			if c.want == "" {
				w.want(0)
			} else {
				w.want(1, "level=WARN", "socket="+s.String(), c.want, "see=docs/troubleshooting.md#nothing-arrives")
			}
			gone := w.socket(c.typ) // closed before it is warned of
			go c.listen(ctx, gone)
			later(time.Millisecond)
			rig.Must(t, gone.Close())
			cancel()
			w.end()
			later(time.Hour)
			w.want(min(len(c.want), 1))
		})
	}
}

func receives(ctx context.Context, s *zmq.Socket) { _, _ = s.Recv(ctx) }

func ranges(ctx context.Context, s *zmq.Socket) {
	for range s.Incoming(ctx) {
	}
}

// A peer that ends the handshake after a command of ours gives no reason: the warning says
// what it means.
func TestClientWithAWrongKeyOrTypeIsWarned(t *testing.T) {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	for _, c := range []struct {
		name     string
		typ      zmq.SocketType
		settings []zmq.Setting
		want     string
	}{
		{"wrong server key", zmq.REQ, []zmq.Setting{client.AsClient(zmq.NewCurveKeypair().Public)}, "whose public key is not the one that this client was given"},
		{"wrong type", zmq.SUB, []zmq.Setting{client.AsClient(server.Public)}, "socket type does not fit"},
		{"no key", zmq.REQ, nil, `ours is NULL, the peer's \"CURVE\"`},
	} {
		r := rig.New(t)
		_, at := r.Bind(zmq.REP, "tcp://127.0.0.1:*", server.AsServer())
		w := withWarnings(t)
		s := w.socket(c.typ, c.settings...)
		rig.Must(t, s.Connect(at))
		w.await("level=WARN", "socket="+s.String(), c.want, "see=docs/troubleshooting.md#handshake-failed")
		w.end()
	}
}

// The handler of a log may send on the socket that is warned of, and hold a lock meanwhile.
func TestWarningsAreWrittenOutsideOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lock := make(chan struct{}, 1)
		var pub *zmq.Socket
		written := 0
		c, err := zmq.NewContext(zmq.ContextConfig{Logger: slog.New(handle(func() {
			lock <- struct{}{}
			written++
			if err := pub.TrySend([]byte("log")); err != nil && !errors.Is(err, zmq.ErrClosed) {
				t.Error(err)
			}
			<-lock
		}))})
		rig.Must(t, err)
		pub, err = c.NewSocket(zmq.PUB, zmq.SendHWM.Of(1))
		rig.Must(t, err)
		rig.Must(t, pub.Bind("inproc://log"))
		sub, err := c.NewSocket(zmq.SUB, zmq.RecvHWM.Of(1))
		rig.Must(t, err)
		rig.Must(t, sub.Subscribe(""))
		rig.Must(t, sub.Connect("inproc://log"))
		for range 10 {
			lock <- struct{}{}
			rig.Must(t, pub.TrySend([]byte("x")))
			<-lock
		}
		later(time.Second)
		if lock <- struct{}{}; written != 1 {
			t.Errorf("%d warnings, want 1", written)
		}
		<-lock
		rig.Must(t, sub.Close())
		rig.Must(t, pub.Close())
		rig.Must(t, c.Close())
	})
}

// handle is a log handler that calls itself for each warning.
type handle func()

func (handle) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (h handle) Handle(context.Context, slog.Record) error  { h(); return nil }
func (h handle) WithAttrs([]slog.Attr) slog.Handler         { return h }
func (h handle) WithGroup(string) slog.Handler              { return h }

// SPDX-License-Identifier: Apache-2.0

package hostile_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/wire"
	"github.com/gozmq/zmq/test/rig"
)

// budgeted is a test with a context whose peers may hold so many bytes, and its log.
func budgeted(t *testing.T, total int64) (*rig.Test, *rig.Buffer) {
	t.Helper()
	log := new(rig.Buffer)
	return rig.NewWith(t, zmq.ContextConfig{
		Limits: zmq.Limits{TotalBytes: total}, Logger: slog.New(slog.NewTextHandler(log, nil)),
		Settings: []zmq.Setting{zmq.Linger.Of(0)},
	}), log
}

// TestTotalBytesOfQueues: senders whose messages are not received have to wait before
// these fill half of TotalBytes, though RecvHWM and memory would allow more. Everything
// that they send is received in the end, in order.
func TestTotalBytesOfQueues(t *testing.T) {
	const total, peers, each, messages = 16 << 20, 8, 20_000, 400 // 64 MB
	b, _ := budgeted(t, total)
	pull := b.Socket(zmq.PULL, zmq.RecvHWM.Of(messages))
	b.Check(pull.Bind(rig.AnyPort))
	var senders sync.WaitGroup
	for i := range peers {
		push := rig.SocketIn(t, rig.Context(t), zmq.PUSH, zmq.SendHWM.Of(1), zmq.Linger.Of(-1))
		b.Check(push.Connect(pull.LastEndpoint()))
		senders.Go(func() {
			body := make([]byte, each)
			for n := range messages {
				copy(body, fmt.Sprintf("%02d %06d", i, n))
				if err := push.Send(b.Ctx, body); err != nil {
					t.Errorf("send: %v", err)
					return
				}
			}
		})
	}
	b.WaitPeers(pull, peers)
	most := 0
	overrun := func() bool {
		most = max(most, pull.Stats().QueuedIn*each)
		return most > total/2
	}
	ample := time.After(time.Second) // for more than there may be; a slow machine only sees less of it
	for waiting := true; waiting && !overrun(); {
		select {
		case <-ample:
			waiting = false
		case <-time.After(time.Millisecond):
		}
	}
	next := make([]int, peers)
	for range peers * messages {
		recvNext(b, pull, next)
		overrun()
	}
	senders.Wait()
	t.Logf("%d bytes waited", most)
	if most > total/2 {
		t.Errorf("%d bytes waited, half of TotalBytes is %d", most, total/2)
	}
	if n := pull.Stats().OverBudget; n != 0 {
		t.Errorf("%d peers were refused", n)
	}
}

// recvNext receives a message that begins with its sender and its number, which is the next
// of that sender.
func recvNext(b *rig.Test, s *zmq.Socket, next []int) (m zmq.Message, from, n int) {
	b.Helper()
	m, err := s.Recv(b.Ctx)
	b.Check(err)
	if _, err := fmt.Sscanf(string(m.Frame(0)[:9]), "%d %d", &from, &n); err != nil || next[from] != n {
		b.Fatalf("received %q, want message %d of %d", m.Frame(0)[:9], next[from], from)
	}
	next[from]++
	return m, from, n
}

// TestReadersInACrowd give their buffers back while they wait for room, and lose, double
// and reorder nothing of what was in them.
func TestReadersInACrowd(t *testing.T) {
	const peers, messages = 24, 80
	for _, mechanism := range []string{"NULL", "CURVE"} {
		t.Run(mechanism, func(t *testing.T) {
			b := rig.New(t)
			var ours, theirs []zmq.Setting
			if mechanism == "CURVE" {
				server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
				ours = []zmq.Setting{server.AsServer()}
				theirs = []zmq.Setting{client.AsClient(server.Public)}
			}
			pull := b.Socket(zmq.PULL, append(ours, zmq.RecvHWM.Of(7))...)
			b.Check(pull.Bind(rig.AnyPort))
			var senders sync.WaitGroup
			for i := range peers {
				push := b.Socket(zmq.PUSH, theirs...)
				b.Check(push.Connect(pull.LastEndpoint()))
				senders.Go(func() {
					for n := range messages {
						head := fmt.Appendf(nil, "%02d %06d", i, n)
						body := make([]byte, n*n*7919%10_000)
						frames := [][]byte{append(head, body...)}
						if n%3 == 0 {
							frames = [][]byte{head, body}
						}
						if n%50 == 0 {
							frames = append(frames, make([]byte, 50_000))
						}
						if err := push.Send(b.Ctx, frames...); err != nil {
							t.Errorf("send: %v", err)
							return
						}
					}
				})
			}
			b.WaitPeers(pull, peers)
			next := make([]int, peers)
			for range peers * messages {
				m, from, n := recvNext(b, pull, next)
				size := m.Size()
				want := 9 + n*n*7919%10_000
				if n%50 == 0 {
					want += 50_000
				}
				if size != want {
					t.Fatalf("message %d of %d has %d bytes, want %d", n, from, size, want)
				}
			}
			senders.Wait()
		})
	}
}

// wantOverBudget waits until n peers have been refused, and checks that the log and the
// monitor say why.
func wantOverBudget(b *rig.Test, s *zmq.Socket, log *rig.Buffer, events <-chan zmq.Event, n uint64) {
	b.Helper()
	b.WaitUntil("refused", func() bool { return s.Stats().OverBudget >= n })
	if got := s.Stats().OverBudget; got != n {
		b.Errorf("%d peers were refused, want %d", got, n)
	}
	for {
		select {
		case e := <-events:
			if !errors.Is(e.Err, zmq.ErrLimit) {
				continue
			}
			if !strings.Contains(e.Err.Error(), "TotalBytes") {
				b.Errorf("the monitor says %q", e.Err)
			}
		case <-b.Ctx.Done():
			b.Fatal("the monitor does not say why")
		}
		break
	}
	b.WaitUntil("the log says why", func() bool { return strings.Contains(log.String(), "TotalBytes") })
}

// watched returns the events of a socket.
func watched(b *rig.Test, s *zmq.Socket) <-chan zmq.Event {
	b.Helper()
	events := make(chan zmq.Event, 1000)
	m := s.Monitor(b.Ctx, zmq.EventAll)
	go func() {
		for e := range m {
			events <- e
		}
	}()
	return events
}

// TestTotalBytesOfUnfinishedMessages: the peer that has sent most of a message that does
// not end goes, and the others stay.
func TestTotalBytesOfUnfinishedMessages(t *testing.T) {
	const total = 8 << 20
	b, log := budgeted(t, total)
	pull := b.Socket(zmq.PULL)
	b.Check(pull.Bind(rig.AnyPort))
	events := watched(b, pull)
	small := rig.DialRaw(t, pull.LastEndpoint())
	small.Handshake(1, "PUSH")
	small.Write(append(wire.AppendHeader(nil, 0, 1<<20), make([]byte, 500<<10)...))
	large := rig.DialRaw(t, pull.LastEndpoint())
	large.Handshake(1, "PUSH")
	go func() {
		part := message(wire.FlagMore, strings.Repeat("x", 100<<10))
		for range total / len(part) {
			if _, err := large.Conn.Write(part); err != nil {
				return
			}
		}
	}()
	large.WaitClosed()
	wantOverBudget(b, pull, log, events, 1)
	small.Write(make([]byte, 1<<20-500<<10))
	m, err := pull.Recv(b.Ctx)
	b.Check(err)
	if n := len(m.Frame(0)); n != 1<<20 {
		t.Errorf("received %d bytes of the small one", n)
	}
	b.WaitPeers(pull, 1)
}

// TestTotalBytesOfTopics: likewise the one with the topics that take most.
func TestTotalBytesOfTopics(t *testing.T) {
	const total = 8 << 20
	b, log := budgeted(t, total)
	pub := b.Socket(zmq.PUB)
	b.Check(pub.Bind(rig.AnyPort))
	events := watched(b, pub)
	small := b.Socket(zmq.SUB)
	b.Check(small.Subscribe("news"))
	b.Check(small.Connect(pub.LastEndpoint()))
	b.WaitSubscribers(pub, "news", 1)
	large := rig.DialRaw(t, pub.LastEndpoint())
	large.Handshake(1, "SUB")
	go func() {
		for i := range 400 {
			topic := fmt.Sprint(i) + strings.Repeat("x", 30<<10)
			if _, err := large.Conn.Write(wire.AppendCommandFrame(nil, "SUBSCRIBE", []byte(topic))); err != nil {
				return
			}
		}
	}()
	large.WaitClosed()
	wantOverBudget(b, pub, log, events, 1)
	b.Send(pub, "news")
	b.WantRecv(small, "news")
}

// TestTotalBytesOfNotices: and the one that subscribes and cancels while the application
// of an XPUB does not read.
func TestTotalBytesOfNotices(t *testing.T) {
	const total = 8 << 20
	b, log := budgeted(t, total)
	pub := b.Socket(zmq.XPUB, zmq.XPubVerboser.Of(true))
	b.Check(pub.Bind(rig.AnyPort))
	events := watched(b, pub)
	large := rig.DialRaw(t, pub.LastEndpoint())
	large.Handshake(1, "SUB")
	go func() {
		topic := []byte(strings.Repeat("x", 30<<10))
		for range 400 {
			both := append(wire.AppendCommandFrame(nil, "SUBSCRIBE", topic), wire.AppendCommandFrame(nil, "CANCEL", topic)...)
			if _, err := large.Conn.Write(both); err != nil {
				return
			}
		}
	}()
	large.WaitClosed()
	wantOverBudget(b, pub, log, events, 1)
}

// TestTotalBytesOfConnections: when connections alone use TotalBytes up, a peer that has
// announced large properties makes room for the next, and when all hold the same, the
// newest one is refused.
func TestTotalBytesOfConnections(t *testing.T) {
	const total = 1 << 20
	b, log := budgeted(t, total)
	pull := b.Socket(zmq.PULL, zmq.HandshakeInterval.Of(time.Hour))
	b.Check(pull.Bind(rig.AnyPort))
	events := watched(b, pull)
	talker := rig.DialRaw(t, pull.LastEndpoint())
	talker.Greet(1)
	ready := wire.AppendProperty(nil, "Socket-Type", []byte("PUSH"))
	ready = wire.AppendProperty(ready, "X-Said", make([]byte, 20<<10))
	talker.Write(wire.AppendCommandFrame(nil, "READY", ready))
	b.WaitPeers(pull, 1)
	var silent []*rig.RawPeer
	for pull.Stats().OverBudget == 0 {
		if len(silent) > total/(16<<10) {
			t.Fatal("nobody is refused")
		}
		x := rig.DialRaw(t, pull.LastEndpoint())
		x.Greet(1)
		silent = append(silent, x)
	}
	talker.WaitClosed()
	wantOverBudget(b, pull, log, events, 1)
	for refused := false; !refused; {
		if len(silent) > total/(16<<10) {
			t.Fatal("nobody is refused")
		}
		x := rig.DialRaw(t, pull.LastEndpoint())
		x.Write(wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}))
		_, err := x.Conn.Read(make([]byte, wire.GreetingSize))
		refused = err != nil
		silent = append(silent, x)
	}
	_ = silent[0].Conn.Close() // and so there is room
	b.WaitUntil("a peer is served", func() bool {
		x := rig.DialRaw(t, pull.LastEndpoint())
		x.Write(slices.Concat(
			wire.AppendGreeting(nil, wire.Greeting{Major: 3, Minor: 1, Mechanism: "NULL"}),
			wire.AppendCommandFrame(nil, "READY", wire.AppendProperty(nil, "Socket-Type", []byte("PUSH"))),
			message(0, "in")))
		_, err := x.Conn.Read(make([]byte, wire.GreetingSize))
		return err == nil
	})
	b.WantRecv(pull, "in")
}

// TestTotalBytesIsOfTheContext, and WithLimits says so.
func TestTotalBytesIsOfTheContext(t *testing.T) {
	c := rig.Context(t)
	if _, err := c.NewSocket(zmq.PULL, zmq.WithLimits(zmq.Limits{TotalBytes: 1 << 20})); !errors.Is(err, zmq.ErrInvalid) || !strings.Contains(err.Error(), "ContextConfig.Limits") {
		t.Errorf("%v", err)
	}
	b, _ := budgeted(t, 1<<20)
	s := b.Socket(zmq.PULL)
	if got, want := limitsOf(s), zmq.DefaultLimits(); got.MaxFrameBytes != want.MaxFrameBytes || got.MaxFrames != want.MaxFrames {
		t.Errorf("the other limits are %+v", got)
	}
	limited, err := zmq.NewContext(zmq.ContextConfig{Limits: zmq.Limits{MaxPeers: 7}})
	b.Check(err)
	defer limited.Close()
	if s := rig.SocketIn(t, limited, zmq.PULL); zmq.MaxPeers.Get(s) != 7 || zmq.MaxFrames.Get(s) != 65536 {
		t.Errorf("%+v", limitsOf(s))
	}
	if _, err := zmq.NewContext(zmq.ContextConfig{Limits: zmq.Limits{MaxPeers: -1, MaxFrameBytes: -5}}); err != nil {
		t.Error(err)
	}
}

// TestTotalBytesOfWhatIsSent: a sender whose peer does not read has to wait before what it
// has queued fills half of TotalBytes, whatever SendHWM allows. Nothing is lost.
func TestTotalBytesOfWhatIsSent(t *testing.T) {
	const total, each = 16 << 20, 20_000
	for _, many := range []bool{false, true} { // of which the peer may have as much as is free, or an eighth
		hwm := 1_000_000
		if many {
			hwm = 0
		}
		b, _ := budgeted(t, total)
		push := b.Socket(zmq.PUSH, zmq.SendHWM.Of(hwm), zmq.SendBuffer.Of(16<<10))
		b.Check(push.Bind(rig.AnyPort))
		pull := rig.SocketIn(t, rig.Context(t), zmq.PULL, rig.SmallQueues(1)...)
		b.Check(pull.Connect(push.LastEndpoint()))
		b.WaitPeers(push, 1)
		n := b.Flood(push, each)
		if p := push.Peers()[0]; !p.StoppedOut || p.StoppedIn || push.Stats().Stopped != 1 {
			t.Errorf("statistics do not say that the queue is stopped: %+v", p)
		}
		if held := b.ZMQ.Stats().HeldBytes; held < total/64 || held > total {
			t.Errorf("%d bytes are held", held)
		}
		if waits := push.Stats().QueuedOut * each; waits > total/2 || waits < total/64 {
			t.Errorf("%d bytes wait, half of TotalBytes is %d", waits, total/2)
		}
		for i := range n {
			m, err := pull.Recv(b.Ctx)
			b.Check(err)
			if string(m.Frame(0)) != fmt.Sprint(i) {
				t.Fatalf("received %q, want message %d", m.Frame(0), i)
			}
		}
		b.Check(push.Send(b.Ctx, []byte("more")))
		if st := push.Stats(); st.OverBudget != 0 || st.Disconnected != 0 {
			t.Errorf("%+v", st)
		}
	}
}

// TestSubscriberBehindOthers: what one does not take of the messages that it has in common
// with those that read is bounded as a queue of its own is: by SendHWM, and by its share of
// TotalBytes, long before all of that is used up. The others lose nothing.
func TestSubscriberBehindOthers(t *testing.T) {
	const total, readers, each = 64 << 20, 4, 1000
	for _, c := range []struct {
		hwm, messages int
		most          int64
	}{
		{1000, 10_000, 4 << 20},        // a thousand messages, and what is held anyway
		{1_000_000, 40_000, total / 8}, // an eighth of what is free of a half, likewise
	} {
		b, _ := budgeted(t, total)
		pub := b.Socket(zmq.PUB, zmq.SendHWM.Of(c.hwm), zmq.SendBuffer.Of(16<<10))
		b.Check(pub.Bind(rig.AnyPort))
		elsewhere := rig.Context(t)
		subscriber := func(settings ...zmq.Setting) *zmq.Socket {
			s := rig.SocketIn(t, elsewhere, zmq.SUB, settings...)
			b.Check(s.Subscribe(""))
			b.Check(s.Connect(pub.LastEndpoint()))
			return s
		}
		stuck := subscriber(rig.SmallQueues(1)...)
		var reading []*zmq.Socket
		for range readers {
			reading = append(reading, subscriber())
		}
		b.WaitSubscribers(pub, "", readers+1)
		body, most := make([]byte, each), int64(0)
		for i := range c.messages {
			copy(body, fmt.Sprintf("%06d", i))
			b.Check(pub.Send(b.Ctx, body))
			for _, s := range reading {
				m, err := s.Recv(b.Ctx)
				b.Check(err)
				if got := string(m.Frame(0)[:6]); got != fmt.Sprintf("%06d", i) {
					t.Fatalf("received %q, want message %d", got, i)
				}
			}
			if i%1000 == 999 {
				most = max(most, b.ZMQ.Stats().HeldBytes)
			}
		}
		if most > c.most {
			t.Errorf("SendHWM %d: %d bytes were held", c.hwm, most)
		}
		if st := pub.Stats(); st.Drops.Mute == 0 || st.OverBudget != 0 || st.Disconnected != 0 {
			t.Errorf("SendHWM %d: %+v", c.hwm, st)
		}
		m, err := stuck.Recv(b.Ctx)
		b.Check(err)
		if got := string(m.Frame(0)[:6]); got != "000000" {
			t.Errorf("the slow one receives %q first", got)
		}
	}
}

// TestTotalBytesOfSubscribersThatDoNotRead: one that reads gets everything beside them.
func TestTotalBytesOfSubscribersThatDoNotRead(t *testing.T) {
	const total, stuck, messages = 4 << 20, 20, 3000
	for _, each := range []int{1000, 20_000} {
		b, _ := budgeted(t, total)
		pub := b.Socket(zmq.PUB, zmq.SendHWM.Of(1_000_000), zmq.SendBuffer.Of(16<<10))
		b.Check(pub.Bind(rig.AnyPort))
		elsewhere := rig.Context(t)
		for range stuck {
			sub := rig.SocketIn(t, elsewhere, zmq.SUB, rig.SmallQueues(1)...)
			b.Check(sub.Subscribe(""))
			b.Check(sub.Connect(pub.LastEndpoint()))
		}
		honest := rig.SocketIn(t, elsewhere, zmq.SUB)
		b.Check(honest.Subscribe(""))
		b.Check(honest.Connect(pub.LastEndpoint()))
		b.WaitSubscribers(pub, "", stuck+1)
		body := make([]byte, each)
		for i := range messages {
			copy(body, fmt.Sprintf("%06d", i))
			b.Check(pub.Send(b.Ctx, body))
			m, err := honest.Recv(b.Ctx)
			b.Check(err)
			if got := string(m.Frame(0)[:6]); got != fmt.Sprintf("%06d", i) {
				t.Fatalf("%d bytes each: received %q, want message %d", each, got, i)
			}
		}
		st := pub.Stats()
		if st.Drops.Mute == 0 || st.OverBudget != 0 || st.Disconnected != 0 {
			t.Errorf("%d bytes each: %+v", each, st)
		}
	}
}

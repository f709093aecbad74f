// SPDX-License-Identifier: Apache-2.0

package jetstream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/replay"
	"github.com/gozmq/zmq/replay/storetest"
)

func TestMain(m *testing.M) { zmqtest.CheckGoroutines(m) }

// patience is how long a test waits for a server or a cluster.
const patience = time.Minute

func start(t *testing.T, o *server.Options) *server.Server {
	t.Helper()
	o.Host, o.Port, o.NoSigs, o.JetStream, o.StoreDir = "127.0.0.1", -1, true, true, t.TempDir()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(patience) {
		t.Fatal("the server is not ready")
	}
	return s
}

func connect(t *testing.T, servers ...*server.Server) jetstream.JetStream {
	t.Helper()
	o := nats.GetDefaultOptions()
	for _, s := range servers {
		o.Servers = append(o.Servers, s.ClientURL())
	}
	o.MaxReconnect, o.ReconnectWait = -1, 50*time.Millisecond
	nc, err := o.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func opened(t *testing.T, js jetstream.JetStream, cfg Config) *Store {
	t.Helper()
	s, err := Open(zmqtest.Deadline(t), js, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	js := connect(t, start(t, &server.Options{}))
	n := 0
	// JetStream measures bytes and ages its own way.
	storetest.Run(t, func(t *testing.T, r replay.Retention) replay.Store {
		n++
		return opened(t, js, Config{Name: fmt.Sprint("S", n), Retention: r})
	}, 200)
}

// pair is two publishers of one stream, each with a connection of its own, and a
// subscriber of both.
func pair(t *testing.T, stores ...*Store) (publishers []*replay.Publisher, s *replay.Subscriber) {
	t.Helper()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = zctx.Close() })
	dir, err := os.MkdirTemp("", "zj")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	source := replay.Source{Stream: "s"}
	for i, store := range stores {
		p, err := replay.NewPublisher(replay.PublisherConfig{Stream: "s", Store: store, Context: zctx})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.Close() })
		live, again := "ipc://"+filepath.Join(dir, fmt.Sprint("l", i)), "ipc://"+filepath.Join(dir, fmt.Sprint("r", i))
		if err := errors.Join(p.Bind(live), p.BindReplay(again)); err != nil {
			t.Fatal(err)
		}
		source.Live, source.Replay = append(source.Live, live), append(source.Replay, again)
		publishers = append(publishers, p)
	}
	s, err = replay.NewSubscriber(replay.SubscriberConfig{
		Context: zctx, Sources: []replay.Source{source}, RequestTimeout: 2 * time.Second, Probe: 500 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return publishers, s
}

func publish(t *testing.T, p *replay.Publisher, text string) {
	t.Helper()
	if _, err := p.Publish(zmqtest.Deadline(t), []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, s *replay.Subscriber, from, to int) {
	t.Helper()
	ctx := zmqtest.Deadline(t)
	for n := from; n < to; n++ {
		m, err := s.Recv(ctx)
		if err != nil || m.Number != uint64(n) || m.String() != fmt.Sprint(n) {
			t.Fatalf("received %d %q, %v; want %d", m.Number, m.Bytes(), err, n)
		}
	}
}

// A publisher that dies is replaced by another that goes on with its numbers, and serves
// what the first has stored and not published.
func TestAnotherPublisherGoesOn(t *testing.T) {
	server := start(t, &server.Options{})
	a, b := opened(t, connect(t, server), Config{Name: "S"}), opened(t, connect(t, server), Config{Name: "S"})
	publishers, s := pair(t, a, b)
	for n := range 100 {
		publish(t, publishers[n%2], fmt.Sprint(n))
	}
	want(t, s, 0, 100)
	r := []replay.Record{{Time: time.Now(), Frames: [][]byte{[]byte("100")}}}
	if err := a.Append(zmqtest.Deadline(t), r); err != nil {
		t.Fatal(err)
	}
	if err := publishers[0].Close(); err != nil {
		t.Fatal(err)
	}
	publish(t, publishers[1], "101")
	want(t, s, 100, 102)
}

// A stream on three servers goes on when the one that leads it is gone.
func TestClusterOfThree(t *testing.T) {
	servers := cluster(t)
	a, b := opened(t, connect(t, servers...), Config{Name: "S", Replicas: 3}), opened(t, connect(t, servers...), Config{Name: "S", Replicas: 3})
	publishers, s := pair(t, a, b)
	for n := range 200 {
		if n == 100 {
			info, err := a.stream.Info(zmqtest.Deadline(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, server := range servers {
				if server.Name() == info.Cluster.Leader {
					server.Shutdown()
					server.WaitForShutdown()
				}
			}
		}
		publish(t, publishers[n%2], fmt.Sprint(n))
	}
	want(t, s, 0, 200)
}

// cluster starts three servers. Their ports must be known before, so they are of an
// address that no other process uses.
func cluster(t *testing.T) (servers []*server.Server) {
	t.Helper()
	var routes string
	var ports []int
	var held []net.Listener
	for range 3 {
		l, err := net.Listen("tcp", zmqtest.Host()+":0")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, l)
		port := l.Addr().(*net.TCPAddr).Port
		ports = append(ports, port)
		routes += fmt.Sprintf(",nats://%s:%d", zmqtest.Host(), port)
	}
	for i, l := range held {
		_ = l.Close()
		o := &server.Options{ServerName: fmt.Sprint("server", i), Routes: server.RoutesFromStr(routes[1:])}
		o.Cluster.Name, o.Cluster.Host, o.Cluster.Port = "cluster", zmqtest.Host(), ports[i]
		servers = append(servers, start(t, o))
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); ; <-tick.C {
		leader := false
		for _, s := range servers {
			leader = leader || s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == 3
		}
		if leader {
			return servers
		}
		if time.Now().After(end) {
			t.Fatal("the cluster has no leader")
		}
	}
}

// stored returns the texts of all messages, and checks that their numbers follow each
// other. While servers of a cluster choose another leader, it asks again.
func stored(t *testing.T, s *Store) []string {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	end := time.Now().Add(patience)
	for {
		texts, err := readAll(t, s)
		if err == nil {
			return texts
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
		<-tick.C
	}
}

func readAll(t *testing.T, s *Store) (texts []string, err error) {
	t.Helper()
	for r, err := range s.Read(zmqtest.Deadline(t), 0) {
		if err != nil {
			return nil, err
		}
		if r.Number != uint64(len(texts)) {
			t.Fatalf("message %d, not %d", r.Number, len(texts))
		}
		texts = append(texts, string(r.Frames[0]))
	}
	return texts, nil
}

// numbered makes records that say their numbers.
func numbered(from, to int) (records []replay.Record) {
	for n := from; n < to; n++ {
		records = append(records, replay.Record{Time: time.Now(), Frames: [][]byte{fmt.Append(nil, n)}})
	}
	return records
}

// Messages of one call are stored in their order, although servers go away and come again
// while they are published, some are published again, and another publisher stores
// messages between them.
func TestAppendKeepsTheOrderWhenServersGo(t *testing.T) {
	servers := cluster(t)
	a, b := opened(t, connect(t, servers...), Config{Name: "S", Replicas: 3}), opened(t, connect(t, servers...), Config{Name: "S", Replicas: 3})
	ctx := zmqtest.Deadline(t)
	other := make(chan error, 1)
	go func() {
		for range 30 {
			if err := b.Append(ctx, []replay.Record{{Time: time.Now(), Frames: [][]byte{[]byte("other")}}}); err != nil {
				other <- err
				return
			}
		}
		other <- nil
	}()
	const groups, size = 10, 600
	gone := make(chan struct{})
	for g := range groups {
		if g == groups/2 {
			info, err := a.stream.Info(ctx)
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				defer close(gone)
				for _, server := range servers {
					if server.Name() == info.Cluster.Leader {
						server.Shutdown()
						server.WaitForShutdown()
					}
				}
			}()
		}
		records := numbered(g*size, (g+1)*size)
		if err := a.Append(ctx, records); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < size; i++ {
			if !records[i].Kept || records[i].Number <= records[i-1].Number {
				t.Fatalf("message %d has number %d behind %d", i, records[i].Number, records[i-1].Number)
			}
		}
	}
	<-gone
	if err := <-other; err != nil {
		t.Fatal(err)
	}
	next := 0
	for _, text := range stored(t, a) {
		if text == "other" {
			continue
		}
		if text != fmt.Sprint(next) {
			t.Fatalf("stored %q, want %d", text, next)
		}
		next++
	}
	if next != groups*size {
		t.Errorf("%d messages, not %d", next, groups*size)
	}
}

// A batch that was stored although its confirmation did not come is not stored again: the
// same messages, one after the other, are told apart by their ids.
func TestMessagesOfABatchThatWasStoredKeepTheirNumbers(t *testing.T) {
	store := opened(t, connect(t, start(t, &server.Options{})), Config{Name: "S"})
	ctx := zmqtest.Deadline(t)
	records := numbered(0, 10)
	messages := make([]*nats.Msg, len(records))
	for i := range records {
		messages[i] = store.message(&records[i])
	}
	if last, ok := store.batch(ctx, messages); !ok || last != 10 {
		t.Fatalf("a batch ends with %d, %v", last, ok)
	}
	if last, ok := store.batch(ctx, messages); ok {
		t.Errorf("the batch was stored twice, up to %d", last)
	}
	for i, m := range messages {
		ack, err := store.confirm(ctx, m)
		if err != nil || ack.Sequence != uint64(i+1) {
			t.Errorf("message %d: %+v, %v", i, ack, err)
		}
	}
	if n := len(stored(t, store)); n != 10 {
		t.Errorf("%d messages are stored", n)
	}
}

// A stream that was made without atomic batches gets messages one after the other.
func TestAppendToAStreamWithoutAtomicBatches(t *testing.T) {
	js := connect(t, start(t, &server.Options{}))
	cfg := jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}
	if _, err := js.CreateStream(zmqtest.Deadline(t), cfg); err != nil {
		t.Fatal(err)
	}
	store := opened(t, js, Config{Name: "S"})
	if err := store.Append(zmqtest.Deadline(t), numbered(0, 50)); err != nil {
		t.Fatal(err)
	}
	for n, text := range stored(t, store) {
		if text != fmt.Sprint(n) {
			t.Errorf("message %d is %q", n, text)
		}
	}
}

// BenchmarkAppend stores messages of 256 bytes on a server in the same process, on its
// disk: each call alone, and 500 of them together.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 500} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, JetStream: true, StoreDir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			go s.Start()
			defer func() { s.Shutdown(); s.WaitForShutdown() }()
			if !s.ReadyForConnections(patience) {
				b.Fatal("the server is not ready")
			}
			nc, err := nats.Connect(s.ClientURL())
			if err != nil {
				b.Fatal(err)
			}
			defer nc.Close()
			js, err := jetstream.New(nc)
			if err != nil {
				b.Fatal(err)
			}
			store, err := Open(context.Background(), js, Config{Name: "S"})
			if err != nil {
				b.Fatal(err)
			}
			records := make([]replay.Record, size)
			for i := range records {
				records[i] = replay.Record{Time: time.Now(), Frames: [][]byte{make([]byte, 256)}}
			}
			b.SetBytes(256)
			for left := b.N; left > 0; left -= size {
				if err := store.Append(context.Background(), records[:min(left, size)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestAppendEndsWithItsContext(t *testing.T) {
	s := start(t, &server.Options{})
	store := opened(t, connect(t, s), Config{Name: "S"})
	s.Shutdown()
	s.WaitForShutdown()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	r := []replay.Record{{Frames: [][]byte{nil}}}
	if err := store.Append(ctx, r); !errors.Is(err, context.DeadlineExceeded) || r[0].Kept {
		t.Errorf("append without a server: %v, kept %v", err, r[0].Kept)
	}
}

// A message that the stream refuses says nothing about those after it, which are stored.
func TestAppendTellsWhatIsKeptBehindARefusedMessage(t *testing.T) {
	js := connect(t, start(t, &server.Options{}))
	cfg := jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}, MaxMsgSize: 1000}
	if _, err := js.CreateStream(zmqtest.Deadline(t), cfg); err != nil {
		t.Fatal(err)
	}
	store := opened(t, js, Config{Name: "S"})
	records := []replay.Record{{Frames: [][]byte{make([]byte, 2000)}}, {Frames: [][]byte{[]byte("a")}}, {Frames: [][]byte{[]byte("b")}}}
	err := store.Append(zmqtest.Deadline(t), records)
	refused := (*jetstream.APIError)(nil)
	if !errors.As(err, &refused) {
		t.Errorf("append a message that is too large: %v", err)
	}
	if records[0].Kept || !records[1].Kept || !records[2].Kept || records[1].Number != 0 || records[2].Number != 1 {
		t.Errorf("kept: %+v", records[1:])
	}
}

// Readers leave nothing on the server for long.
func TestConsumerOfAReaderEndsSoon(t *testing.T) {
	store := opened(t, connect(t, start(t, &server.Options{})), Config{Name: "S"})
	ctx := zmqtest.Deadline(t)
	if err := store.Append(ctx, []replay.Record{{Frames: [][]byte{nil}}}); err != nil {
		t.Fatal(err)
	}
	for _, err := range store.Read(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
	}
	consumers := store.stream.ListConsumers(ctx)
	for c := range consumers.Info() {
		if c.Config.InactiveThreshold > consumerPatience {
			t.Errorf("a consumer stays for %v", c.Config.InactiveThreshold)
		}
	}
	if err := consumers.Err(); err != nil {
		t.Error(err)
	}
}

func TestNilContextIsRefusedByName(t *testing.T) {
	var none context.Context
	s := new(Store) // no call gets as far as its stream
	_, open := Open(none, nil, Config{Name: "x"})
	_, find := s.Find(none, time.Now())
	_, state := s.State(none)
	var read error
	for _, read = range s.Read(none, 0) {
	}
	for call, err := range map[string]error{"Open": open, "Append": s.Append(none, nil), "Find": find, "State": state, "Read": read} {
		if err == nil || !strings.Contains(err.Error(), "the context.Context is nil, use context.Background()") {
			t.Errorf("%s: %v", call, err)
		}
	}
}

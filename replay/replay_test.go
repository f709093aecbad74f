// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
)

// rig is a context with publishers and subscribers that end with the test.
type rig struct {
	*testing.T
	ctx  context.Context
	zctx *zmq.Context
	at   string // what endpoints begin with
}

func newRig(t *testing.T) *rig {
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = zctx.Close() })
	return &rig{T: t, ctx: zmqtest.Deadline(t), zctx: zctx, at: "inproc://"}
}

func (r *rig) check(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// overIPC makes a rig whose connections come again when a publisher does.
func overIPC(t *testing.T) *rig {
	r := newRig(t)
	r.at = "ipc://" + filepath.ToSlash(zmqtest.ShortDir(t)) + "/"
	return r
}

// publisher makes a publisher of stream "s" with a store, at live-NAME and replay-NAME.
func (r *rig) publisher(name string, store Store, change ...func(*PublisherConfig)) *Publisher {
	r.Helper()
	cfg := PublisherConfig{Stream: "s", Store: store, Context: r.zctx, Settings: []zmq.Setting{zmq.Linger.Of(0)}}
	for _, f := range change {
		f(&cfg)
	}
	p, err := NewPublisher(cfg)
	r.check(err)
	r.Cleanup(func() { _ = p.Close() })
	r.check(p.Bind(r.at + "live-" + name))
	r.check(p.BindReplay(r.at + "replay-" + name))
	return p
}

// source is that of publishers made by publisher.
func (r *rig) source(from Start, names ...string) Source {
	s := Source{Stream: "s", From: from}
	for _, name := range names {
		s.Live = append(s.Live, r.at+"live-"+name)
		s.Replay = append(s.Replay, r.at+"replay-"+name)
	}
	return s
}

func (r *rig) subscriber(from Source, change ...func(*SubscriberConfig)) *Subscriber {
	r.Helper()
	cfg := SubscriberConfig{Sources: []Source{from}, Context: r.zctx, Probe: 100 * time.Millisecond, Retry: 5 * time.Millisecond}
	for _, f := range change {
		f(&cfg)
	}
	s, err := NewSubscriber(cfg)
	r.check(err)
	r.Cleanup(func() { _ = s.Close() })
	return s
}

// publish publishes messages that say their number.
func (r *rig) publish(p *Publisher, numbers ...int) {
	r.Helper()
	for _, n := range numbers {
		pos, err := p.Publish(r.ctx, fmt.Append(nil, n))
		r.check(err)
		if pos.Number != uint64(n) {
			r.Fatalf("message %d has number %d", n, pos.Number)
		}
	}
}

// want receives messages from a number up to, and without, another.
func (r *rig) want(s *Subscriber, from, to int) {
	r.Helper()
	for n := from; n < to; n++ {
		m, err := s.Recv(r.ctx)
		if err != nil || m.Number != uint64(n) || m.String() != fmt.Sprint(n) {
			r.Fatalf("received %d %q, %v; want %d", m.Number, m.Bytes(), err, n)
		}
	}
}

func (r *rig) wantLost(s *Subscriber, from, to uint64) *LostError {
	r.Helper()
	m, err := s.Recv(r.ctx)
	lost := (*LostError)(nil)
	if !errors.As(err, &lost) || lost.From != from || lost.To != to {
		r.Fatalf("received %q, %v; want the loss of %d to %d", m.Bytes(), err, from, to)
	}
	return lost
}

func (r *rig) wantRestart(s *Subscriber) *RestartError {
	r.Helper()
	m, err := s.Recv(r.ctx)
	restart := (*RestartError)(nil)
	if !errors.As(err, &restart) {
		r.Fatalf("received %q, %v; want a restart", m.Bytes(), err)
	}
	return restart
}

func upTo(n int) []int {
	var all []int
	for i := range n {
		all = append(all, i)
	}
	return all
}

func TestSubscriberBeginsWithWhatIsKept(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil)
	r.publish(p, upTo(100)...)
	s := r.subscriber(r.source(Beginning(), "a"))
	r.want(s, 0, 100)
	go func() { _, _ = s.Recv(r.ctx) }()
	r.check(s.WaitLive(r.ctx))
}

func TestSubscriberFollowsLiveMessages(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil)
	s := r.subscriber(r.source(Beginning(), "a"))
	for n := range 1000 {
		r.publish(p, n)
		r.want(s, n, n+1)
	}
}

func TestFrames(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil)
	for _, frames := range [][]string{{""}, {"a", "b", "", "d"}, {"", ""}} {
		_, err := p.Publish(r.ctx, toBytes(frames)...)
		r.check(err)
	}
	s := r.subscriber(r.source(Beginning(), "a"))
	_, err := p.Publish(r.ctx, []byte("live"), []byte("too"))
	r.check(err)
	for _, frames := range [][]string{{""}, {"a", "b", "", "d"}, {"", ""}, {"live", "too"}} {
		m, err := s.Recv(r.ctx)
		r.check(err)
		var got []string
		for _, f := range m.Frames() {
			got = append(got, string(f))
		}
		if !slices.Equal(got, frames) || m.Len() != len(frames) || m.Time().IsZero() {
			t.Errorf("received %q at %v, want %q", got, m.Time(), frames)
		}
	}
	if _, err := p.Publish(r.ctx); !errors.Is(err, zmq.ErrInvalid) {
		t.Errorf("message without frames: %v", err)
	}
}

func toBytes(texts []string) (all [][]byte) {
	for _, s := range texts {
		all = append(all, []byte(s))
	}
	return all
}

func TestLossIsNamedWhenMessagesAreNotKept(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", NewMemory(Retention{Messages: 10}))
	r.publish(p, upTo(100)...)
	s := r.subscriber(r.source(At(20), "a"))
	lost := r.wantLost(s, 20, 90)
	if lost.Stream != "s" || lost.Epoch == 0 {
		t.Errorf("%+v", lost)
	}
	r.want(s, 90, 100)
	r.publish(p, 100)
	r.want(s, 100, 101)
}

func TestStartAfterAPosition(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil)
	r.publish(p, upTo(10)...)
	state, err := p.Store().State(r.ctx)
	r.check(err)
	s := r.subscriber(r.source(After(Position{state.Epoch, 6}), "a"))
	r.want(s, 7, 10)
}

func TestStartAfterAPositionOfAnEpochThatIsOver(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil)
	r.publish(p, upTo(10)...)
	s := r.subscriber(r.source(After(Position{4711, 6}), "a"))
	if e := r.wantRestart(s); !e.Any || e.Last != (Position{4711, 6}) {
		t.Errorf("%+v", e)
	}
	r.want(s, 0, 10)
}

func TestStartWithTheNewest(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil)
	r.publish(p, upTo(10)...)
	s := r.subscriber(r.source(Newest(), "a"))
	r.isLive(s)
	r.publish(p, 10)
	r.want(s, 10, 11)
}

// isLive waits until a subscriber is live that has nothing to receive before.
func (r *rig) isLive(s *Subscriber) {
	r.Helper()
	ctx, cancel := context.WithCancel(r.ctx)
	received := make(chan error)
	go func() { _, err := s.Recv(ctx); received <- err }()
	r.check(s.WaitLive(r.ctx))
	cancel()
	if err := <-received; !errors.Is(err, context.Canceled) {
		r.Fatalf("received before being live: %v", err)
	}
}

func TestStartAtATime(t *testing.T) {
	r := newRig(t)
	store := NewMemory(Retention{})
	for n := range 10 {
		r.check(store.Append(r.ctx, []Record{{Time: time.Unix(int64(1000+n), 0), Frames: [][]byte{fmt.Append(nil, n)}}}))
	}
	r.publisher("a", store)
	s := r.subscriber(r.source(Since(time.Unix(1003, 1)), "a"))
	r.want(s, 4, 10)
}

func TestPublisherThatForgetsBeginsAnEpoch(t *testing.T) {
	r := overIPC(t)
	p := r.publisher("a", nil)
	r.publish(p, upTo(5)...)
	s := r.subscriber(r.source(Beginning(), "a"))
	r.want(s, 0, 5)
	r.check(p.Close())
	p = r.publisher("a", nil)
	r.publish(p, 0, 1, 2)
	if e := r.wantRestart(s); !e.Any || e.Last.Number != 4 || e.Epoch == e.Last.Epoch {
		t.Errorf("%+v", e)
	}
	r.want(s, 0, 3)
	r.isLive(s)
}

func TestPublisherWithTheStoreOfAnotherGoesOn(t *testing.T) {
	r := newRig(t)
	store := NewMemory(Retention{})
	p := r.publisher("a", store)
	s := r.subscriber(r.source(Beginning(), "a", "b"))
	r.publish(p, upTo(5)...)
	r.want(s, 0, 5)
	r.check(p.Close())
	p = r.publisher("b", store)
	r.publish(p, 5, 6)
	r.want(s, 5, 7)
}

func TestTwoPublishersShareAStream(t *testing.T) {
	r := newRig(t)
	store := NewMemory(Retention{})
	publishers := []*Publisher{r.publisher("a", store), r.publisher("b", store)}
	s := r.subscriber(r.source(Beginning(), "a", "b"))
	for n := range 200 {
		r.publish(publishers[n%2], n)
	}
	r.want(s, 0, 200)
}

func TestSeveralStreams(t *testing.T) {
	r := newRig(t)
	a := r.publisher("a", nil)
	b := r.publisher("b", nil, func(c *PublisherConfig) { c.Stream = "s2" }) // "s" is a prefix of it
	s, err := NewSubscriber(SubscriberConfig{Context: r.zctx, Sources: []Source{
		r.source(Beginning(), "a"),
		{Stream: "s2", Live: []string{"inproc://live-b"}, Replay: []string{"inproc://replay-b"}},
	}})
	r.check(err)
	defer func() { r.check(s.Close()) }()
	r.publish(a, upTo(50)...)
	r.publish(b, upTo(50)...)
	next := map[string]uint64{}
	for range 100 {
		m, err := s.Recv(r.ctx)
		r.check(err)
		if m.Number != next[m.Stream] {
			t.Fatalf("received %d of %s, want %d", m.Number, m.Stream, next[m.Stream])
		}
		next[m.Stream]++
	}
	if next["s"] != 50 || next["s2"] != 50 {
		t.Errorf("received %v", next)
	}
}

func TestPublishersThatConnect(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil)
	src := Source{Stream: "s", Bind: true, Live: []string{"inproc://bound"}, Replay: []string{"inproc://replay-a"}}
	s := r.subscriber(src)
	r.check(p.Connect("inproc://bound"))
	r.publish(p, upTo(20)...)
	r.want(s, 0, 20)
}

// A subscriber that does not receive holds what QueueBytes and a page allow, and misses
// nothing.
func TestQueueBytesBoundsWhatWaits(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", NewMemory(Retention{Messages: 10_000}), func(c *PublisherConfig) {
		c.LiveSettings = []zmq.Setting{zmq.SendHWM.Of(10)}
	})
	s := r.subscriber(r.source(Beginning(), "a"), func(c *SubscriberConfig) {
		c.QueueBytes, c.PageMessages, c.HoldBytes = 100*Overhead, 20, 10*Overhead
		c.LiveSettings = []zmq.Setting{zmq.RecvHWM.Of(10)}
	})
	for n := range 5000 {
		r.publish(p, n)
		s.queue.mu.Lock()
		waiting := len(s.queue.in) + len(s.queue.out)
		s.queue.mu.Unlock()
		if waiting > 200 {
			t.Fatalf("%d messages wait", waiting)
		}
	}
	r.want(s, 0, 5000)
	if c := s.Counts()[0]; c.Gaps == 0 && c.Replayed == 0 {
		t.Errorf("nothing was missed: %+v", c)
	}
}

func TestRefusedRequestIsToldAndRepeated(t *testing.T) {
	r := newRig(t)
	r.publisher("a", nil, func(c *PublisherConfig) { c.Stream = "other" })
	s := r.subscriber(r.source(Beginning(), "a"))
	for s.Counts()[0].Failed < 2 {
		r.check(r.ctx.Err())
		if _, err := s.Recv(brief(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("received %v", err)
		}
	}
}

// brief is a context for a receive that is not to succeed.
func brief(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestInvalidConfigurations(t *testing.T) {
	for _, cfg := range []PublisherConfig{{Stream: "a\x00"}, {Stream: string(make([]byte, 300))}, {PageBytes: -1}} {
		if p, err := NewPublisher(cfg); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%+v: %v, %v", cfg, p, err)
		}
	}
	live := []string{"inproc://nowhere"}
	for _, cfg := range []SubscriberConfig{
		{}, {Sources: []Source{{}}}, {Sources: []Source{{Stream: "\x00", Live: live}}}, {Sources: []Source{{Live: live}}, QueueBytes: -1},
		{Sources: []Source{{Live: []string{"nonsense"}}}}, {Sources: []Source{{Live: live}, {Live: live, Replay: []string{"nonsense"}}}},
	} {
		if s, err := NewSubscriber(cfg); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%+v: %v, %v", cfg, s, err)
		}
	}
}

func TestClosed(t *testing.T) {
	r := newRig(t)
	p := r.publisher("a", nil)
	s := r.subscriber(r.source(Beginning(), "a"))
	received := make(chan error)
	go func() { _, err := s.Recv(r.ctx); received <- err }()
	r.check(s.Close())
	if err := <-received; !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("a Recv that waited: %v", err)
	}
	r.check(p.Close())
	if _, err := p.Publish(r.ctx, nil); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("publish after Close: %v", err)
	}
	if err := p.Close(); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("second Close of the publisher: %v", err)
	}
	if err := s.Close(); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("second Close of the subscriber: %v", err)
	}
	if err := s.WaitLive(r.ctx); !errors.Is(err, zmq.ErrClosed) {
		t.Errorf("WaitLive after Close: %v", err)
	}
}

// slowStore takes its time, and fails when it is told to.
type slowStore struct {
	Store
	enter chan int // how many records an Append has
	leave chan error
}

func (s *slowStore) Append(ctx context.Context, records []Record) error {
	select {
	case s.enter <- len(records):
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-s.leave:
		if err != nil {
			return err
		}
		return s.Store.Append(ctx, records)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestPublishesOfSeveralGoroutinesAreStoredTogether(t *testing.T) {
	r := newRig(t)
	store := &slowStore{NewMemory(Retention{}), make(chan int), make(chan error)}
	p := r.publisher("a", store)
	results := make(chan error)
	publish := func(ctx context.Context, text string) {
		frame := []byte(text)
		_, err := p.Publish(ctx, frame)
		clear(frame)
		results <- err
	}
	go publish(r.ctx, "first")
	<-store.enter
	hasty, cancel := context.WithCancel(r.ctx)
	for _, text := range []string{"a", "b", "c"} {
		go publish(r.ctx, text)
	}
	go publish(hasty, "d")
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for waiting := 0; waiting < 4; <-tick.C {
		p.mu.Lock()
		waiting = len(p.waiting)
		p.mu.Unlock()
	}
	store.leave <- nil
	r.check(<-results)
	if n := <-store.enter; n != 4 {
		t.Errorf("%d messages were stored together, not 4", n)
	}
	cancel()
	if err := <-results; !errors.Is(err, context.Canceled) {
		t.Errorf("publish whose context ended: %v", err)
	}
	store.leave <- nil
	for range 3 {
		r.check(<-results)
	}
	s := r.subscriber(r.source(Beginning(), "a"))
	got := map[string]bool{}
	for range 5 {
		m, err := s.Recv(r.ctx)
		r.check(err)
		got[m.String()] = true
	}
	if len(got) != 5 || !got["first"] || !got["d"] {
		t.Errorf("stored %v", got)
	}
	go publish(r.ctx, "fails")
	<-store.enter
	broken := errors.New("broken")
	store.leave <- broken
	if err := <-results; !errors.Is(err, broken) {
		t.Errorf("publish to a store that fails: %v", err)
	}
}

func TestPositionAsText(t *testing.T) {
	p := Position{0xfeed, 42}
	if got, err := ParsePosition(p.String()); err != nil || got != p {
		t.Errorf("%v became %v, %v", p, got, err)
	}
	for _, text := range []string{"", "1", "x-1", "1-x", "1-2-3", "-"} {
		if p, err := ParsePosition(text); err == nil {
			t.Errorf("%q is %v", text, p)
		}
	}
}

// A subscriber without the key, or that the authorizer refuses, gets nothing.
func TestCurveAndAuthorizer(t *testing.T) {
	r := overIPC(t)
	server, client, stranger := zmq.NewCurveKeypair(), zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	p := r.publisher("a", nil, func(c *PublisherConfig) {
		c.Settings = append(c.Settings, server.AsServer(), zmq.WithAuthorizer(func(_ context.Context, p zmq.Peer) error {
			if p.PublicKey != client.Public {
				return errors.New("not on the list")
			}
			return nil
		}))
	})
	r.publish(p, upTo(10)...)
	with := func(k zmq.CurveKeypair) *Subscriber {
		return r.subscriber(r.source(Beginning(), "a"), func(c *SubscriberConfig) {
			c.Settings = []zmq.Setting{k.AsClient(server.Public)}
		})
	}
	refused := with(stranger)
	s := with(client)
	r.want(s, 0, 10)
	r.publish(p, 10)
	r.want(s, 10, 11)
	if m, err := refused.Recv(brief(t)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a stranger received %q, %v", m.Bytes(), err)
	}
}

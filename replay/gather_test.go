// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gozmq/zmq"
)

// server makes a publisher of a topic that connects, and answers requests at a name.
func (r *rig) server(topic, name string, store Store) *Publisher {
	r.Helper()
	p, err := NewPublisher(PublisherConfig{
		Stream: topic, Format: KVEvents, Store: store, Context: r.zctx, Settings: []zmq.Setting{zmq.Linger.Of(0), zmq.ReconnectInterval.Of(time.Millisecond)},
	})
	r.check(err)
	r.Cleanup(func() { _ = p.Close() })
	r.check(p.BindReplay(r.at + "replay-" + name))
	r.check(p.Connect(r.at + "live"))
	return p
}

// gatherer makes a subscriber that binds, for servers whose name is behind the @ of their
// topic.
func (r *rig) gatherer(change ...func(*SubscriberConfig)) *Subscriber {
	r.Helper()
	from := Source{Stream: "kv@", Live: []string{r.at + "live"}, Bind: true, Each: func(topic, host string) []string {
		return []string{r.at + "replay-" + topic[len("kv@"):]}
	}}
	return r.subscriber(from, append([]func(*SubscriberConfig){fromKV}, change...)...)
}

// collect receives until each of the streams has had so many messages, in order and
// without one missing.
func (r *rig) collect(s *Subscriber, want map[string]int) (restarts []string) {
	r.Helper()
	next := map[string]int{}
	for left := len(want); left > 0; {
		m, err := s.Recv(r.ctx)
		if restart := (*RestartError)(nil); errors.As(err, &restart) {
			restarts = append(restarts, restart.Stream)
			next[restart.Stream] = 0
			continue
		}
		if err != nil {
			r.Fatal(err)
		}
		if _, ok := next[m.Stream]; !ok {
			next[m.Stream] = int(m.Number)
		}
		if int(m.Number) != next[m.Stream] || m.String() != fmt.Sprint(m.Stream, " ", m.Number) {
			r.Fatalf("%s: received %d %q, want %d", m.Stream, m.Number, m.Bytes(), next[m.Stream])
		}
		if x := s.Stats().Sources[m.Source]; x.Stream != m.Stream {
			r.Fatalf("source %d is %q, the message is of %q", m.Source, x.Stream, m.Stream)
		}
		next[m.Stream]++
		if next[m.Stream] == want[m.Stream] {
			left--
		}
	}
	return restarts
}

func (r *rig) publishOf(p *Publisher, topic string, from, to int) {
	r.Helper()
	for n := from; n < to; n++ {
		_, err := p.Publish(r.ctx, fmt.Append(nil, topic, " ", n))
		r.check(err)
	}
}

// Servers connect to one SUB that is bound. Each topic is a stream, which is replayed from
// its own server, and the restart of one does not touch the others.
func TestKVEventsOfManyServersThatConnect(t *testing.T) {
	r := overIPC(t)
	topics := []string{"kv@a", "kv@b", "kv@c"}
	servers := map[string]*Publisher{}
	want := map[string]int{}
	for _, topic := range topics {
		servers[topic] = r.server(topic, topic[3:], nil)
		r.publishOf(servers[topic], topic, 0, 20) // nothing is bound yet: these are replayed
		want[topic] = 60
	}
	s := r.gatherer()
	for _, topic := range topics {
		r.check(servers[topic].LiveSocket().WaitSubscribers(r.ctx, topic, 1))
	}
	for n := 20; n < 60; n += 10 {
		for _, topic := range topics {
			r.publishOf(servers[topic], topic, n, n+10)
		}
	}
	if restarts := r.collect(s, want); len(restarts) > 0 {
		t.Errorf("%q restarted", restarts)
	}
	r.check(servers["kv@b"].Close())
	again := r.server("kv@b", "b", nil)
	r.check(again.LiveSocket().WaitSubscribers(r.ctx, "kv@b", 1))
	r.publishOf(again, "kv@b", 0, 10)
	r.publishOf(servers["kv@a"], "kv@a", 60, 70)
	if restarts := r.collect(s, map[string]int{"kv@a": 70, "kv@b": 10}); fmt.Sprint(restarts) != "[kv@b]" {
		t.Errorf("%q restarted", restarts)
	}
	x := s.Stats()
	if len(x.Sources) != 3 || x.NotGathered != 0 {
		t.Errorf("%+v", x)
	}
}

// Peers decide how many topics there are, and the subscriber how many it receives.
func TestStreamsBeyondMaxStreamsAreCounted(t *testing.T) {
	virtual(t, func(r *rig) {
		s := r.gatherer(func(c *SubscriberConfig) { c.MaxStreams = 2 })
		pub, err := r.zctx.NewSocket(zmq.PUB)
		r.check(err)
		r.check(pub.Connect(r.at + "live"))
		r.check(pub.WaitSubscribers(r.ctx, "kv@", 1))
		for n := range 5 {
			r.check(pub.SendString(r.ctx, fmt.Sprint("kv@", n), "\x00\x00\x00\x00\x00\x00\x00\x00", "x"))
		}
		for {
			x := s.Stats()
			if x.NotGathered == 3 && len(x.Sources) == 2 {
				break
			}
			select {
			case <-time.After(time.Millisecond):
			case <-r.ctx.Done():
				t.Fatalf("%+v", x)
			}
		}
		r.check(pub.Close())
	})
}

// Each is called once for each stream, also if the endpoint that it returns is wrong, and
// not for a name that is too long. The streams of others are received nevertheless.
func TestStreamsThatCannotBeGathered(t *testing.T) {
	r := newRig(t)
	var asked []string // by the gathering alone, until the last message has come
	s := r.subscriber(Source{Stream: "kv@", Live: []string{r.at + "live"}, Bind: true, Each: func(topic, _ string) []string {
		asked = append(asked, topic)
		if topic == "kv@wrong" {
			return []string{"nonsense"}
		}
		return nil
	}}, fromKV, func(c *SubscriberConfig) { c.MaxStreams = 2 })
	pub, err := r.zctx.NewSocket(zmq.PUB, zmq.Linger.Of(0))
	r.check(err)
	r.Cleanup(func() { _ = pub.Close() })
	r.check(pub.Connect(r.at + "live"))
	r.check(pub.WaitSubscribers(r.ctx, "kv@", 1))
	long := "kv@" + strings.Repeat("x", MaxStreamName)
	for _, topic := range []string{"kv@wrong", "kv@wrong", long, "kv@wrong", "kv@right", "kv@third", "kv@right"} {
		r.check(pub.SendString(r.ctx, topic, "\x00\x00\x00\x00\x00\x00\x00\x00", topic))
	}
	x := s.Stats()
	for seen := uint64(0); seen < 7; x = s.Stats() {
		seen = x.NotGathered
		for _, source := range x.Sources {
			seen += source.Live
		}
		select {
		case <-time.After(time.Millisecond):
		case <-r.ctx.Done():
			t.Fatalf("not all messages have come: %+v", x)
		}
	}
	r.check(s.Close())
	if len(x.Sources) != 1 || x.Sources[0].Stream != "kv@right" || x.NotGathered != 5 {
		t.Errorf("%+v", x)
	}
	if fmt.Sprint(asked) != "[kv@wrong kv@right]" {
		t.Errorf("Each was asked about %.40q", asked)
	}
}

// A topic that only begins with the name of a stream is another stream.
func TestKVEventsOfAnotherTopicAreNotOfTheStream(t *testing.T) {
	r := newRig(t)
	a, b := r.publisher("a", nil, inKV(KVEvents)), r.publisher("b", nil, inKV(KVEvents), func(c *PublisherConfig) { c.Stream = "s2" })
	from := r.source(Beginning(), "a", "b")
	from.Replay = from.Replay[:1]
	s := r.subscriber(from, fromKV)
	r.check(a.LiveSocket().WaitSubscribers(r.ctx, "s", 1))
	r.check(b.LiveSocket().WaitSubscribers(r.ctx, "s", 1))
	r.publish(b, upTo(10)...)
	r.publish(a, upTo(3)...)
	r.want(s, 0, 3)
	r.publish(b, 10)
	r.publish(a, 3)
	r.want(s, 3, 4)
	if c := s.Counts()[0]; c.Restarts+c.Gaps+c.Malformed > 0 {
		t.Errorf("%+v", c)
	}
}

func TestEachIsChecked(t *testing.T) {
	each := func(string, string) []string { return nil }
	for name, cfg := range map[string]SubscriberConfig{
		"native":  {Sources: []Source{{Live: []string{"inproc://x"}, Each: each}}},
		"replay":  {Format: KVEvents, Sources: []Source{{Live: []string{"inproc://x"}, Replay: []string{"inproc://y"}, Each: each}}},
		"no live": {Format: KVEvents, Sources: []Source{{Each: each}}},
	} {
		if s, err := NewSubscriber(cfg); !errors.Is(err, zmq.ErrInvalid) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package zmqprometheus_test

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/internal/zmqtest"
	"github.com/gozmq/zmq/metrics/zmqprometheus"
	"github.com/gozmq/zmq/replay"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// newStream returns a publisher of three messages, and a subscriber that has them.
func newStream(t *testing.T) (*replay.Publisher, *replay.Subscriber) {
	t.Helper()
	ctx := zmqtest.Deadline(t)
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.Linger.Of(0)}})
	check(t, err)
	t.Cleanup(func() { check(t, c.Close()) })
	p, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Context: c})
	check(t, err)
	t.Cleanup(func() { _ = p.Close() })
	check(t, errors.Join(p.Bind("inproc://live"), p.BindReplay("inproc://replay")))
	for range 3 {
		_, err := p.Publish(ctx, []byte("x"))
		check(t, err)
	}
	s, err := replay.NewSubscriber(replay.SubscriberConfig{Context: c, Sources: []replay.Source{{
		Stream: "prices", Live: []string{"inproc://live"}, Replay: []string{"inproc://replay"},
	}}})
	check(t, err)
	t.Cleanup(func() { _ = s.Close() })
	for range 3 {
		_, err := s.Recv(ctx)
		check(t, err)
	}
	return p, s
}

func TestMetricsOfAStream(t *testing.T) {
	p, s := newStream(t)
	compare(t, zmqprometheus.NewPublisherCollector(p), fmt.Sprintf(`
# HELP zmq_replay_publisher_published_messages_total Messages that were stored, and so confirmed.
# TYPE zmq_replay_publisher_published_messages_total counter
zmq_replay_publisher_published_messages_total{stream="prices"} 3
# HELP zmq_replay_publisher_store_next Number of the next message.
# TYPE zmq_replay_publisher_store_next gauge
zmq_replay_publisher_store_next{stream="prices"} 3
# HELP zmq_replay_publisher_epoch_info 1, with the epoch of the numbers as a label.
# TYPE zmq_replay_publisher_epoch_info gauge
zmq_replay_publisher_epoch_info{epoch="%[1]x",stream="prices"} 1
`, s.Stats().Sources[0].Epoch), "zmq_replay_publisher_published_messages_total", "zmq_replay_publisher_store_next", "zmq_replay_publisher_epoch_info")
	compare(t, zmqprometheus.NewSubscriberCollector(s), `
# HELP zmq_replay_subscriber_next Number of the next message; all below are in the queue, or lost.
# TYPE zmq_replay_subscriber_next gauge
zmq_replay_subscriber_next{host="",source="0",stream="prices"} 3
# HELP zmq_replay_subscriber_lost_messages_total Messages that could not be had.
# TYPE zmq_replay_subscriber_lost_messages_total counter
zmq_replay_subscriber_lost_messages_total{host="",source="0",stream="prices"} 0
# HELP zmq_replay_subscriber_queued_messages Messages that wait to be received by the program.
# TYPE zmq_replay_subscriber_queued_messages gauge
zmq_replay_subscriber_queued_messages 0
`, "zmq_replay_subscriber_next", "zmq_replay_subscriber_lost_messages_total", "zmq_replay_subscriber_queued_messages")
	check(t, p.Store().Close())
	if n := testutil.CollectAndCount(zmqprometheus.NewPublisherCollector(p)); n != 8 {
		t.Errorf("%d metrics with a store that is closed", n)
	}
}

// A program could not find a field that is left out or has another name.
func TestMetricsOfAStreamHaveTheNamesOfTheirFields(t *testing.T) {
	p, s := newStream(t)
	registry := prometheus.NewPedanticRegistry()
	check(t, registry.Register(zmqprometheus.NewPublisherCollector(p)))
	check(t, registry.Register(zmqprometheus.NewSubscriberCollector(s)))
	families, err := registry.Gather()
	check(t, err)
	var names string
	for _, f := range families {
		names += f.GetName() + "\n"
	}
	word := regexp.MustCompile("([a-z])([A-Z])")
	for _, typ := range []reflect.Type{
		reflect.TypeFor[replay.PublisherStats](), reflect.TypeFor[replay.SubscriberStats](),
		reflect.TypeFor[replay.SourceStats](), reflect.TypeFor[replay.State](),
	} {
		for _, f := range reflect.VisibleFields(typ) {
			name := strings.ToLower(word.ReplaceAllString(f.Name, "${1}_$2"))
			switch {
			case f.Anonymous || name == "stream" || name == "host" || name == "store" || name == "sources": // a label, or what has others
			case !regexp.MustCompile(`_(store_)?` + strings.Split(name, "_")[0]).MatchString(names):
				t.Errorf("there is no %s", name)
			}
		}
	}
}

// The topics of Source.Each are what peers send, which need not be text.
func TestLabelsOfAStreamAreText(t *testing.T) {
	ctx := zmqtest.Deadline(t)
	c, err := zmq.NewContext(zmq.ContextConfig{Settings: []zmq.Setting{zmq.Linger.Of(0)}})
	check(t, err)
	t.Cleanup(func() { check(t, c.Close()) })
	s, err := replay.NewSubscriber(replay.SubscriberConfig{Context: c, Format: replay.KVEvents, Sources: []replay.Source{{
		Live: []string{"inproc://live"}, Bind: true, Each: func(string, string) []string { return nil },
	}}})
	check(t, err)
	t.Cleanup(func() { _ = s.Close() })
	p, err := replay.NewPublisher(replay.PublisherConfig{Stream: "kv@\xff", Format: replay.KVEvents, Context: c})
	check(t, err)
	t.Cleanup(func() { _ = p.Close() })
	check(t, p.Connect("inproc://live"))
	check(t, p.LiveSocket().WaitSubscribers(ctx, "", 1))
	_, err = p.Publish(ctx, []byte("x"))
	check(t, err)
	_, err = s.Recv(ctx)
	check(t, err)
	compare(t, zmqprometheus.NewPublisherCollector(p), `
# HELP zmq_replay_publisher_store_next Number of the next message.
# TYPE zmq_replay_publisher_store_next gauge
zmq_replay_publisher_store_next{stream="kv@�"} 1
`, "zmq_replay_publisher_store_next")
	compare(t, zmqprometheus.NewSubscriberCollector(s), `
# HELP zmq_replay_subscriber_next Number of the next message; all below are in the queue, or lost.
# TYPE zmq_replay_subscriber_next gauge
zmq_replay_subscriber_next{host="",source="0",stream="kv@�"} 1
`, "zmq_replay_subscriber_next")
}

// TestPublishersRegisteredTogether: a label tells them apart, as the documentation says.
func TestPublishersRegisteredTogether(t *testing.T) {
	a, _ := newStream(t)
	b, _ := newStream(t)
	registry := prometheus.NewPedanticRegistry()
	for name, p := range map[string]*replay.Publisher{"a": a, "b": b} {
		labelled := prometheus.WrapRegistererWith(prometheus.Labels{"publisher": name}, registry)
		check(t, labelled.Register(zmqprometheus.NewPublisherCollector(p)))
	}
	n, err := testutil.GatherAndCount(registry, "zmq_replay_publisher_published_messages_total")
	check(t, err)
	if n != 2 {
		t.Errorf("%d series, want 2", n)
	}
	bare := prometheus.NewPedanticRegistry()
	check(t, bare.Register(zmqprometheus.NewPublisherCollector(a)))
	if exists := (prometheus.AlreadyRegisteredError{}); !errors.As(bare.Register(zmqprometheus.NewPublisherCollector(b)), &exists) {
		t.Error("they can be registered without a label, unlike the documentation")
	}
}

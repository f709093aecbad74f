// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/replay"
)

// A subscriber that begins late gets what was published before.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = zctx.Close() }()

	pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Context: zctx})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pub.Close() }()
	if err := errors.Join(pub.Bind("inproc://prices"), pub.BindReplay("inproc://replay")); err != nil {
		log.Fatal(err)
	}
	for _, price := range []string{"41", "42"} {
		if _, err := pub.Publish(ctx, []byte(price)); err != nil {
			log.Fatal(err)
		}
	}

	sub, err := replay.NewSubscriber(replay.SubscriberConfig{Context: zctx, Sources: []replay.Source{{
		Stream: "prices", Live: []string{"inproc://prices"}, Replay: []string{"inproc://replay"},
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	for range 2 {
		m, err := sub.Recv(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Stream, m.Number, m.String())
	}
	// Output:
	// prices 0 41
	// prices 1 42
}

// What is lost stands in the place of the messages.
func ExampleLostError() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = zctx.Close() }()

	pub, err := replay.NewPublisher(replay.PublisherConfig{
		Stream: "log", Context: zctx, Store: replay.NewMemory(replay.Retention{Messages: 2}),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pub.Close() }()
	if err := errors.Join(pub.Bind("inproc://log"), pub.BindReplay("inproc://log-replay")); err != nil {
		log.Fatal(err)
	}
	for _, line := range []string{"a", "b", "c", "d", "e"} {
		if _, err := pub.Publish(ctx, []byte(line)); err != nil {
			log.Fatal(err)
		}
	}

	sub, err := replay.NewSubscriber(replay.SubscriberConfig{Context: zctx, Sources: []replay.Source{{
		Stream: "log", Live: []string{"inproc://log"}, Replay: []string{"inproc://log-replay"}, From: replay.At(1),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	for m, err := range sub.Messages(ctx) {
		if lost := (*replay.LostError)(nil); errors.As(err, &lost) {
			fmt.Println("lost", lost.From, "to", lost.To-1)
			continue
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Number, m.String())
		if m.Number == 4 {
			break
		}
	}
	// Output:
	// lost 1 to 2
	// 3 d
	// 4 e
}

// What happens to the streams of a subscriber, for a log or an alarm.
func ExampleSubscriber_Events() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = zctx.Close() }()
	sub, err := replay.NewSubscriber(replay.SubscriberConfig{Context: zctx, RequestTimeout: time.Minute, Sources: []replay.Source{{
		Stream: "prices", Live: []string{"inproc://events"}, Replay: []string{"inproc://events-replay"},
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	events := sub.Events(ctx) // before the publisher is there: nothing is missed

	pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Context: zctx})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pub.Close() }()
	if err := errors.Join(pub.Bind("inproc://events"), pub.BindReplay("inproc://events-replay")); err != nil {
		log.Fatal(err)
	}
	for event := range events {
		fmt.Println(event)
		if event.Kind == replay.EventLive {
			break
		}
	}
	stats := sub.Stats().Sources[0]
	fmt.Println(stats.Stream, "caught up:", stats.CaughtUp, "lost:", stats.Lost)
	// Output:
	// live: stream "prices": up to message 0
	// prices caught up: true lost: 0
}

// A cache: late joiners get its contents, and then every change.
func ExampleSnapshot() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = zctx.Close() }()

	contents := []string{"a=1", "b=2"} // what messages 0 and 1 have led to
	pub, err := replay.NewPublisher(replay.PublisherConfig{
		Stream: "cache", Context: zctx,
		Snapshot: func(context.Context) (next uint64, parts iter.Seq[[]byte], err error) {
			return 2, func(yield func([]byte) bool) {
				for _, entry := range contents {
					if !yield([]byte(entry)) {
						return
					}
				}
			}, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pub.Close() }()
	if err := errors.Join(pub.Bind("inproc://cache"), pub.BindReplay("inproc://cache-replay")); err != nil {
		log.Fatal(err)
	}
	if _, err := pub.PublishBatch(ctx, []byte("a=1"), []byte("b=2"), []byte("b=3")); err != nil {
		log.Fatal(err)
	}

	sub, err := replay.NewSubscriber(replay.SubscriberConfig{Context: zctx, Sources: []replay.Source{{
		Stream: "cache", Live: []string{"inproc://cache"}, Replay: []string{"inproc://cache-replay"}, From: replay.Snapshot(),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	for range 3 {
		m, err := sub.Recv(ctx)
		if err != nil {
			log.Fatal(err)
		}
		if m.Snapshot {
			fmt.Println("part", m.Part, "of the state:", m.String())
			continue
		}
		fmt.Println("change", m.Number, m.String())
	}
	// Output:
	// part 0 of the state: a=1
	// part 1 of the state: b=2
	// change 2 b=3
}

// A program that keeps the position of the last message it has processed goes on after it.
func ExampleAfter() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = zctx.Close() }()
	pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "orders", Context: zctx})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pub.Close() }()
	if err := pub.BindReplay("inproc://orders-replay"); err != nil {
		log.Fatal(err)
	}
	positions, err := pub.PublishBatch(ctx, []byte("first"), []byte("second"), []byte("third"))
	if err != nil {
		log.Fatal(err)
	}
	saved := positions[0].String() // in a file, for example

	position, err := replay.ParsePosition(saved)
	if err != nil {
		log.Fatal(err)
	}
	sub, err := replay.NewSubscriber(replay.SubscriberConfig{Context: zctx, Sources: []replay.Source{{
		Stream: "orders", Replay: []string{"inproc://orders-replay"}, From: replay.After(position),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	for range 2 {
		m, err := sub.Recv(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.String())
	}
	// Output:
	// second
	// third
}

// Inference servers that connect to one endpoint, each with a topic of its own. Module
// replay/kvcache decodes what they publish.
func ExampleSource_kvEvents() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = zctx.Close() }()
	sub, err := replay.NewSubscriber(replay.SubscriberConfig{
		Context: zctx, Format: replay.KVEvents,
		Sources: []replay.Source{{
			Stream: "kv@", Live: []string{"inproc://servers"}, Bind: true,
			Each: func(topic, host string) []string { // on a network, tcp at the host
				return []string{"inproc://replay-of-" + topic}
			},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = sub.Close() }()

	server, err := replay.NewPublisher(replay.PublisherConfig{Stream: "kv@pod-7", Format: replay.KVEvents, Context: zctx})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	if _, err := server.Publish(ctx, []byte("before it was connected")); err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(server.BindReplay("inproc://replay-of-kv@pod-7"), server.Connect("inproc://servers"),
		server.LiveSocket().WaitSubscribers(ctx, "kv@pod-7", 1)); err != nil {
		log.Fatal(err)
	}
	if _, err := server.Publish(ctx, []byte("live")); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		m, err := sub.Recv(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Stream, m.Number, m.String())
	}
	// Output:
	// kv@pod-7 0 before it was connected
	// kv@pod-7 1 live
}

// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"context"
	"errors"
	"fmt"
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

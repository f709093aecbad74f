// SPDX-License-Identifier: Apache-2.0

package jetstream_test

import (
	"context"
	"log"

	"github.com/nats-io/nats.go"
	natsjetstream "github.com/nats-io/nats.go/jetstream"

	"github.com/gozmq/zmq/replay"
	"github.com/gozmq/zmq/replay/jetstream"
)

// A publisher of a stream that publishers on other machines share.
func Example() {
	ctx := context.Background()
	nc, err := nats.Connect("nats://nats:4222")
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()
	js, err := natsjetstream.New(nc)
	if err != nil {
		log.Fatal(err)
	}
	store, err := jetstream.Open(ctx, js, jetstream.Config{Name: "PRICES", Replicas: 3})
	if err != nil {
		log.Fatal(err)
	}
	pub, err := replay.NewPublisher(replay.PublisherConfig{Stream: "prices", Store: store})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pub.Close() }()
	if err := pub.Bind("tcp://*:5556"); err != nil {
		log.Fatal(err)
	}
	if err := pub.BindReplay("tcp://*:5557"); err != nil {
		log.Fatal(err)
	}
	if _, err := pub.Publish(ctx, []byte("ZMQ 42")); err != nil {
		log.Fatal(err)
	}
}

// SPDX-License-Identifier: Apache-2.0

// Command weather publishes measurements of many places to subscribers that want
// those of one: PUB and SUB.
//
// Use it for news that many programs may want and none has to get, such as prices,
// positions and events. The publisher does not know its subscribers and never waits
// for one.
//
// What can go wrong: a subscriber that comes later, or that is slower than its queue
// is long, misses messages. If the last state matters see lastvalue, if every message
// does see clone. A topic is a prefix: "2000" matches "20001" too, hence the space
// behind it. A new subscription takes a moment to arrive. A publisher that starts with
// its subscribers waits for them by WaitSubscribers.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/gozmq/zmq"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pub, err := zmq.NewSocket(zmq.PUB)
	if err != nil {
		return err
	}
	defer pub.Close()
	if err := pub.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	go publish(ctx, pub)
	return average(ctx, pub.LastEndpoint(), "20001 ", 5, out)
}

// publish measures a hundred places in turn, without end.
func publish(ctx context.Context, pub *zmq.Socket) {
	if err := pub.WaitSubscribers(ctx, "20001 ", 1); err != nil {
		return
	}
	for round := 0; ; round++ {
		for place := range 100 {
			report := fmt.Sprintf("%d %d", 20000+place, (round*place)%35-5)
			if err := pub.SendString(ctx, report); err != nil {
				return
			}
		}
	}
}

// average receives some reports of one place. It may be any program anywhere.
func average(ctx context.Context, endpoint, topic string, reports int, out io.Writer) error {
	sub, err := zmq.NewSocket(zmq.SUB)
	if err != nil {
		return err
	}
	defer sub.Close()
	if err := sub.Subscribe(topic); err != nil {
		return err
	}
	if err := sub.Connect(endpoint); err != nil {
		return err
	}
	sum := 0
	for range reports {
		report, err := sub.Recv(ctx)
		if err != nil {
			return err
		}
		var place, degrees int
		if _, err := fmt.Sscan(report.String(), &place, &degrees); err != nil {
			return fmt.Errorf("report %q: %w", report.String(), err)
		}
		fmt.Fprintf(out, "place %d: %d degrees\n", place, degrees)
		sum += degrees
	}
	fmt.Fprintf(out, "average of %d reports: %.1f\n", reports, float64(sum)/float64(reports))
	return nil
}

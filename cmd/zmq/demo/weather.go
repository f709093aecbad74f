// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gozmq/zmq"
)

const (
	zipCode = "10001" // New York; the subscriber wants no other
	places  = 50      // that have weather, from zipCode on
)

// weather publishes updates for many places, and subscribes to one of them. The
// subscription travels to the publisher, so that nothing else is sent.
func weather(ctx context.Context, out *printer, size Size) error {
	publisher, endpoint, err := bound(zmq.PUB)
	if err != nil {
		return err
	}
	defer publisher.Close()

	// The publisher goes on until the subscriber has seen enough.
	publishCtx, enough := context.WithCancel(ctx)
	defer enough()
	publish := func(context.Context) error {
		// What is published before a client has subscribed is lost.
		if err := publisher.WaitSubscribers(publishCtx, zipCode, 1); err != nil {
			return err
		}
		out.printf("  publisher has a subscriber for ZIP code %s\n", zipCode)
		for publishCtx.Err() == nil {
			place := fmt.Sprint(10001 + rand.IntN(places))
			celsius := fmt.Sprint(rand.IntN(60) - 20)
			if err := publisher.SendString(ctx, place, celsius); err != nil {
				return err
			}
		}
		out.printf("  publisher sent %d updates of %d places\n", publisher.Stats().Sent, places)
		return nil
	}
	average := func(ctx context.Context) error {
		defer enough()
		subscriber, err := zmq.NewSocket(zmq.SUB)
		if err != nil {
			return err
		}
		defer subscriber.Close()
		if err := subscriber.Subscribe(zipCode); err != nil {
			return err
		}
		if err := subscriber.Connect(endpoint); err != nil {
			return err
		}
		sum := 0
		for i := range size.Updates {
			update, err := subscriber.Recv(ctx)
			if err != nil {
				return err
			}
			var celsius int
			if _, err := fmt.Sscan(string(update.Last()), &celsius); err != nil {
				return fmt.Errorf("temperature %q: %w", update.Last(), err)
			}
			sum += celsius
			if i < 3 {
				out.printf("  subscriber got %s: %d °C\n", update, celsius)
			}
		}
		out.printf("  average of %d updates for %s: %.1f °C\n", size.Updates, zipCode, float64(sum)/float64(size.Updates))
		return nil
	}
	return together(ctx, publish, average)
}

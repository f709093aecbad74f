// SPDX-License-Identifier: Apache-2.0

// Command majordomo has services with names: workers say at a broker what they can
// do, and clients ask for it. The protocol (RFC 7) is in package mdp, a screen for
// each of broker, worker and client.
//
// Use it for a platform of services whose workers come and go on their own.
//
// What can go wrong: requests for a service without workers wait in the broker, up
// to a bound, and are lost if it stops; titanic keeps them on disk. A worker that
// takes long must not be declared dead: only idle ones have to send heartbeats.
// The broker is one; its clients and workers wait and register again when it is
// back.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"sync"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/examples/majordomo/mdp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, zmq.DefaultContext(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, zctx *zmq.Context, out io.Writer) error {
	timing := mdp.Timing{Heartbeat: 50 * time.Millisecond}
	broker, err := mdp.NewBroker(zctx, "tcp://127.0.0.1:*", timing)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { broker.Run(ctx) })
	for service, handle := range map[string]mdp.Handler{"reverse": reverse, "count": count} {
		all.Go(func() {
			worker := mdp.Worker{Context: zctx, Broker: broker.Endpoint(), Service: service, Timing: timing, Handle: handle}
			if err := worker.Run(ctx); !errors.Is(err, context.Canceled) {
				log.Print(err)
			}
		})
	}

	client, err := mdp.NewClient(zctx, broker.Endpoint(), time.Second)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, service := range []string{"reverse", "count"} { // works before the workers are there, too
		body, err := client.Request(ctx, service, []byte("majordomo"))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %s\n", service, body[0])
	}
	for _, service := range []string{"reverse", "coffee"} {
		there, err := client.Exists(ctx, service)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s exists: %v\n", service, there)
	}
	return nil
}

func reverse(_ context.Context, body [][]byte) [][]byte {
	text := []rune(string(body[0]))
	slices.Reverse(text)
	return [][]byte{[]byte(string(text))}
}

func count(_ context.Context, body [][]byte) [][]byte {
	return [][]byte{fmt.Append(nil, len(body[0]), " letters")}
}

// SPDX-License-Identifier: Apache-2.0

// Command espresso watches what passes between publishers and subscribers, without
// either of them knowing: a forwarding proxy with a capture.
//
// Use it to trace, count and record. The proxy of XSUB and XPUB is also how many
// publishers and many subscribers meet at one address.
//
// What can go wrong: the capture function runs in the proxy's goroutine, so that all
// messages wait while it runs. WithCapture sends to a socket instead, and a PUB drops
// what has no reader. Messages without a subscriber do not reach the proxy at all,
// because subscriptions travel up to the publishers, which filter.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"

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
	var sockets [4]*zmq.Socket
	for i, t := range []zmq.SocketType{zmq.XSUB, zmq.XPUB, zmq.PUB, zmq.SUB} {
		s, err := zmq.NewSocket(t)
		if err != nil {
			return err
		}
		defer s.Close()
		sockets[i] = s
	}
	frontend, backend, pub, sub := sockets[0], sockets[1], sockets[2], sockets[3]
	if err := errors.Join(frontend.Bind("tcp://127.0.0.1:*"), backend.Bind("tcp://127.0.0.1:*")); err != nil {
		return err
	}
	proxy, err := zmq.NewProxy(frontend, backend, zmq.WithCaptureFunc(func(d zmq.Direction, m zmq.Message) {
		fmt.Fprintf(out, "%s: %q\n", d, m.Frames())
	}))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { _ = proxy.Run(ctx) })

	if err := errors.Join(sub.Subscribe("B"), sub.Connect(backend.LastEndpoint()), pub.Connect(frontend.LastEndpoint())); err != nil {
		return err
	}
	if err := pub.WaitSubscribers(ctx, "B", 1); err != nil {
		return err
	}
	for _, topic := range []string{"A", "B", "C", "Bb"} {
		if err := pub.SendString(ctx, topic, "news"); err != nil {
			return err
		}
	}
	for range 2 { // each has passed the capture before it came here
		if _, err := sub.Recv(ctx); err != nil {
			return err
		}
	}
	return nil
}

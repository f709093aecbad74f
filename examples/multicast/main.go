// SPDX-License-Identifier: Apache-2.0

// Command multicast publishes prices to any number of subscribers on a network at the cost
// of one: PUB to SUB over epgm, reliable multicast in UDP.
//
// Use it where many machines of one network want the same stream: the publisher sends each
// packet once, and subscribers ask for those that they miss.
//
// What can go wrong: there is no flow control. The publisher sends at Rate, and what a
// subscriber misses for longer than RecoveryInterval is lost. EventPacketsLost tells of it,
// MulticastStats counts it, and the next message that is received is whole. A subscriber
// begins with the first message after it has heard of the publisher, and a publisher does
// not know its subscribers. Rate and RecoveryInterval have to be the same everywhere. There
// is no encryption. pgm:// instead of epgm:// is PGM without UDP, which needs the right to
// open raw sockets.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/gozmq/zmq"
)

// endpoint is a group address of this organisation (RFC 2365) on the interface that the
// system prefers. Another one is named before the group: epgm://eth0;239.192.19.6:5671.
const endpoint = "epgm://;239.192.19.6:5671"

// settings are those of all publishers and subscribers of the group: 20 Mbit/s, and packets
// are repaired for five seconds, which is 12 MB of memory.
var settings = []zmq.Setting{zmq.Rate.Of(20_000), zmq.RecoveryInterval.Of(5 * time.Second)}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, endpoint); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, endpoint string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sub, err := zmq.NewSocket(zmq.SUB, settings...)
	if err != nil {
		return err
	}
	defer sub.Close()
	if err := sub.Subscribe("ACME"); err != nil { // it filters what comes
		return err
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for e := range sub.Monitor(ctx, zmq.EventPacketsLost) {
			if e.Kind == zmq.EventPacketsLost {
				log.Print(e.Err)
			}
		}
	}()
	if err := sub.Connect(endpoint); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- publish(ctx, endpoint) }()
	for range 3 {
		m, err := sub.Recv(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s %s\n", m.Frame(0), m.Frame(1))
	}
	for _, x := range sub.MulticastStats()[0].Sources {
		fmt.Fprintf(out, "%d packets from %s, %d lost\n", x.Packets, x.Address, x.Lost)
	}
	cancel()
	<-watched
	return <-failed
}

// publish sends prices until the context ends.
func publish(ctx context.Context, endpoint string) error {
	pub, err := zmq.NewSocket(zmq.PUB, settings...)
	if err != nil {
		return err
	}
	defer pub.Close()
	if err := pub.Connect(endpoint); err != nil {
		return err
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 100; ; n++ {
		for _, share := range []string{"ACME", "OTHER"} {
			if err := pub.SendString(ctx, share, fmt.Sprintf("%d.%02d", n/100, n%100)); err != nil {
				return nil // the context has ended
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

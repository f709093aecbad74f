// SPDX-License-Identifier: Apache-2.0

// Command radio sends readings to all receivers on the network that have joined their
// group: RADIO to DISH over multicast.
//
// Use it for news that is out of date soon, for receivers that the sender does not know
// and that may be many: one datagram reaches all of them.
//
// What can go wrong: datagrams are lost, doubled and overtaken, and neither end is told,
// so a reading says which one it is. A message has 8 KB at most, its group included. All
// groups of an address reach each machine, which drops those that it has not joined:
// give busy groups addresses of their own. Networks differ in whether they pass
// multicast on; MulticastHops is for those with routers. There is no encryption. Over
// tcp, with another endpoint and nothing else changed, a RADIO knows its peers and sends
// them only what they have joined.
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

// endpoint is a group address of this organisation (RFC 2365), on every interface.
const endpoint = "udp://*;239.192.19.5:5670"

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
	dish, err := zmq.NewSocket(zmq.DISH)
	if err != nil {
		return err
	}
	defer dish.Close()
	if err := dish.Join("temperature"); err != nil {
		return err
	}
	if err := dish.Bind(endpoint); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- measure(ctx, dish.LastEndpoint()) }()
	for range 3 {
		m, err := dish.Recv(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s %s\n", m.Group(), m)
	}
	cancel()
	return <-failed
}

// measure sends readings of two groups until the context ends.
func measure(ctx context.Context, endpoint string) error {
	radio, err := zmq.NewSocket(zmq.RADIO)
	if err != nil {
		return err
	}
	defer radio.Close()
	if err := radio.Connect(endpoint); err != nil {
		return err
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 1; ; n++ {
		for _, group := range []string{"temperature", "pressure"} {
			reading := fmt.Sprintf("reading %d", n)
			if err := radio.SendMessage(ctx, zmq.NewStringMessage(reading).WithGroup(group)); err != nil {
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

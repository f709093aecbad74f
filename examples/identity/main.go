// SPDX-License-Identifier: Apache-2.0

// Command identity shows how a ROUTER knows its peers: by a routing id that is the
// first frame of all that it receives, and of all that it sends.
//
// Use it when a server has to speak first, or to one peer among many. A peer that
// sets RoutingID can be spoken to by that name, after a reconnect too; for others
// the ROUTER makes up an id for each connection.
//
// What can go wrong: an id proves nothing, because a peer may choose any. Only a
// security mechanism proves a peer's identity. If two peers choose the same, the first one keeps it, unless
// RouterHandover gives it to the newest. A message to an id that is not there is
// ErrHostUnreachable; with RouterMandatory off, libzmq's default, it is dropped.
package main

import (
	"context"
	"errors"
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
	router, err := zmq.NewSocket(zmq.ROUTER)
	if err != nil {
		return err
	}
	defer router.Close()
	if err := router.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	nameless, err := connected(router.LastEndpoint())
	if err != nil {
		return err
	}
	defer nameless.Close()
	named, err := connected(router.LastEndpoint(), zmq.RoutingID.Of([]byte("kitchen")))
	if err != nil {
		return err
	}
	defer named.Close()

	for _, peer := range []*zmq.Socket{nameless, named} {
		if err := peer.SendString(ctx, "hello"); err != nil {
			return err
		}
		m, err := router.Recv(ctx)
		if err != nil {
			return err
		}
		id := m.Frame(0)
		if id[0] == 0 { // made up: a zero byte and four that mean nothing
			fmt.Fprintf(out, "%s from an id of %d bytes\n", m.Last(), len(id))
		} else {
			fmt.Fprintf(out, "%s from %q\n", m.Last(), id)
		}
	}

	// The server speaks first from now on, by name.
	if err := router.SendString(ctx, "kitchen", "the kettle boils"); err != nil {
		return err
	}
	news, err := named.Recv(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "the kitchen hears:", news)
	err = router.SendString(ctx, "cellar", "anybody?")
	fmt.Fprintln(out, "the cellar is there:", !errors.Is(err, zmq.ErrHostUnreachable))
	return nil
}

func connected(endpoint string, settings ...zmq.Setting) (*zmq.Socket, error) {
	dealer, err := zmq.NewSocket(zmq.DEALER, settings...)
	if err == nil {
		err = dealer.Connect(endpoint)
	}
	return dealer, err
}

// SPDX-License-Identifier: Apache-2.0

// Command clientserver answers many clients at once without envelopes: CLIENT to SERVER.
//
// Use it where asyncserver would do, and a message is one frame. What a ROUTER does with
// a first frame, a number does here that a message carries and that never travels.
// Several goroutines may receive from and send to one socket.
//
// What can go wrong: a number is of one connection. When the client has gone, a send to
// it is ErrHostUnreachable; keep the number only as long as the answer takes. Once the
// queue of a client that does not read is full, a send to it waits; a context limits that.
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

const (
	clients  = 3
	workers  = 2
	requests = 4 // of each client, before it waits for an answer
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	server, err := zmq.NewSocket(zmq.SERVER)
	if err != nil {
		return err
	}
	var working sync.WaitGroup
	defer working.Wait()
	defer server.Close() // ends the workers
	if err := server.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	for range workers {
		working.Go(func() { work(ctx, server) })
	}
	results := make(chan error, clients)
	for id := range clients {
		go func() { results <- ask(ctx, server.LastEndpoint(), id) }()
	}
	for range clients {
		if err := <-results; err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%d clients have their answers\n", clients)
	return nil
}

// work answers each request twice.
func work(ctx context.Context, server *zmq.Socket) {
	for m, err := range server.Messages(ctx) {
		if err != nil {
			return
		}
		for _, text := range []string{"begun ", "done "} {
			answer := zmq.NewStringMessage(text + m.String()).WithRoutingID(m.RoutingID())
			err := server.SendMessage(ctx, answer)
			if err != nil && !errors.Is(err, zmq.ErrHostUnreachable) { // that client has gone
				return
			}
		}
	}
}

// ask sends all requests and then receives the answers, in whatever order they come.
func ask(ctx context.Context, server string, id int) error {
	client, err := zmq.NewSocket(zmq.CLIENT)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Connect(server); err != nil {
		return err
	}
	missing := make(map[string]bool)
	for n := range requests {
		text := fmt.Sprintf("request %d of client %d", n, id)
		missing["begun "+text], missing["done "+text] = true, true
		if err := client.SendString(ctx, text); err != nil {
			return err
		}
	}
	for len(missing) > 0 {
		m, err := client.Recv(ctx)
		if err != nil {
			return err
		}
		if !missing[m.String()] {
			return fmt.Errorf("client %d received %q", id, m)
		}
		delete(missing, m.String())
	}
	return nil
}

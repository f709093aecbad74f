// SPDX-License-Identifier: Apache-2.0

// Command helloworld is a server that answers and a client that asks: REQ and REP.
//
// Use it for calls to one service, or to several equal ones: a REQ that connects
// to more than one endpoint asks each in turn.
//
// What can go wrong: a server that dies with a request in its hands never answers.
// Request therefore takes a context, and leaves the socket ready for the next
// request when that ends; a plain Recv would wait. A request that got no reply may
// still have been carried out: make requests that can be repeated. See lazypirate.
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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	server, err := zmq.NewSocket(zmq.REP)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := server.Bind("tcp://127.0.0.1:*"); err != nil { // "tcp://*:5555" in real life
		return err
	}
	go serve(ctx, server)

	client, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Connect(server.LastEndpoint()); err != nil {
		return err
	}
	for _, name := range []string{"world", "Gophers", "you"} {
		reply, err := ask(ctx, client, name)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, reply)
	}
	return nil
}

// serve answers until its context ends or the socket is closed.
func serve(ctx context.Context, server *zmq.Socket) {
	for request, err := range server.Messages(ctx) {
		if err != nil {
			return
		}
		if err := server.SendString(ctx, "Hello, "+request.String()); err != nil {
			return
		}
	}
}

func ask(ctx context.Context, client *zmq.Socket, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	reply, err := client.Request(ctx, []byte(name))
	return reply.String(), err
}

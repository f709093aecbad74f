// SPDX-License-Identifier: Apache-2.0

// Command interrupt ends well when it is told to: it takes no more work, finishes
// what it has begun, and lets what it has sent go out.
//
// Use it for every program that runs until it is stopped. The signal ends a context,
// which every call that waits watches. Nothing polls.
//
// What can go wrong: a reply that is due must not be sent with the context that has
// just ended, so it has one of its own. Close waits until queued messages are sent,
// but only as long as the option Linger says, one second unless changed; os.Exit
// and log.Fatal skip deferred calls, and so the Close.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gozmq/zmq"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Print(err)
		os.Exit(1) // run has closed everything by now
	}
}

func run(ctx context.Context, out io.Writer) error {
	server, err := zmq.NewSocket(zmq.REP, zmq.Linger.Of(5*time.Second))
	if err != nil {
		return err
	}
	defer server.Close()
	if err := server.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	fmt.Fprintln(out, "serving at", server.LastEndpoint())
	answered := 0
	for request, err := range server.Messages(ctx) {
		switch {
		case errors.Is(err, context.Canceled):
			fmt.Fprintf(out, "interrupted after %d requests\n", answered)
			return nil
		case err != nil:
			return err
		}
		if err := reply(server, request); err != nil {
			return err
		}
		answered++
	}
	return nil
}

// reply finishes what was begun, interrupted or not, within reason.
func reply(server *zmq.Socket, request zmq.Message) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return server.SendString(ctx, "done: "+request.String())
}

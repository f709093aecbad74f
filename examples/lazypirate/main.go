// SPDX-License-Identifier: Apache-2.0

// Command lazypirate is a client that helps itself when a server does not answer:
// it waits a while, asks again, and gives up in the end.
//
// Use it in every client: it is the least that reliable request-reply needs.
//
// What can go wrong: a request that is repeated may be carried out twice, so it
// must be one that can be, or carry a number by which the server knows it again.
// Waiting too short a time makes a slow server slower. Elsewhere the socket has to
// be closed and made anew after each time-out; here Request gives the exchange up
// when its context ends, recognises late replies, and the socket stays as it is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/gozmq/zmq"
)

const (
	patience = 100 * time.Millisecond // for a server that answers within a few
	attempts = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, zmq.DefaultContext(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, zctx *zmq.Context, out io.Writer) error {
	server, err := zctx.NewSocket(zmq.ROUTER)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := server.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	go moody(ctx, server)

	client, err := zctx.NewSocket(zmq.REQ)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Connect(server.LastEndpoint()); err != nil {
		return err
	}
	for _, request := range []string{"one", "two", "three"} {
		reply, err := insist(ctx, client, request, out)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, reply)
	}
	_, err = insist(ctx, client, "never", out)
	fmt.Fprintln(out, err)
	return nil
}

// insist makes one request up to three times.
func insist(ctx context.Context, client *zmq.Socket, request string, out io.Writer) (string, error) {
	for attempt := 1; attempt <= attempts; attempt++ {
		ctx, cancel := context.WithTimeout(ctx, patience)
		reply, err := client.Request(ctx, []byte(request))
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			return reply.String(), err
		}
		fmt.Fprintf(out, "no reply to %q, attempt %d\n", request, attempt)
	}
	return "", fmt.Errorf("the server does not answer %q", request)
}

// moody is a server that loses the first request for "two", and every one for
// "never".
func moody(ctx context.Context, server *zmq.Socket) {
	lost := false
	for m, err := range server.Messages(ctx) {
		if err != nil {
			return
		}
		switch request := string(m.Last()); {
		case request == "never":
		case request == "two" && !lost:
			lost = true
		default:
			_ = server.SendMessage(ctx, m) // the envelope and the request: an echo
		}
	}
}

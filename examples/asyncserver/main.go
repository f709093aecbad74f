// SPDX-License-Identifier: Apache-2.0

// Command asyncserver has clients that send without waiting for answers, and a
// server that answers when it can, as often as it likes: DEALER and ROUTER.
//
// Use it for conversations that are not one question, one answer: many requests
// under way, several replies to one, progress reports.
//
// What can go wrong: replies come in any order, so each carries what tells which
// request it belongs to. One goroutine for each request lets a client start any
// number of them; the semaphore bounds it. A client that does not read fills its
// queue: Send then fails at once with a PeerFullError, and its request is given up.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"

	"github.com/gozmq/zmq"
)

const (
	clients  = 3
	requests = 4
	parts    = 2 // replies to each request
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	server, err := zmq.NewSocket(zmq.ROUTER)
	if err != nil {
		return err
	}
	if err := server.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	var serving sync.WaitGroup
	defer serving.Wait()
	defer server.Close()
	serving.Go(func() { serve(ctx, server) })

	lines := make([]string, clients)
	errs := make([]error, clients)
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() { lines[i], errs[i] = talk(ctx, server.LastEndpoint(), i) })
	}
	all.Wait()
	for i, line := range lines {
		if errs[i] != nil {
			return errs[i]
		}
		fmt.Fprintln(out, line)
	}
	return nil
}

// serve gives every request a goroutine, at most ten at a time.
func serve(ctx context.Context, server *zmq.Socket) {
	var working sync.WaitGroup
	defer working.Wait()
	slots := make(chan struct{}, 10)
	for m, err := range server.Messages(ctx) { // client, request
		if err != nil {
			return
		}
		slots <- struct{}{}
		working.Go(func() {
			defer func() { <-slots }()
			for part := range parts {
				if server.Send(ctx, m.Frame(0), fmt.Appendf(nil, "%s, part %d", m.Last(), part)) != nil {
					return // the client has left, or does not read
				}
			}
		})
	}
}

// talk sends all its requests, and then takes the replies as they come.
func talk(ctx context.Context, endpoint string, id int) (string, error) {
	dealer, err := zmq.NewSocket(zmq.DEALER)
	if err != nil {
		return "", err
	}
	defer dealer.Close()
	if err := dealer.Connect(endpoint); err != nil {
		return "", err
	}
	for i := range requests {
		if err := dealer.SendString(ctx, fmt.Sprintf("request %d", i)); err != nil {
			return "", err
		}
	}
	var replies []string
	for range requests * parts {
		m, err := dealer.Recv(ctx)
		if err != nil {
			return "", err
		}
		replies = append(replies, m.String())
	}
	slices.Sort(replies)
	return fmt.Sprintf("client %d: %s", id, strings.Join(slices.Compact(replies), "; ")), nil
}

// SPDX-License-Identifier: Apache-2.0

// Command multithreaded is one server that works on many requests at a time: a
// ROUTER and as many goroutines as wanted, all on the same socket.
//
// Use it for a server whose answers take time. Elsewhere sockets belong to one
// thread, and a server is a broker with an inproc endpoint inside; here every
// socket is safe for any number of goroutines, and a message is always whole.
//
// What can go wrong: a REP holds one request at a time, whichever goroutine calls it.
// A ROUTER does not. Its requests begin with an envelope (the client's routing id and
// an empty frame) that the reply must begin with too. If the client has left, Send
// returns ErrHostUnreachable, and if the client does not read, ErrAgain. Neither is a
// failure of the server: that client alone gets no reply.
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
	"strings"
	"sync"

	"github.com/gozmq/zmq"
)

const workers = 4

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
	var all sync.WaitGroup
	defer all.Wait()
	defer server.Close() // ends the workers

	// No worker answers before all have a request, which shows that they work at once.
	var busy sync.WaitGroup
	busy.Add(workers)
	for range workers {
		all.Go(func() { work(ctx, server, &busy) })
	}

	answers := make([]string, workers)
	var clients sync.WaitGroup
	for i := range workers {
		clients.Go(func() { answers[i] = ask(ctx, server.LastEndpoint(), fmt.Sprint("request ", i)) })
	}
	clients.Wait()
	slices.Sort(answers)
	fmt.Fprintln(out, strings.Join(answers, "\n"))
	return nil
}

// work answers until the socket is closed.
func work(ctx context.Context, server *zmq.Socket, busy *sync.WaitGroup) {
	first := true
	for request, err := range server.Messages(ctx) {
		if err != nil {
			return
		}
		if first {
			busy.Done()
			busy.Wait()
			first = false
		}
		reply := request.Frames()
		reply[len(reply)-1] = []byte(strings.ToUpper(string(request.Last())))
		if err := server.Send(ctx, reply...); err != nil && !errors.Is(err, zmq.ErrHostUnreachable) && !errors.Is(err, zmq.ErrAgain) {
			return
		}
	}
}

func ask(ctx context.Context, endpoint, text string) string {
	req, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		return err.Error()
	}
	defer req.Close()
	if err := req.Connect(endpoint); err != nil {
		return err.Error()
	}
	reply, err := req.Request(ctx, []byte(text))
	if err != nil {
		return err.Error()
	}
	return reply.String()
}

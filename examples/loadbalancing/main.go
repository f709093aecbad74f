// SPDX-License-Identifier: Apache-2.0

// Command loadbalancing is a broker that gives a request only to a worker that has
// asked for one: a ROUTER on each side, and a list of idle workers.
//
// Use it where requests take differing time: taking turns, as DEALER and PUSH do,
// lets short requests wait behind long ones. The workers that were idle longest
// come first, and new ones are used as soon as they say so.
//
// What can go wrong: a worker that dies stays on the list until a request was sent
// to it in vain. The programs simplepirate and paranoidpirate deal with that. While
// no worker is idle the broker does not read requests, so that they wait with the
// clients, not in its memory.
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

const ready = "READY"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	frontend, err := bound(zmq.ROUTER)
	if err != nil {
		return err
	}
	defer frontend.Close()
	backend, err := bound(zmq.ROUTER)
	if err != nil {
		return err
	}
	defer backend.Close()
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { balance(ctx, frontend, backend) })
	for range 3 {
		all.Go(func() {
			if err := work(ctx, backend.LastEndpoint()); !errors.Is(err, context.Canceled) {
				log.Print(err)
			}
		})
	}
	return ask(ctx, frontend.LastEndpoint(), 10, out)
}

func bound(t zmq.SocketType) (*zmq.Socket, error) {
	s, err := zmq.NewSocket(t)
	if err == nil {
		err = s.Bind("tcp://127.0.0.1:*")
	}
	return s, err
}

// balance is the broker. A nil channel in a select statement is never ready,
// so that it reads no requests while no worker is idle.
func balance(ctx context.Context, frontend, backend *zmq.Socket) {
	requests, workers := frontend.Incoming(ctx), backend.Incoming(ctx)
	var idle [][]byte
	for {
		var next <-chan zmq.Message
		if len(idle) > 0 {
			next = requests
		}
		select {
		case m, ok := <-workers: // id, "", then READY or client, "", reply
			if !ok {
				return
			}
			idle = append(idle, m.Frame(0))
			if m.Len() > 3 {
				_ = frontend.Send(ctx, m.Frames()[2:]...) // a client that left loses its reply
			}
		case m, ok := <-next: // client, "", request
			if !ok {
				return
			}
			worker := idle[0]
			idle = idle[1:]
			_ = backend.Send(ctx, append([][]byte{worker, nil}, m.Frames()...)...)
		}
	}
}

// work is a REQ: its first request says that it is idle, and each reply that it
// gets is a client's request. What it sends next is the answer to that.
func work(ctx context.Context, endpoint string) error {
	req, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		return err
	}
	defer req.Close()
	if err := req.Connect(endpoint); err != nil {
		return err
	}
	answer := [][]byte{[]byte(ready)}
	for {
		if err := req.Send(ctx, answer...); err != nil {
			return err
		}
		m, err := req.Recv(ctx) // client, "", request
		if err != nil {
			return err
		}
		answer = m.Frames()
		answer[len(answer)-1] = append([]byte("did "), m.Last()...)
	}
}

func ask(ctx context.Context, endpoint string, n int, out io.Writer) error {
	req, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		return err
	}
	defer req.Close()
	if err := req.Connect(endpoint); err != nil {
		return err
	}
	for i := range n {
		reply, err := req.Request(ctx, fmt.Append(nil, "task ", i))
		if err != nil {
			return err
		}
		fmt.Fprintln(out, reply)
	}
	return nil
}

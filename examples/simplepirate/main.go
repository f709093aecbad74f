// SPDX-License-Identifier: Apache-2.0

// Command simplepirate survives workers that die: clients that ask again, and a
// queue that gives requests to workers that said they are idle.
//
// Use it where workers are many and may fail: a request that was lost with one
// worker is asked again and goes to another.
//
// What can go wrong: the queue does not know that a worker has died until it sent
// it a request in vain, so an idle worker that dies costs one client one time-out;
// paranoidpirate notices. The queue itself is one: if it stops all wait; see
// binarystar for two. As always when asking again, work may be done twice.
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
	"time"

	"github.com/gozmq/zmq"
)

const (
	patience = 100 * time.Millisecond
	attempts = 5
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, zmq.DefaultContext(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, zctx *zmq.Context, out io.Writer) error {
	frontend, err := bound(zctx, zmq.ROUTER)
	if err != nil {
		return err
	}
	defer frontend.Close()
	backend, err := bound(zctx, zmq.ROUTER)
	if err != nil {
		return err
	}
	defer backend.Close()
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { queue(ctx, frontend, backend) })
	for _, healthy := range []bool{false, true} { // the first one falls silent with its first request
		all.Go(func() {
			if err := work(ctx, zctx, backend.LastEndpoint(), healthy); err != nil && !errors.Is(err, context.Canceled) {
				log.Print(err)
			}
		})
		if err := backend.WaitPeers(ctx, 1); err != nil {
			return err
		}
	}

	client, err := zctx.NewSocket(zmq.REQ)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Connect(frontend.LastEndpoint()); err != nil {
		return err
	}
	for i := range 4 {
		reply, err := insist(ctx, client, fmt.Sprint("request ", i))
		if err != nil {
			return err
		}
		fmt.Fprintln(out, reply)
	}
	return nil
}

func bound(zctx *zmq.Context, t zmq.SocketType) (*zmq.Socket, error) {
	s, err := zctx.NewSocket(t)
	if err == nil {
		err = s.Bind("tcp://127.0.0.1:*")
	}
	return s, err
}

func insist(ctx context.Context, client *zmq.Socket, request string) (string, error) {
	for range attempts {
		ctx, cancel := context.WithTimeout(ctx, patience)
		reply, err := client.Request(ctx, []byte(request))
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			return reply.String(), err
		}
	}
	return "", fmt.Errorf("no server answers %q", request)
}

// queue gives requests to idle workers; see loadbalancing. A worker that has left
// altogether is skipped: the ROUTER says so.
func queue(ctx context.Context, frontend, backend *zmq.Socket) {
	requests, workers := frontend.Incoming(ctx), backend.Incoming(ctx)
	var idle [][]byte
	for {
		var next <-chan zmq.Message
		if len(idle) > 0 {
			next = requests
		}
		select {
		case m, ok := <-workers: // worker, "READY" or worker, envelope of a client, reply
			if !ok {
				return
			}
			idle = append(idle, m.Frame(0))
			if m.Len() > 2 {
				_ = frontend.Send(ctx, m.Frames()[1:]...)
			}
		case m, ok := <-next:
			if !ok {
				return
			}
			for sent := false; !sent && len(idle) > 0; idle = idle[1:] {
				err := backend.Send(ctx, append([][]byte{idle[0]}, m.Frames()...)...)
				sent = !errors.Is(err, zmq.ErrHostUnreachable) && !errors.Is(err, zmq.ErrAgain) // gone, or hung
			}
		}
	}
}

// work is a DEALER, which may do what a REQ may not: stay silent.
func work(ctx context.Context, zctx *zmq.Context, endpoint string, healthy bool) error {
	dealer, err := zctx.NewSocket(zmq.DEALER)
	if err != nil {
		return err
	}
	defer dealer.Close()
	if err := dealer.Connect(endpoint); err != nil {
		return err
	}
	if err := dealer.SendString(ctx, "READY"); err != nil {
		return err
	}
	for m, err := range dealer.Messages(ctx) {
		if err != nil {
			return err
		}
		if !healthy {
			<-ctx.Done() // hangs, connected as it is
			return nil
		}
		frames := m.Frames()
		frames[len(frames)-1] = append([]byte("did "), m.Last()...)
		if err := dealer.Send(ctx, frames...); err != nil {
			return err
		}
	}
	return nil
}

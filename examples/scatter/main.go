// SPDX-License-Identifier: Apache-2.0

// Command scatter spreads tasks over workers and gathers their results: SCATTER to
// GATHER, twice.
//
// Use it as ventilator, which it is with messages of one frame: what is sent as two is
// an error here and not taken for something else by the receiver.
//
// What can go wrong is the same: tasks are handed out in advance, and those in the queue
// of a worker that dies are lost with it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strconv"
	"sync"

	"github.com/gozmq/zmq"
)

const (
	tasks   = 100
	workers = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	scatter, err := bound(zmq.SCATTER)
	if err != nil {
		return err
	}
	defer scatter.Close()
	gather, err := bound(zmq.GATHER)
	if err != nil {
		return err
	}
	defer gather.Close()
	for range workers {
		all.Go(func() {
			if err := work(ctx, scatter.LastEndpoint(), gather.LastEndpoint()); !errors.Is(err, context.Canceled) {
				log.Print(err)
			}
		})
	}
	if err := scatter.WaitPeers(ctx, workers); err != nil {
		return err
	}
	all.Go(func() {
		for n := range tasks {
			if scatter.SendString(ctx, strconv.Itoa(n+1)) != nil {
				return // the context has ended
			}
		}
	})
	sum := 0
	for range tasks {
		m, err := gather.Recv(ctx)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(m.String())
		if err != nil {
			return err
		}
		sum += n
	}
	fmt.Fprintf(out, "the sum of %d squares is %d\n", tasks, sum)
	return nil
}

func bound(t zmq.SocketType) (*zmq.Socket, error) {
	s, err := zmq.NewSocket(t)
	if err != nil {
		return nil, err
	}
	if err := s.Bind("tcp://127.0.0.1:*"); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// work squares numbers until the context ends.
func work(ctx context.Context, from, to string) error {
	tasks, err := zmq.NewSocket(zmq.GATHER)
	if err != nil {
		return err
	}
	defer tasks.Close()
	results, err := zmq.NewSocket(zmq.SCATTER)
	if err != nil {
		return err
	}
	defer results.Close()
	if err := tasks.Connect(from); err != nil {
		return err
	}
	if err := results.Connect(to); err != nil {
		return err
	}
	for m, err := range tasks.Messages(ctx) {
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(m.String())
		if err != nil {
			return err
		}
		if err := results.SendString(ctx, strconv.Itoa(n*n)); err != nil {
			return err
		}
	}
	return nil
}

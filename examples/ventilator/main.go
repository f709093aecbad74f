// SPDX-License-Identifier: Apache-2.0

// Command ventilator spreads work over workers and gathers the results: PUSH to
// PULL, twice.
//
// Use it for batches of independent tasks whose results come in any order. Workers
// may come and go; those that are full get nothing more until they have room.
//
// What can go wrong: tasks are handed out in advance, so a worker that dies takes
// those in its queue with it, and a slow worker sits on tasks that an idle one could
// do. Small high-water marks shorten that queue only down to what the buffers of both
// systems hold, which is hundreds of small messages: credit gives a worker as many tasks
// as it has room for. The first worker to
// connect gets everything until the second is there: WaitPeers before starting.
package main

import (
	"context"
	"encoding/binary"
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

	ventilator, err := bound(zmq.PUSH)
	if err != nil {
		return err
	}
	defer ventilator.Close()
	sink, err := bound(zmq.PULL)
	if err != nil {
		return err
	}
	defer sink.Close()
	for id := range workers {
		all.Go(func() {
			if err := work(ctx, byte(id), ventilator.LastEndpoint(), sink.LastEndpoint()); !errors.Is(err, context.Canceled) {
				log.Print(err)
			}
		})
	}
	if err := ventilator.WaitPeers(ctx, workers); err != nil {
		return err
	}
	all.Go(func() {
		for n := range tasks {
			if ventilator.Send(ctx, binary.BigEndian.AppendUint64(nil, uint64(n))) != nil {
				return
			}
		}
	})
	return gather(ctx, sink, out)
}

func bound(t zmq.SocketType) (*zmq.Socket, error) {
	s, err := zmq.NewSocket(t)
	if err == nil {
		err = s.Bind("tcp://127.0.0.1:*")
	}
	return s, err
}

// work squares numbers until its context ends.
func work(ctx context.Context, id byte, from, to string) error {
	in, err := zmq.NewSocket(zmq.PULL, zmq.RecvHWM.Of(10)) // what may be lost with this worker
	if err != nil {
		return err
	}
	defer in.Close()
	results, err := zmq.NewSocket(zmq.PUSH)
	if err != nil {
		return err
	}
	defer results.Close()
	if err := errors.Join(in.Connect(from), results.Connect(to)); err != nil {
		return err
	}
	for task, err := range in.Messages(ctx) {
		if err != nil {
			return err
		}
		n := binary.BigEndian.Uint64(task.Bytes())
		if err := results.Send(ctx, []byte{id}, binary.BigEndian.AppendUint64(nil, n*n)); err != nil {
			return err
		}
	}
	return nil
}

// gather knows how many results there will be, and so when it is done.
func gather(ctx context.Context, sink *zmq.Socket, out io.Writer) error {
	var sum uint64
	share := map[byte]int{}
	for range tasks {
		result, err := sink.Recv(ctx)
		if err != nil {
			return err
		}
		share[result.Bytes()[0]]++
		sum += binary.BigEndian.Uint64(result.Last())
	}
	fmt.Fprintf(out, "%d workers did %d tasks, the sum is %d\n", len(share), tasks, sum)
	return nil
}

// SPDX-License-Identifier: Apache-2.0

// Command credit shares work fairly among workers of different speed: each worker says how
// many tasks it has room for, and gets no more. A ROUTER hands out, DEALERs work.
//
// Use it where tasks take long or differ. PUSH deals tasks out in turn as long as queues
// have room, and even with SendHWM and RecvHWM of 1 the buffers of both systems hold
// hundreds of small messages. So a slow worker sits on tasks that an idle one could do.
// With credit it sits on as many as its window: 1 is the fairest, and 2 hides the way
// there and back, since the next task has arrived when the last one is done.
//
// What can go wrong: the tasks of a worker that dies have to be given to another. The
// source knows them, and this program leaves that out: see paranoidpirate.
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
	"sync/atomic"

	"github.com/gozmq/zmq"
)

const (
	tasks  = 100
	window = 2 // credits of a worker
)

// What workers send.
const (
	credit = "CREDIT" // room for one task
	done   = "DONE"   // a result, and room for one task
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	source, err := zmq.NewSocket(zmq.ROUTER)
	if err != nil {
		return err
	}
	defer source.Close()
	if err := source.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	var fast, slow atomic.Int32
	restDone := make(chan struct{})
	for _, work := range []func(){
		func() { // as slow as can be: its first task takes until all others are done
			slow.Add(1)
			select {
			case <-restDone:
			case <-ctx.Done():
			}
		},
		func() {
			if fast.Add(1) == tasks-window {
				close(restDone)
			}
		},
	} {
		workers.Go(func() {
			if err := worker(ctx, source.LastEndpoint(), work); err != nil && ctx.Err() == nil {
				log.Print(err)
			}
		})
	}
	results, err := distribute(ctx, source, 2*window)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d results; the slow worker had %d tasks, the fast one %d\n", results, slow.Load(), fast.Load())
	return nil
}

// distribute hands out tasks for credit, and returns when it has all results. It begins
// when it has been given a number of credits, so that the first worker does not get all.
func distribute(ctx context.Context, source *zmq.Socket, first int) (results int, err error) {
	var credits []string // workers, once for each credit, those that wait longest first
	next := 0            // task
	for results < tasks {
		m, err := source.Recv(ctx) // worker, credit; or worker, done, result
		if err != nil {
			return results, err
		}
		if string(m.Frame(1)) == done {
			results++
		}
		credits = append(credits, string(m.Frame(0)))
		if next == 0 && len(credits) < first {
			continue
		}
		for next < tasks && len(credits) > 0 {
			err := source.SendString(ctx, credits[0], strconv.Itoa(next))
			credits = credits[1:]
			switch {
			case err == nil:
				next++
			case !errors.Is(err, zmq.ErrHostUnreachable): // a worker that has left takes its credit with it
				return results, err
			}
		}
	}
	return results, nil
}

// worker does tasks until ctx ends. It never has more of them than its window.
func worker(ctx context.Context, endpoint string, work func()) error {
	sock, err := zmq.NewSocket(zmq.DEALER, zmq.Linger.Of(0))
	if err != nil {
		return err
	}
	defer sock.Close()
	if err := sock.Connect(endpoint); err != nil {
		return err
	}
	for range window {
		if err := sock.SendString(ctx, credit); err != nil {
			return err
		}
	}
	for task, err := range sock.Messages(ctx) {
		if err != nil {
			return err
		}
		work()
		if err := sock.SendString(ctx, done, "result of "+task.String()); err != nil {
			return err
		}
	}
	return nil
}

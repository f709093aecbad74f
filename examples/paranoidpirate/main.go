// SPDX-License-Identifier: Apache-2.0

// Command paranoidpirate has a queue and its workers watch each other. Both say at
// short intervals that they are alive, and forget peers that have not.
//
// Use it where a program may hang with its connections open, or where there are
// devices between the two. The library notices dead connections itself: it sends
// heartbeats of its own (HeartbeatInterval) and connects again.
//
// What can go wrong: a pause of the machine looks like a death, so a worker counts
// as dead only after several intervals, and may come back at any time by saying
// READY. Heartbeats must come from where the work is done: a goroutine that does
// nothing else would report a worker that hangs as alive.
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
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

const (
	interval = 20 * time.Millisecond // a second in real life
	liveness = 5                     // intervals of silence that mean death

	ready     = "\x01"
	heartbeat = "\x02"
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
	lost := make(chan string, 10)
	all.Go(func() { queue(ctx, frontend, backend, lost) })
	for name, hangs := range map[string]bool{"good": false, "bad": true} {
		all.Go(func() {
			if err := work(ctx, zctx, backend.LastEndpoint(), name, hangs); err != nil && !errors.Is(err, context.Canceled) {
				log.Print(err)
			}
		})
	}
	for name := ""; name != "bad"; { // the good one may seem dead on a busy machine, and comes back
		select {
		case name = <-lost:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	fmt.Fprintln(out, "the bad worker is forgotten")

	client, err := zctx.NewSocket(zmq.REQ)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Connect(frontend.LastEndpoint()); err != nil {
		return err
	}
	for range 3 { // none of these meets the dead worker
		reply, err := client.Request(ctx, []byte("a request"))
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

// worker is one that the queue believes to be idle and alive.
type worker struct {
	id     string
	expiry time.Time
}

// queue is the one of loadbalancing, with a clock.
func queue(ctx context.Context, frontend, backend *zmq.Socket, lost chan<- string) {
	requests, workers := frontend.Incoming(ctx), backend.Incoming(ctx)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var idle []worker
	for {
		var next <-chan zmq.Message
		if len(idle) > 0 {
			next = requests
		}
		select {
		case m, ok := <-workers: // worker, ready or heartbeat; or worker, envelope, reply
			if !ok {
				return
			}
			w := worker{string(m.Frame(0)), time.Now().Add(liveness * interval)}
			i := slices.IndexFunc(idle, func(o worker) bool { return o.id == w.id })
			switch {
			case i >= 0:
				idle[i] = w
			case m.Len() > 2 || string(m.Last()) == ready:
				idle = append(idle, w)
			}
			if m.Len() > 2 {
				_ = frontend.Send(ctx, m.Frames()[1:]...)
			}
		case m, ok := <-next:
			if !ok {
				return
			}
			_ = backend.Send(ctx, append([][]byte{[]byte(idle[0].id)}, m.Frames()...)...)
			idle = idle[1:]
		case now := <-tick.C:
			idle = slices.DeleteFunc(idle, func(w worker) bool {
				dead := now.After(w.expiry)
				if dead {
					report(lost, w.id)
				}
				return dead
			})
			for _, w := range idle {
				_ = backend.SendString(ctx, w.id, heartbeat)
			}
		}
	}
}

// report never holds up the queue.
func report(lost chan<- string, id string) {
	select {
	case lost <- id:
	default:
	}
}

// work says that it is ready, answers, and watches the queue: after a silence it
// says so again, because the queue may be a new one that does not know it.
func work(ctx context.Context, zctx *zmq.Context, endpoint, name string, hangs bool) error {
	dealer, err := zctx.NewSocket(zmq.DEALER, zmq.RoutingID.Of([]byte(name)))
	if err != nil {
		return err
	}
	defer dealer.Close()
	if err := errors.Join(dealer.Connect(endpoint), dealer.SendString(ctx, ready)); err != nil {
		return err
	}
	if hangs {
		<-ctx.Done()
		return nil
	}
	in := dealer.Incoming(ctx)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	heard := time.Now()
	for {
		select {
		case m, ok := <-in:
			if !ok {
				return ctx.Err()
			}
			heard = time.Now()
			if m.Len() > 1 { // a request with its envelope
				frames := m.Frames()
				frames[len(frames)-1] = fmt.Appendf(nil, "%s did %s", name, m.Last())
				err = dealer.Send(ctx, frames...)
			}
		case now := <-tick.C:
			say := heartbeat
			if now.Sub(heard) > liveness*interval {
				say, heard = ready, now
			}
			err = dealer.SendString(ctx, say)
		}
		if err != nil {
			return err
		}
	}
}

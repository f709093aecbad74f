// SPDX-License-Identifier: Apache-2.0

// Command requests makes many requests at a time to two servers, one of which ends in the
// middle, and loses no request.
//
// Use it where you would use a client and a server of HTTP or gRPC: any number of
// goroutines ask, any number of workers answer, and several servers stand in for each
// other. Package reqrep does the work. The servers need not use it: a REP of any ZeroMQ
// library answers its clients, and a REQ asks its servers.
//
// What can go wrong: a request whose connection ends may have been handled or not. With
// Attempts above 1, as here, it is sent again, so it must do no harm to handle it twice.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/reqrep"
)

const (
	askers    = 8
	questions = 50 // of each asker
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// square answers with the square of a number.
func square(_ context.Context, r reqrep.Request) zmq.Message {
	n, err := strconv.Atoi(r.Body.String())
	if err != nil {
		return zmq.NewStringMessage("error", err.Error())
	}
	return zmq.NewStringMessage("ok", strconv.Itoa(n*n))
}

// server is a ROUTER that answers until it is stopped.
type server struct {
	at   string
	stop func()
}

// start returns a server after it has begun to listen. After stop it takes no further
// request, answers those that it has, and ends.
func start(ctx context.Context) (server, error) {
	sock, err := zmq.NewSocket(zmq.ROUTER)
	if err != nil {
		return server{}, err
	}
	if err := sock.Bind("tcp://127.0.0.1:*"); err != nil {
		sock.Close()
		return server{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer sock.Close()
		if err := reqrep.Serve(ctx, sock, square, 4); err != nil {
			log.Print(err)
		}
	}()
	return server{sock.LastEndpoint(), func() { cancel(); <-done }}, nil
}

func run(ctx context.Context, out io.Writer) error {
	a, err := start(ctx)
	if err != nil {
		return err
	}
	defer a.stop()
	b, err := start(ctx)
	if err != nil {
		return err
	}
	defer b.stop()
	client, err := reqrep.NewClient(reqrep.Config{Attempts: 3}, a.at, b.at)
	if err != nil {
		return err
	}
	defer client.Close()

	var answered atomic.Int64
	half := make(chan struct{})
	var wg sync.WaitGroup
	failed := make(chan error, askers)
	for i := range askers {
		wg.Go(func() {
			for k := range questions {
				n := i*questions + k
				m, err := client.Request(ctx, []byte(strconv.Itoa(n)))
				if err != nil || string(m.Last()) != strconv.Itoa(n*n) {
					failed <- fmt.Errorf("%d: %q, %w", n, m.Strings(), err)
					return
				}
				if answered.Add(1) == askers*questions/2 {
					close(half)
				}
			}
		})
	}
	select {
	case <-half:
		a.stop()
		fmt.Fprintln(out, "one server has ended")
	case err := <-failed:
		return err
	}
	wg.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	fmt.Fprintf(out, "%d questions, %d answers\n", askers*questions, answered.Load())
	return nil
}

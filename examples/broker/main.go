// SPDX-License-Identifier: Apache-2.0

// Command broker lets clients and services find each other in one place: a ROUTER
// for the clients, a DEALER for the services, and a Proxy between them.
//
// Use it when clients and services come and go and only one address shall be
// known. Neither side changes: they still are REQ and REP.
//
// What can go wrong: the broker gives requests to services in turn, busy or not. The
// broker of loadbalancing knows which are idle. It stores nothing. What it holds when
// it stops is lost, and clients ask again, as in lazypirate. A client that does not
// read loses its own replies when its queue is full, and delays no other client. If
// there are no services, requests wait in the broker up to its high-water mark, and then
// with the clients.
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

	"github.com/gozmq/zmq"
)

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
	backend, err := bound(zmq.DEALER)
	if err != nil {
		return err
	}
	defer backend.Close()
	proxy, err := zmq.NewProxy(frontend, backend)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	all.Go(func() { _ = proxy.Run(ctx) })

	for _, name := range []string{"red", "blue"} {
		all.Go(func() {
			if err := serve(ctx, backend.LastEndpoint(), name); !errors.Is(err, context.Canceled) {
				log.Print(err)
			}
		})
	}
	if err := backend.WaitPeers(ctx, 2); err != nil {
		return err
	}
	answers, err := askAll(ctx, frontend.LastEndpoint(), 4)
	for _, a := range answers {
		fmt.Fprintln(out, a)
	}
	return err
}

func bound(t zmq.SocketType) (*zmq.Socket, error) {
	s, err := zmq.NewSocket(t)
	if err == nil {
		err = s.Bind("tcp://127.0.0.1:*")
	}
	return s, err
}

// serve is a REP that connects, where a server without a broker binds.
func serve(ctx context.Context, endpoint, name string) error {
	rep, err := zmq.NewSocket(zmq.REP)
	if err != nil {
		return err
	}
	defer rep.Close()
	if err := rep.Connect(endpoint); err != nil {
		return err
	}
	for request, err := range rep.Messages(ctx) {
		if err != nil {
			return err
		}
		if err := rep.SendString(ctx, name+" heard "+request.String()); err != nil {
			return err
		}
	}
	return nil
}

// askAll makes requests one after the other and returns the sorted answers: the
// services have taken turns.
func askAll(ctx context.Context, endpoint string, n int) ([]string, error) {
	req, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		return nil, err
	}
	defer req.Close()
	if err := req.Connect(endpoint); err != nil {
		return nil, err
	}
	var answers []string
	for range n {
		reply, err := req.Request(ctx, []byte("a request"))
		if err != nil {
			return answers, err
		}
		answers = append(answers, reply.String())
	}
	slices.Sort(answers)
	return answers, nil
}

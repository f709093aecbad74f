// SPDX-License-Identifier: Apache-2.0

package reqrep_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"sync"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/reqrep"
)

// upper answers with the text in upper case.
func upper(_ context.Context, r reqrep.Request) zmq.Message {
	return zmq.NewStringMessage(strings.ToUpper(r.Body.String()))
}

// A server with four workers, and a client that several goroutines use.
func Example() {
	router, err := zmq.NewSocket(zmq.ROUTER)
	if err != nil {
		log.Fatal(err)
	}
	defer router.Close()
	if err := router.Bind("tcp://127.0.0.1:*"); err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- reqrep.Serve(ctx, router, upper, 4) }()

	client, err := reqrep.NewClient(reqrep.Config{}, router.LastEndpoint())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	replies := make([]string, 3)
	var wg sync.WaitGroup
	for i, word := range []string{"one", "two", "three"} {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			reply, err := client.Request(ctx, []byte(word))
			if err != nil {
				log.Print(err)
			}
			replies[i] = reply.String()
		})
	}
	wg.Wait()
	fmt.Println(replies)

	stop() // Serve sends the replies that are under way, and returns
	fmt.Println(<-served)
	// Output:
	// [ONE TWO THREE]
	// <nil>
}

// A plain REQ, of this or another ZeroMQ library, asks a Server.
func ExampleServer_Serve() {
	router, err := zmq.NewSocket(zmq.ROUTER)
	if err != nil {
		log.Fatal(err)
	}
	defer router.Close()
	if err := router.Bind("inproc://upper"); err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	served := make(chan error, 1)
	server := reqrep.Server{Socket: router, Handler: upper, Workers: 8, Grace: 5 * time.Second}
	go func() { served <- server.Serve(ctx) }()

	req, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		log.Fatal(err)
	}
	defer req.Close()
	if err := req.Connect("inproc://upper"); err != nil {
		log.Fatal(err)
	}
	reply, err := req.Request(ctx, []byte("question"))
	fmt.Println(reply, err)
	stop()
	fmt.Println(<-served)
	// Output:
	// QUESTION <nil>
	// <nil>
}

// A client of two servers asks the second one if the first does not answer within 200 ms,
// and gives up after ten seconds. A request may then be handled twice.
func ExampleNewClient() {
	client, err := reqrep.NewClient(reqrep.Config{
		Attempts:   2,
		RetryAfter: 200 * time.Millisecond,
		Timeout:    10 * time.Second,
	}, "tcp://one.example:5555", "tcp://two.example:5555")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client)
	if err := client.Close(); err != nil {
		log.Fatal(err)
	}
	// Output: client of tcp://one.example:5555, tcp://two.example:5555
}

// The error of a request that gave up says what is known of every server.
func ExampleClient_Request() {
	client, err := reqrep.NewClient(reqrep.Config{Timeout: time.Millisecond}, "inproc://not-bound")
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Request(context.Background(), []byte("anybody?"))
	fmt.Println(errors.Is(err, zmq.ErrTimeout))
	fmt.Println(err)
	// Output:
	// true
	// zmq: request on client of inproc://not-bound: timed out; no server has taken the request; inproc://not-bound: no socket of this context has bound the name; see docs/troubleshooting.md#nothing-arrives
}

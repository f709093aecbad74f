// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"fmt"
	"time"

	"github.com/gozmq/zmq"
)

// A queue between clients and servers that need not know each other.
func ExampleProxy() {
	ctx, cancel := context.WithCancel(context.Background())
	front, back := open(zmq.ROUTER), open(zmq.DEALER)
	defer front.Close()
	defer back.Close()
	check(front.Bind("inproc://clients"))
	check(back.Bind("inproc://servers"))
	proxy, err := zmq.NewProxy(front, back)
	check(err)
	ended := make(chan error)
	go func() { ended <- proxy.Run(ctx) }()

	server := open(zmq.REP)
	defer server.Close()
	check(server.Connect("inproc://servers"))
	go func() {
		for m := range server.Messages(ctx) {
			_ = server.SendString(ctx, "Hello, "+m.String())
		}
	}()
	client := open(zmq.REQ)
	defer client.Close()
	check(client.Connect("inproc://clients"))
	for _, name := range []string{"Ada", "Grace"} {
		reply, err := client.Request(ctx, []byte(name))
		check(err)
		fmt.Println(reply)
	}
	cancel()
	fmt.Println(<-ended)
	fmt.Println(proxy.Statistics().Backend.MessagesIn, "replies")
	// Output:
	// Hello, Ada
	// Hello, Grace
	// context canceled
	// 2 replies
}

// See what passes, without a socket of its own.
func ExampleWithCaptureFunc() {
	ctx := context.Background()
	front, back := open(zmq.PULL), open(zmq.PUSH)
	defer front.Close()
	defer back.Close()
	check(front.Bind("inproc://sources"))
	check(back.Bind("inproc://sinks"))
	proxy, err := zmq.NewDevice(zmq.STREAMER, front, back, zmq.WithCaptureFunc(func(d zmq.Direction, m zmq.Message) {
		fmt.Printf("%v: %q\n", d, m)
	}))
	check(err)
	ended := make(chan error)
	go func() { ended <- proxy.Run(ctx) }()

	source, sink := open(zmq.PUSH), open(zmq.PULL)
	defer source.Close()
	defer sink.Close()
	check(source.Connect("inproc://sources"))
	check(sink.Connect("inproc://sinks"))
	check(source.SendString(ctx, "work"))
	if _, err := sink.Recv(ctx); err != nil {
		fmt.Println(err)
	}
	proxy.Terminate()
	fmt.Println(<-ended)
	// Output:
	// front to back: "work"
	// <nil>
}

// One loop over many sockets.
func ExamplePoller() {
	ctx := context.Background()
	pull, push := open(zmq.PULL), open(zmq.PUSH)
	defer pull.Close()
	defer push.Close()
	check(pull.Bind("inproc://work"))
	check(push.Connect("inproc://work"))
	poller := zmq.NewPoller()
	defer poller.Close()
	check(poller.Add(pull, zmq.PollIn, "work to do"))
	check(push.SendString(ctx, "first"))

	events, err := poller.Wait(ctx)
	check(err)
	for _, e := range events {
		m, err := e.Socket.TryRecv()
		check(err)
		fmt.Println(e.Tag, m)
	}

	ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err = poller.Wait(ctx)
	fmt.Println(err)
	// Output:
	// work to do first
	// context deadline exceeded
}

// Messages in a select statement.
func ExampleSocket_Incoming() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pull, push := open(zmq.PULL), open(zmq.PUSH)
	defer pull.Close()
	defer push.Close()
	check(pull.Bind("inproc://select"))
	check(push.Connect("inproc://select"))
	check(push.SendString(ctx, "hello"))
	messages, quit := pull.Incoming(ctx), make(chan struct{})
	for {
		select {
		case m := <-messages:
			fmt.Println(m)
			close(quit)
		case <-quit:
			fmt.Println("bye")
			return
		}
	}
	// Output:
	// hello
	// bye
}

// A publisher that controls the subscriptions of each peer. It grants the topics that
// the peer is allowed to receive, whichever notice comes next.
func ExampleSocket_SubscribePeer() {
	ctx := context.Background()
	xpub := open(zmq.XPUB, zmq.XPubManual.Of(true))
	defer xpub.Close()
	check(xpub.Bind("inproc://news"))
	sub := open(zmq.SUB)
	defer sub.Close()
	check(sub.Connect("inproc://news"))
	check(sub.Subscribe("weather"))
	check(sub.Subscribe("secrets"))
	for range 2 {
		notice, err := xpub.Recv(ctx)
		check(err)
		if topic := string(notice.Bytes()[1:]); topic == "weather" {
			check(xpub.SubscribePeer(notice.Peer(), topic))
		}
	}
	check(xpub.SendString(ctx, "secrets: none"))
	check(xpub.SendString(ctx, "weather: fine"))
	fmt.Println(sub.Recv(ctx))
	// Output:
	// weather: fine <nil>
}

// A loop that waits for messages and for the next timer.
func ExampleTimers() {
	ctx := context.Background()
	pull := open(zmq.PULL)
	defer pull.Close()
	var timers zmq.Timers
	ticks := 0
	_, err := timers.Add(time.Millisecond, func(int) { ticks++ })
	check(err)
	for ticks < 3 {
		wait, cancel := timers.WithTimeout(ctx)
		m, err := pull.Recv(wait)
		cancel()
		if err == nil {
			fmt.Println(m)
		}
		timers.Execute()
	}
	fmt.Println(ticks, "ticks")
	// Output: 3 ticks
}

// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gozmq/zmq"
)

// bound is an open socket that is bound.
func bound(t zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	s := open(t, settings...)
	check(s.Bind(at))
	return s
}

// connected is an open socket that connects.
func connected(t zmq.SocketType, at string, settings ...zmq.Setting) *zmq.Socket {
	s := open(t, settings...)
	check(s.Connect(at))
	return s
}

// A publisher that decides itself which topics a subscriber gets.
func ExampleXPubManual() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pub := bound(zmq.XPUB, "inproc://manual", zmq.XPubManual.Of(true))
	defer pub.Close()
	sub := connected(zmq.SUB, "inproc://manual")
	defer sub.Close()
	check(sub.Subscribe("")) // it asks for everything

	notice, err := pub.Recv(ctx)
	check(err)
	fmt.Printf("asked for %q\n", notice.Bytes()[1:])
	check(pub.Subscribe("public.")) // and gets this

	check(pub.SendString(ctx, "secret.key"))
	check(pub.SendString(ctx, "public.news"))
	m, err := sub.Recv(ctx)
	check(err)
	fmt.Println(m)
	// Output:
	// asked for ""
	// public.news
}

// A ROUTER that is told of peers that come and go.
func ExampleRouterNotify() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	router := bound(zmq.ROUTER, "tcp://127.0.0.1:*", zmq.RouterNotify.Of(3))
	defer router.Close()
	dealer := connected(zmq.DEALER, router.LastEndpoint(), zmq.RoutingID.Of([]byte("worker")))
	m, err := router.Recv(ctx)
	check(err)
	fmt.Println(m.Len(), "frames:", m, "is there")
	check(dealer.Close())
	m, err = router.Recv(ctx)
	check(err)
	fmt.Println(m.Len(), "frames:", m, "has gone")
	// Output:
	// 2 frames: worker is there
	// 2 frames: worker has gone
}

// A slow subscriber gets the newest price of each share.
func ExampleConflateTopics() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pub := bound(zmq.PUB, "inproc://prices", zmq.ConflateTopics.Of(true))
	defer pub.Close()
	sub := open(zmq.SUB, zmq.ConflateTopics.Of(true))
	defer sub.Close()
	check(sub.Subscribe(""))
	check(sub.Connect("inproc://prices"))
	check(pub.WaitSubscribers(ctx, "ACME", 1))

	for _, price := range []string{"10", "11", "12"} {
		check(pub.SendString(ctx, "ACME", price))
		check(pub.SendString(ctx, "EXIM", price+"0"))
	}
	for range 2 {
		m, err := sub.Recv(ctx)
		check(err)
		fmt.Println(m.Strings())
	}
	// Output:
	// [ACME 12]
	// [EXIM 120]
}

// A publisher ends the connection of a subscriber whose queue has been full for a minute.
func ExampleDisconnectSlow() {
	pub := open(zmq.PUB, zmq.SendHWM.Of(1000), zmq.DisconnectSlow.Of(time.Minute))
	defer pub.Close()
	fmt.Println(zmq.DisconnectSlow.Get(pub))
	// Output: 1m0s
}

// A queue between clients and workers, in three lines.
func ExampleNewDevice() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	front := bound(zmq.ROUTER, "inproc://clients")
	defer front.Close()
	back := bound(zmq.DEALER, "inproc://workers")
	defer back.Close()
	queue, err := zmq.NewDevice(zmq.QUEUE, front, back)
	check(err)
	go func() { _ = queue.Run(ctx) }()

	worker := connected(zmq.REP, "inproc://workers")
	defer worker.Close()
	go func() {
		m, err := worker.Recv(ctx)
		if err == nil {
			_ = worker.SendString(ctx, "re: "+m.String())
		}
	}()
	client := connected(zmq.REQ, "inproc://clients")
	defer client.Close()
	reply, err := client.Request(ctx, []byte("hello"))
	check(err)
	fmt.Println(reply)
	// Output: re: hello
}

// A proxy that is stopped by a message.
func ExampleWithControl() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	front := bound(zmq.PULL, "inproc://in")
	defer front.Close()
	back := bound(zmq.PUSH, "inproc://out")
	defer back.Close()
	control := bound(zmq.REP, "inproc://control")
	defer control.Close()
	p, err := zmq.NewProxy(front, back, zmq.WithControl(control))
	check(err)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()

	operator := connected(zmq.REQ, "inproc://control")
	defer operator.Close()
	for _, command := range []string{"PAUSE", "STATISTICS", "TERMINATE"} {
		answer, err := operator.Request(ctx, []byte(command))
		check(err)
		fmt.Println(command, answer.Len())
	}
	fmt.Println(<-ended)
	// Output:
	// PAUSE 1
	// STATISTICS 8
	// TERMINATE 1
	// <nil>
}

// What a program that takes options from its users can tell them about one.
func ExampleLookupOption() {
	o, ok := zmq.LookupOption("ZMQ_SNDHWM")
	fmt.Println(ok, o.Name, o.Sockets)
	_, ok = zmq.LookupOption("SEND_FASTER")
	fmt.Println(ok)
	// Output:
	// true SNDHWM all
	// false
}

// A peer without reads from its ROUTER does not hold up the others: the send to it fails.
func ExamplePeerFullError() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	router := bound(zmq.ROUTER, "inproc://full", zmq.SendHWM.Of(1))
	defer router.Close()
	lazy := connected(zmq.DEALER, "inproc://full", zmq.RoutingID.Of([]byte("lazy")), zmq.RecvHWM.Of(1))
	defer lazy.Close()
	check(router.WaitPeers(ctx, 1))
	for {
		if err := router.SendString(ctx, "lazy", "work"); err != nil {
			if full := new(zmq.PeerFullError); errors.As(err, &full) {
				fmt.Printf("the queue for %q is full\n", full.RoutingID)
			}
			break
		}
	}
	// Output: the queue for "lazy" is full
}

// An endpoint says how far it has come.
func ExampleSocket_Endpoints() {
	s := bound(zmq.REP, "inproc://nobody-yet")
	defer s.Close()
	for _, e := range s.Endpoints() {
		fmt.Println(e)
	}
	// Output: inproc://nobody-yet: bound, no peer has connected
}

// The error of a call that gave up says why nothing came.
func ExampleWaitError() {
	sub := open(zmq.SUB, zmq.RecvTimeout.Of(time.Millisecond))
	defer sub.Close()
	_, err := sub.Recv(context.Background())
	if waited := new(zmq.WaitError); errors.As(err, &waited) {
		fmt.Println(waited.Hint)
	}
	// Output: the socket is neither bound nor connected
}

// A message of a header and a body, handed over without a copy, to a proxy that is stopped
// by a channel and shows what passes.
func ExampleNewMessage() {
	m := zmq.NewMessage([]byte("header"), []byte("body"))
	fmt.Println(m.Len(), m.Size(), m, string(m.Last()))
	fmt.Println(m.Frame(2) == nil) // there are two frames, 0 and 1

	pull := bound(zmq.PULL, "inproc://message")
	defer pull.Close()
	push := connected(zmq.PUSH, "inproc://message")
	defer push.Close()
	check(push.TrySendMessage(m)) // m belongs to the receiver now
	got, err := pull.TryRecv()
	check(err)
	fmt.Println(got.Strings())
	// Output:
	// 2 10 header body
	// true
	// [header body]
}

// A socket that moves to another address: the old one is free when Unbind returns.
func ExampleSocket_Unbind() {
	pull := bound(zmq.PULL, "tcp://127.0.0.1:*")
	defer pull.Close()
	old := pull.LastEndpoint() // with the port
	check(pull.Bind("inproc://moved"))
	check(pull.Unbind(old))

	push := connected(zmq.PUSH, old)
	defer push.Close()
	check(push.Connect("inproc://moved"))
	check(push.Disconnect(old))
	for _, e := range append(pull.Endpoints(), push.Endpoints()...) {
		fmt.Println(e)
	}
	// Output:
	// inproc://moved: bound, 1 peer
	// inproc://moved: connected
}

// A server that ends the connection of a peer, which may connect again.
func ExampleSocket_DisconnectPeer() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	router := bound(zmq.ROUTER, "tcp://127.0.0.1:*")
	defer router.Close()
	dealer := connected(zmq.DEALER, router.LastEndpoint(), zmq.ReconnectInterval.Of(-1))
	defer dealer.Close()
	check(dealer.SendString(ctx, "I misbehave"))
	m, err := router.Recv(ctx)
	check(err)
	fmt.Println(router.DisconnectPeer(m.Peer()))
	// Output: <nil>
}

// A subscriber that changes its mind.
func ExampleSocket_Unsubscribe() {
	pub := bound(zmq.PUB, "inproc://mind")
	defer pub.Close()
	sub := connected(zmq.SUB, "inproc://mind")
	defer sub.Close()
	check(sub.Subscribe("weather"))
	check(sub.Subscribe("sports"))
	check(sub.Unsubscribe("weather"))
	for _, topic := range []string{"weather", "sports"} {
		check(pub.TrySend([]byte(topic)))
	}
	m, err := sub.TryRecv()
	check(err)
	fmt.Println(m)
	// Output: sports
}

// A streamer that copies what passes to a third socket, and ends by a channel.
func ExampleWithStop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	front, back := bound(zmq.PULL, "inproc://front"), bound(zmq.PUSH, "inproc://back")
	defer front.Close()
	defer back.Close()
	copies, reader := bound(zmq.PUB, "inproc://copies"), connected(zmq.SUB, "inproc://copies")
	defer copies.Close()
	defer reader.Close()
	check(reader.Subscribe(""))
	stop := make(chan struct{})
	p, err := zmq.NewProxy(front, back, zmq.WithCapture(copies), zmq.WithStop(stop))
	check(err)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()

	source, sink := connected(zmq.PUSH, "inproc://front"), connected(zmq.PULL, "inproc://back")
	defer source.Close()
	defer sink.Close()
	check(source.SendString(ctx, "task"))
	for _, s := range []*zmq.Socket{sink, reader} {
		m, err := s.Recv(ctx)
		check(err)
		fmt.Println(m)
	}
	close(stop)
	fmt.Println(<-ended)
	// Output:
	// task
	// task
	// <nil>
}

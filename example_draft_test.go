// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"fmt"

	"github.com/gozmq/zmq"
)

// A SERVER answers each CLIENT by the number that its messages carry. Neither waits for
// the other, and there are no envelopes.
func ExampleMessage_RoutingID() {
	ctx := context.Background()
	server, client := open(zmq.SERVER), open(zmq.CLIENT)
	defer server.Close()
	defer client.Close()
	check(server.Bind("inproc://server"))
	check(client.Connect("inproc://server"))

	check(client.SendString(ctx, "how are you?"))
	m, err := server.Recv(ctx)
	check(err)
	for _, text := range []string{"well", "and you?"} {
		check(server.SendMessage(ctx, zmq.NewStringMessage(text).WithRoutingID(m.RoutingID())))
	}
	for range 2 {
		m, err := client.Recv(ctx)
		check(err)
		fmt.Println(m)
	}
	// Output:
	// well
	// and you?
}

// A RADIO sends to groups, which a DISH joins. Groups are compared whole.
func ExampleSocket_Join() {
	ctx := context.Background()
	radio, dish := open(zmq.RADIO), open(zmq.DISH)
	defer radio.Close()
	defer dish.Close()
	check(radio.Bind("inproc://radio"))
	check(dish.Join("weather"))
	check(dish.Connect("inproc://radio"))

	check(radio.SendMessage(ctx, zmq.NewStringMessage("a jam").WithGroup("traffic")))
	check(radio.SendMessage(ctx, zmq.NewStringMessage("rain").WithGroup("weather")))
	m, err := dish.Recv(ctx)
	check(err)
	fmt.Println(m.Group(), m)
	// Output: weather rain
}

// SCATTER and GATHER are PUSH and PULL for messages of one frame.
func ExampleSCATTER() {
	ctx := context.Background()
	scatter, gather := open(zmq.SCATTER), open(zmq.GATHER)
	defer scatter.Close()
	defer gather.Close()
	check(scatter.Bind("inproc://tasks"))
	check(gather.Connect("inproc://tasks"))
	check(scatter.SendString(ctx, "task 1"))
	m, err := gather.Recv(ctx)
	check(err)
	fmt.Println(m)
	// Output: task 1
}

// A PEER knows each of the others by a number, that of a peer which it connects to at
// once.
func ExampleSocket_ConnectPeer() {
	ctx := context.Background()
	a, b := open(zmq.PEER), open(zmq.PEER)
	defer a.Close()
	defer b.Close()
	check(a.Bind("inproc://a"))
	id, err := b.ConnectPeer("inproc://a")
	check(err)
	check(b.SendMessage(ctx, zmq.NewStringMessage("hello").WithRoutingID(id)))
	m, err := a.Recv(ctx)
	check(err)
	check(a.SendMessage(ctx, m)) // back to where it came from
	m, err = b.Recv(ctx)
	check(err)
	fmt.Println(m, m.RoutingID() == id)
	// Output: hello true
}

// A CHANNEL is a PAIR for messages of one frame.
func ExampleCHANNEL() {
	ctx := context.Background()
	a, b := open(zmq.CHANNEL), open(zmq.CHANNEL)
	defer a.Close()
	defer b.Close()
	check(a.Bind("inproc://channel"))
	check(b.Connect("inproc://channel"))
	check(a.SendString(ctx, "ping"))
	m, err := b.Recv(ctx)
	check(err)
	fmt.Println(m)
	// Output: ping
}

// A DGRAM sends a datagram of udp to the address in the first frame.
func ExampleDGRAM() {
	ctx := context.Background()
	a, b := open(zmq.DGRAM), open(zmq.DGRAM)
	defer a.Close()
	defer b.Close()
	check(a.Bind("udp://127.0.0.1:*"))
	check(b.Bind("udp://127.0.0.1:*"))
	to := b.LastEndpoint()[len("udp://"):]
	check(a.SendString(ctx, to, "datagram"))
	m, err := b.Recv(ctx)
	check(err)
	fmt.Println(string(m.Last()))
	// Output: datagram
}

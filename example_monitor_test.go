// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/gozmq/zmq"
)

// A server reports the peers that come and go.
func ExampleSocket_Monitor() {
	server, client := open(zmq.ROUTER), open(zmq.DEALER, zmq.RoutingID.Of([]byte("kitchen")))
	defer server.Close()
	events := server.Monitor(context.Background(), zmq.EventHandshakeSucceeded|zmq.EventDisconnected)
	check(server.Bind("tcp://127.0.0.1:*"))
	check(client.Connect(server.LastEndpoint()))
	check(client.WaitPeers(context.Background(), 1))

	for e := range events { // usually in a goroutine of its own; it ends with the socket
		fmt.Printf("%s %s %s\n", e.Kind, e.Peer.SocketType, e.Peer.Identity)
		if e.Kind == zmq.EventDisconnected {
			break
		}
		check(client.Close())
	}
	// Output:
	// HANDSHAKE_SUCCEEDED DEALER kitchen
	// DISCONNECTED DEALER kitchen
}

// Handshakes that fail say why. The client here has a type that does not fit.
func ExampleSocket_Monitor_mistakes() {
	server, client := open(zmq.PULL), open(zmq.SUB)
	defer server.Close()
	defer client.Close()
	events := client.Monitor(context.Background(), zmq.EventHandshakeFailed)
	check(server.Bind("tcp://127.0.0.1:*"))
	check(client.Connect(server.LastEndpoint()))
	for e := range events {
		var broken *zmq.ProtocolError
		fmt.Println(errors.As(e.Err, &broken), broken.Rule)
		break
	}
	// Output: true a SUB does not talk to a "PULL"
}

// Events as libzmq's monitors send them.
func ExampleSocket_MonitorTo() {
	ctx := context.Background()
	server, events := open(zmq.PULL), open(zmq.PAIR)
	defer events.Close()
	check(server.MonitorTo("inproc://events", zmq.EventAll, 1, zmq.PAIR))
	check(events.Connect("inproc://events"))
	check(server.Bind("tcp://127.0.0.1:*"))
	at := server.LastEndpoint()
	check(server.Close())
	for m, err := range events.Messages(ctx) {
		check(err)
		kind := zmq.EventKind(binary.NativeEndian.Uint16(m.Frame(0)))
		fmt.Println(kind, string(m.Last()) == at)
		if kind == zmq.EventMonitorStopped {
			break
		}
	}
	// Output:
	// LISTENING true
	// CLOSED true
	// MONITOR_STOPPED false
}

// What a socket has lost, and why.
func ExampleSocket_Stats() {
	pub := open(zmq.PUB)
	defer pub.Close()
	check(pub.TrySend([]byte("nobody listens")))
	st := pub.Stats()
	fmt.Println(st.Sent, "sent,", st.Drops.NoSubscriber, "without a subscriber")
	// Output: 1 sent, 1 without a subscriber
}

// All sockets of a program with their peers.
func ExampleContext_Stats() {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	check(err)
	defer c.Close()
	push, err := c.NewSocket(zmq.PUSH)
	check(err)
	pull, err := c.NewSocket(zmq.PULL)
	check(err)
	check(pull.Bind("inproc://work"))
	check(push.Connect("inproc://work"))
	for range 3 {
		check(push.TrySend([]byte("task")))
	}
	for _, s := range c.Stats().Sockets {
		for _, p := range s.Peers {
			fmt.Printf("%s: %d sent, %d wait of at most %d\n", s.Type, p.Sent, p.QueuedIn, p.RecvHWM)
		}
	}
	// Output:
	// PUSH: 3 sent, 0 wait of at most 2000
	// PULL: 0 sent, 3 wait of at most 2000
}

// Close lingers. CloseContext lingers no longer than its context.
func ExampleSocket_CloseContext() {
	push := open(zmq.PUSH, zmq.Linger.Of(-1)) // for as long as it takes
	check(push.Connect("tcp://127.0.0.1:1"))  // no peer is listening
	check(push.TrySend([]byte("hello?")))

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	err := push.CloseContext(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded), push.Stats().Drops.PeerGone)
	// Output: true 1
}

// Close ends a context at once, whatever its sockets linger for.
func ExampleContext_Close() {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	check(err)
	push, err := c.NewSocket(zmq.PUSH, zmq.Linger.Of(-1))
	check(err)
	check(push.Connect("tcp://127.0.0.1:1"))
	check(push.TrySend([]byte("hello?")))
	fmt.Println(c.Close())
	// Output: <nil>
}

// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"strings"
	"time"

	"github.com/gozmq/zmq"
)

// open returns a socket of the default context; examples have no use for errors
// that do not occur.
func open(t zmq.SocketType, settings ...zmq.Setting) *zmq.Socket {
	s, err := zmq.NewSocket(t, settings...)
	check(err)
	return s
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A client asks, a server answers.
func Example() {
	ctx := context.Background()
	server, err := zmq.NewSocket(zmq.REP)
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	if err := server.Bind("tcp://127.0.0.1:*"); err != nil { // any free port
		log.Fatal(err)
	}
	go func() {
		for {
			m, err := server.Recv(ctx)
			if err != nil {
				return // the socket was closed
			}
			if err := server.SendString(ctx, "Hello, "+m.String()); err != nil {
				return
			}
		}
	}()

	client, err := zmq.NewSocket(zmq.REQ)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := client.Connect(server.LastEndpoint()); err != nil {
		log.Fatal(err)
	}
	if err := client.SendString(ctx, "world"); err != nil {
		log.Fatal(err)
	}
	reply, err := client.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(reply)
	// Output: Hello, world
}

// A request without an answer is abandoned, and the socket is ready for the next.
func ExampleSocket_Request() {
	ctx := context.Background()
	server, client := open(zmq.REP), open(zmq.REQ)
	defer server.Close()
	defer client.Close()
	check(server.Bind("inproc://answers"))
	check(client.Connect("inproc://answers"))

	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err := client.Request(short, []byte("anybody?"))
	fmt.Println(errors.Is(err, context.DeadlineExceeded))

	go func() {
		for m, err := range server.Messages(ctx) {
			if err != nil {
				return
			}
			_ = server.SendString(ctx, strings.ToUpper(m.String()))
		}
	}()
	reply, err := client.Request(ctx, []byte("now?"))
	check(err)
	fmt.Println(reply)
	// Output:
	// true
	// NOW?
}

// Messages that a publisher sends before any peer has subscribed are lost.
// WaitSubscribers waits for the expected subscribers.
func ExampleSocket_WaitSubscribers() {
	ctx := context.Background()
	pub, sub := open(zmq.PUB), open(zmq.SUB)
	defer pub.Close()
	defer sub.Close()
	check(pub.Bind("tcp://127.0.0.1:*"))
	check(sub.Subscribe("weather."))
	check(sub.Connect(pub.LastEndpoint()))

	check(pub.WaitSubscribers(ctx, "weather.", 1))
	check(pub.SendString(ctx, "sports.chess", "e4"))
	check(pub.SendString(ctx, "weather.oslo", "snow"))

	m, err := sub.Recv(ctx)
	check(err)
	fmt.Printf("%s: %s\n", m.Frame(0), m.Frame(1))
	// Output: weather.oslo: snow
}

// A ventilator hands out work, workers do it, a sink gathers what they made.
func Example_pipeline() {
	ctx := context.Background()
	ventilator, sink := open(zmq.PUSH), open(zmq.PULL)
	defer ventilator.Close()
	defer sink.Close()
	check(ventilator.Bind("inproc://work"))
	check(sink.Bind("inproc://results"))

	for range 2 {
		in, out := open(zmq.PULL), open(zmq.PUSH)
		check(in.Connect("inproc://work"))
		check(out.Connect("inproc://results"))
		defer in.Close()
		defer out.Close()
		go func() {
			for m, err := range in.Messages(ctx) {
				if err != nil {
					return
				}
				_ = out.Send(ctx, []byte{2 * m.Bytes()[0]})
			}
		}()
	}
	for i := range 10 {
		check(ventilator.Send(ctx, []byte{byte(i)}))
	}
	sum := 0
	for range 10 {
		m, err := sink.Recv(ctx)
		check(err)
		sum += int(m.Bytes()[0])
	}
	fmt.Println(sum)
	// Output: 90
}

// A ROUTER gets the sender's routing id before each message, and sends to the
// peer whose id comes first.
func Example_dealerRouter() {
	ctx := context.Background()
	router := open(zmq.ROUTER)
	dealer := open(zmq.DEALER, zmq.RoutingID.Of([]byte("worker-1")))
	defer router.Close()
	defer dealer.Close()
	check(router.Bind("tcp://127.0.0.1:*"))
	check(dealer.Connect(router.LastEndpoint()))

	check(dealer.SendString(ctx, "ready"))
	m, err := router.Recv(ctx)
	check(err)
	fmt.Printf("%s is %s\n", m.Frame(0), m.Last())

	check(router.Send(ctx, m.Frame(0), []byte("work")))
	m, err = dealer.Recv(ctx)
	check(err)
	fmt.Println(m)

	err = router.SendString(ctx, "worker-2", "work")
	fmt.Println(errors.Is(err, zmq.ErrHostUnreachable))
	// Output:
	// worker-1 is ready
	// work
	// true
}

// Two goroutines exchange messages over a PAIR each. In process the order of bind and
// connect does not matter.
func Example_pair() {
	ctx := context.Background()
	left, right := open(zmq.PAIR), open(zmq.PAIR)
	defer left.Close()
	defer right.Close()
	check(right.Connect("inproc://pair"))
	check(right.SendString(ctx, "ping"))
	check(left.Bind("inproc://pair"))

	m, err := left.Recv(ctx)
	check(err)
	check(left.SendString(ctx, m.String()+" pong"))
	m, err = right.Recv(ctx)
	check(err)
	fmt.Println(m)
	// Output: ping pong
}

// An XPUB receives the subscriptions of its peers, byte 1 and the topic, and an XSUB
// sends them. There is often a proxy between the two.
func Example_subscriptions() {
	ctx := context.Background()
	xpub, xsub := open(zmq.XPUB), open(zmq.XSUB)
	defer xpub.Close()
	defer xsub.Close()
	check(xpub.Bind("tcp://127.0.0.1:*"))
	check(xsub.Connect(xpub.LastEndpoint()))

	check(xsub.SendString(ctx, "\x01news"))
	notice, err := xpub.Recv(ctx)
	check(err)
	fmt.Printf("%q\n", notice)

	check(xpub.SendString(ctx, "news", "today"))
	m, err := xsub.Recv(ctx)
	check(err)
	fmt.Println(string(m.Last()))
	// Output:
	// "\x01news"
	// today
}

// A STREAM speaks plain TCP, here with a server that sends everything back. It receives
// an empty message when the connection is made.
func Example_stream() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		b := make([]byte, 100)
		n, _ := conn.Read(b)
		_, _ = conn.Write(b[:n])
	}()

	ctx := context.Background()
	stream := open(zmq.STREAM)
	defer stream.Close()
	check(stream.Connect("tcp://" + listener.Addr().String()))
	m, err := stream.Recv(ctx)
	check(err)
	fmt.Println(m.Len(), len(m.Last()))
	check(stream.Send(ctx, m.Frame(0), []byte("echo")))
	m, err = stream.Recv(ctx)
	check(err)
	fmt.Println(string(m.Last()))
	// Output:
	// 2 0
	// echo
}

// Messages ends with the first error, here because the socket was closed.
func ExampleSocket_Messages() {
	ctx := context.Background()
	pull, push := open(zmq.PULL), open(zmq.PUSH)
	check(pull.Bind("inproc://numbers"))
	check(push.Connect("inproc://numbers"))
	check(push.SendString(ctx, "one"))
	check(push.SendString(ctx, "two"))
	check(push.Close())

	for m, err := range pull.Messages(ctx) {
		if errors.Is(err, zmq.ErrClosed) {
			fmt.Println("closed")
			break
		}
		check(err)
		fmt.Println(m)
		if m.String() == "two" {
			check(pull.Close())
		}
	}
	// Output:
	// one
	// two
	// closed
}

// Options are set when the socket is made, or later, and read. Most can also be set for
// one endpoint alone.
func ExampleOption() {
	s := open(zmq.DEALER, zmq.SendHWM.Of(5000), zmq.Linger.Of(0))
	defer s.Close()
	check(zmq.SendTimeout.Set(s, 250*time.Millisecond))
	fmt.Println(zmq.SendHWM.Get(s), zmq.SendTimeout.Get(s))

	check(s.Bind("tcp://127.0.0.1:*", zmq.MaxMessageSize.Of(1<<20), zmq.RoutingID.Of([]byte("front"))))
	fmt.Println(zmq.MaxMessageSize.Get(s)>>20, "MiB elsewhere")

	err := zmq.SendHWM.Set(s, -1)
	fmt.Println(errors.Is(err, zmq.ErrInvalid), errors.Unwrap(err))
	// Output:
	// 5000 250ms
	// 256 MiB elsewhere
	// true zmq: option SendHWM (SNDHWM): -1 is not between 0 and 2147483647: invalid argument
}

// Settings can come from a configuration file or a command line.
func ExampleDropOldest() {
	prices, display := open(zmq.PUB, zmq.SendHWM.Of(1)), open(zmq.SUB, zmq.RecvHWM.Of(2), zmq.DropOldest.Of(true))
	defer prices.Close()
	defer display.Close()
	check(prices.Bind("inproc://prices"))
	check(display.Subscribe(""))
	check(display.Connect("inproc://prices"))

	for i := range 100 { // while the display is busy
		check(prices.TrySend(fmt.Append(nil, i)))
	}
	for range 3 {
		m, err := display.TryRecv()
		check(err)
		fmt.Println(m)
	}
	fmt.Println(display.Stats().Drops.Overflow, "dropped")
	// Output:
	// 97
	// 98
	// 99
	// 97 dropped
}

func ExampleParseSetting() {
	var settings []zmq.Setting
	for _, text := range []string{"SNDHWM=10", "linger=1500ms"} {
		name, value, _ := strings.Cut(text, "=")
		x, err := zmq.ParseSetting(name, value)
		check(err)
		settings = append(settings, x)
	}
	s := open(zmq.PUSH, settings...)
	defer s.Close()
	fmt.Println(zmq.SendHWM.Get(s), zmq.Linger.Get(s))

	_, err := zmq.ParseSetting("SNDHWM", "many")
	fmt.Println(errors.Is(err, zmq.ErrInvalid))
	// Output:
	// 10 1.5s
	// true
}

// A server that strangers can reach bounds the resources that each may use.
func ExampleWithLimits() {
	s := open(zmq.ROUTER, zmq.WithLimits(zmq.Limits{MaxFrameBytes: 1 << 20, MaxPeers: 1000}))
	defer s.Close()
	fmt.Println(zmq.MaxPeers.Get(s), zmq.MaxFrames.Get(s))
	// Output: 1000 65536
}

// WaitPeers waits for peers that have finished their handshake.
func ExampleSocket_WaitPeers() {
	ctx := context.Background()
	push := open(zmq.PUSH)
	defer push.Close()
	check(push.Bind("tcp://127.0.0.1:*"))
	for range 2 {
		pull := open(zmq.PULL)
		defer pull.Close()
		check(pull.Connect(push.LastEndpoint()))
	}
	check(push.WaitPeers(ctx, 2)) // else the first worker would get all the work
	for _, p := range push.Peers() {
		fmt.Println(p.SocketType, p.Address, p.Protocol)
	}
	// Output:
	// PULL 127.0.0.1 ZMTP 3.1
	// PULL 127.0.0.1 ZMTP 3.1
}

// Errors match the constants of this package, the standard library's, and the
// system's.
func ExampleError() {
	ctx := context.Background()
	s := open(zmq.PULL, zmq.RecvTimeout.Of(time.Millisecond))
	err := s.Bind("nonsense")
	fmt.Println(errors.Is(err, zmq.ErrInvalid))
	err = s.Bind("smoke://signals")
	fmt.Println(errors.Is(err, zmq.ErrUnsupportedTransport))
	_, err = s.Recv(ctx)
	fmt.Println(errors.Is(err, zmq.ErrTimeout))
	check(s.Close())
	err = s.Close()
	fmt.Println(errors.Is(err, zmq.ErrClosed), errors.Is(err, net.ErrClosed))

	var e *zmq.Error
	fmt.Println(errors.As(err, &e), e.Op)
	// Output:
	// true
	// true
	// true
	// true true
	// true close
}

// A policy decides which endpoints may be used at all.
func ExampleContextConfig() {
	c, err := zmq.NewContext(zmq.ContextConfig{
		Settings: []zmq.Setting{zmq.Linger.Of(0)}, // for every socket
		EndpointPolicy: func(op, endpoint string) error {
			if !strings.HasPrefix(endpoint, "inproc://") {
				return errors.New("only inproc here")
			}
			return nil
		},
	})
	check(err)
	s, err := c.NewSocket(zmq.PUSH)
	check(err)
	check(s.Bind("inproc://inside"))
	err = s.Connect("tcp://192.0.2.1:80")
	fmt.Println(errors.Is(err, zmq.ErrRefused))
	check(c.Term(context.Background()))
	// Output: true
}

// A receiver that finishes with each message before it receives the next one can reuse
// its memory.
func ExampleSocket_RecvInto() {
	push, pull := open(zmq.PUSH), open(zmq.PULL)
	defer push.Close()
	defer pull.Close()
	check(pull.Bind("tcp://127.0.0.1:*"))
	check(push.Connect(pull.LastEndpoint()))
	ctx := context.Background()
	check(push.Send(ctx, make([]byte, 1<<20)))
	check(push.Send(ctx, make([]byte, 1<<19)))
	var picture zmq.Message // each call uses the memory of the one before
	for range 2 {
		check(pull.RecvInto(ctx, &picture))
		fmt.Println(picture.Size(), "bytes")
	}
	// Output:
	// 1048576 bytes
	// 524288 bytes
}

// The Try methods never wait.
func ExampleSocket_TryRecv() {
	push, pull := open(zmq.PUSH), open(zmq.PULL)
	defer push.Close()
	defer pull.Close()
	fmt.Println(push.TrySend([]byte("early")) == zmq.ErrAgain) // there is no peer
	check(push.Bind("inproc://try"))
	check(pull.Connect("inproc://try"))
	check(push.TrySend([]byte("hello")))
	m, err := pull.TryRecv()
	fmt.Println(m, err)
	_, err = pull.TryRecv()
	fmt.Println(err == zmq.ErrAgain)
	// Output:
	// true
	// hello <nil>
	// true
}

// Term ends every blocked call, closes what is open, and returns when all has ended.
func ExampleContext_Term() {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	check(err)
	s, err := c.NewSocket(zmq.PULL)
	check(err)
	done := make(chan error)
	go func() {
		_, err := s.Recv(context.Background())
		done <- err
	}()
	c.Shutdown()
	fmt.Println(errors.Is(<-done, zmq.ErrTerminated))

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fmt.Println(c.Term(ctx))
	// Output:
	// true
	// <nil>
}

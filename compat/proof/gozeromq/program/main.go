// SPDX-License-Identifier: Apache-2.0

// Command program is a program for github.com/go-zeromq/zmq4, as it might have been
// written years ago. Built on that library and on ours it must do the same.
//
//	program transcript      talks to itself and prints what happens
//	program serve           listens, prints its endpoints, and answers until its input ends
//	program ask endpoints   asks what serve answers, and prints it
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
	"github.com/go-zeromq/zmq4/security/plain"
	"github.com/go-zeromq/zmq4/transport"
)

func main() {
	if len(os.Args) < 2 {
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	switch os.Args[1] {
	case "transcript":
		transcript(ctx)
	case "serve":
		serve(ctx)
	case "ask":
		ask(ctx, os.Args[2:])
	}
}

func transcript(ctx context.Context) {
	values()
	dir, err := os.MkdirTemp("", "proof")
	check(err)
	defer os.RemoveAll(dir)
	for i, ep := range []string{"tcp://127.0.0.1:0", "ipc://" + filepath.Join(dir, "x"), "inproc://proof"} {
		name, _, _ := strings.Cut(ep, "://")
		patterns(ctx, name, func(p string) string {
			if i == 0 {
				return ep
			}
			return ep + p
		})
	}
	mechanisms(ctx)
	refusals(ctx)
	constants()
	losses(ctx)
	ends(ctx)
	late(ctx)
	ahead(ctx)
}

// values shows what needs no network.
func values() {
	m := zmq4.NewMsgFromString([]string{"a", "b\x00"})
	fmt.Printf("%s %q %v %d\n", m, m.Bytes(), m.Err(), m.Type)
	fmt.Println(zmq4.NewMsg([]byte("x")), zmq4.NewMsgString(""), zmq4.NewMsgFrom([]byte("1"), []byte("2")), zmq4.Msg{})
	clone := m.Clone()
	m.Frames[0][0] = 'X'
	fmt.Println(m, clone)

	q := zmq4.NewQueue()
	for i := range 5 {
		q.Push(zmq4.NewMsgString(fmt.Sprint(i)))
	}
	q.Pop()
	first, ok := q.Peek()
	fmt.Println(q.Len(), first, ok)
	q.Init()
	_, ok = q.Peek()
	fmt.Println(q.Len(), ok)

	one, err := zmq4.Metadata{"b": "2"}.MarshalZMTP()
	fmt.Printf("%q %v\n", one, err)
	md := zmq4.Metadata{}
	fmt.Println(md.UnmarshalZMTP(append(one, "\x08Identity\x00\x00\x00\x01x"...)), md)
	fmt.Println(md.UnmarshalZMTP(one[:len(one)-1]), md)
	buf := make([]byte, 32)
	n, err := zmq4.Property{K: "Ab", V: "cd"}.Read(buf)
	fmt.Printf("%d %v %q\n", n, err, buf[:n])
	var p zmq4.Property
	n, err = p.Write(buf)
	fmt.Println(n, err, p)

	for _, a := range []zmq4.SocketType{zmq4.Pair, zmq4.Pub, zmq4.Sub, zmq4.Req, zmq4.Rep, zmq4.Dealer, zmq4.Router, zmq4.Pull, zmq4.Push, zmq4.XPub, zmq4.XSub} {
		fmt.Print(a, ":")
		for _, b := range []zmq4.SocketType{zmq4.Pair, zmq4.Pub, zmq4.Sub, zmq4.Req, zmq4.Rep, zmq4.Dealer, zmq4.Router, zmq4.Pull, zmq4.Push, zmq4.XPub, zmq4.XSub} {
			if a.IsCompatible(b) {
				fmt.Print(" ", b)
			}
		}
		fmt.Println()
	}
	fmt.Println(zmq4.SocketIdentity("me"), zmq4.UnknownTransportError{Name: "x"})
	fmt.Println(zmq4.ErrBadCmd, zmq4.ErrBadFrame, zmq4.ErrBadProperty, zmq4.ErrClosedConn)
	fmt.Println(null.Security().Type(), plain.Security("u", "p").Type(), zmq4.CurveSecurity)
	addr, err := transport.New("unix").Addr("/x")
	fmt.Println(addr, err)
	fmt.Println(zmq4.RegisterTransport("tcp", transport.New("tcp")) != nil)
}

// patterns shows what every pair of sockets does over one transport.
func patterns(ctx context.Context, name string, at func(string) string) {
	opts := []zmq4.Option{zmq4.WithID(zmq4.SocketIdentity("me")), zmq4.WithDialerRetry(10 * time.Millisecond), zmq4.WithDialerTimeout(time.Minute)}

	rep, req := zmq4.NewRep(ctx), zmq4.NewReq(ctx, opts...)
	join(name, rep, req, at("req"))
	for i := range 3 {
		pass(req, rep, fmt.Sprint("question ", i))
		pass(rep, req, "answer", fmt.Sprint(i))
	}
	closeAll(rep, req)

	router, dealer := zmq4.NewRouter(ctx), zmq4.NewDealer(ctx, opts...)
	join(name, router, dealer, at("dealer"))
	pass(dealer, router, "", "hello")
	pass(router, dealer, "me", "", "you")
	fmt.Println(router.SendMulti(zmq4.NewMsgFromString([]string{"nobody", "lost"})))
	closeAll(router, dealer)

	pull, push := zmq4.NewPull(ctx), zmq4.NewPush(ctx, opts...)
	join(name, pull, push, at("push"))
	for i := range 10 { // small and in turn: the original cannot carry more by inproc
		fmt.Println(push.SendMulti(zmq4.NewMsgFromString([]string{fmt.Sprint(i), strings.Repeat("x", i*20)})))
		msg, err := pull.Recv()
		fmt.Println(string(msg.Frames[0]), len(msg.Frames[1]), err)
	}
	closeAll(pull, push)

	a, b := zmq4.NewPair(ctx), zmq4.NewPair(ctx, opts...)
	join(name, a, b, at("pair"))
	pass(b, a, "ping")
	pass(a, b, "pong")
	closeAll(a, b)

	pub, sub := zmq4.NewPub(ctx), zmq4.NewSub(ctx, opts...)
	join(name, pub, sub, at("pub"))
	for _, topic := range []string{"A", "Q", "Q"} {
		fmt.Println(sub.SetOption(zmq4.OptionSubscribe, topic))
	}
	fmt.Println(sub.SetOption(zmq4.OptionUnsubscribe, "Q"))
	fmt.Println(sub.(zmq4.Topics).Topics())
	waitTopics(pub, "[A]")
	fmt.Println(pub.Send(zmq4.NewMsgString("Q no")))
	pass(pub, sub, "A yes")
	closeAll(pub, sub)
}

func mechanisms(ctx context.Context) {
	for _, sec := range []zmq4.Security{null.Security(), plain.Security("user", "secret")} {
		pull, push := zmq4.NewPull(ctx, zmq4.WithSecurity(sec)), zmq4.NewPush(ctx, zmq4.WithSecurity(sec))
		join("tcp", pull, push, "tcp://127.0.0.1:0")
		pass(push, pull, "safe")
		closeAll(pull, push)
	}
}

func refusals(ctx context.Context) {
	pull, push := zmq4.NewPull(ctx), zmq4.NewPush(ctx, zmq4.WithDialerMaxRetries(1), zmq4.WithDialerRetry(time.Millisecond))
	fmt.Println(pull.Addr(), pull.Type())
	fmt.Println(pull.Send(zmq4.NewMsgString("x")) != nil)
	msg, err := push.Recv()
	fmt.Println(len(msg.Frames), err != nil)
	for _, ep := range []string{"nothing", "foo://x"} {
		fmt.Println(ep, pull.Listen(ep) != nil, pull.Dial(ep) != nil)
	}
	check(pull.Listen("tcp://127.0.0.1:0"))
	ep := "tcp://" + pull.Addr().String()
	_, err = pull.GetOption("FOO")
	fmt.Println(errors.Is(err, zmq4.ErrBadProperty))
	fmt.Println(pull.SetOption(zmq4.OptionHWM, 3))
	fmt.Println(pull.GetOption(zmq4.OptionHWM))
	done := make(chan error, 1)
	go func() {
		_, err := pull.Recv()
		done <- err
	}()
	fmt.Println(pull.Close(), pull.Close())
	fmt.Println(errors.Is(<-done, context.Canceled))
	fmt.Println(push.Dial(ep) != nil)
	sub := zmq4.NewSub(ctx)
	other := zmq4.NewPush(ctx)
	check(other.Listen("tcp://127.0.0.1:0"))
	fmt.Println(sub.Dial("tcp://"+other.Addr().String()) != nil)
	closeAll(push, sub, other)
}

// serve answers what ask asks, on a socket of each kind.
func serve(ctx context.Context) {
	rep, pull, pub, router := zmq4.NewRep(ctx), zmq4.NewPull(ctx), zmq4.NewPub(ctx), zmq4.NewRouter(ctx)
	secret := zmq4.NewPull(ctx, zmq4.WithSecurity(plain.Security("user", "secret")))
	for _, s := range []zmq4.Socket{rep, pull, pub, router, secret} {
		check(s.Listen("tcp://127.0.0.1:0"))
		fmt.Println("tcp://" + s.Addr().String())
	}
	go func() {
		msg, err := rep.Recv()
		check(err)
		check(rep.Send(msg))
		for _, in := range []zmq4.Socket{pull, secret} { // to publish what came by pipe
			msg, err = in.Recv()
			check(err)
			check(pub.SendMulti(msg))
		}
		msg, err = router.Recv()
		check(err)
		check(router.SendMulti(msg))
	}()
	_, _ = io.ReadAll(os.Stdin)
	closeAll(rep, pull, pub, router, secret)
}

func ask(ctx context.Context, endpoints []string) {
	req, push, sub, dealer := zmq4.NewReq(ctx), zmq4.NewPush(ctx), zmq4.NewSub(ctx), zmq4.NewDealer(ctx, zmq4.WithID(zmq4.SocketIdentity("d")))
	secret := zmq4.NewPush(ctx, zmq4.WithSecurity(plain.Security("user", "secret")))
	for i, s := range []zmq4.Socket{req, push, sub, dealer, secret} {
		check(s.Dial(endpoints[i]))
	}
	check(sub.SetOption(zmq4.OptionSubscribe, "T"))
	pass(req, req, "question", "two")
	time.Sleep(200 * time.Millisecond) // the original has no other way to know of a subscription
	for _, out := range []zmq4.Socket{push, secret} {
		pass(out, sub, "T", strings.Repeat("x", 300))
	}
	pass(dealer, dealer, "hello")
	closeAll(req, push, sub, dealer, secret)
}

func join(name string, listener, dialer zmq4.Socket, ep string) {
	check(listener.Listen(ep))
	if strings.HasPrefix(ep, "tcp") {
		ep = "tcp://" + listener.Addr().String()
	}
	check(dialer.Dial(ep))
	fmt.Println(name, listener.Type(), dialer.Type(), listener.Addr().Network())
}

func pass(from, to zmq4.Socket, frames ...string) {
	fmt.Println(from.Type(), "sends:", from.SendMulti(zmq4.NewMsgFromString(frames)))
	msg, err := to.Recv()
	fmt.Println(to.Type(), "receives:", msg, msg.Type, err)
}

func waitTopics(s zmq4.Socket, want string) {
	for range 5000 {
		if fmt.Sprint(s.(zmq4.Topics).Topics()) == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	fmt.Println("topics:", s.(zmq4.Topics).Topics())
}

func closeAll(sockets ...zmq4.Socket) {
	for _, s := range sockets {
		err := s.Close()
		if errors.Is(err, net.ErrClosed) { // the original may find its connection closed by the peer's end
			err = nil
		}
		fmt.Println(s.Type(), "closes:", err)
	}
}

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

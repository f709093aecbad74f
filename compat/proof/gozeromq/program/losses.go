// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"
)

// constants shows the values of all of them.
func constants() {
	for _, t := range []zmq4.SocketType{zmq4.Pair, zmq4.Pub, zmq4.Sub, zmq4.Req, zmq4.Rep, zmq4.Dealer, zmq4.Router, zmq4.Pull, zmq4.Push, zmq4.XPub, zmq4.XSub} {
		fmt.Printf("%q\n", string(t))
	}
	fmt.Println(zmq4.CmdCancel, zmq4.CmdError, zmq4.CmdHello, zmq4.CmdInitiate, zmq4.CmdPing, zmq4.CmdPong, zmq4.CmdReady, zmq4.CmdSubscribe, zmq4.CmdUnsubscribe, zmq4.CmdWelcome)
	fmt.Println(zmq4.OptionSubscribe, zmq4.OptionUnsubscribe, zmq4.OptionHWM, zmq4.UsrMsg, zmq4.CmdMsg)
	fmt.Println(zmq4.NullSecurity, zmq4.PlainSecurity, zmq4.CurveSecurity)
}

type maker func(context.Context, ...zmq4.Option) zmq4.Socket

// losses shows what a client hears of a server that has gone, and that it can dial
// again.
func losses(ctx context.Context) {
	for _, opts := range [][]zmq4.Option{nil, {zmq4.WithAutomaticReconnect(false)}} {
		for _, pair := range [][2]maker{{zmq4.NewReq, zmq4.NewRep}, {zmq4.NewSub, zmq4.NewPub}, {zmq4.NewPull, zmq4.NewPush}, {zmq4.NewPair, zmq4.NewPair}} {
			client, server := pair[0](ctx, opts...), pair[1](ctx)
			check(server.Listen("tcp://127.0.0.1:0"))
			ep := "tcp://" + server.Addr().String()
			check(client.Dial(ep))
			time.Sleep(200 * time.Millisecond) // a server of the original that is closed before its handshake ends leaves the connection open
			if client.Type() == zmq4.Req {
				check(client.Send(zmq4.NewMsgString("lost")))
				_, err := server.Recv()
				check(err)
			}
			check(server.Close())
			msg, err := client.Recv()
			fmt.Println(client.Type(), "hears:", len(msg.Frames), err == io.EOF, msg.Err() == io.EOF)
			if client.Type() == zmq4.Req {
				// The original's cause depends on which of its goroutines came first.
				text, _, _ := strings.Cut(fmt.Sprint(client.Send(zmq4.NewMsgString("x"))), " available:")
				fmt.Println(text)
			}
			server = pair[1](ctx)
			check(server.Listen(ep))
			fmt.Println("dials again:", client.Dial(ep))
			switch client.Type() {
			case zmq4.Req:
				pass(client, server, "question")
				pass(server, client, "answer")
			case zmq4.Sub:
				check(client.SetOption(zmq4.OptionSubscribe, ""))
				waitTopics(server, "[]")
			default:
				pass(server, client, "news")
			}
			closeAll(client, server)
		}
	}
}

// ends shows errors that programs compare with ==.
func ends(ctx context.Context) {
	for _, make := range []maker{zmq4.NewSub, zmq4.NewPull, zmq4.NewRep, zmq4.NewRouter, zmq4.NewDealer, zmq4.NewPair} {
		soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		s := make(soon)
		_, err := s.Recv()
		fmt.Println(s.Type(), err == context.DeadlineExceeded)
		cancel()
		s = make(ctx)
		time.AfterFunc(20*time.Millisecond, func() { check(s.Close()) })
		_, err = s.Recv()
		fmt.Println(s.Type(), err == context.Canceled)
	}
}

// late shows a Dial whose peer comes 1.2 seconds after it, and how long one without
// options waits for a peer that does not come.
func late(ctx context.Context) {
	free := zmq4.NewPull(ctx)
	check(free.Listen("tcp://127.0.0.1:0"))
	ep := "tcp://" + free.Addr().String()
	check(free.Close())
	push, pull := zmq4.NewPush(ctx), zmq4.NewPull(ctx)
	time.AfterFunc(1200*time.Millisecond, func() { check(pull.Listen(ep)) })
	fmt.Println("late:", push.Dial(ep))
	pass(push, pull, "in time")
	closeAll(push, pull)

	began := time.Now()
	push = zmq4.NewPush(ctx)
	_ = push.Dial(ep) // ours goes on in the background
	fmt.Println("waits:", time.Since(began).Round(500*time.Millisecond))
	fmt.Println(zmq4.NewPush(ctx, zmq4.WithDialerMaxRetries(2), zmq4.WithDialerRetry(100*time.Microsecond)).Dial(ep) != nil)
	closeAll(push)
}

// ahead has one goroutine receive requests and another one reply.
func ahead(ctx context.Context) {
	rep, req := zmq4.NewRep(ctx), zmq4.NewReq(ctx)
	join("tcp", rep, req, "tcp://127.0.0.1:0")
	requests := make(chan zmq4.Msg)
	go func() {
		for {
			msg, err := rep.Recv()
			if err != nil {
				return
			}
			requests <- msg
		}
	}()
	for i := range 3 {
		check(req.Send(zmq4.NewMsgString(fmt.Sprint("request ", i))))
		fmt.Println(rep.Send(<-requests))
		fmt.Println(req.Recv())
	}
	closeAll(req, rep)
}

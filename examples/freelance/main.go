// SPDX-License-Identifier: Apache-2.0

// Command freelance has clients that know several servers and need no broker: they
// ask one, and the next one if that is silent.
//
// Use it for few, long-lived services such as name servers, where a broker would be
// one more thing that can stop.
//
// What can go wrong: every client has to know every server. A client's ROUTER gives
// each server the name that it is connected by, with ConnectRoutingID, and so
// chooses the server that it asks. What it sends to a server that is away waits until
// that is back. A sequence number therefore tells late replies from the one wanted.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strconv"
	"time"

	"github.com/gozmq/zmq"
)

const patience = 50 * time.Millisecond // before the next server is asked

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, zmq.DefaultContext(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, zctx *zmq.Context, out io.Writer) error {
	var endpoints []string
	for _, name := range []string{"dead", "silent", "good"} {
		server, err := zctx.NewSocket(zmq.ROUTER)
		if err != nil {
			return err
		}
		defer server.Close()
		if err := server.Bind("tcp://127.0.0.1:*"); err != nil {
			return err
		}
		endpoints = append(endpoints, server.LastEndpoint())
		switch name {
		case "dead":
			server.Close()
		case "good":
			go serve(ctx, server, name)
		}
	}
	c, err := newClient(zctx, endpoints)
	if err != nil {
		return err
	}
	defer c.sock.Close()
	for i := range 3 {
		reply, tried, err := c.ask(ctx, fmt.Sprint("question ", i))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s, after %d servers\n", reply, tried)
	}
	return nil
}

// serve is a ROUTER too, since a REP does not talk to one. It returns the sequence
// number with each answer.
func serve(ctx context.Context, server *zmq.Socket, name string) {
	for m, err := range server.Messages(ctx) { // client, sequence, question
		if err != nil {
			return
		}
		if m.Len() == 3 {
			_ = server.Send(ctx, m.Frame(0), m.Frame(1), fmt.Appendf(nil, "%s answers %s", name, m.Last()))
		}
	}
}

// client keeps the server that answered last at the front.
type client struct {
	sock     *zmq.Socket
	servers  []string
	sequence int
}

func newClient(zctx *zmq.Context, endpoints []string) (*client, error) {
	sock, err := zctx.NewSocket(zmq.ROUTER, zmq.Linger.Of(0))
	if err != nil {
		return nil, err
	}
	for _, ep := range endpoints {
		if err := sock.Connect(ep, zmq.ConnectRoutingID.Of([]byte(ep))); err != nil {
			sock.Close()
			return nil, err
		}
	}
	return &client{sock: sock, servers: endpoints}, nil
}

// ask returns the answer and how many servers were asked for it.
func (c *client) ask(ctx context.Context, question string) (answer string, tried int, err error) {
	c.sequence++
	sequence := strconv.Itoa(c.sequence)
	for i, server := range c.servers {
		err := c.sock.SendString(ctx, server, sequence, question)
		if err != nil && !errors.Is(err, zmq.ErrHostUnreachable) && !errors.Is(err, zmq.ErrAgain) {
			return "", i, err
		}
		answer, from, err := c.await(ctx, sequence)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			continue
		}
		for j, s := range c.servers { // any of them may have answered
			if s == from {
				c.servers[0], c.servers[j] = c.servers[j], c.servers[0]
			}
		}
		return answer, i + 1, err
	}
	return "", len(c.servers), errors.New("no server answers")
}

func (c *client) await(ctx context.Context, sequence string) (answer, from string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		m, err := c.sock.Recv(ctx) // server, sequence, answer
		if err != nil {
			return "", "", err
		}
		if m.Len() == 3 && string(m.Frame(1)) == sequence {
			return string(m.Last()), string(m.Frame(0)), nil
		}
	}
}

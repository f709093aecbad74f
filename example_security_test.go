// SPDX-License-Identifier: Apache-2.0

package zmq_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gozmq/zmq"
)

// Everything between the two sockets is encrypted, and the client exchanges messages
// only with the holder of the server's secret key. Keys are usually made once, with zmq
// keygen, and read from a file.
func Example_curve() {
	server, client := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()

	pull, err := zmq.NewSocket(zmq.PULL, server.AsServer())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pull.Close()
	if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
		fmt.Println(err)
		return
	}

	push, err := zmq.NewSocket(zmq.PUSH)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer push.Close()
	// The setting is for this endpoint, because other servers have other keys.
	if err := push.Connect(pull.LastEndpoint(), client.AsClient(server.Public)); err != nil {
		fmt.Println(err)
		return
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := push.SendString(ctx, "secret"); err != nil {
		fmt.Println(err)
		return
	}
	m, err := pull.Recv(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m, m.Peer().Mechanism, m.Peer().PublicKey == client.Public)
	// Output: secret CURVE true
}

// The server accepts only peers whose keys it knows. Other peers cannot send it
// anything, and are told why.
func ExampleWithAuthorizer() {
	server, friend := zmq.NewCurveKeypair(), zmq.NewCurveKeypair()
	onlyFriends := zmq.WithAuthorizer(func(_ context.Context, p zmq.Peer) error {
		if p.PublicKey != friend.Public {
			return errors.New("your key is not known here")
		}
		return nil
	})
	pull, err := zmq.NewSocket(zmq.PULL, server.AsServer(), onlyFriends)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pull.Close()
	if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
		fmt.Println(err)
		return
	}

	stranger, err := zmq.NewSocket(zmq.PUSH, zmq.NewCurveKeypair().AsClient(server.Public))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stranger.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	events := stranger.Monitor(ctx, zmq.EventHandshakeFailed)
	if err := stranger.Connect(pull.LastEndpoint()); err != nil {
		fmt.Println(err)
		return
	}
	for e := range events {
		fmt.Println(e.Err)
		break
	}
	// Output: zmq: the peer refused the connection: "your key is not known here"
}

// An authentication handler written by hand, for all servers of the context. Package
// auth has one that reads files and can be reconfigured while it runs.
func ExamplePlainServer() {
	c, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	defer c.Term(ctx)

	handler, err := c.NewSocket(zmq.REP)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := handler.Bind("inproc://zeromq.zap.01"); err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for m, err := range handler.Messages(ctx) {
			if err != nil || m.Len() != 8 {
				return
			}
			// version, request id, domain, address, identity, mechanism, name, password
			status, user := "400", ""
			if string(m.Frame(6)) == "alice" && string(m.Frame(7)) == "rabbit" {
				status, user = "200", "alice"
			}
			if handler.SendString(ctx, "1.0", string(m.Frame(1)), status, "", user, "") != nil {
				return
			}
		}
	}()

	pull, err := c.NewSocket(zmq.PULL, zmq.PlainServer.Of(true))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
		fmt.Println(err)
		return
	}
	push, err := zmq.NewSocket(zmq.PUSH, zmq.PlainUsername.Of("alice"), zmq.PlainPassword.Of("rabbit"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer push.Close()
	if err := push.Connect(pull.LastEndpoint()); err != nil {
		fmt.Println(err)
		return
	}
	if err := push.SendString(ctx, "late"); err != nil {
		fmt.Println(err)
		return
	}
	m, err := pull.Recv(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m, "from", m.Peer().UserID)
	// Output: late from alice
}

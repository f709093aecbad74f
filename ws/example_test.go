// SPDX-License-Identifier: Apache-2.0

package ws_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/ws"
)

func ExampleTransports() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	zctx, err := zmq.NewContext(zmq.ContextConfig{
		Settings: []zmq.Setting{zmq.WithTransports(ws.Transports(ws.Config{})...)},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer zctx.Close()
	pull, err := zctx.NewSocket(zmq.PULL)
	if err != nil {
		log.Fatal(err)
	}
	if err := pull.Bind("ws://127.0.0.1:*/work"); err != nil {
		log.Fatal(err)
	}
	push, err := zctx.NewSocket(zmq.PUSH)
	if err != nil {
		log.Fatal(err)
	}
	if err := push.Connect(pull.LastEndpoint()); err != nil {
		log.Fatal(err)
	}
	if err := push.SendString(ctx, "through a WebSocket"); err != nil {
		log.Fatal(err)
	}
	m, err := pull.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.String())
	// Output: through a WebSocket
}

// A publisher at a path of the web server that a program has already.
func ExampleNewHandler() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer zctx.Close()
	pub, err := zctx.NewSocket(zmq.PUB)
	if err != nil {
		log.Fatal(err)
	}
	prices, err := ws.NewHandler(pub, ws.Config{Origins: []string{"https://shop.example"}})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/prices", prices)
	server := httptest.NewServer(mux) // in the place of the program's own
	defer server.Close()

	sub, err := zctx.NewSocket(zmq.SUB, zmq.WithTransports(ws.Transports(ws.Config{})...))
	if err != nil {
		log.Fatal(err)
	}
	if err := sub.Subscribe("EUR"); err != nil {
		log.Fatal(err)
	}
	if err := sub.Connect(strings.Replace(server.URL, "http", "ws", 1) + "/prices"); err != nil {
		log.Fatal(err)
	}
	if err := pub.WaitSubscribers(ctx, "EUR", 1); err != nil {
		log.Fatal(err)
	}
	if err := pub.SendString(ctx, "EUR 1.08"); err != nil {
		log.Fatal(err)
	}
	m, err := sub.Recv(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.String())
	// Output: EUR 1.08
}

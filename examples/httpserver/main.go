// SPDX-License-Identifier: Apache-2.0

// Command httpserver answers web browsers on a STREAM socket, which talks plain TCP
// to many connections at a time.
//
// Use STREAM for protocols that are not ZeroMQ's, beside sockets that are: in one
// loop, with the same limits, monitors and statistics. For HTTP itself package
// net/http is better.
//
// What can go wrong: TCP has no messages: what arrives is whatever arrived, so
// requests must be put together, with a bound on what is kept for a connection. An
// empty message says that a connection has begun, or ended: forget it then. To close
// a connection, send it an empty message.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

const maxRequest = 8 << 10 // bytes that are kept for one connection

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	server, err := zmq.NewSocket(zmq.STREAM)
	if err != nil {
		return err
	}
	if err := server.Bind("tcp://127.0.0.1:*"); err != nil {
		return err
	}
	var all sync.WaitGroup
	defer all.Wait()
	defer server.Close()
	all.Go(func() { serve(ctx, server) })

	address := strings.TrimPrefix(server.LastEndpoint(), "tcp://")
	for _, path := range []string{"/", "/gophers"} { // any browser will do
		if err := get(ctx, "http://"+address+path, out); err != nil {
			return err
		}
	}
	return nil
}

// serve keeps what has arrived of each connection's request, by its id.
func serve(ctx context.Context, server *zmq.Socket) {
	partial := map[string][]byte{}
	for m, err := range server.Messages(ctx) { // connection, bytes
		if err != nil {
			return
		}
		id, data := string(m.Frame(0)), m.Last()
		if len(data) == 0 { // it has begun or ended
			delete(partial, id)
			continue
		}
		partial[id] = append(partial[id], data...)
		status, body := answer(partial[id])
		if status == 0 {
			continue // there is more to come
		}
		delete(partial, id)
		reply := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			status, http.StatusText(status), len(body), body)
		_ = server.SendString(ctx, id, reply)
		_ = server.SendString(ctx, id, "") // closes the connection once that is sent
	}
}

// answer returns status 0 for a request that is not whole yet.
func answer(request []byte) (status int, body string) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	switch {
	case err == nil && r.Method == http.MethodGet:
		return http.StatusOK, "Hello from " + r.URL.Path + "\n"
	case err == nil:
		return http.StatusMethodNotAllowed, "GET only\n"
	case len(request) > maxRequest:
		return http.StatusRequestHeaderFieldsTooLarge, "too long\n"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return 0, ""
	default:
		return http.StatusBadRequest, "not HTTP\n"
	}
}

func get(ctx context.Context, url string, out io.Writer) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Fprintf(out, "%s: %s", response.Status, body)
	return err
}

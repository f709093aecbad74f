// SPDX-License-Identifier: Apache-2.0

// Package demo shows three patterns at work over TCP on one machine: request
// and reply, publish and subscribe, divide and conquer; and how many messages
// a second go through. Each is a file that can be read on its own: hello.go,
// weather.go, divide.go, speed.go.
//
// Goroutines: each scene runs its parts, which would be processes elsewhere, by
// together, which waits for all of them.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

// Size says how much a demonstration does.
type Size struct {
	Requests int           // of the client in request and reply
	Updates  int           // of the weather that are averaged
	Tasks    int           // that ten workers share
	Task     time.Duration // what a task takes at most
	Measure  time.Duration // of the measurement
}

// Full takes about four seconds.
var Full = Size{Requests: 5, Updates: 20, Tasks: 100, Task: 100 * time.Millisecond, Measure: time.Second}

// Short takes a moment.
var Short = Size{Requests: 2, Updates: 3, Tasks: 20, Task: time.Millisecond, Measure: 20 * time.Millisecond}

// Run runs the demonstration and writes what happens, as it happens.
func Run(ctx context.Context, w io.Writer, size Size) error {
	out := &printer{w: w}
	for i, scene := range []struct {
		title string
		run   func(context.Context, *printer, Size) error
	}{
		{"Request and reply: a client asks, a server answers", hello},
		{"Publish and subscribe: weather of all places, averaged for one", weather},
		{"Divide and conquer: a ventilator, ten workers, a sink", divide},
		{"Speed: messages of 16 bytes, one call each, PUSH to PULL over TCP", speed},
	} {
		if i > 0 {
			out.printf("\n")
		}
		out.printf("%s\n", scene.title)
		if err := scene.run(ctx, out, size); err != nil {
			return err
		}
	}
	return nil
}

// printer lets the parts of a scene write lines at the same time.
type printer struct {
	mu sync.Mutex // guards w
	w  io.Writer
}

func (p *printer) printf(text string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, text, args...)
}

// together runs functions at the same time and waits for all. The first that
// fails ends the context of the others.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, len(parts))
	for _, part := range parts {
		go func() {
			err := part(ctx)
			if err != nil {
				cancel()
			}
			failed <- err
		}()
	}
	var first error
	for range parts {
		if err := <-failed; first == nil || errors.Is(first, context.Canceled) && err != nil {
			first = err
		}
	}
	return first
}

// bound makes a socket and binds it to a free port of the loopback interface.
func bound(t zmq.SocketType) (sock *zmq.Socket, endpoint string, err error) {
	if sock, err = zmq.NewSocket(t); err != nil {
		return nil, "", err
	}
	if err = sock.Bind("tcp://127.0.0.1:*"); err != nil {
		_ = sock.Close()
		return nil, "", err
	}
	return sock, sock.LastEndpoint(), nil
}

// connected makes a socket and connects it.
func connected(t zmq.SocketType, endpoint string) (*zmq.Socket, error) {
	sock, err := zmq.NewSocket(t)
	if err != nil {
		return nil, err
	}
	if err := sock.Connect(endpoint); err != nil {
		_ = sock.Close()
		return nil, err
	}
	return sock, nil
}

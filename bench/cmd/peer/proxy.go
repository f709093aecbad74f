// SPDX-License-Identifier: Apache-2.0

// A whole topology in one process: a PUSH, a proxy of a PULL and a PUSH, a PULL,
// each in a goroutine (in peers/libzmq_proxy.c, a thread) of its own.

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gozmq/zmq"
)

// topology is the sockets of a measurement, from its source to its sink.
type topology struct {
	contexts    []*zmq.Context
	source      *zmq.Socket
	front, back *zmq.Socket
	sink        *zmq.Socket
}

// proxyThroughput measures at the sink.
func proxyThroughput(endpoint string, count, size int) (*result, error) {
	t, err := newTopology(endpoint)
	if err != nil {
		return nil, err
	}
	p, err := zmq.NewProxy(t.front, t.back)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- p.Run(ctx) }()
	go func() {
		_, err := pushThroughput(t.source, count, size)
		ended <- err
	}()
	r, err := pullThroughput(t.sink, count, size)
	cancel()
	for range cap(ended) {
		if e := <-ended; !errors.Is(e, context.Canceled) {
			err = errors.Join(err, e)
		}
	}
	for _, c := range t.contexts {
		err = errors.Join(err, c.Term(context.Background()))
	}
	return r, err
}

// newTopology makes the sockets and connects them: in process in one context,
// over a network each party in its own, with threads of its own at libzmq.
func newTopology(endpoint string) (t topology, err error) {
	socket := func(typ zmq.SocketType, party int) *zmq.Socket {
		if len(t.contexts) <= party && (party == 0 || !strings.HasPrefix(endpoint, "inproc:")) {
			c, e := zmq.NewContext(zmq.ContextConfig{})
			err = errors.Join(err, e)
			t.contexts = append(t.contexts, c)
		}
		s, e := t.contexts[min(party, len(t.contexts)-1)].NewSocket(typ)
		err = errors.Join(err, e)
		return s
	}
	t.source, t.front, t.back, t.sink = socket(zmq.PUSH, 0), socket(zmq.PULL, 1), socket(zmq.PUSH, 1), socket(zmq.PULL, 2)
	if err != nil {
		return t, err
	}
	join := func(bound, connected *zmq.Socket, at string) {
		err = errors.Join(err, bound.Bind(at))
		if err == nil {
			err = connected.Connect(bound.LastEndpoint())
		}
	}
	name := func(side string) string {
		if strings.HasPrefix(endpoint, "tcp:") {
			return endpoint
		}
		return fmt.Sprint(endpoint, "-", side)
	}
	join(t.front, t.source, name("front"))
	join(t.back, t.sink, name("back"))
	return t, err
}

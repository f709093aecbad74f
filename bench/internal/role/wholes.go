// SPDX-License-Identifier: Apache-2.0

// Whole topologies in one process.

package role

import "strings"

var wholes = map[string]func(Library, job) error{"proxy": proxy, "start": start}

// proxy measures a PUSH, a proxy of a PULL and a PUSH, and a PULL, each in a
// goroutine of its own (in peers/libzmq, a thread): in process in one context,
// over a network each party in its own, as libzmq has threads for each.
func proxy(lib Library, j job) error {
	var contexts []Context
	socket := func(party int, kind Kind, forwards bool) (Socket, error) {
		for len(contexts) <= party {
			if strings.HasPrefix(j.endpoint, "inproc:") && len(contexts) > 0 {
				contexts = append(contexts, contexts[0])
				continue
			}
			c, err := lib.Open()
			if err != nil {
				return nil, err
			}
			contexts = append(contexts, c)
		}
		return contexts[party].Socket(Config{Kind: kind, Forwards: forwards})
	}
	source, err := socket(0, Push, false)
	if err != nil {
		return err
	}
	front, err := socket(1, Pull, true)
	if err != nil {
		return err
	}
	back, err := socket(1, Push, true)
	if err != nil {
		return err
	}
	sink, err := socket(2, Pull, false)
	if err != nil {
		return err
	}
	if err := join(front, source, j.endpoint, "front"); err != nil {
		return err
	}
	if err := join(sink, back, j.endpoint, "sink"); err != nil {
		return err
	}
	failed, measured := make(chan error, 2), make(chan error, 1)
	go func() { failed <- contexts[1].Proxy(front, back) }()
	go func() {
		if err := push(source, j); err != nil {
			failed <- err
		}
	}()
	go func() { measured <- pull(sink, j) }()
	// The process ends without tidying up: how a proxy is ended differs too much.
	select {
	case err := <-failed:
		return err
	case err := <-measured:
		return err
	}
}

// join connects two sockets. Names, unlike ports, must be chosen.
func join(bound, connected Socket, endpoint, name string) error {
	if !strings.HasPrefix(endpoint, "tcp:") {
		endpoint += "-" + name
	}
	at, err := bound.Bind(endpoint)
	if err != nil {
		return err
	}
	return connected.Connect(at)
}

// start is the life of a small program: a context, two sockets, one message. It is
// measured from outside.
func start(lib Library, j job) error {
	c, err := lib.Open()
	if err != nil {
		return err
	}
	bound, err := c.Socket(Config{Kind: Pull})
	if err != nil {
		return err
	}
	connected, err := c.Socket(Config{Kind: Push})
	if err != nil {
		return err
	}
	if err := join(bound, connected, j.endpoint, "start"); err != nil {
		return err
	}
	if err := connected.Send(make([]byte, j.size)); err != nil {
		return err
	}
	if f, ok := connected.(Flusher); ok {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	if err := recvOne(bound, j.size); err != nil {
		return err
	}
	for _, s := range []Socket{connected, bound} {
		if err := s.Close(); err != nil {
			return err
		}
	}
	return c.Close()
}

// SPDX-License-Identifier: Apache-2.0

// Command tcp plays the roles of a measurement on Go's standard library, without
// any messaging: what a library could reach at most. A message is its length and
// its bytes on a TCP or Unix connection, in process a slice in a channel. One
// peer a socket, no queues, no reconnecting, and buffers are flushed by knowing
// when there is nothing more to send.
package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/gozmq/zmq/bench/internal/role"
)

func main() { role.Main(library{}) }

// memory is where messages from a stream are received: in a buffer that is used again, or
// with "new", in memory of their own, as they are where the receiver may keep them. The
// linker sets it.
var memory = ""

type library struct{}

func (library) Version() string { return "plain Go " + strings.TrimPrefix(runtime.Version(), "go") }

func (library) Open() (role.Context, error) { return &process{pairs: map[string]*pair{}}, nil }

// process knows the endpoints in process. One goroutine opens its sockets.
type process struct{ pairs map[string]*pair }

func (p *process) Socket(c role.Config) (role.Socket, error) {
	if c.Curve || c.Kind == role.XPub {
		return nil, fmt.Errorf("%s: %w", c.Kind, role.ErrUnsupported)
	}
	return &socket{in: p, streams: c.Kind == role.Push || c.Kind == role.Pull}, nil
}

func (*process) Close() error { return nil }

func (*process) Proxy(front, back role.Socket) error {
	from, to := front.(*socket), back.(*socket)
	for {
		body, err := from.Recv()
		if err != nil {
			return err
		}
		if err := to.Send(body); err != nil {
			return err
		}
		if from.idle() {
			if err := to.Flush(); err != nil {
				return err
			}
		}
	}
}

// socket is either end.
type socket struct {
	in      *process
	streams bool // sends without waiting for answers, so that buffering pays
	conn
}

// conn is what carries messages.
type conn interface {
	Send(body []byte) error
	Recv() ([]byte, error)
	SendParts(parts [][]byte) error
	RecvParts() (frames, bytes int, err error)
	Flush() error
	Close() error
	idle() bool // nothing can be received at once
}

func (s *socket) Bind(endpoint string) (string, error) {
	if strings.HasPrefix(endpoint, "inproc:") {
		p := &pair{make(chan []byte, depth), make(chan []byte, depth)}
		s.in.pairs[endpoint] = p
		s.conn = p
		return endpoint, nil
	}
	c, at, err := listen(endpoint, !s.streams)
	s.conn = c
	return at, err
}

func (s *socket) Connect(endpoint string) (err error) {
	if p := s.in.pairs[endpoint]; p != nil {
		s.conn = &pair{p.out, p.in}
		return nil
	}
	s.conn, err = dial(endpoint, !s.streams)
	return err
}

func (s *socket) Echo() error {
	body, err := s.Recv()
	if err != nil {
		return err
	}
	return s.Send(body)
}

func (s *socket) Shared() bool { return false }

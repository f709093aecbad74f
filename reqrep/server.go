// SPDX-License-Identifier: Apache-2.0

package reqrep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/gozmq/zmq"
)

// Request is what a Handler answers.
type Request struct {
	Body zmq.Message // the frames of the request, without the envelope
	Peer zmq.Peer    // the peer that it came from, which may be a proxy
}

// Handler answers one request. It belongs to its request alone, and handlers run at the
// same time. Its context ends when Server.Grace has passed after the end of Serve's context.
//
// If a handler returns the zero Message, or panics, the request has no reply. A client then
// waits until it gives up, and may ask another server. A REP has to answer, so it sends one
// empty frame. A panic is logged with its stack, and ends neither Serve nor another handler.
type Handler func(ctx context.Context, r Request) zmq.Message

// Server answers requests of a socket.
type Server struct {
	// Socket is a REP, ROUTER or SERVER, which the program binds or connects, and closes
	// after Serve. A ROUTER or SERVER answers requests in any order, and clients that have
	// left or do not read get no reply. A REP answers one request at a time.
	Socket *zmq.Socket

	// Handler answers the requests.
	Handler Handler

	// Workers is how many handlers may run at a time. 0 is 1. A request is received when a
	// worker is free, so the others wait in the socket and, at its mark, in the clients. It
	// has no effect on a REP.
	Workers int

	// Grace is how long the handlers that are at work when Serve's context ends may go on
	// before their own contexts end. 0 is ten seconds. Serve waits for them in any case.
	Grace time.Duration

	// Logger receives panics, and at level debug requests and replies that were dropped.
	// Nil is slog.Default().
	Logger *slog.Logger
}

// defaultGrace is longer than most requests take, and shorter than an orchestrator waits
// before it kills a process (Kubernetes: 30 s).
const defaultGrace = 10 * time.Second

// Serve answers the requests of a socket until ctx ends; see Server.
func Serve(ctx context.Context, socket *zmq.Socket, handler Handler, workers int) error {
	s := Server{Socket: socket, Handler: handler, Workers: workers}
	return s.Serve(ctx)
}

// Serve receives requests and has them answered until ctx ends. Then it takes no further
// request, waits for the handlers that are at work, sends their replies and returns nil.
// Requests that have arrived and were not taken stay in the socket. It returns an error if
// the socket is closed (zmq.ErrClosed), its zmq.Context shut down (zmq.ErrTerminated), or if
// the Server cannot work (zmq.ErrInvalid). Then, too, it waits for the handlers.
func (s *Server) Serve(ctx context.Context) error {
	if err := s.check(ctx); err != nil {
		return &zmq.Error{Op: "serve", Endpoint: fmt.Sprint(s.Socket), Err: err}
	}
	workers := max(s.Workers, 1)
	if s.Socket.Type() == zmq.REP {
		workers = 1
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	free := make(chan struct{}, workers)
	var handlers sync.WaitGroup
	err := s.receive(ctx, free, func(m zmq.Message) {
		handlers.Go(func() {
			defer func() { <-free }()
			s.answer(working, m)
		})
	})
	grace := s.Grace
	if grace <= 0 {
		grace = defaultGrace
	}
	defer time.AfterFunc(grace, stop).Stop()
	handlers.Wait()
	return err
}

// check says what keeps the server from working.
func (s *Server) check(ctx context.Context) error {
	switch {
	case ctx == nil:
		return fmt.Errorf("%w: the context.Context is nil, use context.Background()", zmq.ErrInvalid)
	case s.Socket == nil:
		return fmt.Errorf("%w: the socket is nil", zmq.ErrInvalid)
	case s.Handler == nil:
		return fmt.Errorf("%w: the handler is nil", zmq.ErrInvalid)
	case !slices.Contains([]zmq.SocketType{zmq.REP, zmq.ROUTER, zmq.SERVER}, s.Socket.Type()):
		return fmt.Errorf("%w: a %s does not answer requests, a REP, ROUTER or SERVER does", zmq.ErrInvalid, s.Socket.Type())
	}
	return nil
}

// receive hands each request on as soon as a worker is free, until ctx ends.
func (s *Server) receive(ctx context.Context, free chan struct{}, hand func(zmq.Message)) error {
	for {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		m, err := s.Socket.Recv(ctx)
		switch {
		case err == nil:
			hand(m)
			continue
		case ctx.Err() != nil:
			return nil
		case !errors.Is(err, zmq.ErrTimeout): // RecvTimeout
			return err
		}
		<-free
	}
}

// answer has a message answered and sends the reply.
func (s *Server) answer(ctx context.Context, m zmq.Message) {
	request, reply, ok := s.open(m)
	if !ok {
		s.log().Debug("request dropped: no empty frame ends its envelope", "socket", s.Socket, "peer", m.Peer().Remote)
		return
	}
	var body zmq.Message
	defer func() { s.send(ctx, request, reply(body)) }() // after runtime.Goexit in the handler, too
	body = s.handle(ctx, request)
}

// handle calls the handler, and contains its panic.
func (s *Server) handle(ctx context.Context, r Request) (reply zmq.Message) {
	defer func() {
		if p := recover(); p != nil {
			s.log().Error("handler panicked", "socket", s.Socket, "peer", r.Peer.Remote, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return s.Handler(ctx, r)
}

// send sends a reply, or nothing if the handler has none. A REP owes one in any case. After
// a handler without a reply, and if its reply could not be sent.
func (s *Server) send(ctx context.Context, r Request, reply zmq.Message) {
	owes := s.Socket.Type() == zmq.REP
	if reply.Len() > 0 {
		err := s.Socket.SendMessage(ctx, reply)
		if err == nil {
			return
		}
		s.log().Debug("reply dropped", "socket", s.Socket, "peer", r.Peer.Remote, "error", err)
	}
	if owes {
		_ = s.Socket.TrySendMessage(zmq.NewMessage(nil))
	}
}

// open takes the envelope off a message. reply puts it around the reply.
func (s *Server) open(m zmq.Message) (r Request, reply func(zmq.Message) zmq.Message, ok bool) {
	r = Request{Body: m, Peer: m.Peer()}
	switch s.Socket.Type() {
	case zmq.REP:
		return r, func(body zmq.Message) zmq.Message { return body }, true
	case zmq.SERVER:
		return r, func(body zmq.Message) zmq.Message { return body.WithRoutingID(m.RoutingID()) }, true
	}
	// RFC 28, The REP Socket Type: the envelope is everything up to the first empty frame.
	// The frame before it all is the routing id of the peer, which is never empty.
	frames := m.Frames()
	end := slices.IndexFunc(frames, func(f []byte) bool { return len(f) == 0 }) + 1
	if end == 0 || end == len(frames) {
		return r, nil, false
	}
	envelope := frames[:end:end]
	r.Body = zmq.NewMessage(frames[end:]...)
	return r, func(body zmq.Message) zmq.Message {
		if body.Len() == 0 {
			return body
		}
		return zmq.NewMessage(append(envelope, body.Frames()...)...)
	}, true
}

func (s *Server) log() *slog.Logger {
	if s.Logger != nil {
		return s.Logger
	}
	return slog.Default()
}

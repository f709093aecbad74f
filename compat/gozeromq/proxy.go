// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Proxy passes messages on between two sockets, in both directions where their
// types allow it.
type Proxy struct {
	// Immutable after NewProxy.
	parent               context.Context // of the program
	ctx                  context.Context // ends with parent or Kill
	kill                 context.CancelFunc
	front, back, capture Socket

	captureMu sync.Mutex // one message at a time goes to capture

	mu     sync.Mutex
	paused chan struct{} // closed by Resume; nil while messages flow
}

// NewProxy makes a proxy of two sockets, which the caller has made listen or dial
// and closes in the end. If capture is not nil it is sent a copy of every message
// before that is passed on. Nothing happens before Run; ctx ends it.
func NewProxy(ctx context.Context, front, back, capture Socket) *Proxy {
	if ctx == nil {
		ctx = context.Background()
	}
	life, kill := context.WithCancel(ctx)
	return &Proxy{parent: ctx, ctx: life, kill: kill, front: front, back: back, capture: capture}
}

// Kill ends Run, for good.
func (p *Proxy) Kill() { p.kill() }

// Pause stops passing messages on; they wait in the sockets, one in each direction
// in the proxy.
func (p *Proxy) Pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused == nil {
		p.paused = make(chan struct{})
	}
}

// Resume goes on after Pause.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused != nil {
		close(p.paused)
		p.paused = nil
	}
}

// Stats does nothing, like the original.
func (p *Proxy) Stats() {}

// Run passes messages on until Kill, after which it returns nil, the end of the
// proxy's context or of a socket, whose error it returns. It may hold a message in
// each direction then, which is lost. A socket that this package did not make is
// waited for until its Recv returns.
func (p *Proxy) Run() error {
	if p.front == nil || p.back == nil {
		return errors.New("zmq4: a proxy needs a frontend and a backend")
	}
	if !passable(p.front, p.back) && !passable(p.back, p.front) {
		return fmt.Errorf("zmq4: no message can pass between a %s and a %s", p.front.Type(), p.back.Type())
	}
	ctx, cancel := context.WithCancelCause(p.ctx)
	defer cancel(nil)
	var both sync.WaitGroup
	for _, lane := range [][2]Socket{{p.front, p.back}, {p.back, p.front}} {
		if passable(lane[0], lane[1]) {
			both.Go(func() { cancel(p.pass(ctx, lane[0], lane[1])) })
		}
	}
	both.Wait()
	switch {
	case p.parent.Err() != nil:
		return p.parent.Err()
	case p.ctx.Err() != nil:
		return nil
	default:
		return context.Cause(ctx)
	}
}

// pass carries one direction and returns why it ended.
func (p *Proxy) pass(ctx context.Context, from, to Socket) error {
	for {
		if err := p.flowing(ctx); err != nil {
			return err
		}
		msg, err := receive(ctx, from)
		if err != nil {
			return err
		}
		if err := p.flowing(ctx); err != nil {
			return err
		}
		if p.capture != nil {
			p.captureMu.Lock()
			err = send(ctx, p.capture, msg)
			p.captureMu.Unlock()
		}
		if err == nil {
			err = send(ctx, to, msg)
		}
		if err != nil {
			return err
		}
	}
}

// flowing waits while the proxy is paused.
func (p *Proxy) flowing(ctx context.Context) error {
	for {
		p.mu.Lock()
		paused := p.paused
		p.mu.Unlock()
		if paused == nil {
			return ctx.Err()
		}
		select {
		case <-paused:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// passable tells whether what one socket receives can be sent by the other.
func passable(from, to Socket) bool {
	receives := from.Type() != Pub && from.Type() != Push
	sends := to.Type() != Sub && to.Type() != Pull
	return receives && sends
}

// ours finds the socket of this package, within a Topics too.
func ours(s Socket) (*socket, bool) {
	switch s := s.(type) {
	case *socket:
		return s, true
	case topical:
		return s.socket, true
	}
	return nil, false
}

// receive is Recv that ends with ctx, where the socket is of this package.
func receive(ctx context.Context, s Socket) (Msg, error) {
	if own, ok := ours(s); ok {
		return own.recv(ctx)
	}
	return s.Recv()
}

// send is Send that ends with ctx, where the socket is of this package.
func send(ctx context.Context, s Socket, msg Msg) error {
	own, ok := ours(s)
	if !ok || own.err != nil {
		return s.SendMulti(msg)
	}
	return own.send(ctx, msg)
}

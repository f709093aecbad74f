// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"runtime/debug"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
	"github.com/gozmq/zmq/internal/transport"
)

// Hooks are what a program brings to an endpoint besides the values of options. The
// functions are asked during handshakes. Each runs in a goroutine of its own, without
// locks; nil is not asked.
type Hooks struct {
	Authorizer Authorizer
	ServerKeys ServerKeys
	Transports map[string]transport.Transport // by scheme; replaced as a whole, never changed
	Dial       transport.DialFunc             // in the place of the system's; likewise Listen
	Listen     transport.ListenFunc
	Bound      func() // for a Listen that lends a listener and returns at once: told that the Bind has succeeded
}

// Hook changes one of the Hooks.
type Hook struct {
	Name string // for the log
	Set  func(*Hooks)
}

// SetHook changes what later endpoints use.
func (s *Socket) SetHook(h *Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := Hooks{}
	if old := s.hooks.Load(); old != nil {
		changed = *old
	}
	h.Set(&changed)
	s.hooks.Store(&changed)
}

// hooksOf are those for an endpoint: the socket's, and instead of them those of the
// endpoint's settings.
func (s *Socket) hooksOf(settings []Setting) *Hooks {
	h := Hooks{}
	if common := s.hooks.Load(); common != nil {
		h = *common
	}
	for _, x := range settings {
		if x.Hook != nil {
			x.Hook.Set(&h)
		}
	}
	return &h
}

// hookPanic refuses a peer when the program's function has failed. The peer is not told
// more.
type hookPanic struct{}

func (hookPanic) Error() string  { return "internal error" }
func (hookPanic) ZAPStatus() int { return mechanism.Failed }

// survive is deferred around a function of the program, so that its panic does not end
// the process: the peer may be able to cause it. The panic is logged as an error, with
// its stack, and the peer is refused.
func (s *Socket) survive(name, at string, err *error) {
	if r := recover(); r != nil {
		s.ctx.cfg.Logger.Error(name+" panics", slog.String("socket", s.String()), slog.String("peer", at),
			slog.String("panic", fmt.Sprint(r)), slog.String("stack", string(debug.Stack())))
		*err = hookPanic{}
	}
}

// Authorizer is an application's say about a peer that has shaken hands. An error
// refuses the peer.
type Authorizer func(context.Context, *pipe.Peer) error

// authorizer is what an endpoint's connections call.
func (s *Socket) authorizer(h *Hooks) func(context.Context, *pipe.Peer) error {
	if h.Authorizer == nil {
		return nil
	}
	return func(ctx context.Context, p *pipe.Peer) (err error) {
		defer s.survive("authorizer", p.Remote, &err)
		s.ctx.deciding(p)
		return h.Authorizer(ctx, p)
	}
}

// ServerKeys gives the secret keys that a CURVE server has for a client, of which only
// the address and a short-term key are known. An error refuses the client.
type ServerKeys func(ctx context.Context, p *pipe.Peer, client *mechanism.CurveKey) ([]*mechanism.CurveKey, error)

// serverKeys is what an endpoint's connections call.
func (s *Socket) serverKeys(h *Hooks) ServerKeys {
	if h.ServerKeys == nil {
		return nil
	}
	return func(ctx context.Context, p *pipe.Peer, client *mechanism.CurveKey) (keys []*mechanism.CurveKey, err error) {
		defer s.survive("function of the CURVE server's keys", p.Remote, &err)
		return h.ServerKeys(ctx, p, client)
	}
}

// dialFunc is what an endpoint's attempts call, nil for the system.
func (s *Socket) dialFunc(h *Hooks) transport.DialFunc {
	if h.Dial == nil {
		return nil
	}
	return func(ctx context.Context, network, address string) (nc net.Conn, err error) {
		defer s.survive("function of WithDial", address, &err)
		return h.Dial(ctx, network, address)
	}
}

// listenFunc is what a bind calls, nil for the system.
func (s *Socket) listenFunc(h *Hooks) transport.ListenFunc {
	if h.Listen == nil {
		return nil
	}
	return func(ctx context.Context, network, address string) (ln net.Listener, err error) {
		defer s.survive("function of WithListen", address, &err)
		return h.Listen(ctx, network, address)
	}
}

// AddTransports returns the Hook that adds transports to those that the endpoint could
// use without it.
func AddTransports(list []transport.Transport) *Hook {
	return &Hook{Name: "transports", Set: func(h *Hooks) {
		all := make(map[string]transport.Transport, len(h.Transports)+len(list))
		maps.Copy(all, h.Transports)
		for _, t := range list {
			all[t.Scheme()] = t
		}
		h.Transports = all
	}}
}

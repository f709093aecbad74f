// SPDX-License-Identifier: Apache-2.0

package core

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/gozmq/zmq/internal/mechanism"
	"github.com/gozmq/zmq/internal/pipe"
)

// Authorizer is an application's say about a peer that has shaken hands. An error
// refuses the peer.
type Authorizer func(context.Context, *pipe.Peer) error

// SetAuthorizer changes the authorizer of later endpoints; nil is none.
func (s *Socket) SetAuthorizer(f Authorizer) { s.authorize.Store(&f) }

// authorizer is the one for an endpoint: that of its settings, or the socket's.
func (s *Socket) authorizer(settings []Setting) func(context.Context, *pipe.Peer) error {
	f := s.authorize.Load()
	for _, x := range settings {
		if x.Authorizer != nil {
			f = x.Authorizer
		}
	}
	if f == nil || *f == nil {
		return nil
	}
	return func(ctx context.Context, p *pipe.Peer) error { return s.consult(ctx, *f, p) }
}

// consult survives a panic of the application: the peer may be able to cause it,
// and must not be able to end the process. It is logged as an error, with its
// stack, and the peer is refused.
func (s *Socket) consult(ctx context.Context, f Authorizer, p *pipe.Peer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.ctx.cfg.Logger.Error("authorizer panics", slog.String("socket", s.String()), slog.String("peer", p.Remote),
				slog.String("panic", fmt.Sprint(r)), slog.String("stack", string(debug.Stack())))
			err = authorizerPanic{}
		}
	}()
	return f(ctx, p)
}

// authorizerPanic refuses a peer whose authorizer has failed. The peer is not told
// more.
type authorizerPanic struct{}

func (authorizerPanic) Error() string  { return "internal error" }
func (authorizerPanic) ZAPStatus() int { return mechanism.Failed }

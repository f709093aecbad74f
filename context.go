// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"log/slog"
	"sync"

	"github.com/gozmq/zmq/internal/core"
	"github.com/gozmq/zmq/internal/pipe"
)

// Context owns sockets and the names of their inproc endpoints. Contexts are
// independent of each other. Most programs use the default one, through NewSocket. All
// methods are safe for concurrent use.
type Context struct {
	c *core.Context
}

// ContextConfig describes a context. The zero value is what the default context
// uses.
type ContextConfig struct {
	// Logger receives the library's messages. Warnings are what peers did wrong, handshakes
	// that a peer ended after a command of ours (a wrong key, or type), endpoints that
	// cannot be reached for five seconds, messages that are lost because a queue is full or
	// a peer has left, with their number and that of the further ones in each minute, and,
	// once, a SUB or DISH that receives and has asked for nothing. That such an endpoint is reached
	// again is information. The life of connections is logged at level debug.
	// Connections call its handler synchronously. Calling Close or Term from it
	// deadlocks. Nil logs nothing, unless the environment variable ZMQ_LOG was set to
	// debug, info, warn or error when the context was made. Messages of that level and
	// above then go to the standard error output.
	Logger *slog.Logger

	// EndpointPolicy is called before a socket does anything to "bind" or "connect"
	// (op) an endpoint. If it returns an error, the call fails with that error and
	// ErrRefused, both wrapped. It is for programs that receive endpoints from others.
	// It is called without locks and may be called concurrently. Nil allows everything.
	EndpointPolicy func(op, endpoint string) error

	// MaxSockets is the most sockets that may be open at a time. NewSocket fails with
	// ErrTooManySockets beyond it. 0 is no limit.
	MaxSockets int

	// Limits are those of every new socket, before Settings, and with TotalBytes one of
	// the context. The zero value leaves all limits at their defaults. Anything else
	// sets all limits of sockets, with LibzmqDefaults too.
	Limits Limits

	// Settings are applied to every new socket, before the socket's own settings.
	// Options that do not apply to a socket's type are ignored.
	Settings []Setting

	// LibzmqDefaults gives sockets libzmq's option defaults: unlimited linger, no
	// keep-alive, no heartbeats, no limits (nor TotalBytes), IPv4 only, and a ROUTER that drops messages
	// silently. False gives them the defaults of this package.
	LibzmqDefaults bool
}

// NewContext makes a context. It starts nothing. It fails with ErrInvalid if a
// setting or a limit is not valid.
func NewContext(cfg ContextConfig) (*Context, error) {
	limits, total := cfg.Limits.forContext(cfg.LibzmqDefaults)
	settings := append([]Setting{limits}, cfg.Settings...)
	for _, x := range settings {
		if err := x.check(); err != nil {
			return nil, fail("new context", "", err)
		}
	}
	c := core.NewContext(core.Config{
		Logger: loggerOr(cfg.Logger), Policy: cfg.EndpointPolicy, MaxSockets: cfg.MaxSockets, TotalBytes: total, Libzmq: cfg.LibzmqDefaults,
		Transports: core.Transports(), Known: core.LaterTransports(),
		Settings: func(s *core.Socket) error {
			for _, x := range settings {
				if err := x.applyIfFits(s); err != nil {
					return err
				}
			}
			return nil
		},
	})
	return &Context{c: c}, nil
}

var defaultContext = sync.OnceValue(func() *Context {
	c, _ := NewContext(ContextConfig{}) // fails for settings only
	return c
})

// DefaultContext returns the context that NewSocket uses. Shutting it down is
// final for the process.
func DefaultContext() *Context { return defaultContext() }

// NewSocket makes a socket of a type in the context. The settings are applied in order.
// If one fails, NewSocket returns its error. Other errors: ErrTerminated,
// ErrTooManySockets, ErrInvalid for an unknown type.
func (c *Context) NewSocket(t SocketType, settings ...Setting) (*Socket, error) {
	s, err := c.c.NewSocket(int(t))
	if err != nil {
		return nil, fail("new socket", t.String(), err)
	}
	sock := &Socket{s: s, ctx: c, t: t, request: make(chan struct{}, 1)}
	for _, x := range settings {
		if err := x.apply(s); err != nil {
			_ = s.Close()
			return nil, fail("new socket", t.String(), err)
		}
	}
	return sock, nil
}

// DisconnectPeers calls match for every peer of every socket of the context, and
// disconnects those for which it returns true, as Socket.DisconnectPeer does. It
// returns how many there were. Inproc peers are part of the program, and match is not
// called for them.
//
// A peer cannot slip in by a handshake that is under way. If an authentication handler
// or an authorizer has been asked about the peer, and may have accepted it by rules that
// are no longer true, match is called at the end of that handshake, before messages are
// exchanged, possibly after DisconnectPeers has returned. So first change the rules, then
// call DisconnectPeers. Such peers are not counted.
//
// match runs without locks, and must be safe for concurrent use. It must not close
// sockets, because Close waits for it. If it panics during a handshake, the peer is
// refused and the panic is logged.
//
//	n := zctx.DisconnectPeers(func(p zmq.Peer) bool { return p.UserID == "mallory" })
func (c *Context) DisconnectPeers(match func(Peer) bool) int {
	return c.c.DisconnectPeers(func(p *pipe.Peer) bool { return match(newPeer(p)) })
}

// Shutdown makes every blocked call on the context's sockets return ErrTerminated, and
// every later call except Close. It returns at once and may be called again. The
// sockets must still be closed; Term does that.
func (c *Context) Shutdown() { c.c.Shutdown() }

// Term shuts the context down, closes the sockets that are still open (and names them
// in a warning in the log), and returns when all of them have finished lingering and
// all of the context's goroutines have ended. If ctx ends first, Term returns an error
// that names what is still open and matches ctx.Err(). Call Term again to continue
// waiting.
func (c *Context) Term(ctx context.Context) error {
	if ctx == nil {
		return fail("term", "context", errNilContext)
	}
	return c.c.Term(ctx, true)
}

// Close is Term without lingering. It shuts the context down, closes the sockets that
// are still open, drops queued messages, and returns when all of the context's
// goroutines have ended, which takes moments. It may be called repeatedly, and while a
// Term is waiting, to make that return early.
func (c *Context) Close() error { return c.c.Close() }

// Done is closed when the context has been shut down.
func (c *Context) Done() <-chan struct{} { return c.c.Done() }

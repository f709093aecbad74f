// SPDX-License-Identifier: Apache-2.0

package zmq

import (
	"context"
	"log/slog"
	"sync"

	"github.com/gozmq/zmq/internal/core"
)

// Context owns sockets and the names of their inproc endpoints. Contexts are
// independent of each other. Most programs use the default one, by NewSocket.
// All methods are safe for concurrent use.
type Context struct {
	c *core.Context
}

// ContextConfig describes a context. The zero value is what the default context
// uses.
type ContextConfig struct {
	// Logger gets what the library has to say: what peers did wrong as warnings,
	// the life of connections for debugging. Its handler is called by the goroutines
	// of connections, which wait for it and for which Close and Term wait: it must
	// not call these. Nil logs nothing.
	Logger *slog.Logger

	// EndpointPolicy is asked before anything happens whether a socket may
	// "bind" or "connect" (op) to an endpoint; an error refuses it and reaches
	// the caller, wrapped together with ErrRefused. It is for programs that take
	// endpoints from others. It is called without locks and may be called
	// concurrently. Nil allows everything.
	EndpointPolicy func(op, endpoint string) error

	// MaxSockets is the most sockets that may be open at a time; NewSocket fails
	// with ErrTooManySockets beyond it. 0 is no limit.
	MaxSockets int

	// Settings are applied to every new socket, before those of its own. Options
	// that do not apply to a socket's type are passed over.
	Settings []Setting

	// LibzmqDefaults gives sockets the option defaults of libzmq instead of the
	// ones chosen for today: endless linger, no keep-alive, no heartbeats, no
	// limits, IPv4 only, a ROUTER that drops in silence.
	LibzmqDefaults bool
}

// NewContext makes a context. It starts nothing. It fails with ErrInvalid if a
// setting is not valid.
func NewContext(cfg ContextConfig) (*Context, error) {
	for _, x := range cfg.Settings {
		if err := x.check(); err != nil {
			return nil, fail("new context", "", err)
		}
	}
	settings := append([]Setting(nil), cfg.Settings...)
	c := core.NewContext(core.Config{
		Logger: cfg.Logger, Policy: cfg.EndpointPolicy, MaxSockets: cfg.MaxSockets, Libzmq: cfg.LibzmqDefaults,
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

// NewSocket makes a socket of a type in the context. The settings are applied in
// order; one that fails makes NewSocket fail. Other errors: ErrTerminated,
// ErrTooManySockets, ErrInvalid for an unknown type.
func (c *Context) NewSocket(t SocketType, settings ...Setting) (*Socket, error) {
	s, err := c.c.NewSocket(int(t), t.String())
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

// Shutdown makes every blocked call on the context's sockets return
// ErrTerminated, and every later call except Close. It returns at once and may
// be called again. The sockets still want to be closed; Term does that.
func (c *Context) Shutdown() { c.c.Shutdown() }

// Term shuts the context down, closes the sockets that are still open (naming
// them in the log as a warning), and returns when all of them have sent what
// they linger for and nothing of the context is left. If ctx ends first it
// returns an error that names what is still open and matches ctx.Err(); calling
// Term again goes on waiting.
func (c *Context) Term(ctx context.Context) error { return c.c.Term(ctx, true) }

// Close is Term without lingering: it shuts the context down, closes the sockets
// that are still open, drops what is queued, and returns when nothing of the
// context is left, which takes moments. It may be called while a Term waits, to
// cut that short, and again.
func (c *Context) Close() error { return c.c.Close() }

// Done is closed when the context has been shut down.
func (c *Context) Done() <-chan struct{} { return c.c.Done() }

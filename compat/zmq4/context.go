// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"sync/atomic"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/compat/classic"
)

// Context makes sockets and has settings for those that are made. Contexts are
// independent of each other, and safe for concurrent use. Functions of the same
// names work on the default context, which libraries should leave to the program.
type Context struct {
	c     *classic.Context
	retry atomic.Bool
}

// defaultContext is the one of the functions without a receiver. Like the
// original's it cannot be made anew.
var defaultContext = newContext()

func newContext() *Context {
	ctx := &Context{c: classic.NewContext()}
	ctx.retry.Store(true)
	return ctx
}

// NewContext makes a context. The error is always nil.
func NewContext() (ctx *Context, err error) { return newContext(), nil }

// Term ends the default context; see Context.Term.
func Term() error { return defaultContext.Term() }

// Term ends the context: calls on its sockets return ETERM, sockets that are still
// open are closed, and Term returns when everything has been sent that they linger
// for, which without SetLinger may be never.
func (ctx *Context) Term() error { return errno(ctx.c.Term()) }

// NewSocket makes a socket in the default context; see Context.NewSocket.
func NewSocket(t Type) (soc *Socket, err error) { return defaultContext.NewSocket(t) }

// NewSocket makes a socket of a type. It fails with ErrorContextClosed after Term,
// EMFILE beyond SetMaxSockets, EINVAL for an unknown type.
func (ctx *Context) NewSocket(t Type) (soc *Socket, err error) {
	s, err := ctx.c.NewSocket(int(t))
	switch {
	case err == nil:
		return &Socket{s: s, ctx: ctx}, nil
	case ctx.c.Ended():
		return nil, ErrorContextClosed
	}
	return nil, errno(err)
}

// AddTransports gives later sockets of the default context more transports; see
// Context.AddTransports.
func AddTransports(list ...zmq.Transport) { defaultContext.AddTransports(list...) }

// AddTransports gives the sockets that are made from now on transports beside those that
// are there. The original has ws and wss if libzmq was built with them; here they are in a
// package of their own, for which only programs pay that use it:
//
//	ctx.AddTransports(ws.Transports(ws.Config{TLS: cfg})...)
func (ctx *Context) AddTransports(list ...zmq.Transport) { ctx.c.AddTransports(list...) }

func (ctx *Context) get(option int) (int, error) {
	if ctx.c.Ended() {
		return 0, ErrorContextClosed
	}
	v, err := ctx.c.Get(option)
	return v, errno(err)
}

func (ctx *Context) set(option, value int) error {
	if ctx.c.Ended() {
		return ErrorContextClosed
	}
	return errno(ctx.c.Set(option, value))
}

func (ctx *Context) is(option int) (bool, error) {
	v, err := ctx.get(option)
	return v != 0, err
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

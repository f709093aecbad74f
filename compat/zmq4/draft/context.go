// SPDX-License-Identifier: Apache-2.0

package zmq4

import (
	"github.com/gozmq/zmq/compat/zmq4"
)

type stableContext = zmq4.Context

// Context is a zmq4.Context, with all its methods, that makes sockets of this package.
type Context struct{ *stableContext }

// NewContext makes a context. The error is always nil.
func NewContext() (ctx *Context, err error) {
	c, err := zmq4.NewContext()
	return &Context{c}, err
}

// NewSocket makes a socket in the default context; see Context.NewSocket.
func NewSocket(t Type) (soc *Socket, err error) { return newSocket(zmq4.NewSocket, t) }

// NewSocket makes a socket of a type, as in package zmq4.
func (ctx *Context) NewSocket(t Type) (soc *Socket, err error) {
	return newSocket(ctx.stableContext.NewSocket, t)
}

func newSocket(makes func(zmq4.Type) (*zmq4.Socket, error), t Type) (*Socket, error) {
	s, err := makes(zmq4.Type(t))
	if err != nil {
		return nil, err
	}
	soc := &Socket{stableSocket: *s}
	soc.classic().Owner = soc
	return soc, nil
}

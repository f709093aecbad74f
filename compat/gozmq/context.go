// SPDX-License-Identifier: Apache-2.0

package gozmq

import (
	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/compat/classic"
)

// Version returns the version of libzmq that this package behaves like, 4.3.5.
func Version() (int, int, int) { return classic.Version() }

// Context makes sockets. One is enough for a program. It is safe for concurrent
// use.
type Context struct {
	c *classic.Context
}

// NewContext makes a context. The error is always nil.
func NewContext() (*Context, error) { return &Context{classic.NewContext()}, nil }

// Close ends the context: calls on its sockets return ETERM, sockets that are
// still open are closed, and Close returns when everything has been sent that they
// linger for, which without SetLinger may be never.
func (c *Context) Close() { _ = c.c.Term() }

// NewSocket makes a socket of a type. It fails with ETERM after Close, with EMFILE
// beyond MaxSockets, with EINVAL for an unknown type.
func (c *Context) NewSocket(t SocketType) (*Socket, error) {
	s, err := c.c.NewSocket(int(t))
	if err != nil {
		return nil, errno(err)
	}
	return &Socket{s}, nil
}

// IOThreads returns what SetIOThreads has set, 1 by default.
func (c *Context) IOThreads() (int, error) { return c.get(classic.IOThreads) }

// SetIOThreads is kept and read back: there are goroutines instead of I/O threads,
// as many as it takes. It fails with EINVAL below 0.
func (c *Context) SetIOThreads(value int) error { return errno(c.c.Set(classic.IOThreads, value)) }

// MaxSockets returns the most sockets that may be open, 1023 by default.
func (c *Context) MaxSockets() (int, error) { return c.get(classic.MaxSockets) }

// SetMaxSockets changes the most sockets that may be open. It counts as it is when
// the first socket is made. It fails with EINVAL below 1.
func (c *Context) SetMaxSockets(value int) error { return errno(c.c.Set(classic.MaxSockets, value)) }

func (c *Context) get(option int) (int, error) {
	v, err := c.c.Get(option)
	return v, errno(err)
}

// AddTransports gives the sockets that are made from now on transports beside those that
// are there: ws, wss and tls, which are in a package of their own, for which only programs
// pay that use it.
//
//	c.AddTransports(ws.Transports(ws.Config{TLS: cfg})...)
func (c *Context) AddTransports(list ...zmq.Transport) { c.c.AddTransports(list...) }
